"""What a teacher feels is learnt by an encoder whose embeddings stay where they were."""

from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from pipelines.settings import ROOT

pytest.importorskip("torch")

import torch

from pipelines.training import dequantised, feeling, tops, tuning
from pipelines.training.reader import Reader

OURS = ROOT / "models" / "encoder"
SAID = ("the parcel is on its way", "where is my parcel", "my plan ends in May", "I like the red one more")
FELT = np.array([[0.9, 0.05, 0.05], [0.05, 0.9, 0.05], [0.05, 0.05, 0.9], [0.3, 0.4, 0.3]], np.float32)
FILMS = ("a film of two hours", "the plot has a dog")
OUTER = np.array([[0.1, 0.8, 0.1], [0.02, 0.8, 0.18]], np.float32)


def tokens(texts: tuple[str, ...]) -> list[list[int]]:
    words = Tokenizer.from_file(str(OURS / "tokenizer.json"))
    words.no_padding()
    return [found.ids for found in words.encode_batch(list(texts))]


def learnt(folder: Path, *, place: float, epochs: int = 20) -> tuple[Reader, np.ndarray, np.ndarray]:
    """The reader, and what is felt of SAID and of FILMS, by a teacher who tells of FILMS that they are not neutral."""
    tasks = [
        tuning.Task("said", tokens(SAID), {}, stay=1.0),
        tuning.Task("films", tokens(FILMS), {tuning.POLARITY: tuning.Target([0, 1], [0.0, 1.0], 2)}, stay=1.0),
    ]
    reader = Reader(dequantised.checkpoint(OURS, folder / "checkpoint"))
    start = tops.taken(dequantised.tensors(OURS), tops.SENTIMENT)
    recipe = feeling.Recipe(epochs=epochs, rate=2e-4, top_rate=1e-3, dropout=0.0, average=0.5, place=place)
    places = [reader.embed([torch.tensor(ids) for ids in task.tokens]) for task in tasks]
    checkpoint = folder / "feeling.pt"
    found = feeling.learn(reader, start, tasks, [FELT, OUTER], recipe, places=places, checkpoint=checkpoint)
    felt = [torch.tensor(feeling.logits(reader, found, task.tokens)).softmax(1).numpy() for task in tasks]
    return reader, felt[0], felt[1]


@pytest.mark.slow
def test_what_the_teacher_feels_is_learnt_and_the_embeddings_stay(tmp_path: Path) -> None:
    ids = [torch.tensor(own) for own in tokens(SAID)]
    before = Reader(dequantised.checkpoint(OURS, tmp_path / "before")).embed(ids)
    reader, said, films = learnt(tmp_path, place=30.0)
    assert np.abs(said - FELT).max() < 0.15
    outer = films[:, [0, 2]] / films[:, [0, 2]].sum(axis=1, keepdims=True)
    assert abs(outer[0, 0] - 0.5) < 0.15  # what the teacher is not sure of, and no label is known for
    assert outer[1, 1] > 0.85
    assert (reader.embed(ids) * before).sum(axis=1).min() > 0.98


@pytest.mark.slow
def test_a_run_that_dies_after_an_epoch_goes_on_to_the_same_feelings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, died = tmp_path / "whole", tmp_path / "died"
    _, wanted, _ = learnt(whole, place=10.0, epochs=2)
    monkeypatch.setattr("builtins.print", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):  # killed at the report of the first epoch, behind its checkpoint
        learnt(died, place=10.0, epochs=2)
    monkeypatch.undo()
    _, found, _ = learnt(died, place=10.0, epochs=2)
    assert np.abs(found - wanted).max() < 1e-4
