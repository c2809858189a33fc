"""Takes the README's picture of the dashboard, docs/overview.png, from the demo's store.

Run `frictionary demo --no-serve` first, then `python -m benchmarks.screenshot`; needs playwright and Chromium.
"""

import shutil
import sys
import threading
from pathlib import Path

import uvicorn
from playwright.sync_api import sync_playwright

from api.app import create_app
from api.commands.serve import address, listen
from pipelines.annotate import Annotator
from pipelines.settings import ROOT, Settings
from pipelines.stores import open_store

STORE = ROOT / "var" / "demo" / "demo.db"
SIZE = {"width": 1280, "height": 1000}


def main(store: Path = STORE, path: Path = ROOT / "docs" / "overview.png") -> None:
    settings = Settings(store=f"sqlite:///{store}", port=0)
    annotator = Annotator.load(settings.models, settings.taxonomy)
    with open_store(settings.store) as opened, listen(settings) as listener:
        server = uvicorn.Server(uvicorn.Config(create_app(opened, settings, annotator), log_level="error", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            take(address(listener), path)
        finally:
            server.should_exit = True
            thread.join()


def take(url: str, path: Path) -> None:
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE, color_scheme="light")
        page.goto(url, wait_until="networkidle")
        page.screenshot(path=path)
        browser.close()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
