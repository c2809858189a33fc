"""Intent models: which embeddings they read, and what they say of a text that asks for nothing."""

from collections.abc import Sequence

import numpy as np

from nlp.encoder import Floats
from nlp.head import Head
from nlp.intent import IntentModel

SHARED = np.eye(2, dtype=np.float32)


def head(labels: tuple[str, str], *, sure: float = 5.0, threshold: float = 0.8) -> Head:
    """Says the first label of a row on the first axis and the second of one on the second, `sure` of it."""
    return Head(np.eye(2, dtype=np.float32) * sure, np.zeros(2, np.float32), labels, 1.0, threshold, "shared")


class Turned:
    """An encoder that sees the axes the other way round."""

    version, dimension = "turned", 2

    def encode(self, texts: Sequence[str]) -> Floats:
        return SHARED[::-1][: len(texts)]


def names(model: IntentModel) -> list[str]:
    return [found.ranked[0][0] for found in model.classify(SHARED, ["a", "b"])]


def test_a_head_reads_the_shared_embeddings_unless_it_has_an_encoder_of_its_own() -> None:
    assert names(IntentModel("m", head(("x", "y")))) == ["x", "y"]
    assert names(IntentModel("m", head(("x", "y")), Turned())) == ["y", "x"]
    assert IntentModel("m", head(("x", "y")), Turned()).shared is None


def test_small_talk_asks_for_nothing_where_the_own_labels_have_no_word_for_it_and_the_model_abstains() -> None:
    calm = head(("none", "other"))
    unsure, sure = head(("x", "y"), sure=0.1), head(("x", "y"))
    assert names(IntentModel("m", unsure, calm=calm)) == ["none", "y"]
    assert names(IntentModel("m", sure, calm=calm)) == ["x", "y"]
    assert names(IntentModel("m", unsure, calm=head(("none", "other"), sure=0.1))) == ["x", "y"]


def test_a_model_with_a_label_for_small_talk_is_not_corrected() -> None:
    own = head(("x", "none"), sure=0.1)
    assert names(IntentModel("m", own, calm=head(("none", "other")))) == ["x", "none"]


def test_the_digest_of_a_head_changes_with_its_numbers_and_its_threshold() -> None:
    digests = {head(("x", "y")).digest, head(("x", "y"), sure=4.0).digest, head(("x", "y"), threshold=0.7).digest}
    assert len(digests) == 3
    assert head(("x", "y")).digest in digests
