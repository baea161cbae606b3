/* Figures: drawn when they come into view, in the colours of the reader's setting. Plotly is kept
   packed until the first of them is wanted. */

async function unpacked(node) {
  const bytes = Uint8Array.from(atob(node.textContent.trim()), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}

let plotly;

function loadPlotly() {
  plotly ??= unpacked($("#plotly")).then((text) => {
    document.head.append(element("script", { textContent: text }));
    return window.Plotly;
  });
  return plotly;
}

const narrow = () => innerWidth < 640;

function themed(layout) {
  const axis = {
    gridcolor: colour("--hair"), linecolor: colour("--rule"), tickcolor: colour("--rule"),
    zerolinecolor: colour("--soft"), showline: true, ticks: "outside", ticklen: 4, zeroline: false,
    automargin: true,
  };
  return {
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", dragmode: false,
    font: { family: colour("--sans"), size: narrow() ? 11 : 12, color: colour("--ink") },
    hoverlabel: { bgcolor: colour("--paper"), bordercolor: colour("--rule"), font: { color: colour("--ink") } },
    ...layout,
    xaxis: { ...axis, showgrid: false, ...layout.xaxis },
    yaxis: { ...axis, ...layout.yaxis },
  };
}

function inked({ ink, ...trace }) {
  if (!ink) return trace;
  const over = ["line", "marker", "error_x"].filter((key) => trace[key]);
  return { ...trace, ...Object.fromEntries(over.map((key) => [key, { ...trace[key], color: colour("--ink") }])) };
}

/* Parts of a trace and axes of a layout are put together; everything else is replaced. */
function merged(one, other) {
  const both = { ...one, ...other };
  ["xaxis", "yaxis", "error_x", "error_y", "marker", "line"].forEach((key) => {
    if (one[key] && other[key]) both[key] = { ...one[key], ...other[key] };
  });
  return both;
}

const selectsOf = (id) => $$(`[data-selects="${id}"] select`);

function chosen(id) {
  const figure = figures.get(id);
  if (!figure.variants) return figure;
  const index = selectsOf(id).reduce((sum, select) => sum * select.options.length + select.selectedIndex, 0);
  const variant = figure.variants[index];
  return {
    data: figure.data.map((trace, i) => merged(trace, variant.data[i])),
    layout: merged(figure.layout, variant.layout),
  };
}

function drawWith(Plotly, plot) {
  const { data, layout } = fitted(chosen(plot.id));
  Plotly.react(plot, data.map(inked), themed(layout), { displayModeBar: false, responsive: true });
  plot.dataset.drawn = "";
}

/* Where there is no room for names beside the marks, a legend takes their place. */
function fitted({ data, layout }) {
  if (!narrow() || !data.some((trace) => trace.mode === "markers+text")) return { data, layout };
  return {
    data: data.map((trace) => ({ ...trace, mode: trace.mode.replace("+text", ""), showlegend: Boolean(trace.name) })),
    layout: { ...layout, showlegend: true, margin: { ...layout.margin, t: 90 } },
  };
}

const draw = (plot) => loadPlotly().then((Plotly) => drawWith(Plotly, plot));
const figures = new Map($$("[data-figure]").map((node) => [node.dataset.figure, json(node)]));
const redraw = () => $$(".plot[data-drawn]").forEach(draw);
const seen = new IntersectionObserver((entries) => {
  entries.filter((entry) => entry.isIntersecting).forEach((entry) => {
    seen.unobserve(entry.target);
    draw(entry.target);
  });
}, { rootMargin: "400px" });

$$(".plot").forEach((plot) => seen.observe(plot));
$$("[data-selects]").forEach((controls) => controls.addEventListener("change", () => {
  draw(document.getElementById(controls.dataset.selects));
}));
addEventListener("themechange", redraw);
printing.addEventListener("change", redraw);

/* Printing does not wait: what is to be on paper must be loaded before. */
if ("requestIdleCallback" in window && figures.size) requestIdleCallback(loadPlotly, { timeout: 4000 });
addEventListener("beforeprint", () => {
  if (window.Plotly) $$(".plot").filter((plot) => !plot.closest("[hidden]")).forEach((plot) => drawWith(window.Plotly, plot));
});
