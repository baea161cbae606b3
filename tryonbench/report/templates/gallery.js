/* Gallery: which metric stands under the images, which samples are shown, in which order. */

const BEFORE_METHODS = 3;
const PAGE = 24;

class Gallery {
  constructor(controls) {
    this.controls = controls;
    this.table = document.getElementById(controls.dataset.gallery);
    this.body = $("tbody", this.table);
    this.data = json($(`[data-samples="${this.table.id}"]`));
    this.rows = new Map($$("tr", this.body).map((row) => [Number(row.dataset.at), row]));
    this.more = $(`[data-more="${this.table.id}"]`);
    this.limit = PAGE;
    controls.addEventListener("input", () => this.restart());
    this.more.addEventListener("click", () => this.showMore());
    this.table.addEventListener("click", (event) => this.open(event));
    this.restart();
  }

  field(name) {
    return $(`[name="${name}"]`, this.controls);
  }

  get metric() {
    return Number(this.field("metric")?.value ?? 0);
  }

  get ordered() {
    return (this.field("order")?.value ?? "list") !== "list";
  }

  value(method, sample) {
    return this.data.values[method]?.[this.metric]?.[sample] ?? null;
  }

  text(method, sample, metric = this.metric) {
    const value = this.data.values[method]?.[metric]?.[sample] ?? null;
    return value === null ? "" : fixed(value, this.data.metrics[metric].decimals);
  }

  fits(sample) {
    const search = this.field("search").value.trim().toLowerCase();
    const pictured = this.field("pictured")?.checked ?? true;
    if (pictured && !this.rows.has(sample)) return false;
    if (!this.data.ids[sample].toLowerCase().includes(search)) return false;
    return $$("[data-attribute]", this.controls).every((select) => {
      return !select.value || this.data.attributes[select.dataset.attribute][sample] === select.value;
    });
  }

  sorted(samples) {
    if (!this.ordered) return samples;
    const method = Number(this.field("method").value);
    const worstFirst = this.field("order").value === "worst";
    const sign = this.data.metrics[this.metric].higher === worstFirst ? 1 : -1;
    const known = samples.filter((sample) => this.value(method, sample) !== null);
    known.sort((a, b) => sign * (this.value(method, a) - this.value(method, b)));
    return [...known, ...samples.filter((sample) => this.value(method, sample) === null)];
  }

  restart() {
    this.limit = PAGE;
    this.list = this.sorted(this.data.ids.map((_, sample) => sample).filter((sample) => this.fits(sample)));
    const method = this.field("method");
    if (method) method.disabled = !this.ordered;
    this.render();
  }

  showMore() {
    const first = this.list[this.limit];
    this.limit += PAGE;
    this.render();
    $("button", this.rows.get(first) ?? this.body)?.focus();
  }

  render() {
    const shown = this.list.slice(0, this.limit);
    this.body.replaceChildren(...shown.map((sample) => this.rows.get(sample) ?? this.bare(sample)));
    shown.forEach((sample, i) => this.label(this.body.rows[i], sample));
    this.more.hidden = shown.length === this.list.length;
    $("output", this.controls).textContent = `${this.list.length.toLocaleString("en")} sample${this.list.length === 1 ? "" : "s"}`;
  }

  label(row, sample) {
    const column = this.ordered ? Number(this.field("method").value) + BEFORE_METHODS : -1;
    [...row.cells].slice(BEFORE_METHODS).forEach((cell, method) => {
      $(".value", cell).textContent = this.text(method, sample);
      cell.toggleAttribute("aria-current", cell.cellIndex === column);
    });
  }

  /* A sample whose pictures are not in the file. */
  bare(sample) {
    const name = element("th", { scope: "row" }, [element("small", { textContent: this.data.ids[sample] })]);
    const rest = Array.from({ length: BEFORE_METHODS - 1 }, () => element("td"));
    const values = this.data.methods.map(() => element("td", {}, [element("small", { className: "value" })]));
    return element("tr", { className: "bare" }, [name, ...rest, ...values]);
  }

  open(event) {
    const button = event.target.closest(".shot");
    if (button) viewer.open(this, Number(button.closest("tr").dataset.at), Number(button.dataset.column));
  }
}
