// The heat map of themes by stage: colour is mean friction, the number in a cell its conversations.
import { CONFIG, TOP, always, band, colour, frictionScale, layout, plain, words } from "./figure.js";

const figure = document.getElementById("heat-map");
const { stages, themes, friction, conversations } = JSON.parse(figure.dataset.chart);
const cut = (name) => (name.length > 36 ? `${name.slice(0, 35)}…` : name);
const cells = themes.flatMap((_, y) => stages.map((stage, x) => ({ x: words(stage), y, f: friction[y][x], n: conversations[y][x] })))
  .filter((cell) => cell.f !== null);

always(() => {
  const rows = themes.map((_, n) => n);
  const heat = {
    type: "heatmap", x: stages.map(words), y: rows, z: friction, text: conversations,
    customdata: themes.map((theme) => stages.map(() => plain(theme.name))),
    zmin: 0, zmax: TOP, colorscale: frictionScale(), showscale: false, xgap: 3, ygap: 3, hoverongaps: false,
    hovertemplate: "<b>%{customdata}</b><br>%{x}: %{text} conversations, mean friction %{z:.0f}<extra></extra>",
  };
  const numbers = {
    type: "scatter", mode: "text", hoverinfo: "skip",
    x: cells.map((cell) => cell.x), y: cells.map((cell) => cell.y), text: cells.map((cell) => cell.n),
    textfont: { color: cells.map((cell) => colour(`--on-f${band(cell.f)}`)) },
  };
  const axis = { fixedrange: true, showgrid: false, zeroline: false, ticks: "", color: colour("--ink") };
  Plotly.react(figure, [heat, numbers], layout({
    xaxis: { ...axis, side: "top", range: [-0.5, stages.length - 0.5] },
    yaxis: {
      ...axis, range: [themes.length - 0.5, -0.5], automargin: true,
      tickvals: rows, ticktext: themes.map((theme) => plain(cut(theme.name))), ticklabelstandoff: 8,
    },
    margin: { l: 8, r: 8, t: 36, b: 8 },
  }), CONFIG);
});
