"""The rounds of a tuning, on a handful of texts: what they leave can be read, and a run that dies goes on."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from nlp.signal import SENTIMENTS
from pipelines.settings import ROOT

pytest.importorskip("torch")

import torch

from pipelines.training import curriculum, dequantised, thin, tops, tuning
from pipelines.training.encoder import tuned
from pipelines.training.reader import Reader

SAID = {
    "this is the third time and I am furious": "negative",
    "you fixed it in a minute, I love you all": "positive",
    "the box has two cables and one small plug": "neutral",
    "where is my parcel": "neutral",
}

KEPT = 1500
SHIPPED = thin.Recipe().kept
"""Ours is thin already; with all rounds it learns in wider layers."""
OURS = ROOT / "models" / "encoder"


def lesson(tokenizer: Tokenizer, *, passes: float, stay: float) -> curriculum.Lesson:
    felt = curriculum.target(list(SAID.values()), SENTIMENTS)
    tokens = [found.ids for found in tokenizer.encode_batch(list(SAID))]
    return curriculum.Lesson(tuning.Task("posts", tokens, {tuning.FEELING: felt}, stay, passes), list(SAID))


@pytest.fixture
def few_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thin, "Recipe", partial(thin.Recipe, kept=KEPT))

    def lessons(_: Path, tokenizer: Tokenizer, kind: curriculum.Round, *, seed: int) -> list[curriculum.Lesson]:
        return [lesson(tokenizer, passes=kind.posts, stay=kind.stay)]

    monkeypatch.setattr(curriculum, "lessons", lessons)
    monkeypatch.setattr(curriculum, "held_out", lambda _, t, *, seed: lesson(t, passes=0, stay=0))
    monkeypatch.setattr(curriculum, "newest", lambda _, t, *, seed: lesson(t, passes=0, stay=0).task)


@pytest.mark.slow
@pytest.mark.usefixtures("few_texts")
@pytest.mark.parametrize(
    ("start", "alone", "learnt"),
    [
        (None, False, ["public", "all", "short", "thin"]),
        (OURS, False, ["own", "on", "short", "thin"]),
        (OURS, True, []),
    ],
    ids=["from the base", "from ours", "from ours to feeling alone"],
)
def test_all_rounds_leave_a_short_thin_encoder_with_both_tops_and_run_once(
    start: Path | None, alone: bool, learnt: list[str], tmp_path: Path
) -> None:
    tuned(tmp_path, tmp_path, start=start, feeling_alone=alone)
    reader, above = Reader(tmp_path), dequantised.above(tmp_path)
    assert reader.encoder.config.num_hidden_layers == tuning.LAST
    assert reader.encoder.encoder.layer[0].intermediate.dense.out_features == (KEPT if "thin" in learnt else SHIPPED)
    assert tops.among(above) == list(tops.NAMES)
    places = reader.embed([torch.tensor(ids) for ids in ([101, 2073, 102], [101, 2003, 2026, 102])])
    assert np.allclose(np.linalg.norm(places, axis=1), 1, atol=1e-5)
    written = {path.stem: path.stat().st_mtime_ns for path in tmp_path.glob("*.pt")}
    assert set(written) == {*learnt, "teacher-posts", "feeling", "own-feeling"}
    tuned(tmp_path, tmp_path, start=start, feeling_alone=alone)  # as after a kill: nothing is learnt again
    assert {path.stem: path.stat().st_mtime_ns for path in tmp_path.glob("*.pt")} == written
    again = dequantised.above(tmp_path)
    assert all(np.allclose(above[name], again[name], atol=1e-6) for name in above)
