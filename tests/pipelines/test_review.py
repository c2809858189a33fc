"""What people are asked, what becomes of their answers, and a model that learns them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from nlp.conversation import Channel, Conversation, Speaker, Turn
from nlp.corrections import UNSURE, Correction, part
from nlp.errors import BadInput, NotFound, UnknownName
from nlp.themes.assign import Assigner
from nlp.themes.theme import Assignment, Theme
from pipelines.annotate import Annotator, annotate
from pipelines.review import correct, examples, queue, standing, values
from pipelines.settings import Settings
from pipelines.stores import open_store
from pipelines.stores.protocols import Store
from pipelines.training.own.retrain import compare, retrain

AT = datetime(2026, 5, 1, 9, tzinfo=UTC)
TEXTS = (
    "No more worry, no more pain, no more horrible angry calls: you fixed what was broken and killed the bug.",
    "My gran's budgie recites the serial number of the doorbell at dawn.",
    "The parcel has not come and the courier says that it was never collected.",
    "You charged my card twice for the same order and nobody answers.",
    "Do you sponsor village fetes with tombola prizes?",
    "The parcel has not come, the courier never collected it, and you charged my card twice for the same order.",
)


@pytest.fixture
def store(tmp_path: Path, annotator: Annotator) -> Iterator[Store]:
    talks = [
        Conversation(f"s:{n}", "s", Channel.CHAT, "c", AT, (Turn(0, Speaker.CUSTOMER, text, AT),))
        for n, text in enumerate(TEXTS)
    ]
    with open_store(f"sqlite:///{tmp_path}/store.db") as opened:
        opened.conversations.put(talks)
        annotate(opened, annotator)
        yield opened


@pytest.fixture
def say(store: Store, annotator: Annotator) -> Callable[..., Correction]:
    def said(n: int, value: str, *, who: str = "Ada", kind: str = "intent") -> Correction:
        segment = store.signals.of(f"s:{n}")[0].segment.id
        return correct(store, Correction(0, AT, who, segment, kind, value), annotator.taxonomy)

    return said


def asked(store: Store, kind: str, who: str = "Ada", assigner: Assigner | None = None) -> list[str]:
    return [item.quote.text for item in queue(store, kind, who, assigner=assigner)]


def test_what_the_model_will_not_vouch_for_is_asked_with_its_likeliest_intents(store: Store) -> None:
    found = queue(store, "intent", "Ada", assigner=None)
    abstained = {s.segment.id for n in range(len(TEXTS)) for s in store.signals.of(f"s:{n}") if s.abstained}
    assert {item.quote.segment.id for item in found} == abstained
    assert abstained
    assert all(item.options[0][0] == item.guess and len(item.options) > 1 for item in found)


def test_what_the_lexicon_hears_otherwise_is_asked(store: Store) -> None:
    assert TEXTS[0] in asked(store, "sentiment")
    assert TEXTS[3] not in asked(store, "sentiment")


def test_what_lies_between_two_themes_is_asked_and_moves_where_people_say(
    store: Store, annotator: Annotator, say: Callable[..., Correction]
) -> None:
    ids = [store.signals.of(f"s:{n}")[0].segment.id for n in (2, 3, 5)]
    one, other, both = annotator.encoder.encode([TEXTS[2], TEXTS[3], TEXTS[5]])
    centroids = np.stack([one + both, other + both])
    centroids /= np.linalg.norm(centroids, axis=1, keepdims=True)
    themes = [Theme("t1", "Parcel late", "", (), 2), Theme("t2", "Charged twice", "", (), 1)]
    placed = [Assignment(id, "r", theme, 0.5, AT) for id, theme in zip(ids, ("t1", "t2", "t1"), strict=True)]
    serving = Assigner(centroids, np.zeros(2, np.float32), ("t1", "t2"), annotator.encoder.version)
    store.themes.put("r", themes, placed, np.zeros((3, 2), np.float32), serving.to_bytes())
    assert asked(store, "theme", assigner=serving) == [TEXTS[5]]
    assert say(5, "t2", kind="theme").guess == "t1"
    assert store.themes.members()[ids[2]] == "t2"
    assert asked(store, "theme", assigner=serving) == []
    say(2, "t1", kind="theme")
    assert store.edits.last() == 1


def test_a_correction_keeps_what_the_model_said(store: Store, say: Callable[..., Correction]) -> None:
    signal = store.signals.of("s:3")[0]
    said = say(3, "billing_dispute")
    assert (said.guess, said.model, said.number) == (signal.intent, signal.model, 1)
    assert store.corrections.all() == [said]


def test_what_cannot_be_said_is_refused_with_what_could_be(
    store: Store, annotator: Annotator, say: Callable[..., Correction]
) -> None:
    with pytest.raises(UnknownName, match="billing_dispute"):
        say(3, "billing_dispite")
    with pytest.raises(UnknownName, match="sentiment"):
        say(3, "cancel", kind="mood")
    with pytest.raises(BadInput, match="name"):
        say(3, "none", who=" ")
    with pytest.raises(NotFound, match="source:1#0:0"):
        correct(store, Correction(0, AT, "Ada", "s:99#0:0", "intent", "none"), annotator.taxonomy)
    assert store.corrections.all() == []
    assert "unsupported" not in values(store, "intent", annotator.taxonomy)


def test_how_far_people_and_model_agree_is_told(store: Store, say: Callable[..., Correction]) -> None:
    guess = store.signals.of("s:3")[0].intent
    say(3, guess)
    say(3, guess, who="Ben")
    say(2, "none")
    say(2, UNSURE, who="Ben")
    found = standing(store, "intent")
    assert (found.judged, found.said, found.people, found.disputed) == (2, 4, ("Ada", "Ben"), 0)
    assert (found.between_people.items, found.between_people.alike.value) == (1, 1.0)
    assert (found.with_model.items, found.with_model.alike.value) == (2, 0.5)


def test_examples_are_what_people_settled_on_each_in_its_part(store: Store, say: Callable[..., Correction]) -> None:
    say(2, "delivery_problem")
    say(3, "billing_dispute")
    say(3, "refund_request", who="Ben")
    (found,) = examples(store)
    assert (found.text, found.intent, found.part) == (TEXTS[2], "delivery_problem", part(found.segment))
    assert [len(list(examples(store, name))) for name in ("learn", "held-out")].count(1) == 1


def test_too_few_corrections_teach_nothing(
    store: Store, annotator: Annotator, say: Callable[..., Correction], tmp_path: Path
) -> None:
    say(2, "delivery_problem")
    with pytest.raises(BadInput, match="at least 10"):
        retrain(store, annotator, out=tmp_path / "new", taxonomy=Settings().taxonomy, seed=7)
    assert not (tmp_path / "new").exists()


def test_a_model_that_learns_what_people_say_is_told_to_be_better(annotator: Annotator, tmp_path: Path) -> None:
    """People call every talk of tombolas `praise`; the base knows two intents."""
    fairs = (
        "village fete",
        "school fair",
        "church bazaar",
        "street party",
        "harvest supper",
        "jumble sale",
        "quiz night",
        "flower show",
        "boat race",
        "book sale",
    )
    asks = (
        "Would you give a prize for the tombola at our {}?",
        "Could your firm sponsor the {} this year?",
        "We hold a {} and look for tombola prizes.",
        "Our {} needs a raffle gift, may we ask you?",
    )
    texts = [ask.format(fair) for ask in asks for fair in fairs]
    talks = [
        Conversation(f"s:{n}", "s", Channel.CHAT, "c", AT, (Turn(0, Speaker.CUSTOMER, text, AT),))
        for n, text in enumerate(texts)
    ]
    base = tmp_path / "base.csv"
    rows = [
        f"My parcel number {n} has not come,delivery_problem\nYou charged my card {n} twice,billing_dispute"
        for n in range(8)
    ]
    base.write_text("\n".join(["text,intent", *rows]), "utf-8")
    intents = tmp_path / "taxonomy.toml"
    names = ("praise", "delivery_problem", "billing_dispute")
    intents.write_text(
        'version = 1\nname = "few"\n' + "".join(f'[[intent]]\nname = "{name}"\n' for name in names), "utf-8"
    )
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        store.conversations.put(talks)
        annotate(store, annotator)
        for n in range(len(talks)):
            segment = store.signals.of(f"s:{n}")[0].segment.id
            correct(store, Correction(0, AT, "Ada", segment, "intent", "praise"), annotator.taxonomy)
        found = retrain(store, annotator, out=tmp_path / "new", base=base, taxonomy=intents, seed=7)
        (beside,) = found.beside
        assert found.learnt + beside.texts == len(texts)
        assert found.better
        assert beside.new.value > 0.9 > beside.old.value
        assert beside.gain.low > 0
        assert not compare(annotator, annotator, "itself", [(texts[0], "praise")], seed=7).gain.value
        assert not replace(found, beside=()).better
