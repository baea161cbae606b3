/* Ranks and best marks, made again for the methods that are shown, as ranks.py makes them: values
   that show the same digits are level, and a method alone has neither. */

const FEWEST = 2;
const HALF_UP = 1e-9;
const numberIn = (cell) => $(".number", cell).textContent;
const meanOf = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/* The rank of each cell of a column that has a value. */
function ranksOf(rows, heading) {
  const sign = heading.dataset.better === "higher" ? -1 : 1;
  const cells = rows.map((row) => row.cells[heading.cellIndex]).filter((cell) => cell.dataset.value !== undefined);
  cells.sort((a, b) => sign * (a.dataset.value - b.dataset.value));
  const places = new Map();
  cells.forEach((cell, i) => places.set(numberIn(cell), [...(places.get(numberIn(cell)) ?? []), i + 1]));
  return new Map(cells.map((cell) => [cell, meanOf(places.get(numberIn(cell)))]));
}

function star(cell, best) {
  cell.classList.toggle("best", best);
  $(".star", cell)?.remove();
  if (best) $(".shown", cell).prepend(element("span", { className: "star", role: "img", ariaLabel: "best", textContent: "★" }));
}

function rankColumn(rows, heading) {
  const ranks = ranksOf(rows, heading);
  const [best] = ranks.keys();
  ranks.forEach((rank, cell) => {
    if ("starred" in heading.dataset) star(cell, ranks.size >= FEWEST && numberIn(cell) === numberIn(best));
    if (!("ranked" in heading.dataset)) return;
    if (rows.length >= FEWEST) cell.dataset.rank = Number(rank.toPrecision(6));
    else delete cell.dataset.rank;
  });
  return ranks;
}

/* Over the metrics in which every row has a value. */
function meanRanks(table, rows, columns) {
  const place = $("th[data-mean]", table)?.cellIndex;
  if (!place) return;
  const counted = columns.filter(({ ranks }) => rows.length >= FEWEST && ranks.size === rows.length);
  rows.forEach((row) => {
    const cell = row.cells[place];
    const mean = meanOf(counted.map(({ heading, ranks }) => ranks.get(row.cells[heading.cellIndex])));
    cell.textContent = counted.length ? (mean + HALF_UP).toFixed(1) : "—";
    if (counted.length) cell.dataset.value = mean;
    else delete cell.dataset.value;
  });
  $("[data-counted]", table.closest("figure")).textContent = counted.length;
}

function rankAgain(table) {
  const rows = $$("tr[data-contends]:not([hidden])", table);
  const columns = $$("th[data-better]", table).map((heading) => ({ heading, ranks: rankColumn(rows, heading) }));
  meanRanks(table, rows, columns.filter(({ heading }) => "ranked" in heading.dataset));
  const sorted = $$("th[aria-sort]", table).find((heading) => heading.ariaSort !== "none");
  if (sorted) arrange(table, sorted.cellIndex, sorted.ariaSort);
}
