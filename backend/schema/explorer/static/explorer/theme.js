// Dark or light: as the system has it, or as the button says. Runs before the page is painted, so it is no module.
{
  const KEY = "mibudge:theme";
  const NEXT = { system: "light", light: "dark", dark: "system" };
  const WORDS = { system: "Colours of the system", light: "Light colours", dark: "Dark colours" };
  const ICONS = {
    system: "M8 1.5a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zm0 1.500v10a5 5 0 0 1 0-10z",
    light:
      "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM7.250 1h1.500v2h-1.500zm0 12h1.500v2h-1.500zM1 7.250h2v1.500H1zm12 0h2v1.500h-2z" +
      "M3.600 2.500l1.400 1.400-1.100 1.100-1.400-1.400zm8.500 8.500l1.400 1.400-1.100 1.100-1.400-1.400zM2.500 12.400l1.400-1.400 1.100 1.100-1.400 1.400z" +
      "m8.500-8.500l1.400-1.400 1.100 1.100-1.400 1.400z",
    dark: "M6.300 1.700a6.500 6.500 0 1 0 8 8A5.500 5.500 0 0 1 6.300 1.700z",
  };
  const system = matchMedia("(prefers-color-scheme: dark)");

  let chosen = "system";
  try {
    chosen = NEXT[localStorage.getItem(KEY)] ? localStorage.getItem(KEY) : "system";
  } catch {
    // this browser keeps nothing: it is as the system has it
  }

  const apply = () => {
    const dark = chosen === "dark" || (chosen === "system" && system.matches);
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    document.dispatchEvent(new Event("theme"));
    const button = document.getElementById("theme");
    if (!button) return;
    button.title = WORDS[chosen];
    button.setAttribute("aria-label", `${WORDS[chosen]}; change`);
    button.innerHTML = `<svg viewBox="0 0 16 16" aria-hidden="true"><path d="${ICONS[chosen]}"/></svg>`;
  };

  system.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", () => {
    apply();
    document.getElementById("theme").addEventListener("click", () => {
      chosen = NEXT[chosen];
      try {
        localStorage.setItem(KEY, chosen);
      } catch {
        // it lasts as long as the page
      }
      apply();
    });
  });
  apply();
}
