// A figure as SVG or PNG: what is drawn is written again as shapes and words, with the colours that the page shows.
const SVG = "http://www.w3.org/2000/svg", PAD = 12;
// In a document that is not shown, which loads nothing: the page's own policy allows no image from data.
const inert = document.implementation.createDocument(SVG, "svg", null);
const make = (name, attributes) => {
  const made = inert.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};
const LOOKS = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-linejoin", "opacity",
  "font-family", "font-size", "font-weight", "text-anchor", "dominant-baseline", "display", "visibility"];

export function written(figure) {
  const frame = figure.getBoundingClientRect(), wide = Math.ceil(frame.width) + 2 * PAD, high = Math.ceil(frame.height) + 2 * PAD;
  const whole = make("svg", { xmlns: SVG, width: wide, height: high, viewBox: `0 0 ${wide} ${high}` });
  whole.append(make("rect", { width: wide, height: high, fill: getComputedStyle(document.documentElement).getPropertyValue("--card").trim() }));
  const at = (box) => ({ x: box.x - frame.x + PAD, y: box.y - frame.y + PAD, width: box.width, height: box.height });
  walk(figure, whole, at);
  return whole;
}

function walk(node, into, at) {
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) words(child, into, at);
    if (child.nodeType !== Node.ELEMENT_NODE || child.matches("details, .save, script, noscript, form, button:not(#legend button)")) continue;
    const look = getComputedStyle(child), box = child.getBoundingClientRect();
    if (look.display === "none" || look.visibility === "hidden" || !box.width || !box.height) continue;
    if (child instanceof SVGSVGElement) { into.append(drawn(child, at(box))); continue; }
    if (child instanceof HTMLCanvasElement) { into.append(make("image", { ...at(box), href: child.toDataURL("image/png") })); continue; }
    if (!/^(transparent|rgba\(0, 0, 0, 0\))$/.test(look.backgroundColor)) into.append(make("rect", { ...at(box), fill: look.backgroundColor, rx: parseFloat(look.borderTopLeftRadius) || 0 }));
    walk(child, into, at);
  }
}

function words(node, into, at) {
  if (!node.data.trim()) return;
  const range = document.createRange(), look = getComputedStyle(node.parentElement);
  range.selectNodeContents(node);
  for (const line of lines(node, range)) {
    const { x, y, height } = at(line.box);
    const text = make("text", { x, y: y + height * 0.78, fill: look.color, "font-family": look.fontFamily, "font-size": look.fontSize, "font-weight": look.fontWeight });
    text.textContent = line.text;
    into.append(text);
  }
}

// A text node as lines, each with its box.
function lines(node, range) {
  const found = [];
  for (const { 0: word, index } of node.data.matchAll(/\S+\s*/g)) {
    range.setStart(node, index);
    range.setEnd(node, index + word.trimEnd().length);
    const box = range.getBoundingClientRect(), last = found.at(-1);
    if (!box.width) continue;
    if (last && Math.abs(last.box.y - box.y) < 2) last.text += ` ${word.trim()}`;
    else found.push({ text: word.trim(), box });
  }
  return found;
}

function drawn(svg, place) {
  const copy = svg.cloneNode(true), originals = svg.querySelectorAll("*"), copies = copy.querySelectorAll("*");
  originals.forEach((original, n) => {
    const look = getComputedStyle(original);
    for (const name of LOOKS) copies[n].setAttribute(name, look.getPropertyValue(name));
    copies[n].removeAttribute("style");
    copies[n].removeAttribute("class");
  });
  copy.removeAttribute("class");
  copy.removeAttribute("style");
  for (const [name, value] of Object.entries(place)) copy.setAttribute(name, value);
  copy.setAttribute("overflow", "visible");
  return copy;
}

async function saved(figure, kind, name) {
  const svg = written(figure), text = new XMLSerializer().serializeToString(svg);
  let blob = new Blob([text], { type: "image/svg+xml" });
  if (kind === "png") {
    const picture = new Image(), canvas = document.createElement("canvas");
    picture.src = URL.createObjectURL(blob);
    await picture.decode();
    [canvas.width, canvas.height] = [2 * picture.width, 2 * picture.height];
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(picture.src);
    blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${name}.${kind}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

for (const button of document.querySelectorAll("button[data-save]")) {
  const figure = button.closest("figure");
  button.setAttribute("aria-label", `${button.textContent} of ${figure.dataset.download}`);
  button.addEventListener("click", () => saved(figure, button.dataset.save, figure.dataset.download));
  button.hidden = false;
}
