"""The head of own intents: from few embeddings, from descriptions alone, and calibrated on what it has not seen."""

import numpy as np

from nlp.taxonomy import Intent, Taxonomy
from pipelines.training.own.classifier import (
    descriptions,
    fit,
    folds,
    held_out,
    logits,
    thresholds,
)

LABELS = ("a", "b", "c")


def cloud(centre: int, count: int, *, seed: int, spread: float = 0.3) -> np.ndarray:
    x = np.random.default_rng(seed).normal(0, spread, (count, 8)).astype(np.float32)
    x[:, centre] += 1
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def test_an_intent_without_an_example_is_known_by_its_description() -> None:
    x = np.vstack([cloud(0, 30, seed=1), cloud(1, 30, seed=2), cloud(2, 1, seed=3, spread=0.01)])
    head = fit(x, ["a"] * 30 + ["b"] * 30 + ["c"], encoder="e", labels=LABELS)
    guess = logits(head, cloud(2, 40, seed=4)).argmax(axis=1)
    assert (guess == 2).mean() > 0.8


def test_an_intent_that_nothing_describes_is_never_guessed() -> None:
    x = np.vstack([cloud(0, 9, seed=1), cloud(1, 9, seed=2)])
    head = fit(x, ["a"] * 9 + ["b"] * 9, encoder="e", labels=LABELS)
    assert set(logits(head, cloud(2, 40, seed=3)).argmax(axis=1)) <= {0, 1}
    assert (logits(head, cloud(1, 40, seed=4)).argmax(axis=1) == 1).mean() > 0.9


def test_folds_hold_out_every_text_once_but_an_intents_only_one() -> None:
    labels = ["a"] * 12 + ["b"] * 5 + ["c"]
    found = folds(labels, seed=1)
    assert found[-1] == -1
    assert set(found[:12]) == set(found[12:17]) == set(range(5))
    assert np.array_equal(found, folds(labels, seed=1))
    assert not np.array_equal(found, folds(labels, seed=2))


def test_what_is_scored_was_not_learnt() -> None:
    x = cloud(0, 40, seed=1, spread=5.0)  # nothing to learn: a head that had seen them would still know them
    y = [("a", "b")[n % 2] for n in range(40)]
    scored = held_out(x, y, np.zeros((0, 8), np.float32), [], labels=("a", "b"), seed=1)
    assert sorted(scored.rows.tolist()) == list(range(40))
    assert (scored.logits.argmax(axis=1) == scored.truth).mean() < 0.75


def test_a_threshold_keeps_as_much_as_the_precision_allows() -> None:
    confidence, right = np.array([0.9, 0.8, 0.7, 0.6, 0.5]), np.array([True, True, False, True, False])
    found = thresholds(confidence, right, (0.75, 0.9, 0.1))
    assert found == {0.75: (0.6, 0.8), 0.9: (0.8, 0.4), 0.1: (0.5, 1.0)}


def test_texts_of_one_confidence_are_kept_together_and_none_where_all_are_wrong() -> None:
    assert thresholds(np.array([0.7, 0.7]), np.array([True, False]), (0.9,)) == {0.9: (1.0, 0.0)}


def test_an_intent_is_described_by_its_name_its_definition_and_its_headlines() -> None:
    taxonomy = Taxonomy("t", 1, (Intent("lost_card", "", "A card is gone.", None, ("Card lost",)),), (), {})
    assert descriptions(["lost_card", "other-thing", "17"], taxonomy) == {
        "lost_card": ["lost card", "A card is gone.", "Card lost"],
        "other-thing": ["other thing"],
        "17": [],
    }
