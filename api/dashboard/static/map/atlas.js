// The points of the map: columns as the server sends them, and where each theme's lie.
export const NOWHERE = 65535;

// One binary answer: "FMAP", the length of a head, the head as JSON, then the columns; see pipelines/atlas.py.
export function read(buffer) {
  const view = new DataView(buffer);
  if (buffer.byteLength < 8 || view.getUint32(0, false) !== 0x464d4150) throw new Error("not a map");
  const length = view.getUint32(4, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  const n = head.count;
  let at = 8 + length;
  const column = (Kind) => {
    const found = new Kind(buffer, at, n);
    at += n * Kind.BYTES_PER_ELEMENT;
    return found;
  };
  const points = {
    x: column(Float32Array), y: column(Float32Array), theme: column(Uint16Array), day: column(Uint16Array),
    stage: column(Uint8Array), channel: column(Uint8Array), friction: column(Uint8Array), sentiment: column(Int8Array),
  };
  return { ...head, ...points, days: points.day.reduce((most, day) => Math.max(most, day), 0), box: box(points) };
}

function box({ x, y }) {
  const found = { left: Infinity, right: -Infinity, low: Infinity, top: -Infinity };
  for (let i = 0; i < x.length; i++) {
    if (x[i] < found.left) found.left = x[i];
    if (x[i] > found.right) found.right = x[i];
    if (y[i] < found.low) found.low = y[i];
    if (y[i] > found.top) found.top = y[i];
  }
  return x.length ? found : { left: 0, right: 1, low: 0, top: 1 };
}

// Each theme's middle: the median of its points, which no far one moves.
export function middles(atlas) {
  const members = atlas.themes.map(() => []);
  for (let i = 0; i < atlas.count; i++) if (atlas.theme[i] !== NOWHERE) members[atlas.theme[i]].push(i);
  const median = (of, values) => Float32Array.from(of, (i) => values[i]).sort()[of.length >> 1];
  return members.map((of, theme) => ({ theme, size: of.length, x: median(of, atlas.x), y: median(of, atlas.y) }))
    .filter((place) => place.size);
}

export const dateOf = (atlas, day) => new Date(Date.parse(`${atlas.first}T00:00:00Z`) + day * 86400000);
