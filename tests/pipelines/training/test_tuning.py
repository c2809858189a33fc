"""Tuning moves the encoder towards its tasks, keeps it near its base, and survives being killed."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tokenizers import Tokenizer

from nlp.signal import SENTIMENTS

pytest.importorskip("torch")


from pipelines.training import tuning
from pipelines.training.encoder import base_folder
from pipelines.training.learning import fill

FELT = [
    ("this is the third time and I am furious", "negative"),
    ("awful, never again with this lot, awful", "negative"),
    ("you fixed it in a minute, I love you all", "positive"),
    ("so happy with this, it made our whole week", "positive"),
    ("the box has two cables and one small plug", "neutral"),
    ("my order number is in the letter of Monday", "neutral"),
]
WANTED = [("where is my parcel", 0), ("has it been sent yet", 0), ("send me an invoice", 1), ("I need the receipt", 1)]
RECIPE = tuning.Recipe(epochs=2, rate=2e-4, top_rate=2e-3, average=0.5, tokens=64)


def tokens(texts: list[str]) -> list[list[int]]:
    tokenizer = Tokenizer.from_file(str(base_folder() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return [found.ids for found in tokenizer.encode_batch(texts)]


def task(name: str, texts: list[str], classes: list[int], kinds: int, stay: float) -> tuning.Task:
    return tuning.Task(name, tokens(texts), {name: tuning.Target(classes, [1.0] * len(texts), kinds)}, stay)


def tasks(*, stay: float = 0.5) -> list[tuning.Task]:
    classes = [SENTIMENTS.index(label) for _, label in FELT]
    return [
        task(tuning.FEELING, [t for t, _ in FELT], classes, 3, stay),
        task("wants", [t for t, _ in WANTED], [n for _, n in WANTED], 2, stay),
    ]


def places(model: tuning.Model, found: list[tuning.Task]) -> list[Any]:
    return [model.read(task.tokens)[0].numpy() for task in found]


@pytest.fixture(scope="module")
def base() -> list[Any]:
    return places(tuning.Model.start(base_folder(), tasks(), tensors={}, seed=1), tasks())


def tuned(
    base: list[Any], checkpoint: Path, *, recipe: tuning.Recipe = RECIPE, stay: float = 0.5
) -> tuple[tuning.Model, dict[str, Any]]:
    found = tasks(stay=stay)
    model = tuning.Model.start(base_folder(), found, tensors={}, seed=1)
    return model, tuning.tune(model, found, base, recipe, held=found[0], checkpoint=checkpoint)


@pytest.mark.slow
def test_a_run_that_dies_after_an_epoch_goes_on_to_the_same_weights(
    base: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, whole = tuned(base, tmp_path / "whole.pt")
    monkeypatch.setattr("builtins.print", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):  # killed at the report of the first epoch, behind its checkpoint
        tuned(base, tmp_path / "died.pt")
    monkeypatch.undo()
    _, resumed = tuned(base, tmp_path / "died.pt")
    assert max(float(np.abs(whole[name] - resumed[name]).max()) for name in whole) < 1e-5


@pytest.mark.slow
def test_tuning_learns_the_feelings_and_draws_texts_of_one_intent_together(base: list[Any], tmp_path: Path) -> None:
    recipe = tuning.Recipe(epochs=12, rate=2e-4, top_rate=2e-3, average=0.5, tokens=64)
    model, tensors = tuned(base, tmp_path / "tuned.pt", recipe=recipe)
    fill(model.parameters(), tensors)
    feeling, _ = tasks()
    assert tuning.recalls(model, feeling) == {tuning.FEELING: 1.0}
    now = places(model, tasks())[1]

    def apart(x: Any) -> float:
        likeness = x @ x.T
        return float(likeness[0, 1] + likeness[2, 3] - likeness[0, 2] - likeness[1, 3])

    assert apart(now) > 2 * apart(base[1])


@pytest.mark.slow
def test_of_texts_that_are_known_to_be_not_neutral_it_learns_which_of_the_others_they_are(
    base: list[Any], tmp_path: Path
) -> None:
    outer = [text for text, label in FELT if label != "neutral"]
    found = [task(tuning.POLARITY, outer, [0, 0, 1, 1], 2, 0.5)]
    model = tuning.Model.start(base_folder(), found, tensors={}, seed=1)
    places = [model.read(found[0].tokens)[0].numpy()]
    recipe = tuning.Recipe(epochs=12, rate=2e-4, top_rate=2e-3, average=0.5, tokens=64)
    tensors = tuning.tune(model, found, places, recipe, held=found[0], checkpoint=tmp_path / "outer.pt")
    fill(model.parameters(), tensors)
    logits = model.read(found[0].tokens)[1].numpy()
    assert (logits[:, 2] > logits[:, 0]).tolist() == [False, False, True, True]
    assert tuning.recalls(model, found[0]) == {tuning.POLARITY: 1.0}


def test_what_a_model_has_not_learnt_to_tell_is_not_asked_of_it() -> None:
    feeling, wants = tasks()
    model = tuning.Model.start(base_folder(), [feeling], tensors={}, seed=1)
    both = replace(wants, targets={**wants.targets, tuning.FEELING: tuning.Target([1] * 4, [1.0] * 4, 3)})
    assert list(tuning.recalls(model, both)) == [tuning.FEELING]


def test_the_more_a_task_is_to_stay_the_nearer_its_texts_stay_to_the_base(base: list[Any], tmp_path: Path) -> None:
    def moved(stay: float) -> float:
        model, tensors = tuned(base, tmp_path / f"{stay}.pt", stay=stay)
        fill(model.parameters(), tensors)
        return 1 - float((np.vstack(base) * np.vstack(places(model, tasks(stay=stay)))).sum(axis=1).mean())

    assert moved(20.0) < moved(0.0)


def test_frozen_layers_stay_as_they_were_and_come_back_with_the_others(base: list[Any], tmp_path: Path) -> None:
    found = tasks()
    model = tuning.Model.start(base_folder(), found, tensors={}, seed=1, frozen=3)
    before = {name: parameter.detach().numpy().copy() for name, parameter in model.parameters().items()}
    tensors = tuning.tune(model, found, base, RECIPE, held=found[0], checkpoint=tmp_path / "frozen.pt")
    assert set(tensors) == set(before)
    same = {name for name, value in tensors.items() if np.array_equal(value, before[name])}
    layers = {name for name in before if name.startswith("encoder.layer.")}
    assert same & layers == {name for name in layers if int(name.split(".")[2]) < 3}


def test_a_target_that_is_not_known_of_a_text_teaches_nothing(base: list[Any], tmp_path: Path) -> None:
    def learnt(classes: list[int]) -> dict[str, Any]:
        found = [task("wants", [t for t, _ in WANTED], [n for _, n in WANTED], 2, 0.5)]
        ignored = tuning.Target(classes, [0.0] * len(WANTED), 2)
        found = [replace(found[0], targets={**found[0].targets, "mood": ignored})]
        model = tuning.Model.start(base_folder(), found, tensors={}, seed=1)
        return tuning.tune(model, found, base[1:], RECIPE, held=tasks()[0], checkpoint=tmp_path / f"{classes}.pt")

    one, other = learnt([0, 0, 0, 0]), learnt([1, 1, 1, 1])
    assert all(np.array_equal(value, other[name]) for name, value in one.items())


@pytest.mark.slow
def test_layers_of_a_thinner_start_say_what_they_said_and_learn_in_their_whole_width(
    base: list[Any], tmp_path: Path
) -> None:
    layer, kept = "encoder.layer.2", 1000
    names = (f"{layer}.intermediate.dense.weight", f"{layer}.intermediate.dense.bias", f"{layer}.output.dense.weight")
    model = tuning.Model.start(base_folder(), tasks(), tensors={}, seed=1)
    into, bias, out = (model.parameters()[name].detach().numpy().copy() for name in names)
    thin = dict(zip(names, (into[:kept], bias[:kept], out[:, :kept]), strict=True))
    out[:, kept:] = 0
    silent = tuning.Model.start(base_folder(), tasks(), tensors={names[2]: out}, seed=1)
    widened = tuning.Model.start(base_folder(), tasks(), tensors=thin, seed=1)
    for one, other in zip(places(widened, tasks()), places(silent, tasks()), strict=True):
        assert np.abs(one - other).max() < 1e-6
    learnt = tuning.tune(widened, tasks(), base, RECIPE, held=tasks()[0], checkpoint=tmp_path / "wide.pt")
    assert (learnt[names[2]][:, kept:] != 0).any(axis=0).all()
