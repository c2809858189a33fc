"""The shipped encoder: unit vectors that do not depend on a text's neighbours."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from nlp.encoder import MANY, OnnxEncoder, batches, read_card
from nlp.errors import BadModel
from nlp.signal import SENTIMENTS
from pipelines.settings import Settings

TEXTS = [
    "My parcel says delivered but there is nothing at the door.",
    "ok",
    "",
    "The hub went offline after last night's update and I have restarted it twice, reset the router, and waited.",
    "😀" * 400,
    "\x00\x07 control",
]


@pytest.fixture(scope="module")
def encoder() -> OnnxEncoder:
    return OnnxEncoder(Settings().models / "encoder", threads=2)


def test_every_text_gets_a_finite_vector_of_unit_length(encoder: OnnxEncoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)


def test_a_vector_is_the_same_alone_and_among_others(encoder: OnnxEncoder) -> None:
    together = encoder.encode(TEXTS)
    alone = np.vstack([encoder.encode([text]) for text in TEXTS])
    assert np.array_equal(together, alone)


def test_like_texts_are_nearer_than_unlike_ones(encoder: OnnxEncoder) -> None:
    parcel, courier, password = encoder.encode(
        ["where is my parcel", "the courier has not brought my package", "I forgot my password"]
    )
    assert parcel @ courier > parcel @ password + 0.2


def test_no_texts_give_no_rows(encoder: OnnxEncoder) -> None:
    assert encoder.encode([]).shape == (0, 384)


def test_batches_hold_every_text_once_have_one_length_and_keep_to_the_budget() -> None:
    lengths = [5, 300, 7, 7, 12, 256, 1, 2000, *[9] * 100]
    groups = list(batches(lengths, budget=512))
    assert sorted(i for g in groups for i in g) == list(range(len(lengths)))
    assert all(len({lengths[i] for i in g}) == 1 for g in groups)
    assert all(len(g) == 1 or len(g) * lengths[g[0]] <= 512 for g in groups)


def test_one_thread_and_several_give_the_same_vectors(encoder: OnnxEncoder) -> None:
    one = OnnxEncoder(Settings().models / "encoder", threads=1)
    assert np.array_equal(one.encode(TEXTS), encoder.encode(TEXTS))


def test_the_card_holds_the_sha256_of_the_weights() -> None:
    folder = Settings().models / "encoder"
    assert hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest() == read_card(folder)["sha256"]


def test_weights_that_are_not_those_of_the_card_are_refused(tmp_path: Path) -> None:
    card = 'name = "x"\nversion = "1"\ndimension = 3\nmax_tokens = 8\nsha256 = "00"\n'
    for file, text in {"card.toml": card, "model.onnx": "half a file", "tokenizer.json": "{}"}.items():
        (tmp_path / file).write_text(text)
    with pytest.raises(BadModel, match="not the file of its card"):
        OnnxEncoder(tmp_path)


def test_a_missing_card_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match=r"card\.toml is missing"):
        OnnxEncoder(tmp_path)


def test_a_card_without_a_field_names_it(tmp_path: Path) -> None:
    (tmp_path / "card.toml").write_text('name = "x"\nversion = "1"\ndimension = 3\n')
    with pytest.raises(BadModel, match="'max_tokens' is missing"):
        OnnxEncoder(tmp_path)


def test_sentiment_comes_in_the_same_pass_with_the_same_vectors(encoder: OnnxEncoder) -> None:
    vectors, feelings = encoder.encode_with_sentiment(TEXTS)
    assert np.array_equal(vectors, encoder.encode(TEXTS))
    assert feelings.shape == (len(TEXTS), len(SENTIMENTS))
    assert np.allclose(feelings.sum(axis=1), 1, atol=1e-5)


def test_sentiment_is_the_same_alone_and_among_others(encoder: OnnxEncoder) -> None:
    together = encoder.encode_with_sentiment(TEXTS)[1]
    alone = np.vstack([encoder.encode_with_sentiment([text])[1] for text in TEXTS])
    assert np.array_equal(together, alone)


def test_parts_hold_each_text_once_with_what_one_pass_gives_it(encoder: OnnxEncoder) -> None:
    texts = [" ".join(["late"] * (1 + n % 9)) for n in range(MANY)]
    threaded = OnnxEncoder(Settings().models / "encoder", threads=2)
    vectors, feelings = encoder.encode_with_sentiment(texts)
    parts = list(threaded.parts(texts))
    assert len(parts) > 1
    assert sorted(place for places, _, _ in parts for place in places) == list(range(MANY))
    for places, own, felt in parts:
        assert np.allclose(own, vectors[places], atol=1e-6)
        assert np.allclose(felt, feelings[places], atol=1e-6)


@pytest.mark.parametrize("piece", ["a ", "b", "a.", "é ", "한 ", "½", "😀 ", "\u0103", "ﷺ"])
def test_a_text_is_said_to_be_cut_where_its_tokens_are_too_many(encoder: OnnxEncoder, piece: str) -> None:
    texts = [piece * times for times in range(40, 300, 5)]
    assert encoder.cut(texts) == [bool(e.overflowing) for e in encoder._tokenizer.encode_batch(texts)]
    assert encoder.cut(["a " * 254, "a " * 255]) == [False, True]


def test_plain_praise_and_plain_anger_are_told_apart(encoder: OnnxEncoder) -> None:
    texts = ["Thank you so much, this is wonderful!", "This is the worst service ever, I am furious."]
    assert encoder.encode_with_sentiment(texts)[1].argmax(axis=1).tolist() == [2, 0]
