"""Authored texts carry known labels, are many and varied enough, and are written each for itself: no near-copies."""

import json
from collections import Counter
from datetime import datetime
from itertools import pairwise

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer

from nlp.conversation import Speaker
from nlp.signal import SENTIMENTS
from nlp.taxonomy import Taxonomy
from pipelines import sources
from pipelines.settings import ROOT, Settings
from pipelines.training.authored import authored

TAXONOMY = Taxonomy.from_toml(Settings().taxonomy.read_text("utf-8"))
GOLD = ROOT / "corpora" / "gold" / "privacy"
PERSONAL = (
    *("EMAIL", "PHONE", "CARD", "IBAN", "ACCOUNT", "SSN", "IP", "URL_LOGIN", "SECRET", "ADDRESS", "BIRTHDATE"),
    *("NAME", "HANDLE"),
)
TOLD_TWICE = {
    **dict.fromkeys(("copied", "resent", "forwarded", "reworded", "again", "repost"), "duplicate"),
    **dict.fromkeys(("form_letter", "automatic"), "template"),
    **dict.fromkeys(("boilerplate", "other_people", "other_problem"), "none"),
    "follow_up": "related",
}
SIDES = ("first", "second")
ALIKE = 0.5
"""Jaccard overlap of two texts' word sets from which one is a near-copy of the other."""
BLOCK = 500
"""Texts compared with all others at once: it bounds the memory."""
FEWEST = 6
"""Shorter texts ("thanks, bye") may be alike: people do say the same."""


def rows(folder: str) -> list[dict]:
    return authored(ROOT / "corpora" / folder)


def sample() -> list[tuple[str, str]]:
    """(conversation, text) of each customer turn, without retweets, spam and the duplicates that the key names."""
    folder = ROOT / "corpora" / "sample"
    key = json.loads((folder / "KEY.json").read_text("utf-8"))["conversations"]
    found = [
        conversation
        for path in [folder / "tickets.jsonl", folder / "posts.jsonl", *sorted((folder / "calls").glob("*.vtt"))]
        for conversation in sources.read(path)
        if not conversation.metadata.get("retweet")
        and not (key[conversation.id]["spam"] or key[conversation.id]["duplicate_of"])
    ]
    return [(c.id, turn.text) for c in found for turn in c.turns if turn.speaker is Speaker.CUSTOMER]


def near_copies(texts: list[tuple[str, str]]) -> list[tuple[str, str, str, str]]:
    """Pairs of (name, text) of at least FEWEST words each that are ALIKE; a conversation may repeat itself."""
    words = CountVectorizer(binary=True, token_pattern=r"[a-z']+", dtype=np.float32).fit_transform(
        [text for _, text in texts]
    )
    sizes = np.asarray(words.sum(axis=1)).ravel()
    found: list[tuple[str, str, str, str]] = []
    for start in range(0, len(texts), BLOCK):
        shared = (words[start : start + BLOCK] @ words.T).tocoo()
        rows, others = shared.row + start, shared.col
        alike = shared.data >= ALIKE * (sizes[rows] + sizes[others] - shared.data)
        pairs = zip(rows[alike].tolist(), others[alike].tolist(), strict=True)
        found += [
            (*texts[a], *texts[b])
            for a, b in pairs
            if a < b and min(sizes[a], sizes[b]) >= FEWEST and texts[a][0] != texts[b][0]
        ]
    return found


@pytest.mark.parametrize("folder", ["gold", "training"])
def test_every_label_is_known(folder: str) -> None:
    found = rows(folder)
    assert found
    assert {r["intent"] for r in found} <= set(TAXONOMY.intent_names)
    assert {r["stage"] for r in found} <= {*TAXONOMY.stage_names, "unknown"}
    assert {r["sentiment"] for r in found} <= set(SENTIMENTS)
    assert {r["channel"] for r in found} <= {"ticket", "call", "social"}


def test_gold_texts_tell_friction_effort_leaving_and_secondary_intents() -> None:
    found = rows("gold")
    assert {r["friction"] for r in found} == {0, 1, 2}
    assert {type(r[name]) for r in found for name in ("effort", "leaving")} == {bool}
    assert {name for r in found for name in r["secondary"]} <= set(TAXONOMY.intent_names)
    assert len({r["id"] for r in found}) == len(found)


def test_the_gold_set_covers_every_intent_at_least_fifteen_times() -> None:
    counts = Counter(r["intent"] for r in rows("gold"))
    assert len(rows("gold")) >= 600
    assert {name: counts[name] for name in TAXONOMY.intent_names if counts[name] < 15} == {}


def test_training_has_forty_texts_an_intent_ten_of_them_in_each_channel() -> None:
    found = rows("training")
    intents = Counter(r["intent"] for r in found)
    channels = Counter((r["intent"], r["channel"]) for r in found)
    assert {name: intents[name] for name in TAXONOMY.intent_names if intents[name] < 40} == {}
    wanted = [(name, channel) for name in TAXONOMY.intent_names for channel in ("ticket", "call", "social")]
    assert {pair: channels[pair] for pair in wanted if channels[pair] < 10} == {}


@pytest.mark.parametrize(
    ("field", "value"),
    [*(("stage", name) for name in TAXONOMY.stage_names), *(("sentiment", name) for name in SENTIMENTS)],
)
def test_training_has_fifty_texts_of_each_stage_and_sentiment(field: str, value: str) -> None:
    assert sum(r[field] == value for r in rows("training")) >= 50


def test_no_stage_of_training_is_a_mere_function_of_the_intent() -> None:
    stages = {(r["intent"], r["stage"]) for r in rows("training")}
    assert {name for name in TAXONOMY.stage_names if sum(stage == name for _, stage in stages) < 5} == set()


def test_probes_carry_known_labels() -> None:
    feelings, wishes = ([r for r in rows("probes") if name in r] for name in ("sentiment", "intent"))
    assert {r["sentiment"] for r in feelings} == set(SENTIMENTS)
    assert min(Counter(r["kind"] for r in feelings).values()) >= 10
    assert {name for r in wishes for name in (r["intent"], *r["secondary"])} <= set(TAXONOMY.intent_names)
    assert sum(bool(r["secondary"]) for r in wishes) >= 60


def test_probes_of_cues_show_effort_and_leaving_in_every_channel_beside_as_many_that_show_neither() -> None:
    found = [r for r in rows("probes") if "leaving" in r]
    assert {type(r[name]) for r in found for name in ("effort", "leaving")} == {bool}
    kinds = Counter((r["channel"], "effort" if r["effort"] else "leaving" if r["leaving"] else "") for r in found)
    assert set(kinds) == {(c, kind) for c in ("ticket", "call", "social") for kind in ("effort", "leaving", "")}
    assert min(kinds.values()) >= 15
    assert all(20 <= len(r["text"]) <= 400 for r in found)


def test_personal_data_is_marked_by_known_types_apart_and_without_spaces_around_it() -> None:
    found = rows("gold/privacy")
    assert len(found) >= 500
    assert len({r["id"] for r in found}) == len(found)
    assert {r["channel"] for r in found} == {"ticket", "call", "social"}
    for row in found:
        spans = [(s["start"], s["end"]) for s in row["spans"]]
        assert {s["type"] for s in row["spans"]} <= set(PERSONAL)
        assert all(0 <= start < end <= len(row["text"]) for start, end in spans)
        assert all(one[1] <= other[0] for one, other in pairwise(spans))
        assert all(row["text"][slice(*span)].strip() == row["text"][slice(*span)] for span in spans)


@pytest.mark.parametrize("part", ["dev", "test"])
def test_each_part_of_the_privacy_gold_has_every_type_all_channels_and_texts_without_any(part: str) -> None:
    found = [json.loads(line) for line in (GOLD / f"{part}.jsonl").read_text("utf-8").splitlines()]
    assert {s["type"] for r in found for s in r["spans"]} == set(PERSONAL)
    assert min(Counter(r["channel"] for r in found).values()) >= 50
    assert sum(not r["spans"] for r in found) >= 50


def test_pairs_that_may_be_one_telling_come_in_every_kind_by_time_and_with_one_label_a_kind() -> None:
    found = rows("gold/duplicates")
    assert len(found) >= 70
    assert len({r["id"] for r in found}) == len(found)
    assert {r["kind"]: r["label"] for r in found} == TOLD_TWICE
    assert all(r["label"] == TOLD_TWICE[r["kind"]] for r in found)
    assert min(Counter(r["kind"] for r in found).values()) >= 4
    assert all(r["first"].keys() == r["second"].keys() == {"channel", "at", "text"} for r in found)
    assert {r[side]["channel"] for r in found for side in SIDES} == {"ticket", "call", "social", "chat"}
    assert all(datetime.fromisoformat(r["first"]["at"]) < datetime.fromisoformat(r["second"]["at"]) for r in found)


def test_only_reposts_and_templates_and_like_words_are_of_different_customers() -> None:
    whose = {(r["kind"], r["same_customer"]) for r in rows("gold/duplicates")}
    different = {kind for kind, same in whose if not same}
    assert different == {"repost", "form_letter", "automatic", "boilerplate", "other_people"}
    assert ("boilerplate", True) in whose


def test_no_text_nearly_repeats_another_in_training_gold_probes_or_sample() -> None:
    folders = ("training", "gold", "gold/privacy")
    texts = [(f"{folder} {n}", r["text"]) for folder in folders for n, r in enumerate(rows(folder), 1)]
    probes = [(f"probe {n}", r["text"]) for n, r in enumerate(rows("probes"), 1) if "language" not in r]
    pairs = [(r["id"], r[side]["text"]) for r in rows("gold/duplicates") for side in SIDES]
    assert near_copies([*texts, *pairs, *probes, *sample()]) == []
