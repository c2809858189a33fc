"""Themes of a store: discovered, kept over refits, and given to segments that come later."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nlp.conversation import Channel, Conversation, Segment, Speaker, Turn
from nlp.encoder import Encoder
from nlp.errors import NotFound
from nlp.signal import Signal
from nlp.themes.edits import Edit
from nlp.themes.theme import Assignment
from pipelines.discover import MINIMUM_FRICTION, assign_new, assigner, discover
from pipelines.edits import edit
from pipelines.lineage import history
from pipelines.proposals import current
from pipelines.stores import open_store
from pipelines.stores.protocols import Store

DAY = datetime(2026, 3, 2, tzinfo=UTC)
CANCEL = (
    "I cannot cancel my subscription, the button is missing.",
    "There is no way to cancel the subscription on the website.",
    "I've tried to cancel my subscription three times now.",
    "Why can't I cancel my subscription in the app?",
    "You make it impossible to cancel a subscription.",
)
PARCEL = (
    "My parcel never arrived and the courier says it was delivered.",
    "The courier marked the parcel as delivered but nothing is here.",
    "Where is my parcel? The courier never came to the door.",
    "The parcel has not arrived, the courier lost it.",
)

_DROPS = tuple(f"The router drops the wifi every {unit}, so annoying." for unit in ("hour", "minute", "evening"))
ROUTER = _DROPS + tuple(text.replace("router", "modem") for text in _DROPS) + _DROPS[:1]
THINGS = ("lamp", "mirror", "vase", "chair", "kettle", "watch", "drill", "bowl", "tent", "guitar", "desk", "globe")
WEEK = timedelta(weeks=1)


@pytest.fixture
def store(tmp_path: Path, encoder: Encoder) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'store.db'}") as opened:
        put(opened, encoder, CANCEL + PARCEL)
        yield opened


def put(store: Store, encoder: Encoder, texts: tuple[str, ...], *, first: int = 0, friction: float = 50.0) -> None:
    """One conversation a text, with one segment of that friction."""
    ids = [f"s:{first + n:02d}" for n in range(len(texts))]
    store.conversations.put(
        Conversation(id, "s", Channel.TICKET, "ann", DAY, (Turn(0, Speaker.CUSTOMER, text, DAY),), {})
        for id, text in zip(ids, texts, strict=True)
    )
    signals = [
        Signal(
            Segment(id, 0, 0, len(text)), "m", "help", 0.9, False, (("help", 0.9),), -0.5, (0.7, 0.1, 0.2), friction,
            "use", 0.5,
        )
        for id, text in zip(ids, texts, strict=True)
    ]  # fmt: skip
    store.signals.put("m", ids, signals, encoder.encode(texts), [], encoder=encoder.version)


def test_themes_are_found_named_and_stored_with_quotes_and_points(store: Store, encoder: Encoder) -> None:
    steps: list[tuple[str, int, int | None]] = []
    cancel, parcel = discover(
        store, encoder, run="r1", at=DAY, progress=lambda step, done, total: steps.append((step, done, total))
    )
    assert (cancel.id, cancel.size, parcel.id, parcel.size) == ("t1", 5, "t2", 4)
    assert "cancel" in cancel.name.lower()
    assert "cancel" in next(q.text for q in store.themes.quotes("t1"))
    assert {point["theme"] for point in store.themes.points()} == {"t1", "t2"}
    assert store.themes.members()["s:00#0:0"] == "t1"
    assert steps[-1][1] == steps[-1][2]


def test_an_empty_store_has_no_themes_and_serves_none(tmp_path: Path, encoder: Encoder) -> None:
    with open_store(f"sqlite:///{tmp_path / 'empty.db'}") as empty:
        assert assigner(empty, encoder=encoder.version) is None
        assert assign_new(empty, encoder=encoder.version, at=DAY) == 0
        assert discover(empty, encoder, run="r1", at=DAY) == []
        assert empty.themes.current_run() == "r1"
        serving = assigner(empty, encoder=encoder.version)
        assert serving is not None
        assert serving.assign(encoder.encode(["Where is it?"]))[0] == [None]


def test_a_refit_keeps_the_ids_of_themes_that_live_on_and_never_gives_an_old_number_again(
    store: Store, encoder: Encoder
) -> None:
    discover(store, encoder, run="r1", at=DAY)
    put(store, encoder, ROUTER, first=20)
    themes = {theme.name: theme.id for theme in discover(store, encoder, run="r2", at=DAY)}
    assert sorted(themes.values()) == ["t1", "t2", "t3"]
    assert next(id for name, id in themes.items() if "cancel" in name.lower()) == "t1"


def test_a_new_segment_joins_its_theme_once_and_calm_ones_are_left_alone(store: Store, encoder: Encoder) -> None:
    discover(store, encoder, run="r1", at=DAY)
    put(store, encoder, ("How do I cancel my subscription, please?",), first=30)
    put(store, encoder, ("I cannot cancel my subscription today.",), first=40, friction=MINIMUM_FRICTION - 1)
    put(store, encoder, ("The orchestra played Mahler in the rain.",), first=50)
    assert assign_new(store, encoder=encoder.version, at=DAY) == 2
    assert assign_new(store, encoder=encoder.version, at=DAY) == 0
    members = store.themes.members()
    assert members["s:30#0:0"] == "t1"
    assert members["s:50#0:0"] is None
    assert "s:40#0:0" not in members


def test_serving_gives_every_fitted_segment_the_theme_of_the_fit(store: Store, encoder: Encoder) -> None:
    discover(store, encoder, run="r1", at=DAY)
    serving = assigner(store, encoder=encoder.version)
    assert serving is not None
    assert serving.encoder == encoder.version
    ids, _, embeddings, _ = store.signals.bearing(MINIMUM_FRICTION)
    members = store.themes.members()
    assert serving.assign(embeddings)[0] == [members[id] for id in ids]


def test_themes_of_another_encoder_place_nothing(store: Store, encoder: Encoder) -> None:
    discover(store, encoder, run="r1", at=DAY)
    put(store, encoder, ("How do I cancel my subscription, please?",), first=30)
    assert assigner(store, encoder="another") is None
    assert assign_new(store, encoder="another", at=DAY) == 0
    assert "s:30#0:0" not in store.themes.members()


def test_a_refit_tells_what_became_of_every_theme(store: Store, encoder: Encoder) -> None:
    discover(store, encoder, run="r1", at=DAY)
    put(store, encoder, ROUTER, first=20)
    discover(store, encoder, run="r2", at=DAY + WEEK)
    told = {id: [(c.kind, c.since) for c in history(store, id)] for id in ("t1", "t2", "t3")}
    assert told["t1"] == told["t2"] == [("born", DAY), ("continued", DAY + WEEK)]
    assert told["t3"] == [("born", DAY + WEEK)]
    with pytest.raises(NotFound, match="t4"):
        history(store, "t4")


def test_a_theme_whose_conversations_are_all_new_is_known_by_its_centroid(store: Store, encoder: Encoder) -> None:
    discover(store, encoder, run="r1", at=DAY)
    others = tuple(text.replace("subscription", "membership") for text in CANCEL)
    put(store, encoder, (*others, *PARCEL))  # in place of those before, under the same ids
    put(store, encoder, ("Nothing.",) * 20, first=9, friction=0.0)
    found = {theme.id: theme.name.lower() for theme in discover(store, encoder, run="r2", at=DAY + WEEK)}
    assert found.keys() == {"t1", "t2"}
    assert "cancel" in found["t1"]
    assert [c.kind for c in history(store, "t1")] == ["born", "continued"]


def test_a_theme_that_is_gone_sleeps_and_comes_back_under_its_id(store: Store, encoder: Encoder) -> None:
    discover(store, encoder, run="r1", at=DAY)
    put(store, encoder, ROUTER[: len(CANCEL)])  # under the ids of those that told of subscriptions
    names = {theme.id for theme in discover(store, encoder, run="r2", at=DAY + WEEK)}
    assert names == {"t2", "t3"}
    put(store, encoder, tuple(f"{text} Please!" for text in CANCEL), first=40)
    back = {theme.id for theme in discover(store, encoder, run="r3", at=DAY + 2 * WEEK)}
    assert back == {"t1", "t2", "t3"}
    assert [c.kind for c in history(store, "t1")] == ["born", "dormant", "continued"]


def test_a_damaged_artefact_does_not_keep_themes_from_being_discovered_anew(store: Store, encoder: Encoder) -> None:
    discover(store, encoder, run="r1", at=DAY)
    members = [Assignment(s, "r2", theme, 1.0, DAY) for s, theme in store.themes.members().items()]
    store.themes.put("r2", store.themes.current(), members, np.zeros((len(members), 2), np.float32), b"damaged")
    assert [theme.id for theme in discover(store, encoder, run="r3", at=DAY + WEEK)] == ["t1", "t2"]


def said(kind: str, **fields: Any) -> Edit:
    return Edit(0, DAY + timedelta(days=1), "eve", kind, **fields)


def test_what_people_said_holds_over_a_refit_and_for_new_segments(store: Store, encoder: Encoder) -> None:
    discover(store, encoder, run="r1", at=DAY)
    edit(store, said("rename", theme="t1", text="Cannot leave"))
    edit(store, said("merge", theme="t2", other="t1"))
    put(store, encoder, ROUTER, first=20)
    shown = {theme.id: theme for theme in discover(store, encoder, run="r2", at=DAY + WEEK)}
    assert {id: theme.name for id, theme in shown.items()}["t1"] == "Cannot leave"
    assert shown.keys() == {"t1", "t3"}
    put(store, encoder, ("My parcel has not arrived, the courier lost it.",), first=30)
    assert assign_new(store, encoder=encoder.version, at=DAY + WEEK) == 1
    assert store.themes.members()["s:30#0:0"] == "t1"
    assert store.themes.members(found=True)["s:30#0:0"] == "t2"
    serving = assigner(store, encoder=encoder.version)
    assert serving is not None
    assert serving.assign(encoder.encode(PARCEL[:1]))[0] == ["t1"]
    edit(store, said("undo", undoes=2))
    assert {theme.id for theme in store.themes.current()} == {"t1", "t2", "t3"}


def test_a_theme_that_people_split_off_is_found_again_under_the_id_that_it_got(store: Store, encoder: Encoder) -> None:
    put(store, encoder, ROUTER, first=20)
    names = {theme.id: theme.name.lower() for theme in discover(store, encoder, run="r1", at=DAY)}
    router = next(id for id, name in names.items() if "router" in name or "wifi" in name)
    parcel = next(
        id for id in store.themes.members().values() if id not in (router, store.themes.members()["s:00#0:0"])
    )
    edit(store, said("merge", theme=router, other=str(parcel)))
    quotes = tuple(s for s, theme in store.themes.members(found=True).items() if theme == router)
    (new,) = (edit(store, said("split", theme=str(parcel), segments=quotes, text="Wifi drops")).other,)
    discover(store, encoder, run="r2", at=DAY + WEEK)
    members = store.themes.members()
    assert {members[s] for s in quotes} == {new}
    assert store.themes.get(new).name == "Wifi drops"
    assert [c.kind for c in history(store, new)] == ["continued"]


def test_an_id_that_a_split_took_is_never_given_again(store: Store, encoder: Encoder) -> None:
    discover(store, encoder, run="r1", at=DAY)
    first = next(s for s, theme in store.themes.members().items() if theme == "t1")
    assert edit(store, said("split", theme="t1", segments=(first,), text="Alone")).other == "s1"
    edit(store, said("undo", undoes=1))
    put(store, encoder, ROUTER, first=20)
    assert {theme.id for theme in discover(store, encoder, run="r2", at=DAY + WEEK)} == {"t1", "t2", "t3"}
    assert edit(store, said("split", theme="t1", segments=(first,), text="Alone")).other == "s3"


def test_an_edit_made_while_a_discovery_goes_on_holds_in_it(store: Store, encoder: Encoder) -> None:
    discover(store, encoder, run="r1", at=DAY)

    def meanwhile(step: str, done: int, total: int | None) -> None:
        if done == 2:
            edit(store, said("merge", theme="t2", other="t1"))

    shown = discover(store, encoder, run="r2", at=DAY + WEEK, progress=meanwhile)
    assert [theme.id for theme in shown] == [theme.id for theme in store.themes.current()] == ["t1"]
    assert set(store.themes.members().values()) == {"t1"}
    assert set(store.themes.members(found=True).values()) == {"t1", "t2"}


MUSIC = tuple(f"The orchestra played {name} in the rain." for name in ("Mahler", "Brahms", "Haydn", "Bach", "Ravel"))


def test_a_growing_group_in_no_theme_is_proposed_and_changes_nothing(store: Store, encoder: Encoder) -> None:
    discover(store, encoder, run="r1", at=DAY)
    themes = store.themes.current()
    put(store, encoder, MUSIC[:4], first=50)
    assign_new(store, encoder=encoder.version, at=DAY)
    assert current(store) == []
    put(store, encoder, MUSIC[4:], first=60)
    assign_new(store, encoder=encoder.version, at=DAY + WEEK)
    (found,) = current(store)
    assert {quote.text for quote in found.quotes} == set(MUSIC)
    assert (found.proposal.at, found.proposal.fresh) == (DAY + WEEK, 5)
    assert "orchestra" in " ".join(found.proposal.terms)
    assert store.themes.current() == themes
    assert assign_new(store, encoder=encoder.version, at=DAY + 2 * WEEK) == 0
    assert current(store) == [found]


def test_a_proposal_is_taken_up_by_a_split_from_no_theme_or_by_a_discovery(store: Store, encoder: Encoder) -> None:
    discover(store, encoder, run="r1", at=DAY)
    put(store, encoder, MUSIC, first=50)
    assign_new(store, encoder=encoder.version, at=DAY)
    made = edit(store, said("split", segments=current(store)[0].proposal.segments, text="Concerts"))
    assert store.themes.get(made.other).description == "Split from what was in no theme, by eve."
    assert current(store) == []
    edit(store, said("undo", undoes=1))
    assert len(current(store)) == 1
    assert "t3" in {theme.id for theme in discover(store, encoder, run="r2", at=DAY + WEEK)}
    assert current(store) == []


def test_a_theme_of_two_matters_falls_into_two_named_parts(tmp_path: Path, encoder: Encoder) -> None:
    lost = [f"My {thing} was lost on its way with the courier." for thing in THINGS]
    broken = [f"My {thing} arrived broken, with cracks all over." for thing in THINGS]
    with open_store(f"sqlite:///{tmp_path / 'parts.db'}") as store:
        put(store, encoder, (*lost, *broken))
        found = discover(store, encoder, run="r1", at=DAY)
        assert sum(theme.size for theme in found) > 20
        for theme in found:
            assert sum(part.size for part in theme.parts) == (theme.size if theme.parts else 0)
            for place, part in enumerate(theme.parts):
                assert part.name
                assert len(store.themes.quotes(theme.id, part=place, limit=100)) == part.size
        assert store.themes.current() == found
