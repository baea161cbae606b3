/* What every part of the page uses. */

const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
const $ = (selector, within = document) => within.querySelector(selector);
const json = (node) => JSON.parse(node.textContent);
const printing = matchMedia("print");

function element(tag, properties = {}, children = []) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

/* The page can be restricted to a protocol, a size, a family of methods. */

const restrict = $("[data-restrict]");

function applyRestriction() {
  const wanted = Object.fromEntries(new FormData(restrict));
  const fits = (part) => ["protocol", "size"].every((key) => !wanted[key] || part.dataset[key] === wanted[key]);
  $$(".part").forEach((part) => (part.hidden = !fits(part)));
  const rows = $$("tbody:not(.floor) tr[data-family]");
  rows.forEach((row) => (row.hidden = Boolean(wanted.family) && row.dataset.family !== wanted.family));
  const shown = $$("#leaderboard .part:not([hidden])").length;
  $("output", restrict).textContent = shown ? "" : "nothing fits all of these";
}

if (restrict) {
  restrict.addEventListener("change", applyRestriction);
  restrict.addEventListener("submit", (event) => event.preventDefault());
}

/* The contents say where the reader is. */

const links = new Map($$(".bar nav a").map((link) => [link.hash.slice(1), link]));

function markPlace() {
  const line = innerHeight / 3;
  const sections = $$("main > section").filter((section) => section.getBoundingClientRect().top < line);
  const current = sections.at(-1)?.id ?? "";
  if (!current) $(".bar nav").scrollLeft = 0;
  links.forEach((link, id) => {
    if (id === current) {
      if (!link.ariaCurrent) keepInView(link);
      link.ariaCurrent = "true";
    } else link.ariaCurrent = null;
  });
}

function keepInView(link) {
  const list = link.closest("nav");
  list.scrollLeft = link.offsetLeft - (list.clientWidth - link.offsetWidth) / 2;
}

addEventListener("scroll", markPlace, { passive: true });
markPlace();
