"use strict";

const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

/* Figures: drawn when they come into view, in the colours of the reader's setting. */

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function themed(layout) {
  const axis = {
    gridcolor: colour("--hair"), linecolor: colour("--rule"), tickcolor: colour("--rule"),
    showline: true, ticks: "outside", ticklen: 4, zeroline: false, automargin: true,
  };
  return {
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", dragmode: false,
    font: { family: colour("--sans"), size: 12, color: colour("--ink") },
    hoverlabel: { bgcolor: colour("--paper"), bordercolor: colour("--rule"), font: { color: colour("--ink") } },
    ...layout,
    xaxis: { ...axis, showgrid: false, ...layout.xaxis },
    yaxis: { ...axis, ...layout.yaxis },
  };
}

function chosen(figure, index) {
  const choice = figure.choices[index];
  const data = figure.data.map((trace, i) => ({
    ...trace, y: choice.y[i],
    error_y: { ...trace.error_y, array: choice.up[i], arrayminus: choice.down[i], visible: choice.up[i][0] !== null },
  }));
  const yaxis = { ...figure.layout.yaxis, title: { text: choice.axis } };
  return { data, layout: { ...figure.layout, yaxis } };
}

function draw(plot) {
  const figure = figures.get(plot.id);
  const select = document.querySelector(`[data-choices="${plot.id}"]`);
  const { data, layout } = select ? chosen(figure, select.value) : figure;
  Plotly.react(plot, data, themed(layout), { displayModeBar: false, responsive: true });
  plot.dataset.drawn = "";
}

const figures = new Map($$("[data-figure]").map((node) => [node.dataset.figure, JSON.parse(node.textContent)]));
const redraw = () => $$(".plot[data-drawn]").forEach(draw);
const seen = new IntersectionObserver((entries) => {
  entries.filter((entry) => entry.isIntersecting).forEach((entry) => {
    seen.unobserve(entry.target);
    draw(entry.target);
  });
}, { rootMargin: "400px" });

$$(".plot").forEach((plot) => seen.observe(plot));
$$("[data-choices]").forEach((select) => select.addEventListener("change", () => draw(document.getElementById(select.dataset.choices))));
["(prefers-color-scheme: dark)", "print"].forEach((query) => matchMedia(query).addEventListener("change", redraw));
addEventListener("beforeprint", () => $$(".plot").forEach(draw));

/* Tables: a heading sorts the rows of each group; what has no value stays last. */

function compare(a, b) {
  const numbers = [Number(a), Number(b)];
  return numbers.some(Number.isNaN) ? a.localeCompare(b) : numbers[0] - numbers[1];
}

function sort(table, heading) {
  const index = heading.cellIndex;
  const before = heading.ariaSort;
  const first = heading.querySelector("button").dataset.first ?? "ascending";
  const order = before === "none" ? first : before === "ascending" ? "descending" : "ascending";
  $$("th[aria-sort]", table).forEach((other) => (other.ariaSort = other === heading ? order : "none"));
  const value = (row) => row.cells[index]?.dataset.value;
  $$("tbody", table).forEach((body) => {
    const rows = $$("tr:not(.label):not(.skipped)", body);
    const known = rows.filter((row) => value(row) !== undefined);
    known.sort((a, b) => compare(value(a), value(b)) * (order === "ascending" ? 1 : -1));
    const rest = rows.filter((row) => value(row) === undefined);
    body.append(...known, ...rest, ...$$("tr.skipped", body));
  });
}

$$("th[aria-sort]").forEach((heading) => heading.querySelector("button").addEventListener("click", () => sort(heading.closest("table"), heading)));

/* Gallery: which metric stands under the images, and in which order the samples come. */

const COLUMNS_BEFORE_METHODS = 3;

function arrange(controls, rows) {
  const [metric, order, method] = $$("select", controls);
  const { scale, decimals, higher } = metric.selectedOptions[0].dataset;
  const column = COLUMNS_BEFORE_METHODS + Number(method.value);
  const values = (cell) => JSON.parse(cell.querySelector("[data-values]").dataset.values);
  const value = (row) => values(row.cells[column])[metric.value];
  rows.forEach((row) => [...row.cells].slice(COLUMNS_BEFORE_METHODS).forEach((cell) => {
    const number = values(cell)[metric.value];
    cell.querySelector("[data-values]").textContent = number === undefined ? "" : (number * scale).toFixed(decimals);
    cell.toggleAttribute("aria-current", order.value !== "list" && cell.cellIndex === column);
  }));
  method.disabled = order.value === "list";
  const sign = (higher === "true") === (order.value === "worst") ? 1 : -1;
  const known = rows.filter((row) => value(row) !== undefined);
  const rest = rows.filter((row) => value(row) === undefined);
  const sorted = [...known.sort((a, b) => sign * (value(a) - value(b))), ...rest];
  rows[0]?.parentNode.append(...(order.value === "list" ? rows : sorted));
}

$$("[data-gallery]").forEach((controls) => {
  const rows = $$("tbody tr", document.getElementById(controls.dataset.gallery));
  arrange(controls, rows);
  controls.addEventListener("change", () => arrange(controls, rows));
});
