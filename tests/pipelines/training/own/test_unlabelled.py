"""Texts without a label: what is taken of a file, and what they add to a few examples."""

import json
from pathlib import Path

import numpy as np
import pytest

from nlp.errors import BadInput, UnknownName
from pipelines.training.own import unlabelled
from pipelines.training.own.classifier import fit, logits
from pipelines.training.own.examples import UNREADABLE, hashes
from pipelines.training.own.unlabelled import WITHOUT, Beside, around, read, spread

LABELS = ("a", "b", "c")
WIDTH = 24


def lines(path: Path, texts: list[str], name: str = "body") -> Path:
    path.write_text("".join(json.dumps({name: text}) + "\n" for text in texts))
    return path


def clouds(count: int, *, seed: int, spread: float = 0.35) -> tuple[np.ndarray, np.ndarray]:
    """As many texts of each class around its middle, so far from it that a few hardly show where it is."""
    draw = np.random.default_rng(seed)
    y = np.repeat(np.arange(3), count)
    x = draw.normal(0, spread, (len(y), WIDTH)) + np.eye(WIDTH)[y]
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    return x.astype(np.float32), y


def test_texts_around_one_another_tell_what_a_few_examples_do_not() -> None:
    more, truth = clouds(300, seed=1)
    x, y = clouds(2, seed=2)
    plain = fit(x, [LABELS[n] for n in y], encoder="e", labels=LABELS)
    beside = fit(x, [LABELS[n] for n in y], encoder="e", labels=LABELS, beside=Beside(more))
    asked, wanted = clouds(200, seed=3)
    right = [(logits(head, asked).argmax(axis=1) == wanted).mean() for head in (plain, beside)]
    assert right[1] > right[0] + 0.05
    found = spread(plain, x, y, more)
    alone = logits(plain, more).argmax(axis=1)
    assert (found.classes == truth).mean() > (alone == truth).mean()
    assert 0 < found.likely.min() <= found.likely.max() <= 1


def test_likely_guesses_are_right_more_often() -> None:
    more, truth = clouds(300, seed=1, spread=0.6)
    x, y = clouds(2, seed=2)
    found = spread(fit(x, [LABELS[n] for n in y], encoder="e", labels=LABELS), x, y, more)
    right, middle = found.classes == truth, np.median(found.likely)
    assert right[found.likely > middle].mean() > right[found.likely <= middle].mean()


def test_no_text_without_a_label_changes_nothing() -> None:
    x, y = clouds(5, seed=2)
    names = [LABELS[n] for n in y]
    heads = [fit(x, names, encoder="e", labels=LABELS, beside=beside) for beside in (None, Beside(x[:0]))]
    assert np.array_equal(heads[0].weights, heads[1].weights)


def test_an_intent_that_no_text_without_a_label_is_of_is_still_found() -> None:
    more, truth = clouds(200, seed=1, spread=0.2)
    x, y = clouds(3, seed=2, spread=0.2)
    head = fit(x, [LABELS[n] for n in y], encoder="e", labels=LABELS, beside=Beside(more[truth != 2]))
    asked, wanted = clouds(200, seed=3, spread=0.2)
    assert (logits(head, asked).argmax(axis=1) == wanted)[wanted == 2].mean() > 0.8


@pytest.mark.parametrize("count", [1, 2, 5, 40])
def test_every_text_has_some_around_it_and_they_draw_each_other_alike(count: int) -> None:
    x, _ = clouds(count, seed=1)
    found = around(x).toarray()
    assert np.allclose(found, found.T)
    assert (found.sum(axis=1) > 0).all()
    assert np.all(np.diag(found) == 0)


def test_a_text_is_taken_once_and_an_example_not_at_all(tmp_path: Path) -> None:
    path = lines(tmp_path / "m.jsonl", ["Where is it?", "where  is it?", "", "cancel it", "it is late", "mail a@b.de"])
    found = read(path, text="body", learnt=hashes(["CANCEL it"]), seed=1)
    assert found.texts[:2] == ("Where is it?", "it is late")
    assert "a@b.de" not in found.texts[2]
    assert (found.rows, found.different) == (6, 3)


def test_of_many_texts_as_many_are_drawn_as_can_be_learnt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unlabelled, "MOST", 50)
    path = lines(tmp_path / "m.jsonl", [f"word{n} is said" for n in range(500)])
    none = np.zeros(0, np.uint64)
    found, again, other = (read(path, text="body", learnt=none, seed=seed) for seed in (1, 1, 2))
    assert found == again != other
    assert (len(found.texts), found.different) == (50, 500)
    assert sum(text in found.texts for text in map("word{} is said".format, range(250))) in range(12, 39)


def test_a_file_without_the_column_or_without_a_new_text_is_refused(tmp_path: Path) -> None:
    path = lines(tmp_path / "m.jsonl", ["cancel it"], name="body")
    with pytest.raises(UnknownName, match=r"m\.jsonl"):
        read(path, text="text", learnt=hashes(["x"]), seed=1)
    with pytest.raises(BadInput, match="not among the examples"):
        read(path, text="body", learnt=hashes(["cancel it"]), seed=1)
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"body": "it is late"}\n{"body": \n{"other": 1}\n["x"]\n')
    found = read(broken, text="body", learnt=hashes(["x"]), seed=1)
    assert found.texts == ("it is late",)
    assert found.dropped == {UNREADABLE: (2, 4), WITHOUT: (3,)}
