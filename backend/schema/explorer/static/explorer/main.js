// What the page shows: the sign-in, or the workbench. Whenever the user changes, the page begins anew, so that nothing
// of the one before is left in it.

import * as session from "./session.js";

const NOTICE = "mibudge:notice"; // what the next page says, within this tab
const element = (id) => document.getElementById(id);

session.onChange((what) => {
  if (what === "in") return open();
  if (what === "over") sessionStorage.setItem(NOTICE, "Your sign-in has ended. Sign in again.");
  location.reload();
});

async function open() {
  element("welcome").hidden = true;
  element("waiting").hidden = false;
  try {
    const { mount } = await import("./workbench.js");
    const me = await mount(element("workbench"));
    element("who").textContent = me.name || me.username;
    element("who").title = `Signed in as ${me.username}`;
    element("waiting").hidden = true;
    for (const id of ["who", "sign-out", "workbench"]) element(id).hidden = false;
  } catch (problem) {
    fail(problem);
  }
}

function welcome() {
  element("waiting").hidden = true;
  element("welcome").hidden = false;
  const notice = sessionStorage.getItem(NOTICE);
  sessionStorage.removeItem(NOTICE);
  if (notice) complain(notice);
  if (!isSecureContext) {
    element("hint").textContent = "Without HTTPS, browsers do not keep a sign-in: it ends with the page.";
  }
  element("sign-in").elements.username.focus();
}

function complain(text) {
  element("problem").textContent = text;
  element("problem").hidden = false;
}

function fail(problem) {
  if (problem instanceof session.SignedOut) return; // the page begins anew
  element("waiting").textContent = problem.message;
}

element("sign-in").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { username, password } = event.target.elements;
  const button = event.submitter ?? event.target.querySelector("button");
  button.disabled = true;
  element("problem").hidden = true;
  try {
    await session.signIn(username.value, password.value);
    password.value = "";
  } catch (problem) {
    complain(problem.message);
    password.select();
  } finally {
    button.disabled = false;
  }
});

element("sign-out").addEventListener("click", async () => {
  try {
    await session.signOut();
  } catch (problem) {
    element("notice").textContent = problem.message;
  }
});

if (session.mayResume()) session.refresh().catch(fail);
else welcome();
