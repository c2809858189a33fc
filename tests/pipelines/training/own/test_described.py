"""Intents known by their descriptions alone: found more often by what the others tell, and never at all costs."""

import numpy as np

from nlp.head import Head
from pipelines.training.own import classifier
from pipelines.training.own.described import LEAST, Lift, Told, chosen, lift, splits
from pipelines.training.own.unlabelled import Beside

LABELS = tuple("abcdefgh")
SPREAD, AWAY = 0.25, 0.9
"""How far customers' texts lie from their intent, and how far its description does, the same way for all."""


def texts(label: str, count: int, *, seed: int) -> np.ndarray:
    x = np.random.default_rng(seed).normal(0, SPREAD, (count, 16)).astype(np.float32)
    x[:, LABELS.index(label)] += 1
    x[:, 15] += AWAY
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def descriptions() -> np.ndarray:
    return np.eye(16, dtype=np.float32)[: len(LABELS)]


def examples(known: str, count: int = 12) -> tuple[np.ndarray, list[str]]:
    return np.vstack([texts(label, count, seed=ord(label)) for label in known]), [
        k for k in known for _ in range(count)
    ]


def learnt(x: np.ndarray, y: list[str], found: Lift | None) -> Head:
    head = classifier.fit(np.vstack([x, descriptions()]), [*y, *LABELS], encoder="e", labels=LABELS)
    return found.of(head) if found else head


def right(head: Head, labels: str) -> float:
    asked = [(label, texts(label, 60, seed=1000 + ord(label))) for label in labels]
    guess = [classifier.logits(head, x).argmax(axis=1) == LABELS.index(label) for label, x in asked]
    return float(np.mean(guess))


def test_what_is_added_finds_more_texts_of_undescribed_intents_and_loses_few_of_the_others() -> None:
    x, y = examples("abcdef")
    found = lift(x, y, descriptions(), LABELS, labels=LABELS, seed=1)
    assert found
    assert found.intents == ("g", "h")
    assert found.more > 0
    before, after = learnt(x, y, None), learnt(x, y, found)
    assert right(after, "gh") > right(before, "gh") + 0.2
    assert right(after, "abcdef") > right(before, "abcdef") - 0.1
    assert abs(right(after, "gh") - found.found) < 0.2  # what is promised is what is met
    assert abs(right(after, "abcdef") - found.kept) < 0.1


def test_nothing_is_added_where_every_intent_has_an_example_or_too_few_can_tell() -> None:
    x, y = examples("abcdefgh")
    assert lift(x, y, descriptions(), LABELS, labels=LABELS, seed=1) is None
    x, y = examples("abcdefgh"[: LEAST - 1])
    assert lift(x, y, descriptions(), LABELS, labels=LABELS, seed=1) is None
    x, y = examples("abcdef", count=1)  # with one example each none can be left out and asked
    assert lift(x, y, descriptions(), LABELS, labels=LABELS, seed=1) is None


def test_the_same_examples_and_seed_tell_the_same() -> None:
    x, y = examples("abcdef")
    assert lift(x, y, descriptions(), LABELS, labels=LABELS, seed=3) == lift(
        x, y, descriptions(), LABELS, labels=LABELS, seed=3
    )


def test_logits_and_head_are_lifted_alike() -> None:
    x, y = examples("abcdef")
    found, head = Lift(("g", "h"), 2.5, 0.0, 0.0), learnt(x, y, None)
    assert np.allclose(found.added(classifier.logits(head, x), LABELS), classifier.logits(found.of(head), x), atol=1e-4)


def test_each_intent_is_left_out_once_and_what_is_asked_was_not_learnt() -> None:
    x, y = examples("abcdef", count=6)
    y[-1] = "once"  # its only example is never asked: nothing else would tell of it
    found = splits(y, LABELS, seed=1)
    assert sorted(name for split in found for name in split.left_out) == list("abcdef")
    for split in found:
        assert not (split.learnt & split.asked).any()
        assert not set(split.left_out) & set(np.array(y)[split.learnt])
        assert set(split.left_out) <= set(np.array(y)[split.asked])
        assert split.learnt[-1]
    assert len(x) == len(y)


def test_the_least_constant_of_the_best_mean_is_chosen() -> None:
    logits = np.array([[3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [2.0, 0.0, 0.6]])
    told = Told(logits, ["a", "b", "c"], ("c",))
    found = chosen([told], ["a", "b"], ["a", "b", "c", "d"], ("a", "b", "c"))
    assert (found.intents, found.found, found.kept) == (("c", "d"), 1.0, 1.0)
    assert found.more == 1.5  # over 1.4 c is found, over 3 the others are lost


def test_texts_without_a_label_show_where_intents_lie_that_descriptions_alone_tell_of() -> None:
    x, y = examples("abcdef")
    more = np.vstack([texts(label, 60, seed=500 + ord(label)) for label in LABELS])
    first = lift(x, y, descriptions(), LABELS, labels=LABELS, seed=1)
    assert first
    beside = Beside(more, first.more)
    whole, named = np.vstack([x, descriptions()]), [*y, *LABELS]
    head = classifier.fit(whole, named, encoder="e", labels=LABELS, beside=beside, alone="gh")
    found = lift(x, y, descriptions(), LABELS, labels=LABELS, seed=1, beside=beside)
    assert found
    assert right(head, "gh") > right(learnt(x, y, None), "gh") + 0.2
    assert right(head, "abcdef") > right(learnt(x, y, first), "abcdef")
    assert found.more < first.more  # hardly anything is left to be added
