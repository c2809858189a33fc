// The map's page: what is drawn when, and what its buttons do.
import { dateOf, middles, read } from "./atlas.js";
import { MODES, colour, coloured, scheme } from "./colours.js";
import { draw, laid } from "./labels.js";
import { Painter, pixel } from "./paint.js";
import { View, steer } from "./view.js";

const by = (id) => document.getElementById(id);
const [box, dots, over, note] = [by("map"), by("dots"), by("over"), by("map-note")];
const CORNERS = 90, WINDOW = 28;

class Chart {
  constructor(atlas) {
    this.atlas = atlas;
    this.view = new View(atlas.box);
    this.painter = new Painter(dots);
    this.pen = over.getContext("2d");
    this.places = middles(atlas);
    this.names = atlas.themes.map((theme) => theme.name);
    this.lit = new Uint8Array(atlas.count).fill(1);
    this.only = new Set(); // codes of the legend that alone are lit; all where empty
    this.chosen = null; // the theme that is pointed at in the list
    this.until = atlas.days + 1; // a day of the slider; past the last: all time
    this.loop = []; // the lasso's corners, in pixels of the page
    this.ring = null; // the shape that was read last, in places of the map
    this.width = new Map();
    this.bands = box.dataset.bands.split(",");
    this.restore();
    this.controls();
    steer(box, this.view, {
      changed: () => { this.draw(); this.settle(); }, tapped: (x, y, keyed) => this.tap(x, y, keyed),
      drawing: () => by("lasso").getAttribute("aria-pressed") === "true", drawn: (at, what) => this.lasso(at, what),
    });
    new ResizeObserver(() => this.size()).observe(box);
    addEventListener("appearance", () => this.recolour());
    this.size();
    this.recolour();
    if (atlas.count < atlas.all) note.textContent = `${atlas.count.toLocaleString()} of ${atlas.all.toLocaleString()} messages are drawn.`;
  }

  size() {
    const { width, height } = box.getBoundingClientRect(), ratio = Math.min(2, devicePixelRatio || 1);
    this.view.size(width, height);
    this.painter.size(width, height, ratio);
    [over.width, over.height] = [Math.round(width * ratio), Math.round(height * ratio)];
    this.pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.draw();
  }

  recolour() {
    this.found = scheme(by("colour").value, this.atlas, this.bands);
    const none = pixel(colour("--rim"));
    Object.assign(this, coloured(this.found, this.atlas, none));
    this.legend();
    this.light();
  }

  // Which points are lit: of the chosen theme or the chosen part of the legend, and in the chosen weeks.
  light() {
    const { atlas, codes, only, chosen, until } = this, all = until > atlas.days, from = by("window").checked ? until - WINDOW : -1;
    for (let i = 0; i < atlas.count; i++) {
      const fits = (!only.size || only.has(codes[i])) && (chosen === null || atlas.theme[i] === chosen);
      this.lit[i] = fits && (all || (atlas.day[i] <= until && atlas.day[i] > from)) ? 1 : 0;
    }
    this.draw();
  }

  draw() {
    this.frame ??= requestAnimationFrame(() => { this.frame = null; this.paint(); });
  }

  paint() {
    const { atlas, view } = this;
    if (!this.colours) return;
    const size = atlas.count > 20000 ? 1.3 : atlas.count > 3000 ? 2 : 3.4;
    const radius = size * Math.min(3.2, Math.max(1, view.zoom ** 0.4));
    this.painter.paint(atlas, this.colours, { view, radius, paper: pixel(colour("--card")), dim: pixel(colour("--line")), lit: this.lit });
    this.pen.clearRect(0, 0, view.wide, view.high);
    this.outline();
    const measure = (text, at) => {
      const key = `${at} ${text}`;
      if (!this.width.has(key)) { this.pen.font = `600 ${at}px ${font()}`; this.width.set(key, this.pen.measureText(text).width); }
      return this.width.get(key);
    };
    const shown = this.chosen === null ? this.places : this.places.filter((place) => place.theme === this.chosen);
    this.labels = by("names").checked ? laid(shown, this.names, view, measure) : [];
    draw(this.pen, this.labels, { ink: colour("--ink"), halo: colour("--card"), font: font() });
    if (box.matches(":focus-visible")) this.cross();
  }

  outline() {
    const corners = this.loop.length ? this.loop : (this.ring ?? []).map(([x, y]) => this.view.toPage(x, y));
    if (corners.length < 2) return;
    this.pen.beginPath();
    corners.forEach(([x, y], n) => (n ? this.pen.lineTo(x, y) : this.pen.moveTo(x, y)));
    if (!this.loop.length) this.pen.closePath();
    this.pen.lineWidth = 2;
    this.pen.setLineDash([6, 4]);
    this.pen.strokeStyle = colour("--accent");
    this.pen.stroke();
    this.pen.setLineDash([]);
  }

  cross() {
    const [x, y] = [this.view.wide / 2, this.view.high / 2];
    this.pen.strokeStyle = colour("--accent");
    this.pen.lineWidth = 2;
    this.pen.strokeRect(x - 9, y - 9, 18, 18);
  }

  tap(px, py, keyed) {
    const label = this.labels.find((l) => px >= l.left && px <= l.left + l.wide && py >= l.top && py <= l.top + l.high);
    if (label && !keyed) return location.assign(`/themes/${encodeURIComponent(this.atlas.themes[label.theme].id)}${box.dataset.query}`);
    const reach = 12, around = [...Array(12).keys()].map((n) => [px + reach * Math.cos((n * Math.PI) / 6), py + reach * Math.sin((n * Math.PI) / 6)]);
    this.ask(around);
  }

  lasso(at, what) {
    if (what === "begin") this.loop = [];
    const last = this.loop.at(-1);
    if (!last || Math.hypot(at[0] - last[0], at[1] - last[1]) > 5) this.loop.push(at);
    if (what === "end") {
      const step = Math.ceil(this.loop.length / CORNERS), corners = this.loop.filter((_, n) => n % step === 0);
      this.loop = [];
      press("lasso", false);
      if (corners.length > 2) this.ask(corners);
    }
    if (what === "give up") this.loop = [];
    this.draw();
  }

  // Read what lies within corners given in pixels of the page.
  async ask(corners) {
    this.ring = corners.map(([x, y]) => this.view.toMap(x, y).map((value) => Number(value.toPrecision(6))));
    this.draw();
    const address = `/map/read${box.dataset.query || "?"}${box.dataset.query ? "&" : ""}shape=${this.ring.flat().join(",")}`;
    const panel = by("read");
    panel.setAttribute("aria-busy", "true");
    const answer = await fetch(address, { headers: { accept: "text/html" } }).catch(() => null);
    panel.removeAttribute("aria-busy");
    if (!answer?.ok) { note.textContent = "These messages could not be read; load the page again."; return; }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    panel.replaceChildren(...page.getElementById("found").childNodes);
    panel.hidden = false;
    if (panel.getBoundingClientRect().top > innerHeight - 80) panel.scrollIntoView({ block: "nearest" });
  }

  legend() {
    const list = by("legend"), { only } = this;
    list.replaceChildren(...this.found.legend.map(({ code, name, hex }) => {
      const item = document.createElement("li"), button = document.createElement("button"), swatch = document.createElement("i");
      button.type = "button";
      swatch.style.setProperty("--hue", hex);
      button.append(swatch, name);
      button.setAttribute("aria-pressed", String(only.has(code)));
      button.addEventListener("click", () => { only.has(code) ? only.delete(code) : only.add(code); this.light(); button.setAttribute("aria-pressed", String(only.has(code))); });
      item.append(button);
      return item;
    }));
  }

  controls() {
    const { atlas, view } = this, slider = by("until"), told = by("when");
    slider.max = String(atlas.days + 1);
    slider.value = slider.max;
    const show = () => {
      this.until = Number(slider.value);
      const text = this.until > atlas.days ? "all time" : dateOf(atlas, this.until).toLocaleDateString(undefined, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
      told.textContent = text;
      slider.setAttribute("aria-valuetext", text);
      this.light();
    };
    slider.addEventListener("input", () => { this.stop(); show(); });
    by("window").addEventListener("change", () => this.light());
    by("names").addEventListener("change", () => this.draw());
    by("colour").addEventListener("change", () => { this.only.clear(); this.recolour(); this.settle(); });
    by("play").addEventListener("click", () => (this.playing ? this.stop() : this.play(slider, show)));
    by("nearer").addEventListener("click", () => { view.near(1.6); this.draw(); this.settle(); });
    by("farther").addEventListener("click", () => { view.near(1 / 1.6); this.draw(); this.settle(); });
    by("whole").addEventListener("click", () => { view.whole(); this.draw(); this.settle(); });
    by("lasso").addEventListener("click", () => press("lasso", by("lasso").getAttribute("aria-pressed") !== "true"));
    by("in-view").addEventListener("click", () => this.ask(view.frame()));
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { press("lasso", false); this.loop = []; this.ring = null; this.draw(); }
    });
    for (const kind of ["focus", "blur"]) box.addEventListener(kind, () => this.draw());
    const places = new Map(atlas.themes.map(({ id }, n) => [id, n])), index = by("themes");
    const of = (event) => places.get(event.target.closest("li")?.dataset.theme) ?? null;
    const choose = (theme) => { if (theme !== this.chosen) { this.chosen = theme; this.light(); } };
    for (const kind of ["pointerover", "focusin"]) index.addEventListener(kind, (event) => choose(of(event)));
    for (const kind of ["pointerleave", "focusout"]) index.addEventListener(kind, () => choose(null));
    show();
    for (const part of document.querySelectorAll("[data-live]")) part.hidden = false;
  }

  play(slider, show) {
    if (Number(slider.value) > this.atlas.days) slider.value = "0";
    by("play").textContent = "Pause";
    const pace = ((this.atlas.days + 1) / 12000); // days a millisecond: the whole time in twelve seconds
    let last = performance.now(), day = Number(slider.value);
    const step = (now) => {
      day += (now - last) * pace;
      last = now;
      slider.value = String(Math.min(day, this.atlas.days + 1));
      show();
      this.playing = day > this.atlas.days ? (this.stop(), null) : requestAnimationFrame(step);
    };
    this.playing = requestAnimationFrame(step);
  }

  stop() {
    cancelAnimationFrame(this.playing);
    this.playing = null;
    by("play").textContent = "Play";
  }

  // What is seen is kept in the address, so that it can be sent on.
  settle() {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => {
      const query = new URLSearchParams(location.search), { x, y, zoom } = this.view;
      const said = { colour: by("colour").value, x: x.toPrecision(5), y: y.toPrecision(5), zoom: zoom.toFixed(2) };
      for (const [name, value] of Object.entries(said)) query.set(name, value);
      history.replaceState(null, "", `?${query}`);
    }, 300);
  }

  restore() {
    const query = new URLSearchParams(location.search), { view } = this;
    if (MODES.includes(query.get("colour"))) by("colour").value = query.get("colour");
    const given = ["x", "y", "zoom"].map((name) => Number(query.get(name)));
    if (["x", "y", "zoom"].every((name) => query.has(name)) && given.every(Number.isFinite) && given[2] > 0) [view.x, view.y, view.zoom] = [given[0], given[1], Math.min(60, given[2])];
  }
}

const font = () => getComputedStyle(document.body).fontFamily;
function press(id, down) { by(id).setAttribute("aria-pressed", String(down)); box.classList.toggle("drawing", down); }

if (box) {
  try {
    const answer = await fetch(`/dashboard/data/map${box.dataset.query}`);
    if (!answer.ok) throw new Error(answer.statusText);
    new Chart(read(await answer.arrayBuffer()));
  } catch {
    note.textContent = "The map could not be loaded; load the page again.";
  }
}
