/* Tables: a heading sorts the rows of each group; what has no value stays last. */

function compare(a, b) {
  const numbers = [Number(a), Number(b)];
  return numbers.some(Number.isNaN) ? a.localeCompare(b) : numbers[0] - numbers[1];
}

function nextOrder(heading) {
  const first = $("button", heading).dataset.first ?? "ascending";
  if (heading.ariaSort === "none") return first;
  return heading.ariaSort === "ascending" ? "descending" : "ascending";
}

function sort(table, heading) {
  const order = nextOrder(heading);
  $$("th[aria-sort]", table).forEach((other) => (other.ariaSort = other === heading ? order : "none"));
  arrange(table, heading.cellIndex, order);
}

function arrange(table, index, order) {
  const value = (row) => row.cells[index]?.dataset.value;
  $$("tbody", table).forEach((body) => {
    const rows = $$("tr:not(.label):not(.skipped)", body);
    const known = rows.filter((row) => value(row) !== undefined);
    known.sort((a, b) => compare(value(a), value(b)) * (order === "ascending" ? 1 : -1));
    const rest = rows.filter((row) => value(row) === undefined);
    body.append(...known, ...rest, ...$$("tr.skipped", body));
  });
}

$$("th[aria-sort]").forEach((heading) => {
  $("button", heading).addEventListener("click", () => sort(heading.closest("table"), heading));
});

/* Cells show values, or the ranks of the methods. */

const cellsShow = $("[data-cells] select");
cellsShow?.addEventListener("change", () => {
  $$(".leaderboard").forEach((table) => table.classList.toggle("ranks", cellsShow.value === "ranks"));
});

/* Of several sheets of a figure one is shown. */

$$("[data-sheets]").forEach((controls) => {
  const select = $("select", controls);
  const sheets = $$(".sheet", controls.closest("figure"));
  select.addEventListener("change", () => sheets.forEach((sheet, i) => (sheet.hidden = i !== select.selectedIndex)));
});
