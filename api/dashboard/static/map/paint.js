// Dots into the pixels of a canvas: 100,000 a frame without help from a graphics card, alike on every machine.
const little = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

// A colour of the page ("#rrggbb") as a pixel.
export function pixel(hex) {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return (little ? (255 << 24) | (b << 16) | (g << 8) | r : (r << 24) | (g << 16) | (b << 8) | 255) >>> 0;
}

export class Painter {
  constructor(canvas) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d", { alpha: false });
  }

  size(wide, high, ratio) {
    [this.canvas.width, this.canvas.height] = [Math.max(1, Math.round(wide * ratio)), Math.max(1, Math.round(high * ratio))];
    this.ratio = ratio;
    this.image = this.pen.createImageData(this.canvas.width, this.canvas.height);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  // `colours`: a pixel a point. `lit`: 1 for points in their colour, on top, 0 for those in `dim`, 2 for none at all.
  paint({ x, y, count }, colours, { view, radius, paper, dim, lit }) {
    this.pixels.fill(paper);
    const stamp = disc(radius * this.ratio, this.canvas.width);
    for (const level of [0, 1]) this.layer(x, y, count, level ? colours : null, dim, lit, level, view, stamp);
    this.pen.putImageData(this.image, 0, 0);
  }

  layer(x, y, count, colours, dim, lit, level, view, { full, half, reach }) {
    const { pixels, canvas: { width, height }, ratio } = this;
    const scale = view.scale * ratio, left = width / 2 - view.x * scale, top = height / 2 + view.y * scale;
    for (let i = 0; i < count; i++) {
      if (lit[i] !== level) continue;
      const px = (x[i] * scale + left) | 0, py = (top - y[i] * scale) | 0;
      if (px < reach || py < reach || px >= width - reach || py >= height - reach) continue;
      const at = py * width + px, colour = colours ? colours[i] : dim;
      for (let k = 0; k < full.length; k++) pixels[at + full[k]] = colour;
      const part = (colour & 0xfefefefe) >>> 1;
      for (let k = 0; k < half.length; k++) {
        const p = at + half[k];
        pixels[p] = (((pixels[p] & 0xfefefefe) >>> 1) + part) | ALPHA;
      }
    }
  }
}

const ALPHA = little ? 0xff000000 : 0x000000ff;

// The pixels that a disc covers, as steps from its middle: wholly, or about half.
function disc(radius, width) {
  const reach = Math.ceil(radius), full = [], half = [];
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const beyond = Math.hypot(dx, dy) - radius;
      if (beyond <= -0.35) full.push(dy * width + dx);
      else if (beyond < 0.4) half.push(dy * width + dx);
    }
  }
  return { full: Int32Array.from(full), half: Int32Array.from(half), reach };
}
