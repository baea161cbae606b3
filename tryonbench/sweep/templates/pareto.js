"use strict";

const colour = (name, other) =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim() || other;

/* The colours of text and grid follow the reader's light or dark setting. */
function draw(node) {
  const plot = document.getElementById(node.dataset.figure);
  const { data, layout } = JSON.parse(node.textContent);
  const axis = { gridcolor: colour("--hair", "#dddddd"), zeroline: false };
  Plotly.react(plot, data, {
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", dragmode: false,
    font: { size: 12, color: colour("--ink", "#222222") },
    ...layout,
    xaxis: { ...axis, ...layout.xaxis },
    yaxis: { ...axis, ...layout.yaxis },
  }, { displayModeBar: false, responsive: true });
}

const drawAll = () => document.querySelectorAll("[data-figure]").forEach(draw);
drawAll();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
