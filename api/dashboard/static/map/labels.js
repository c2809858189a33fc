// Themes' names on the map: the largest first, on a grid of cells that a name takes, so that none covers another.
const CELL = 6, LONGEST = 22, LINES = 3;

// Where names go: [{ theme, lines, left, top, wide, high, size }], in pixels of the page.
export function laid(places, names, view, measure) {
  const across = Math.ceil(view.wide / CELL), down = Math.ceil(view.high / CELL), taken = new Uint8Array(across * down);
  const most = Math.max(1, ...places.map((place) => place.size));
  return [...places].sort((a, b) => b.size - a.size).flatMap((place) => {
    const [x, y] = view.toPage(place.x, place.y);
    if (x < 0 || y < 0 || x > view.wide || y > view.high) return [];
    const size = Math.round(11 + 4 * Math.sqrt(place.size / most)) - (view.wide < 500 ? 1 : 0);
    const lines = wrapped(names[place.theme]), wide = Math.max(...lines.map((line) => measure(line, size))) + 8, high = lines.length * size * 1.25 + 6;
    const left = Math.max(0, Math.min(x - wide / 2, view.wide - wide)), top = Math.max(0, Math.min(y - high / 2, view.high - high));
    return claim(taken, across, down, left, top, wide, high) ? [{ theme: place.theme, lines, left, top, wide, high, size }] : [];
  });
}

function claim(taken, across, down, left, top, wide, high) {
  const [c1, r1] = [Math.floor(left / CELL), Math.floor(top / CELL)];
  const [c2, r2] = [Math.min(across - 1, Math.floor((left + wide) / CELL)), Math.min(down - 1, Math.floor((top + high) / CELL))];
  for (let r = r1; r <= r2; r++) for (let c = c1; c <= c2; c++) if (taken[r * across + c]) return false;
  for (let r = r1; r <= r2; r++) taken.fill(1, r * across + c1, r * across + c2 + 1);
  return true;
}

export function wrapped(text) {
  const lines = [];
  for (const word of [...text.matchAll(/\S+/g)].map(([found]) => (found.length > LONGEST ? `${found.slice(0, LONGEST - 1)}…` : found))) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= LONGEST) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.length > LINES ? [...lines.slice(0, LINES - 1), `${lines[LINES - 1]}…`] : lines;
}

export function draw(pen, laidOut, { ink, halo, font }) {
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  for (const { lines, left, top, wide, high, size } of laidOut) {
    pen.font = `600 ${size}px ${font}`;
    lines.forEach((line, n) => {
      const x = left + wide / 2, y = top + (high * (n + 0.5)) / lines.length;
      pen.lineWidth = 4;
      pen.strokeStyle = halo;
      pen.strokeText(line, x, y);
      pen.fillStyle = ink;
      pen.fillText(line, x, y);
    });
  }
}
