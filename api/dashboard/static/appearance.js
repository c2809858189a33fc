// Light or dark: the system's choice until the reader makes one, which this browser then keeps.
// A classic script in the head, so that the page is never drawn in the wrong colours first.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const kept = () => { try { return localStorage.getItem("appearance"); } catch { return null; } };
  const keep = (name) => { try { localStorage.setItem("appearance", name); } catch { /* the choice lasts for this page */ } };
  const shown = () => root.dataset.appearance ?? (dark.matches ? "dark" : "light");

  const choice = kept();
  if (choice === "dark" || choice === "light") root.dataset.appearance = choice;

  addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("appearance");
    const label = button.querySelector("b");
    const changed = () => {
      label.textContent = shown() === "dark" ? "Light" : "Dark";
      dispatchEvent(new Event("appearance"));
    };
    button.addEventListener("click", () => {
      root.dataset.appearance = shown() === "dark" ? "light" : "dark";
      keep(root.dataset.appearance);
      changed();
    });
    dark.addEventListener("change", changed);
    button.hidden = false;
    const here = document.querySelector(".top nav [aria-current]"), row = here?.parentElement;
    if (row && row.scrollWidth > row.clientWidth) row.scrollLeft = here.offsetLeft - row.offsetLeft - row.clientWidth / 3;
    changed();
  });
})();
