/* The page can be restricted to a protocol, a size, a family of methods. */

const restrict = $("[data-restrict]");

function restrictionSaid(family) {
  if (!$$("#leaderboard .part:not([hidden])").length) return "nothing fits all of these";
  if (!family) return "";
  return `Leaderboard: ranks and ★ are among the methods of family ${family}. Summary, figures and tests are over all methods.`;
}

function applyRestriction() {
  const wanted = Object.fromEntries(new FormData(restrict));
  const fits = (part) => ["protocol", "size"].every((key) => !wanted[key] || part.dataset[key] === wanted[key]);
  $$(".part").forEach((part) => (part.hidden = !fits(part)));
  const rows = $$("tbody:not(.floor) tr[data-family]");
  rows.forEach((row) => (row.hidden = Boolean(wanted.family) && row.dataset.family !== wanted.family));
  $$("#leaderboard .leaderboard").forEach(rankAgain);
  $("output", restrict).textContent = restrictionSaid(wanted.family);
}

if (restrict) {
  restrict.addEventListener("change", applyRestriction);
  restrict.addEventListener("submit", (event) => event.preventDefault());
}
