"""How soon the dashboard's pages are seen and answer, in Chromium: over the sample, and over 100,000 conversations.

Run `frictionary demo --no-serve` first, and for the large store, which takes ten minutes, `frictionary simulate
--customers 38900 --seed 8 --out var/world` and `frictionary ingest var/world/customers.csv var/world/events.csv
var/world/tickets.jsonl var/world/threads.jsonl --no-names --store var/world/world.db`, or faster without the models as
benchmarks/told.py says; then `python -m benchmarks.dashboard`. Needs playwright and Chromium.
"""

import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks.heading import heading
from benchmarks.served import served
from benchmarks.told import RUN
from pipelines.overview import overview
from pipelines.settings import ROOT, Settings
from pipelines.stores import open_store

SAMPLE = ROOT / "var" / "demo" / "demo.db"
WORLD = ROOT / "var" / "world" / "world.db"
OUT = ROOT / "benchmarks" / "results" / "dashboard.md"
SEED, ROUNDS = 8, 3
PAINT = """() => new Promise(done => { const seen = () => performance.getEntriesByName("first-contentful-paint")[0];
const look = () => seen() ? done(seen().startTime) : setTimeout(look, 10); look(); })"""
FRAMES = """async (how) => { const times = [], box = document.getElementById("map"), at = box.getBoundingClientRect();
const next = () => new Promise(requestAnimationFrame), middle = [at.x + at.width / 2, at.y + at.height / 2];
const point = (kind, x, y) => box.dispatchEvent(new PointerEvent(kind,
  { clientX: x, clientY: y, pointerId: 1, bubbles: true }));
box.setPointerCapture = () => {};
const wheel = (deltaY) => box.dispatchEvent(new WheelEvent("wheel",
  { deltaY, clientX: middle[0], clientY: middle[1], bubbles: true, cancelable: true }));
if (how === "drag") point("pointerdown", ...middle);
if (how === "play") document.getElementById("play").click();
await next(); let last = await next();
for (let n = 0; n < 60; n++) {
  if (how === "zoom") wheel(n < 30 ? -40 : 40);
  if (how === "drag") point("pointermove", middle[0] + 4 * (n < 30 ? n : 60 - n), middle[1] + 2 * n);
  const now = await next(); times.push(now - last); last = now;
}
if (how === "drag") point("pointercancel", ...middle);
if (how === "play") document.getElementById("play").click();
return times; }"""
MOVES = {"zoom": "coming nearer and going back", "drag": "dragged", "play": "played through time"}
DRAWN = """(() => { const pen = document.getElementById("dots").getContext("2d");
return new Uint32Array(pen.getImageData(0, 0, 400, 400).data.buffer).some((p, _, a) => p !== a[0]); })()"""
UNTIL = """() => new Promise(done => { const look = () => requestAnimationFrame(() =>
(%s) ? requestAnimationFrame(() => done(performance.now() - (window.began ?? 0))) : look()); look(); })"""


def pages(tab: Page, url: str) -> list[str]:
    """The addresses to measure, those of a theme, a customer and a conversation found on the pages."""
    found = ["/"]
    for path, link in (("/", "/themes/"), ("/customers", "/customers/"), ("/conversations", "/conversations/")):
        tab.goto(url + path)
        address = tab.locator(f"main a[href^='{link}']").first.get_attribute("href") or path
        found.append(address.partition("#")[0])
    return [
        *found,
        "/map",
        "/stages",
        "/customers",
        "/conversations",
        "/review?who=Ada",
        "/search?q=parcel&mode=text",
        "/quality",
        "/report",
    ]


def painted(tab: Page, url: str, path: str) -> tuple[float, float]:
    """(milliseconds until the first and a later view paint), the later ones by their median."""
    times = []
    for _ in range(ROUNDS + 1):
        tab.goto(url + path, wait_until="commit")
        times.append(float(tab.evaluate(PAINT)))
    return times[0], statistics.median(times[1:])


def acts(tab: Page, url: str) -> list[tuple[str, float]]:
    """Milliseconds from a key or click to what it shows."""
    tab.goto(url + "/review?who=Benchmark", wait_until="networkidle")
    shown = "document.querySelectorAll('.item.done').length === 1"
    rows = [("review: an answer by key, until the next is at hand", _took(tab, lambda: tab.keyboard.press("?"), shown))]
    tab.goto(url + "/map", wait_until="networkidle")
    tab.evaluate(UNTIL % DRAWN)
    five, found = "document.querySelectorAll('#legend li').length === 5", "!!document.querySelector('#read h2')"
    pick, read = tab.locator("#colour"), tab.get_by_role("button", name="Read what is in view")
    rows.append(("map: another colour, until it is drawn", _took(tab, lambda: pick.select_option("friction"), five)))
    rows.append(("map: read what is in view, until it is there", _took(tab, read.click, found)))
    tab.goto(url, wait_until="networkidle")
    dark = "document.documentElement.dataset.appearance === 'dark'"
    rows.append(("light to dark", _took(tab, tab.locator("#appearance").click, dark)))
    return rows + ways(tab, url)


def ways(tab: Page, url: str) -> list[tuple[str, float]]:
    """Milliseconds from a click that leads to another page until that is painted; the second time, as a reader who was
    there before has it."""
    show, seek = tab.get_by_role("button", name="Show"), tab.get_by_role("button", name="Search")

    def chosen(path: str, name: str, value: str) -> None:
        tab.goto(url + path, wait_until="networkidle")
        tab.locator(f"select[name={name}]").select_option(value)

    def theme() -> None:
        tab.goto(url, wait_until="networkidle")

    def asked(mode: str) -> None:
        tab.goto(f"{url}/search?mode={mode}", wait_until="networkidle")
        tab.get_by_label("What to look for").fill("refund")

    def owned() -> None:
        tab.goto(url, wait_until="networkidle")
        tab.locator(".themes tbody a").first.click()
        tab.wait_for_load_state("networkidle")
        tab.locator(".say summary", has_text="Edit").first.click()
        tab.get_by_label("Owner").fill(f"Team {tab.evaluate('Date.now()')}")
        if tab.get_by_label("Your name").first.is_visible():
            tab.get_by_label("Your name").first.fill("Benchmark")

    rows: list[tuple[str, Callable[[], None], Any]] = [
        ("overview: the last 13 weeks alone", lambda: chosen("/", "period", "13w"), show),
        ("overview: calls alone", lambda: chosen("/", "channel", "call"), show),
        ("overview to a theme", theme, tab.locator(".themes tbody a").first),
        ("theme: an owner saved", owned, tab.get_by_role("button", name="Save")),
        ("journey: chats alone", lambda: chosen("/stages", "channel", "chat"), show),
        ("conversations: tickets alone", lambda: chosen("/conversations", "channel", "ticket"), show),
        ("search by words", lambda: asked("text"), seek),
        ("search by words and meaning", lambda: asked("both"), seek),
    ]
    return [(what, min(_led(tab, ready, click) for _ in range(2))) for what, ready, click in rows]


def _led(tab: Page, ready: Callable[[], None], click: Any) -> float:
    ready()
    began = float(tab.evaluate("performance.timeOrigin + performance.now()"))
    with tab.expect_navigation(wait_until="commit"):
        click.click()
    return float(tab.evaluate(PAINT)) + float(tab.evaluate("performance.timeOrigin")) - began


def _took(tab: Page, do: Callable[[], Any], until: str) -> float:
    """From the act to the frame after what it shows, as the page's own clock has it."""
    tab.evaluate("() => { window.began = performance.now(); }")
    do()
    return float(tab.evaluate(UNTIL % until))


def measured(tab: Page, url: str, name: str) -> list[str]:
    lines = [f"\n## {name}\n", "| page | first paint, ms | again, median, ms |", "|---|---:|---:|"]
    for path in pages(tab, url):
        first, again = painted(tab, url, path)
        shown = "/" + path.split("?")[0].strip("/").split("/")[0] + ("/{id}" if path.count("/") > 1 else "")
        lines.append(f"| `{shown}` | {first:.0f} | {again:.0f} |")
    lines += ["\n| act | ms |", "|---|---:|", *(f"| {what} | {took:.0f} |" for what, took in acts(tab, url))]
    tab.goto(url + "/map", wait_until="networkidle")
    tab.evaluate(UNTIL % DRAWN)
    lines += ["\n| the map, 60 frames | in the middle, ms a frame | 95th percentile |", "|---|---:|---:|"]
    for how, words in MOVES.items():
        frames = tab.evaluate(FRAMES, how)
        lines.append(f"| {words} | {statistics.median(frames):.0f} | {statistics.quantiles(frames, n=20)[-1]:.0f} |")
    note = tab.evaluate("fetch('/dashboard/data/map').then(a => a.arrayBuffer()).then(a => a.byteLength)")
    return [*lines, f"\nThe map's points are {note:,} bytes."]


def main(sample: Path = SAMPLE, world: Path = WORLD, out: Path = OUT) -> None:
    lines: list[str] = []
    with sync_playwright() as running:
        browser = running.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        tab = browser.new_page(viewport={"width": 1440, "height": 900})
        tab.set_default_timeout(300_000)
        for store, what in ((sample, "The sample"), (world, "A simulated company")):
            with tempfile.TemporaryDirectory() as folder:
                own = Path(folder) / "store.db"
                shutil.copy(store, own)
                with open_store(f"sqlite:///{own}") as opened:
                    told, by = overview(opened), "its truth" if opened.themes.current_run() == RUN else "the models"
                name = f"{what}: {told['conversations']:,} conversations, {told['segments']:,} messages, told by {by}"
                with served(Settings(store=f"sqlite:///{own}", port=0)) as url:
                    lines += measured(tab, url, name)
            write(out, lines)
        browser.close()
    print(out.read_text("utf-8"))


def write(out: Path, lines: list[str]) -> None:
    head = heading("The dashboard in a browser", command="python -m benchmarks.dashboard", seed=SEED)
    goals = "\nGoals: first paint under 1,000 ms, acts under 200 ms on the sample. "
    goals += "Chromium without a graphics card, on the server's own machine, "
    goals += (
        f"whose load average over five minutes was {os.getloadavg()[1]:.1f}: with more than its cores, all is slower.\n"
    )
    out.write_text(head + goals + "\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
