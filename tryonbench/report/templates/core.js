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

/* A number with so many decimals; what rounds to 0 has no sign. */
const fixed = (value, decimals) => value.toFixed(decimals).replace(/^-(?=[0.]*$)/, "");

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
