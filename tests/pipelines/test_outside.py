"""A text outside the known intents is told as such: in a signal, in an answer, and in what is stored."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from nlp.conversation import Channel, Conversation, Speaker, Turn
from nlp.outside import Outside
from pipelines.analyze import Analyst
from pipelines.annotate import Annotator, annotate
from pipelines.settings import ROOT
from pipelines.stores import open_store
from pipelines.training.authored import authored
from pipelines.training.outside import fit

STRANGE = [
    "Which chord goes well after a minor seventh on the piano?",
    "Who won the marathon in the year you were born?",
]
KNOWN = ["When will my refund be in my account?", "I was charged twice for one order."]
DAY = datetime(2026, 3, 2, tzinfo=UTC)
EACH = 12


@pytest.fixture(scope="module")
def outside(annotator: Annotator) -> Outside:
    rows = authored(ROOT / "corpora" / "training")
    names = sorted({row["intent"] for row in rows})
    picked = [row for name in names for row in [r for r in rows if r["intent"] == name][:EACH]]
    x = annotator.encoder.encode([row["text"] for row in picked])
    return fit(x, [row["intent"] for row in picked], encoder=annotator.encoder.version)


def doubting(annotator: Annotator, outside: Outside, *, always: bool | None = None) -> Annotator:
    """The annotator with `outside`, whose curve says `always` the same where given."""
    if always is not None:
        outside = replace(outside, slopes=np.zeros(2, np.float32), bias=9.0 if always else -9.0)
    return replace(annotator, intents=replace(annotator.intents, outside=outside))


def test_what_no_intent_speaks_of_is_likelier_outside(annotator: Annotator, outside: Outside) -> None:
    rows = Analyst(doubting(annotator, outside)).texts(KNOWN + STRANGE, ["1", "2", "3", "4"])
    assert max(row["outside"] for row in rows[:2]) < min(row["outside"] for row in rows[2:])


def test_an_abstention_says_why(annotator: Annotator, outside: Outside) -> None:
    texts, ids = [*KNOWN, "the thing with the stuff"], ["1", "2", "3"]
    without = Analyst(annotator).texts(texts, ids)
    inside = Analyst(doubting(annotator, outside, always=False)).texts(texts, ids)
    beyond = Analyst(doubting(annotator, outside, always=True)).texts(texts, ids)
    assert [row["abstained"] for row in inside] == [row["abstained"] for row in without]
    assert {row["abstained"]: row["doubt"] for row in inside}.items() <= {False: None, True: "unsure"}.items()
    assert {(row["abstained"], row["doubt"]) for row in beyond} == {(True, "outside")}
    assert [row["intent"] for row in beyond] == [row["intent"] for row in without]


def test_a_store_keeps_how_far_outside_a_text_is(annotator: Annotator, outside: Outside, tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path / 'store.db'}") as store:
        said = (Turn(0, Speaker.CUSTOMER, STRANGE[0], DAY),)
        store.conversations.put([Conversation("s:1", "s", Channel.TICKET, "ann", DAY, said, {})])
        annotate(store, doubting(annotator, outside))
        (kept,) = store.signals.of("s:1")
    (row,) = Analyst(doubting(annotator, outside)).texts([STRANGE[0]], ["1"])
    assert (round(kept.outside, 4), kept.doubt) == (row["outside"], row["doubt"])


def test_what_was_fitted_anew_makes_what_is_stored_wait(annotator: Annotator, outside: Outside) -> None:
    versions = {doubting(annotator, outside, always=always).version for always in (None, True, False)}
    assert len(versions | {annotator.version}) == 4


def test_an_annotator_opens_it_from_beside_the_heads(annotator: Annotator, outside: Outside, tmp_path: Path) -> None:
    models = ROOT / "models"
    (tmp_path / "encoder").symlink_to(models / "encoder")
    (tmp_path / "heads").mkdir()
    for head in (models / "heads").glob("*.npz"):
        (tmp_path / "heads" / head.name).write_bytes(head.read_bytes())
    outside.save(tmp_path / "heads" / "outside.npz")
    opened = Annotator.load(tmp_path, ROOT / "corpora" / "taxonomy" / "support.toml")
    assert opened.intents.outside is not None
    assert opened.version == doubting(annotator, outside).version
