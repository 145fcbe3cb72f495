// Signs in, or makes a log-in, and accepts the invitation whose secret stands behind the # of the address.

const form = document.getElementById("accept");
const told = document.getElementById("told");
const secret = location.hash.slice(1);

async function post(path, body, token) {
  const headers = { "Content-Type": "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  const found = await response.json();
  if (!response.ok) throw new Error(found.detail ?? Object.values(found).flat().join(" "));
  return found;
}

async function accept() {
  const username = form.username.value;
  const password = form.password.value;
  const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  if (document.getElementById("register")?.checked) {
    await post("/api/token/register/", { secret, username, password, timezone });
    return "Your log-in is made, and the account is yours too.";
  }
  const { access } = await post("/api/token/", { username, password });
  const account = await post("/api/v1/invitations/accept/", { secret }, access);
  return `“${account.name}” is yours too.`;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    told.textContent = await accept();
    history.replaceState(null, "", location.pathname);
    form.hidden = true;
  } catch (error) {
    told.textContent = error.message;
    button.disabled = false;
  }
});

if (!secret) {
  told.textContent = "This address lacks the invitation: open the whole link that you were sent.";
  form.hidden = true;
}
