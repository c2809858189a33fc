"""A stage is told by witnesses pooled by weight, and "unknown" where none is likely enough."""

import numpy as np
import pytest

from nlp import stages
from nlp.head import Head
from nlp.signal import Witness
from nlp.taxonomy import Intent, Stage, Taxonomy

NAMES = ("buy", "use", "leave")


def head(*labels: str) -> Head:
    """Label n is told by dimension n alone."""
    return Head(np.eye(len(labels), dtype=np.float32) * 4, np.zeros(len(labels), np.float32), labels, 1.0, 0.0, "e")


def test_a_stage_that_the_taxonomy_does_not_name_counts_as_unknown() -> None:
    found = stages.told(head("use", "renew", "unknown"), np.eye(3, dtype=np.float32), NAMES)
    assert found.shape == (3, 4)
    assert found.sum(axis=1) == pytest.approx(1)
    assert found.argmax(axis=1).tolist() == [1, 3, 3]
    assert found[:, [0, 2]].max() == 0


def test_an_intent_without_a_usual_stage_says_nothing() -> None:
    sure, none = stages.usual([[("refund", 0.9)], [("hello", 1.0)]], {"refund": "use"}, NAMES)
    assert (sure.argmax(), sure.sum(), sure[1]) == (1, pytest.approx(1), pytest.approx(0.9 * 0.8 + 0.19 / 4))
    assert none.tolist() == [0.25] * 4


def test_pooling_one_witness_of_weight_one_changes_nothing_and_two_agree_louder() -> None:
    one = np.array([[0.6, 0.3, 0.1]], np.float32)
    assert stages.pooled((1.0, one)) == pytest.approx(one, abs=1e-6)
    assert stages.pooled((1.0, one), (1.0, one))[0, 0] > 0.7
    assert stages.pooled((1.0, one), (0.0, one[:, ::-1])) == pytest.approx(one, abs=1e-6)


def test_what_is_not_likely_enough_is_unknown_with_its_confidence() -> None:
    labels = (*NAMES, "unknown")
    assert stages.best(np.array([0.29, 0.25, 0.23, 0.23]), labels) == ("unknown", 0.29)
    assert stages.best(np.array([0.1, 0.7, 0.1, 0.1]), labels) == ("use", 0.7)


def test_witnesses_that_know_different_stages_are_pooled_over_all_of_them() -> None:
    words = Witness("words", "", 1.0, (("use", 0.5), ("unknown", 0.5)))
    event = Witness("event", "", 1.0, (("leave", 0.8), ("use", 0.2)))
    stage, sure = stages.weighed([words, event])
    assert (stage, 0.9 < sure <= 1) == ("use", True)
    assert stages.weighed([]) == ("unknown", 0.0)


def test_another_taxonomy_is_another_rule() -> None:
    def of(*names: str) -> Taxonomy:
        intents = (Intent("a", "", "", names[0]), Intent("b", "", ""))
        return Taxonomy("t", 1, intents, tuple(Stage(name, n, "") for n, name in enumerate(names, 1)), {})

    assert stages.rule(of("buy", "use", "leave")) == stages.rule(of("buy", "use", "leave"))
    assert stages.rule(of("buy", "use", "leave")) != stages.rule(of("buy", "use", "stay"))
