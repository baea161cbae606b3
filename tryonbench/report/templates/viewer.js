/* The viewer: one sample large, any two of its pictures against each other. */

class Viewer {
  constructor(dialog) {
    this.dialog = dialog;
    this.canvas = $("canvas", dialog);
    this.stage = $(".stage", dialog);
    dialog.addEventListener("input", () => this.draw());
    $("[data-close]", dialog).addEventListener("click", () => dialog.close());
    $$("[data-step]", dialog).forEach((button) => {
      button.addEventListener("click", () => this.step(Number(button.dataset.step)));
    });
    dialog.addEventListener("keydown", (event) => this.key(event));
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    ["pointerdown", "pointermove"].forEach((kind) => this.canvas.addEventListener(kind, (event) => this.drag(event)));
    addEventListener("resize", () => dialog.open && this.draw());
  }

  field(name) {
    return $(`[name="${name}"]`, this.dialog);
  }

  open(gallery, sample, column) {
    this.gallery = gallery;
    this.sample = sample;
    const options = () => gallery.data.columns.map((name, i) => element("option", { value: i, textContent: name }));
    this.field("left").replaceChildren(...options());
    this.field("right").replaceChildren(...options());
    const truth = BEFORE_METHODS - 1;
    const left = this.image(truth) && column !== truth ? truth : 0;
    this.field("left").value = left;
    this.field("right").value = column === left ? this.firstOther(left) : column;
    this.field("divider").value = 50;
    this.dialog.showModal();
    this.draw();
  }

  firstOther(left) {
    return this.gallery.data.columns.findIndex((_, i) => i > left && this.image(i));
  }

  image(column) {
    return $(`[data-column="${column}"] img`, this.gallery.rows.get(this.sample));
  }

  /* Links to the two files, where the page has them. */
  files(columns) {
    const shots = columns.map((column) => $(`[data-column="${column}"]`, this.gallery.rows.get(this.sample)));
    return shots.filter((shot) => shot?.dataset.file).flatMap((shot) => {
      const name = this.gallery.data.columns[shot.dataset.column];
      return [element("a", { href: shot.dataset.file, textContent: `File of ${name}` }), " "];
    });
  }

  step(by) {
    const pictured = this.gallery.list.filter((sample) => this.gallery.rows.has(sample));
    const place = pictured.indexOf(this.sample) + by;
    if (place >= 0 && place < pictured.length) {
      this.sample = pictured[place];
      this.draw();
    }
  }

  key(event) {
    const steps = { ArrowLeft: -1, ArrowRight: 1 };
    if (!(event.key in steps) || event.target.matches("select, input")) return;
    event.preventDefault();
    this.step(steps[event.key]);
  }

  drag(event) {
    if (this.field("mode").value !== "slider" || (event.type === "pointermove" && !event.buttons)) return;
    const box = this.canvas.getBoundingClientRect();
    this.field("divider").value = (100 * (event.clientX - box.left)) / box.width;
    this.draw();
  }

  async draw() {
    const columns = ["left", "right"].map((name) => Number(this.field(name).value));
    const images = columns.map((column) => this.image(column));
    const { ids, columns: names } = this.gallery.data;
    $("#viewer-title").textContent = ids[this.sample];
    $("[data-files]", this.dialog).replaceChildren(...this.files(columns));
    this.canvas.hidden = images.includes(null);
    $(".divider", this.dialog).hidden = this.field("mode").value !== "slider";
    if (images.includes(null)) return this.say("One of the two pictures is not there.");
    await Promise.all(images.map((image) => image.decode()));
    const said = PAINTERS[this.field("mode").value](this.canvas, images, this.field("divider").value / 100);
    this.resize();
    this.canvas.ariaLabel = `${ids[this.sample]}: ${columns.map((c) => names[c]).join(" and ")}`;
    return this.say([said, this.values(columns)].filter(Boolean).join(" "));
  }

  values(columns) {
    const methods = columns.filter((column) => column >= BEFORE_METHODS);
    const told = [...new Set(methods)].map((column) => {
      const method = column - BEFORE_METHODS;
      const parts = this.gallery.data.metrics.map((metric, i) => [metric.label, this.gallery.text(method, this.sample, i)]);
      return `${this.gallery.data.columns[column]}: ${parts.filter(([, text]) => text).map((pair) => pair.join(" ")).join(", ")}.`;
    });
    return told.join(" ");
  }

  say(text) {
    $("[data-caption]", this.dialog).textContent = text;
  }

  resize() {
    const zoom = this.field("zoom").value;
    const [width, height] = [this.canvas.width / this.canvas.scale, this.canvas.height / this.canvas.scale];
    const room = [this.stage.clientWidth / width, (innerHeight * 0.62) / height];
    const fit = Math.min(...room);
    const factor = zoom === "fit" ? (fit > 1 ? Math.floor(fit * 2) / 2 : fit) : Number(zoom);
    this.canvas.style.width = `${width * factor}px`;
    this.canvas.classList.toggle("pixels", factor >= 2);
  }
}

/* A canvas for a picture, with so many of its pixels a pixel of the picture. */
function sized(canvas, width, height, scale = 1) {
  Object.assign(canvas, { width: width * scale, height: height * scale, scale });
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = scale === 1;
  return context;
}

function both(images) {
  const { naturalWidth: width, naturalHeight: height } = images[0];
  return [width, height, ...images.map((image) => pixelsOf(image, width, height))];
}

const PAINTERS = {
  slider(canvas, [left, right], share) {
    const { naturalWidth: width, naturalHeight: height } = left;
    const scale = Math.max(1, Math.floor(640 / width));
    const context = sized(canvas, width, height, scale);
    const edge = Math.round(canvas.width * share);
    context.drawImage(right, 0, 0, canvas.width, canvas.height);
    context.save();
    context.beginPath();
    context.rect(0, 0, edge, canvas.height);
    context.clip();
    context.drawImage(left, 0, 0, canvas.width, canvas.height);
    context.restore();
    context.fillStyle = "#fff";
    context.fillRect(edge - 1, 0, 2, canvas.height);
    return "";
  },
  beside(canvas, [left, right]) {
    const { naturalWidth: width, naturalHeight: height } = left;
    const gap = Math.max(1, Math.round(width / 48));
    const context = sized(canvas, 2 * width + gap, height);
    context.drawImage(left, 0, 0, width, height);
    context.drawImage(right, width + gap, 0, width, height);
    return "";
  },
  difference(canvas, images) {
    const [width, height, one, other] = both(images);
    sized(canvas, width, height).putImageData(differenceOf(one, other), 0, 0);
    return "Absolute difference of each channel, times 3, of the pictures in this file.";
  },
  error(canvas, images) {
    const [width, height, one, other] = both(images);
    sized(canvas, width, height).putImageData(errorMapOf(one, other), 0, 0);
    return `Mean absolute difference of the channels, from 0 (violet) to ${ERROR_LIMIT} and more (yellow); `
      + `over the picture ${meanError(one, other).toFixed(4)}, from the pictures in this file.`;
  },
};

const viewer = new Viewer($("#viewer"));
$$("[data-gallery]").forEach((controls) => new Gallery(controls));
