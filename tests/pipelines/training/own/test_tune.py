"""An encoder tuned to own intents: it learns, a killed run goes on as if it had not been, and int8 says the same."""

import json
import random
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from nlp.taxonomy import Taxonomy
from pipelines.annotate import Annotator
from pipelines.training import dequantised, tops
from pipelines.training.encoder import base_folder
from pipelines.training.own import tune
from pipelines.training.own.train import Data, train
from pipelines.training.reader import Reader

WORDS = {"parcel": "parcel courier late delivery box", "plan": "cancel plan subscription stop end"}
WIDTH = 64
RECIPE = tune.Recipe(epochs=3, steps=12, rate=1e-3, seed=3)


@pytest.fixture(scope="module", params=["its last layer", "a top"])
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of two narrow layers with random weights, and the real tokenizer; its embedding is told by its last layer,
    or by a top in the stead of a third."""
    folder = tmp_path_factory.mktemp("base")
    torch.manual_seed(1)
    vocabulary = Tokenizer.from_file(str(base_folder() / "tokenizer.json")).get_vocab_size()
    shape = {"hidden_size": WIDTH, "num_attention_heads": 2, "intermediate_size": 64, "vocab_size": vocabulary}
    BertModel(BertConfig(num_hidden_layers=2, **shape)).save_pretrained(folder)
    if request.param == "a top":
        third = BertModel(BertConfig(num_hidden_layers=3, **shape)).state_dict()
        layer = tops.layer_of({name: value.numpy() for name, value in third.items()}, 2)
        np.savez(folder / dequantised.TOPS_FILE, **tops.initial(layer, tops.EMBEDDING))
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copyfile(base_folder() / name, folder / name)
    return folder


def said(count: int, *, seed: int) -> list[tuple[str, str]]:
    draw = np.random.default_rng(seed)
    return [
        (" ".join(draw.choice(words.split(), 3)) + f" {'please ' * (n % 3)}", label)
        for label, words in WORDS.items()
        for n in range(count)
    ]


def texts(base: Path, count: int, *, seed: int) -> tune.Texts:
    rows = said(count, seed=seed)
    found = Tokenizer.from_file(str(base / "tokenizer.json")).encode_batch([text for text, _ in rows])
    return tune.Texts([e.ids[: sum(e.attention_mask)] for e in found], [int(label == "plan") for _, label in rows])


def tuned(base: Path, folder: Path, *, stop: int = 10**6) -> dict[str, np.ndarray]:
    def progress(step: str, done: int, total: int | None) -> None:
        if done == stop:
            raise KeyboardInterrupt

    learnt, held = texts(base, 40, seed=1), texts(base, 10, seed=2)
    return tune.tune(base, learnt, 2, held=held, recipe=RECIPE, checkpoint=folder / "state.pt", progress=progress)


@pytest.mark.slow
def test_tuning_tells_intents_apart_and_leaves_the_table_of_words_alone(base: Path, tmp_path: Path) -> None:
    found = tuned(base, tmp_path)
    other = texts(base, 20, seed=5)
    x, y = tune.embedded(base, found, other.tokens), np.array(other.classes)
    middle = [x[y == k].mean(axis=0) for k in (0, 1)]
    assert ((x @ np.stack(middle).T).argmax(axis=1) == y).mean() > 0.9
    plain = Reader(base).tensors()
    same = {name for name, value in plain.items() if np.array_equal(value, found[name])}
    assert same == {name for name in plain if name.startswith(("embeddings.", "pooler."))}


@pytest.mark.slow
def test_a_killed_run_goes_on_and_ends_as_if_it_had_not_been_killed(base: Path, tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    whole.mkdir()
    parts.mkdir()
    expected = tuned(base, whole)
    with pytest.raises(KeyboardInterrupt):
        tuned(base, parts, stop=6)
    assert (parts / "state.pt").is_file()
    found = tuned(base, parts)
    assert all(np.allclose(found[name], value, atol=1e-6) for name, value in expected.items())


def test_what_lower_layers_make_of_a_text_is_kept_and_they_stay_as_they_are(base: Path, tmp_path: Path) -> None:
    recipe = replace(RECIPE, layers=1, epochs=1, steps=1)
    learnt = texts(base, 10, seed=1)
    learner = tune.Learner(base, learnt, 2, recipe)
    assert {tuple(own.shape) for own in learner.inputs} == {(len(ids), WIDTH) for ids in learnt.tokens}
    plain = Reader(base)
    expected = plain.embed([torch.tensor(ids) for ids in learnt.tokens])
    found = learner.reader.embed(learner.inputs, first=plain.layers - 1)
    assert (found * expected).sum(axis=1).min() > 0.9999  # bfloat16 rounds, where the processor has it
    tensors = tune.tune(base, learnt, 2, held=None, recipe=recipe, checkpoint=tmp_path / "state.pt")
    changed = {name for name, value in plain.tensors().items() if not np.array_equal(value, tensors[name])}
    assert changed
    assert all(name.startswith(f"{tops.EMBEDDING}." if plain.top else "encoder.layer.1.") for name in changed)


def test_a_step_takes_passes_of_one_length_until_it_has_enough_texts() -> None:
    lengths = [n % 4 + 3 for n in range(200)]
    found = tune.steps(tune.Texts([[1] * n for n in lengths], [0] * 200), random.Random(1))
    assert sorted(i for step in found for group in step for i in group) == list(range(200))
    assert all(len({lengths[i] for i in group}) == 1 for step in found for group in step)
    assert all(sum(map(len, step)) >= tune.TEXTS for step in found[:-1])


def test_the_contrast_is_nothing_where_every_text_is_alone_with_its_intent() -> None:
    x = torch.nn.functional.normalize(torch.ones(3, 4), dim=1)
    weights = torch.tensor([1.0, 0.5, 0.5])
    assert tune.contrast(x, torch.tensor([0, 1, 2]), weights) == 0
    assert tune.contrast(x, torch.tensor([0, 0, 1]), weights) > tune.contrast(x, torch.tensor([1, 0, 0]), weights) > 0


@pytest.mark.slow
def test_a_tuned_model_serves_with_its_own_encoder(base: Path, annotator: Annotator, tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    rows = {text.strip(): label for text, label in said(60, seed=1)}
    path.write_text("".join(json.dumps({"text": t, "intent": label}) + "\n" for t, label in rows.items()))
    known: Taxonomy = annotator.taxonomy
    found = train(Data(path), encoder=annotator.encoder, known=known, out=tmp_path / "my", seed=1, base=base)
    assert found.learnt.quantised is not None
    assert found.learnt.quantised > 0.9
    assert found.learnt.held_out.texts == len(rows)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mine.jsonl", "my"]
    own = annotator.with_intents(tmp_path / "my")
    assert own.intents.encoder is not None
    assert own.encoder.version == annotator.encoder.version != own.intents.encoder.version
    asked = ["courier parcel late", "subscription stop cancel"]
    guesses = own.intents.classify(annotator.encoder.encode(asked), asked)
    assert [g.ranked[0][0] for g in guesses] == ["parcel", "plan"]


@pytest.mark.slow
def test_an_encoder_is_tuned_beside_texts_without_a_label(base: Path, annotator: Annotator, tmp_path: Path) -> None:
    def table(name: str, rows: list[dict[str, str]]) -> Path:
        path = tmp_path / name
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return path

    few = {text.strip(): label for text, label in said(4, seed=1)}
    examples = table("few.jsonl", [{"text": text, "intent": label} for text, label in few.items()])
    others = sorted({text.strip() for text, _ in said(60, seed=2)} - set(few))
    data = Data(examples, unlabelled=table("more.jsonl", [{"text": text} for text in others]))
    found = train(data, encoder=annotator.encoder, known=annotator.taxonomy, out=tmp_path / "my", seed=1, base=base)
    assert found.learnt.unlabelled.texts == tuple(others)
    own = annotator.with_intents(tmp_path / "my").intents
    asked = ["courier parcel late", "subscription stop cancel", "box delivery", "plan end"]
    guesses = own.classify(annotator.encoder.encode(asked), asked)
    assert [g.ranked[0][0] for g in guesses] == ["parcel", "plan", "parcel", "plan"]


def test_a_text_that_counts_less_teaches_less(base: Path) -> None:
    learnt = texts(base, 10, seed=1)
    losses: list[float] = []
    for weight in (1.0, 0.5):
        learner = tune.Learner(base, replace(learnt, weights=[weight] * 20), 2, RECIPE)
        losses.append(learner.loss([[n] for n in range(20)]).item())
    assert losses[1] == pytest.approx(losses[0] / 2, rel=0.2)  # words are dropped at random


@pytest.mark.slow
def test_tuning_leaves_intents_out_to_tell_what_descriptions_alone_are_worth(
    base: Path, annotator: Annotator, tmp_path: Path
) -> None:
    topics = {
        "parcel": "courier late box",
        "plan": "cancel stop end",
        "bill": "invoice charge sum",
        "login": "password",
    }
    rows = [(f"{words} {topic} {n}", topic) for topic, words in topics.items() for n in range(6)]
    examples, taxonomy = tmp_path / "mine.jsonl", tmp_path / "mine.toml"
    examples.write_text("".join(json.dumps({"text": text, "intent": label}) + "\n" for text, label in rows))
    names = [*topics, "gift"]
    taxonomy.write_text('name = "mine"\nversion = 1\n' + "".join(f'[[intent]]\nname = "{name}"\n' for name in names))
    steps: list[str] = []
    learnt = train(
        Data(examples, taxonomy=taxonomy),
        encoder=annotator.encoder,
        known=annotator.taxonomy,
        out=tmp_path / "my",
        seed=1,
        base=base,
        progress=lambda step, done, total: steps.append(step),
    ).learnt
    assert learnt.lift
    assert learnt.lift.intents == ("gift",)
    assert "tune with intents left out" in steps
