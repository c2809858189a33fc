// What both plotly figures share: the page's colours and fonts, and drawing again when the appearance changes.
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export const CONFIG = { displaylogo: false, responsive: true, displayModeBar: false };

// The five steps of the one friction scale, each 20 wide.
export const band = (friction) => Math.min(4, Math.floor(friction / 20));

export const frictionScale = () =>
  [0, 1, 2, 3, 4].flatMap((n) => [[n / 5, colour(`--f${n}`)], [(n + 1) / 5, colour(`--f${n}`)]]);

export const TOP = 100;

export function layout(more) {
  const ink = colour("--ink");
  return {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: getComputedStyle(document.body).fontFamily, size: 13, color: ink },
    hoverlabel: {
      bgcolor: colour("--card"), bordercolor: colour("--line"), align: "left",
      font: { family: getComputedStyle(document.body).fontFamily, color: ink, size: 13 },
    },
    margin: { l: 8, r: 8, t: 8, b: 8 },
    showlegend: false,
    ...more,
  };
}

// plotly reads a small part of HTML in texts: what a store holds must stay text.
export const plain = (text) =>
  String(text ?? "").replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

export const words = (name) => {
  const text = String(name ?? "").replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
};

export function always(draw) {
  addEventListener("appearance", draw);
  draw();
}
export { colour };
