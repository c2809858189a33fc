"""A real browser, a server over a small store made by the whole pipeline with hostile texts in it, and one over the
sample."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.commands.demo import COMPANY
from benchmarks.served import served
from nlp.conversation import Channel, Conversation, Speaker, Turn
from pipelines.annotate import Annotator
from pipelines.run import run
from pipelines.settings import ROOT, Settings
from pipelines.sources import Options
from pipelines.stores import open_store

playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
SAMPLE = ROOT / "corpora" / "sample"
MADE = os.environ.get("FRICTIONARY_TEST_SAMPLE", "")
"""A store of the sample, as `frictionary demo` makes it; without one it is made, which takes minutes."""
HOSTILE = (
    "I can't sign in again </script><script>document.title='owned'</script>"
    """"><img src=x onerror="document.title='owned'">"""
)
ODD = "zendesk:odd/../1?a#b%2F"
WIDE = {"width": 1280, "height": 900}


def settings_in(folder: Path) -> Settings:
    return Settings(store=f"sqlite:///{folder}/store.db", key="k", names=False, dead_letters=folder / "dead", port=0)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Tickets of the sample and a hostile one, annotated and grouped by the whole pipeline."""
    folder = tmp_path_factory.mktemp("site")
    settings = settings_in(folder)
    annotator = Annotator.load(settings.models, settings.taxonomy)
    tickets = folder / "tickets.jsonl"
    tickets.write_text("".join((SAMPLE / "tickets.jsonl").read_text("utf-8").splitlines(keepends=True)[:150]), "utf-8")
    with open_store(settings.store) as store:
        store.conversations.put([hostile()])
        run([tickets], store=store, annotator=annotator, settings=settings, seed=7)
    with served(settings) as url:
        yield url


def hostile() -> Conversation:
    """Written past the readers, which would take its tags away."""
    turns = tuple(Turn(n, Speaker.CUSTOMER, HOSTILE) for n in range(3))
    return Conversation(
        ODD, "zendesk", Channel.TICKET, HOSTILE, datetime(2027, 1, 1, tzinfo=UTC), turns, {"subject": HOSTILE}
    )


@pytest.fixture(scope="session")
def sample_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole sample, led to themes; to be copied, not to be written to."""
    folder = tmp_path_factory.mktemp("sample")
    if MADE:
        shutil.copy(MADE, folder / "store.db")
        return folder / "store.db"
    settings = replace(settings_in(folder), names=True)
    annotator = Annotator.load(settings.models, settings.taxonomy)
    parts = sorted(p for p in SAMPLE.rglob("*") if p.is_file() and p.name != "KEY.json")
    with open_store(settings.store) as store:
        run(parts, store=store, annotator=annotator, settings=settings, options=Options(company=COMPANY))
    return folder / "store.db"


@pytest.fixture
def sample(sample_store: Path, tmp_path: Path) -> Iterator[str]:
    """A server over a sample of its own, which may be written to."""
    shutil.copy(sample_store, tmp_path / "store.db")
    with served(settings_in(tmp_path)) as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator["playwright.Browser"]:
    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


class Visit:
    """A tab of a fresh profile that remembers what went wrong, what was asked for, and how often it was clicked."""

    def __init__(self, browser: "playwright.Browser", **options: object) -> None:
        self.context = browser.new_context(**options)
        self.tab = self.context.new_page()
        self.errors: list[str] = []
        self.asked: list[str] = []
        self.clicks: list[str] = []
        self.tab.on("pageerror", lambda error: self.errors.append(str(error)))
        self.tab.on("requestfailed", self._failed)
        self.tab.on("request", lambda request: self.asked.append(request.url))
        self.tab.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)

    def _failed(self, request: "playwright.Request") -> None:
        if request.failure != "net::ERR_ABORTED":  # what leaving a page, or a download, cuts off is no failure
            self.errors.append(f"{request.url}: {request.failure}")

    def open(self, url: str) -> None:
        self.tab.goto(url, wait_until="networkidle")

    def click(self, what: "playwright.Locator") -> None:
        self.clicks.append(what.inner_text().strip() or str(what))
        what.click()


@pytest.fixture
def visiting(browser: "playwright.Browser") -> Iterator[Callable[..., Visit]]:
    """Opens tabs, each with options of a Playwright context."""
    with ExitStack() as opened:

        def visit(**options: object) -> Visit:
            made = Visit(browser, **{"viewport": WIDE, **options})
            opened.callback(made.context.close)
            return made

        yield visit


@pytest.fixture
def visit(visiting: Callable[..., Visit]) -> Visit:
    return visiting()


@pytest.fixture(autouse=True)
def _needs_chromium() -> None:
    if CHROMIUM is None:
        pytest.skip("needs Chromium: none of chromium, google-chrome is on the path")
