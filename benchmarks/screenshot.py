"""Takes the pictures of the dashboard, docs/overview.png and docs/images/, from the demo's store.

Run `frictionary demo --no-serve` first, then `python -m benchmarks.screenshot`; needs playwright, Pillow and Chromium.
Each page light, dark, and on a phone; WebP, so that all of them stay under 4 MB.
"""

import io
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from benchmarks.served import served
from pipelines.settings import ROOT, Settings

STORE = ROOT / "var" / "demo" / "demo.db"
IMAGES = ROOT / "docs" / "images"
SIZE, PHONE = ViewportSize(width=1280, height=1000), ViewportSize(width=390, height=844)
LOOKS: dict[str, tuple[ViewportSize, Literal["light", "dark"]]] = {
    "light": (SIZE, "light"),
    "dark": (SIZE, "dark"),
    "phone": (PHONE, "light"),
}
PAGES = {
    "overview": "/",
    "theme": "/themes/",
    "map": "/map",
    "journey": "/stages",
    "customer": "/customers/",
    "conversation": "/conversations/",
    "review": "/review?who=Ada",
    "quality": "/quality",
    "search": "/search?q=parcel+late",
    "settings": "/settings",
    "report": "/report",
}
"""Name of the picture -> address; where it ends in "/", the first such page that a list leads to."""
LISTS = {"/themes/": "/", "/customers/": "/customers", "/conversations/": "/conversations"}
MOST = 4_000_000


def main(store: Path = STORE, images: Path = IMAGES) -> None:
    images.mkdir(parents=True, exist_ok=True)
    with copied(store) as url, sync_playwright() as running:
        browser = running.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        addresses = {name: found(browser, url, path) for name, path in PAGES.items()}
        for look, (size, scheme) in LOOKS.items():
            context = browser.new_context(viewport=size, color_scheme=scheme)
            for name, path in addresses.items():
                take(context.new_page(), url + path, images / f"{name}-{look}.webp")
            context.close()
        page = browser.new_page(viewport=SIZE, color_scheme="light")
        page.goto(url, wait_until="networkidle")
        page.screenshot(path=ROOT / "docs" / "overview.png")
        browser.close()
    total = sum(path.stat().st_size for path in images.glob("*.webp"))
    print(f"{len(list(images.glob('*.webp')))} pictures, {total:,} bytes")
    if total > MOST:
        raise SystemExit(f"more than {MOST:,} bytes: lower the quality")


@contextmanager
def copied(store: Path) -> Iterator[str]:
    """The address of a server over a copy of the store."""
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder) / "demo.db"
        shutil.copy(store, own)
        settings = Settings(store=f"sqlite:///{own}", port=0, dead_letters=Path(folder) / "dead-letters.jsonl")
        with served(settings) as address:
            yield address


def found(browser: Browser, url: str, path: str) -> str:
    if path not in LISTS:
        return path
    page = browser.new_page()
    page.goto(url + LISTS[path])
    link = page.locator(f"main a[href^='{path}']").first.get_attribute("href") or "/"
    page.close()
    return link


def take(page: Page, address: str, path: Path) -> None:
    page.goto(address, wait_until="networkidle")
    page.wait_for_timeout(300)  # the map draws itself
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.convert("RGB").save(path, "WEBP", quality=82, method=6)
    page.close()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
