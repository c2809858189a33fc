// The map of themes: a dot a message, coloured by friction, with the themes' names at their centres.
import { CONFIG, TOP, always, colour, frictionScale, layout, plain, words } from "./figure.js";

const figure = document.getElementById("map");
const index = document.getElementById("themes");
const note = document.getElementById("map-note");

if (figure) {
  const answer = await fetch("/dashboard/data/map");
  const themes = [...index.children].map((item) => JSON.parse(item.dataset.theme));
  if (answer.ok) start(themes, await answer.json());
  else note.textContent = "The map could not be loaded; load the page again.";
}

function start(themes, { points, days, shown, all }) {
  const touch = matchMedia("(pointer: coarse)").matches;
  const whole = { x: range(points.x), y: range(points.y) };
  const names = new Map(themes.map((theme) => [theme.id, theme]));
  const size = points.x.length > 1500 ? 5 : 8;
  const hover = points.theme.map((id, n) => describe(names.get(id), points, days[n], n));
  let chosen = null, view = whole;

  const draw = () => {
    const opacity = points.theme.map((id) => (chosen ? (id === chosen ? 1 : 0.12) : id === null ? 0.3 : 0.9));
    const dots = {
      type: "scatter", mode: "markers", x: points.x, y: points.y, text: hover,
      customdata: points.conversation, hovertemplate: "%{text}<extra></extra>",
      marker: {
        color: points.friction, cmin: 0, cmax: TOP, colorscale: frictionScale(), opacity, size,
        line: { width: 0.5, color: colour("--edge") },
      },
    };
    const axis = { visible: false };
    return Plotly.react(figure, [dots], layout({
      xaxis: { ...axis, range: view.x }, yaxis: { ...axis, range: view.y }, dragmode: touch ? false : "zoom",
      hovermode: "closest", margin: { l: 0, r: 0, t: 0, b: 0 },
      annotations: labels(themes, chosen, view, figure.clientWidth, figure.clientHeight),
    }), { ...CONFIG, doubleClick: false });
  };
  const choose = (id) => { if (id !== chosen) { chosen = id; draw(); } };
  const look = (at) => { view = at; draw(); };

  const item = (event) => themes[[...index.children].indexOf(event.target.closest("li"))]?.id ?? null;
  for (const kind of ["pointerover", "focusin"]) index.addEventListener(kind, (event) => choose(item(event)));
  for (const kind of ["pointerleave", "focusout"]) index.addEventListener(kind, () => choose(null));
  always(draw);
  addEventListener("resize", draw);
  figure.on("plotly_click", (event) => { location.href = `/conversations/${encodeURIComponent(event.points[0].customdata)}`; });
  figure.on("plotly_doubleclick", () => look(whole));
  figure.on("plotly_relayout", (to) => {
    if ("xaxis.range[0]" in to) look({ x: [to["xaxis.range[0]"], to["xaxis.range[1]"]], y: [to["yaxis.range[0]"], to["yaxis.range[1]"]] });
  });
  if (shown < all) note.textContent = `${shown.toLocaleString("en")} of ${all.toLocaleString("en")} messages are drawn.`;
}

function describe(theme, points, day, n) {
  const head = theme
    ? `<b>${plain(theme.name)}</b><br>${theme.conversations} conversations, mean friction ${Math.round(theme.friction)}`
    : "<b>No theme</b>";
  return `${head}<br>This message: friction ${Math.round(points.friction[n])}, sentiment ${points.sentiment[n].toFixed(2).replace("-", "\u2212")}` +
    `<br>${plain(words(points.stage[n]))}, ${plain(points.channel[n])}, ${day}`;
}

// The largest themes first; a name that would cover another waits until its theme is chosen or zoomed to.
function labels(themes, chosen, view, wide, high) {
  const size = wide < 500 ? 11 : 13, taken = [];
  const place = (value, [from, to], length) => ((value - from) / (to - from)) * length;
  const order = chosen ? themes.filter((theme) => theme.id === chosen) : [...themes].sort((a, b) => b.conversations - a.conversations);
  return order.flatMap((theme) => {
    const lines = wrap(theme.name, wide < 500 ? 14 : 22);
    const x = place(theme.x, view.x, wide), y = high - place(theme.y, view.y, high);
    const w = Math.max(...lines.map((line) => line.length)) * size * 0.58 + 10, h = lines.length * size * 1.3 + 6;
    const left = Math.min(Math.max(x - w / 2, 0), wide - w);
    const covers = taken.some((b) => left < b.right && left + w > b.left && y - h / 2 < b.low && y + h / 2 > b.top);
    if (covers || x < 0 || x > wide || y < 0 || y > high) return [];
    taken.push({ left, right: left + w, top: y - h / 2, low: y + h / 2 });
    return [{
      x: theme.x, y: theme.y, xshift: left + w / 2 - x, text: lines.map(plain).join("<br>"), showarrow: false,
      font: { size, color: colour("--ink"), weight: 600 }, bgcolor: colour("--veil"), borderpad: 2,
    }];
  });
}

function range(values) {
  const [low, top] = values.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity]);
  const pad = (top - low) * 0.05 || 1;
  return [low - pad, top + pad];
}

function wrap(text, length) {
  const lines = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= length) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.slice(0, 3);
}
