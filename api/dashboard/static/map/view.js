// What part of the map is seen: a middle and a scale, moved by mouse, touch and keys.
const CLOSEST = 60;

export class View {
  constructor(box) {
    this.box = box;
    this.wide = this.high = 1;
    this.x = (box.left + box.right) / 2;
    this.y = (box.low + box.top) / 2;
    this.zoom = 1;
  }

  size(wide, high) { [this.wide, this.high] = [wide, high]; }

  // Pixels of the page a unit of the map: at zoom 1 the whole map is seen.
  get scale() {
    const { left, right, low, top } = this.box;
    return 0.94 * this.zoom * Math.min(this.wide / (right - left || 1), this.high / (top - low || 1));
  }

  toPage(x, y) { return [(x - this.x) * this.scale + this.wide / 2, this.high / 2 - (y - this.y) * this.scale]; }

  toMap(px, py) { return [(px - this.wide / 2) / this.scale + this.x, (this.high / 2 - py) / this.scale + this.y]; }

  pan(dx, dy) {
    const { left, right, low, top } = this.box;
    this.x = Math.min(right, Math.max(left, this.x - dx / this.scale));
    this.y = Math.min(top, Math.max(low, this.y + dy / this.scale));
  }

  // Nearer or farther, the point under (px, py) staying where it is.
  near(factor, px = this.wide / 2, py = this.high / 2) {
    const [x, y] = this.toMap(px, py);
    this.zoom = Math.min(CLOSEST, Math.max(0.8, this.zoom * factor));
    const [nx, ny] = this.toMap(px, py);
    this.x += x - nx;
    this.y += y - ny;
  }

  whole() {
    const { left, right, low, top } = this.box;
    [this.x, this.y, this.zoom] = [(left + right) / 2, (low + top) / 2, 1];
  }

  frame() { return [[0, 0], [this.wide, 0], [this.wide, this.high], [0, this.high]]; }
}

// Drags, pinches, wheel and keys; `changed` is called after each, `tapped(px, py, keyed)` for a tap, a click or Enter.
export function steer(surface, view, { changed, tapped, drawing, drawn }) {
  const fingers = new Map();
  let moved = 0, apart = 0;
  const place = (event) => { const at = surface.getBoundingClientRect(); return [event.clientX - at.left, event.clientY - at.top]; };
  const spread = () => { const [a, b] = [...fingers.values()]; return Math.hypot(a[0] - b[0], a[1] - b[1]); };

  surface.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    surface.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, place(event));
    moved = fingers.size > 1 ? Infinity : 0;
    if (fingers.size === 2) apart = spread();
    if (drawing()) drawn(place(event), "begin");
  });
  surface.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const now = place(event);
    fingers.set(event.pointerId, now);
    moved += Math.hypot(now[0] - before[0], now[1] - before[1]);
    if (drawing() && fingers.size === 1) return drawn(now, "go on");
    view.pan((now[0] - before[0]) / fingers.size, (now[1] - before[1]) / fingers.size);
    if (fingers.size === 2) {
      const [a, b] = [...fingers.values()], wide = spread();
      if (apart) view.near(wide / apart, (a[0] + b[0]) / 2, (a[1] + b[1]) / 2);
      apart = wide;
    }
    changed();
  });
  const lifted = (event) => {
    if (!fingers.delete(event.pointerId)) return;
    if (drawing()) drawn(place(event), event.type === "pointerup" ? "end" : "give up");
    else if (event.type === "pointerup" && moved < 6) tapped(...place(event));
  };
  surface.addEventListener("pointerup", lifted);
  surface.addEventListener("pointercancel", lifted);
  surface.addEventListener("wheel", (event) => {
    event.preventDefault();
    const pixels = event.deltaY * (event.deltaMode ? 16 : 1);
    view.near(Math.exp(-Math.max(-240, Math.min(240, pixels)) * 0.002), ...place(event));
    changed();
  }, { passive: false });
  surface.addEventListener("dblclick", (event) => { view.near(2, ...place(event)); changed(); });
  surface.addEventListener("keydown", (event) => {
    const step = 60, keys = {
      ArrowLeft: () => view.pan(step, 0), ArrowRight: () => view.pan(-step, 0), ArrowUp: () => view.pan(0, step), ArrowDown: () => view.pan(0, -step),
      "+": () => view.near(1.3), "=": () => view.near(1.3), "-": () => view.near(1 / 1.3), 0: () => view.whole(),
      Enter: () => tapped(view.wide / 2, view.high / 2, true), " ": () => tapped(view.wide / 2, view.high / 2, true),
    };
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
    changed();
  });
}
