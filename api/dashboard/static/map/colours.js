// Which colour a point has: by theme, sentiment, friction, stage, channel or time; safe for colour-blind readers, light and dark.
import { NOWHERE, dateOf } from "./atlas.js";
import { pixel } from "./paint.js";

// Tol's "muted", and the same hues lighter on a dark page; Okabe and Ito's; cividis.
const MUTED = {
  light: ["#332288", "#117733", "#cc6677", "#999933", "#aa4499", "#44aa99", "#882255", "#6699cc", "#b5872b"],
  dark: ["#9a90e8", "#5fbf77", "#ee8fa0", "#c3c35a", "#d98fd2", "#5cc9b8", "#e07aa8", "#8fc1ee", "#e0b35c"],
};
const OKABE = {
  light: ["#0072b2", "#d55e00", "#009e73", "#b8548f", "#b07d00", "#2f8fc7", "#8a8f00", "#5b5b5b", "#7a3fb0"],
  dark: ["#56b4e9", "#f08a4b", "#2fc79b", "#e29bc5", "#e6b13a", "#8fd0f5", "#d8d84a", "#c0c0c0", "#b796e0"],
};
const FEELING = {
  light: ["#9b2226", "#c8553d", "#d99a83", "#b9b4a8", "#7fa6c9", "#3d78b0", "#1d4f91"],
  dark: ["#f2564a", "#f29180", "#e6c4ba", "#7d858a", "#a5c4e4", "#6799dc", "#3f74e0"],
};
const TIME = {
  light: ["#00224e", "#2a3f6d", "#575d6d", "#7d7c78", "#a59c74", "#c4a53a", "#b98700"],
  dark: ["#4f6fb0", "#6c82b0", "#8a94ab", "#a8a8a0", "#c9bd7a", "#e3cd55", "#fee838"],
};

export const MODES = ["theme", "friction", "sentiment", "stage", "channel", "time"];

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
export const look = () => (getComputedStyle(document.documentElement).colorScheme.includes("dark") ? "dark" : "light");

// A CSS colour as "#rrggbb", whatever its notation.
const probe = document.createElement("canvas").getContext("2d");
export const colour = (name) => { probe.fillStyle = css(name); return probe.fillStyle; };

const step = (value, low, top, count) => Math.max(0, Math.min(count - 1, Math.floor(((value - low) / (top - low || 1)) * count)));
const words = (name) => { const text = name.replaceAll("_", " "); return text.charAt(0).toUpperCase() + text.slice(1); };

// For a mode: `code(i)`, the step or name that a point has (-1 for none), and `legend`: [{ code, name, hex }].
export function scheme(mode, atlas, bands) {
  const of = look(), cycle = (list, n) => list[of][n % list[of].length];
  const named = (list, names, values) => ({
    code: (i) => values[i], legend: names.map((name, code) => ({ code, name: words(name), hex: cycle(list, code) })),
  });
  const day = (n) => dateOf(atlas, n).toLocaleDateString(undefined, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  return {
    theme: () => ({
      code: (i) => (atlas.theme[i] === NOWHERE ? -1 : atlas.theme[i]),
      legend: atlas.themes.map(({ id, name }, code) => ({ code, name, id, hex: cycle(MUTED, code) })),
    }),
    friction: () => ({
      code: (i) => step(atlas.friction[i], 0, 100, 5),
      legend: bands.map((name, code) => ({ code, name, hex: colour(`--f${code}`) })),
    }),
    sentiment: () => ({
      code: (i) => step(atlas.sentiment[i], -100, 101, 7),
      legend: ["very negative", "negative", "rather negative", "neutral", "rather positive", "positive", "very positive"]
        .map((name, code) => ({ code, name: words(name), hex: FEELING[of][code] })),
    }),
    stage: () => named(OKABE, atlas.stages, atlas.stage),
    channel: () => named(OKABE, atlas.channels, atlas.channel),
    time: () => ({
      code: (i) => step(atlas.day[i], 0, atlas.days + 1, 7),
      legend: TIME[of].map((hex, code) => ({ code, hex, name: `from ${day(Math.ceil((code * (atlas.days + 1)) / 7))}` })),
    }),
  }[mode]();
}

// A pixel a point, and each point's code.
export function coloured(found, atlas, none) {
  const table = new Map(found.legend.map(({ code, hex }) => [code, pixel(hex)]));
  const codes = new Int32Array(atlas.count), colours = new Uint32Array(atlas.count);
  for (let i = 0; i < atlas.count; i++) {
    codes[i] = found.code(i);
    colours[i] = table.get(codes[i]) ?? none;
  }
  return { codes, colours };
}
