/* Light and dark: the reader's setting, or what the button says. */

const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");
const themeButton = $("[data-theme-button]");
const colour = (name) => getComputedStyle(root).getPropertyValue(name).trim();
const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : dark.matches);

function remember(theme) {
  try {
    localStorage.setItem("tryonbench-theme", theme);
  } catch {
    /* A file may have no storage; then the choice lasts as long as the page. */
  }
}

function remembered() {
  try {
    return localStorage.getItem("tryonbench-theme");
  } catch {
    return null;
  }
}

function setTheme(theme) {
  if (theme) root.dataset.theme = theme;
  themeButton.textContent = isDark() ? "Light" : "Dark";
  themeButton.ariaLabel = `Change to ${isDark() ? "light" : "dark"} colours`;
  dispatchEvent(new Event("themechange"));
}

themeButton.hidden = false;
themeButton.addEventListener("click", () => {
  const theme = isDark() ? "light" : "dark";
  remember(theme);
  setTheme(theme);
});
dark.addEventListener("change", () => setTheme());
setTheme(remembered());
