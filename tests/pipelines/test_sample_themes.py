"""The sample's planted themes are found again, most of them; its answer key judges here and chooses nothing."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.annotate import Annotator, annotate
from pipelines.discover import discover
from pipelines.ingest import ingest
from pipelines.protect import Protector
from pipelines.settings import ROOT, Settings
from pipelines.stores import open_store

SAMPLE = ROOT / "corpora" / "sample"


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> list[Counter[str]]:
    """For each theme found, its segments by the planted theme of their conversation; unplanted ones are left out."""
    folder: Path = tmp_path_factory.mktemp("sample")
    settings = Settings(store=f"sqlite:///{folder / 's.db'}", dead_letters=folder / "dead.jsonl", names=False)
    files = [SAMPLE / "tickets.jsonl", SAMPLE / "posts.jsonl", *sorted((SAMPLE / "calls").iterdir())]
    planted = json.loads((SAMPLE / "KEY.json").read_text("utf-8"))["conversations"]
    annotator = Annotator.load(settings.models, settings.taxonomy)
    with open_store(settings.store) as store:
        ingest(files, store=store, protect=Protector(b"k", names=False), settings=settings)
        annotate(store, annotator)
        discover(store, annotator.encoder, run="r", at=datetime(2026, 11, 1, tzinfo=UTC))
        members = store.themes.members()
    counts: dict[str, Counter[str]] = {}
    for segment, theme in members.items():
        if theme:
            counts.setdefault(theme, Counter()).update(planted[segment.rsplit("#", 1)[0]]["themes"])
    return [count for count in counts.values() if count]


@pytest.mark.slow
def test_most_of_the_twelve_planted_themes_lead_a_theme(held: list[Counter[str]]) -> None:
    assert len({count.most_common(1)[0][0] for count in held}) >= 8


@pytest.mark.slow
def test_a_theme_is_purer_than_chance_by_far(held: list[Counter[str]]) -> None:
    purity = sum(count.most_common(1)[0][1] for count in held) / sum(count.total() for count in held)
    whole = sum(held, Counter())
    assert purity >= 2.5 * whole.most_common(1)[0][1] / whole.total()


@pytest.mark.slow
def test_there_are_about_as_many_themes_as_were_planted(held: list[Counter[str]]) -> None:
    assert 8 <= len(held) <= 24
