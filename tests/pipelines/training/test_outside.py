"""Intents are left out to learn what is outside; what comes of it is told, kept and refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nlp.errors import BadModel
from nlp.metrics import auc
from nlp.outside import OUTSIDE, Outside
from pipelines.training.outside import fit

D, INTENTS = 24, 30


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def texts(intents: np.ndarray, each: int, *, seed: int) -> tuple[np.ndarray, list[str]]:
    """Points around the directions of `intents`, some of which are near one another, as intents are."""
    centres = np.random.default_rng(0).normal(size=(INTENTS, D))
    centres[1::3] = centres[::3] + 0.5 * centres[1::3]
    codes = np.repeat(intents, each)
    around = np.random.default_rng(seed).normal(size=(len(codes), D)) * 0.35
    return unit(centres[codes] + around), [f"intent {code}" for code in codes]


KNOWN, NEW = np.arange(24), np.arange(24, INTENTS)
FAR = unit(np.random.default_rng(5).normal(size=(300, D)))


@pytest.fixture(scope="module")
def outside() -> Outside:
    return fit(*texts(KNOWN, 40, seed=1), encoder="e1")


def test_new_texts_of_known_intents_are_inside_and_texts_of_others_are_not(outside: Outside) -> None:
    inside, new = (outside.probability(texts(intents, 30, seed=2)[0]) for intents in (KNOWN, NEW))
    assert auc(np.arange(len(inside) + len(new)) >= len(inside), np.concatenate([inside, new])) > 0.9
    assert (inside >= OUTSIDE).mean() < 0.05
    assert (outside.probability(FAR) >= OUTSIDE).mean() > 0.8


def test_of_texts_with_a_probability_that_share_is_outside_where_one_in_five_is(outside: Outside) -> None:
    inside, new = (outside.probability(texts(intents, each, seed=3)[0]) for intents, each in ((KNOWN, 40), (NEW, 40)))
    expected = 0.8 * inside.mean() + 0.2 * new.mean()
    assert expected == pytest.approx(0.2, abs=0.05)


def test_the_same_texts_give_the_same_numbers_and_a_text_does_not_depend_on_its_neighbours(outside: Outside) -> None:
    again = fit(*texts(KNOWN, 40, seed=1), encoder="e1")
    assert np.array_equal(outside.probability(FAR), again.probability(FAR))
    alone = np.concatenate([outside.probability(FAR[n : n + 1]) for n in range(20)])
    assert alone == pytest.approx(outside.probability(FAR)[:20], abs=1e-5)


def test_texts_known_to_be_outside_move_the_line(outside: Outside) -> None:
    taught = fit(*texts(KNOWN, 40, seed=1), encoder="e1", beyond=FAR[:150])
    assert not np.array_equal(taught.slopes, outside.slopes)
    assert (taught.probability(FAR[150:]) >= OUTSIDE).mean() > 0.9


def test_nothing_farther_from_all_intents_is_less_outside(outside: Outside) -> None:
    assert (outside.slopes <= 0).all()
    assert outside.probability(np.zeros((1, D), np.float32))[0] > OUTSIDE


@pytest.mark.parametrize("each", [2, 5])
def test_a_few_texts_an_intent_are_enough_to_fit(each: int) -> None:
    found = fit(*texts(KNOWN, each, seed=1), encoder="e1").probability(FAR)
    assert np.isfinite(found).all()


def test_texts_that_are_all_the_same_break_nothing() -> None:
    found = fit(np.ones((20, D), np.float32) / D**0.5, [str(n % 5) for n in range(20)], encoder="e1")
    assert np.isfinite(found.probability(FAR)).all()


def test_too_few_intents_or_texts_are_refused() -> None:
    with pytest.raises(ValueError, match="each intent has one text"):
        fit(*texts(KNOWN, 1, seed=1), encoder="e1")
    with pytest.raises(ValueError, match=r"2 intents \(a, b\)"):
        fit(FAR[:4], ["a", "b", "a", "b"], encoder="e1")


def test_what_was_kept_tells_the_same(outside: Outside, tmp_path: Path) -> None:
    outside.save(tmp_path / "outside.npz")
    found = Outside.load(tmp_path / "outside.npz", encoder="e1")
    assert np.array_equal(found.probability(FAR), outside.probability(FAR))


def test_a_file_that_does_not_fit_is_named_with_what_is_wrong(outside: Outside, tmp_path: Path) -> None:
    path = tmp_path / "outside.npz"
    outside.save(path)
    with pytest.raises(BadModel, match=r"outside.npz: fitted on encoder 'e1', but 'e2' is loaded"):
        Outside.load(path, encoder="e2")
    replace(outside, slopes=np.zeros(3, np.float32)).save(path)
    with pytest.raises(BadModel, match=r"the shapes do not fit one another: .*'slopes': \(3,\)"):
        Outside.load(path, encoder="e1")
    np.savez(path, prototypes=outside.prototypes)
    with pytest.raises(BadModel, match="the field 'curvature' is missing"):
        Outside.load(path, encoder="e1")
    path.write_bytes(b"no archive")
    with pytest.raises(BadModel, match=r"outside.npz: cannot be read"):
        Outside.load(path, encoder="e1")
