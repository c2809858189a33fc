// The review by keys: what is said is sent at once, and the next item is at hand.
const items = [...document.querySelectorAll(".item")];
let at = -1;

const go = (to, { focus = true } = {}) => {
  if (to < 0 || to >= items.length) return;
  items[at]?.classList.remove("now");
  at = to;
  items[at].classList.add("now");
  if (focus) {
    items[at].focus({ preventScroll: true });
    items[at].scrollIntoView({ block: "nearest" });
  }
};

async function send(item, form, button) {
  const said = new URLSearchParams(new FormData(form, button)), told = item.querySelector(".said-so");
  if (!said.get("other") && !said.get("value")) return;
  const words = said.get("other") ? form.elements.other.selectedOptions[0].textContent : button.textContent.replace(/^\s*\S+\s/, "").replace(/\s*\d+ %\s*$/, "").trim();
  item.classList.add("done");
  told.classList.remove("failed");
  told.textContent = `You said: ${words}`;
  const next = items.findIndex((one, n) => n > at && !one.classList.contains("done"));
  if (next >= 0) go(next); else document.querySelector(".more")?.focus();
  const answer = await fetch("/review", { method: "POST", body: said, headers: { accept: "text/plain" } }).catch(() => null);
  if (answer?.ok) return;
  item.classList.remove("done");
  told.classList.add("failed");
  told.textContent = "This could not be kept; load the page again and say it once more.";
}

for (const [n, item] of items.entries()) {
  item.addEventListener("focusin", () => go(n, { focus: false }));
  item.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.submitter?.name === "value") event.target.elements.other && (event.target.elements.other.value = "");
    send(item, event.target, event.submitter);
  });
}

addEventListener("keydown", (event) => {
  if (!items.length || event.ctrlKey || event.metaKey || event.altKey || /^(input|select|textarea)$/i.test(event.target.tagName)) return;
  const item = items[at], choices = item ? [...item.querySelectorAll("button[name=value]")] : [];
  const act = {
    j: () => go(at + 1), k: () => go(at - 1), "?": () => choices.at(-1)?.click(),
    o: () => item?.querySelector("select")?.focus(), c: () => item?.querySelector(".context")?.click(),
  }[event.key] ?? (/^[1-9]$/.test(event.key) ? () => choices.slice(0, -1)[Number(event.key) - 1]?.click() : null);
  if (!act) return;
  event.preventDefault();
  act();
});

for (const part of document.querySelectorAll("[data-live]")) part.hidden = false;
if (items.length) go(0, { focus: false });
