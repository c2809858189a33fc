"""Intents of a company's own that no example is given of: how many of their texts their descriptions find.

Examples are drawn from training parts, for some intents none; test parts only score. Banking77 and the domains of
CLINC150 that the encoder has not seen tell of an intent its name alone; the product's own taxonomy has definitions and
headlines, but the encoder was tuned on its texts. Once with the examples alone, once beside all training texts without
their labels.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np

from benchmarks.heading import heading
from benchmarks.own_taxonomy import Rows, banking, clinc, drawn
from nlp.encoder import OnnxEncoder
from nlp.head import Head
from nlp.taxonomy import NONE, Taxonomy
from pipelines.settings import ROOT, Settings
from pipelines.training.authored import authored, split
from pipelines.training.curriculum import CLINC_UNSEEN
from pipelines.training.curriculum import clinc as domains
from pipelines.training.own.classifier import logits
from pipelines.training.own.train import Data, train

RESULT = ROOT / "benchmarks" / "results" / "described.md"
EXAMPLES, SHARES, SEEDS = (10, 50), (0.2, 0.5), (1, 2, 3)
"""An intent that has some; the share of the intents that have none; of draws."""


class Corpus(NamedTuple):
    """`taxonomy`: the text of its TOML."""

    learn: Rows
    test: Rows
    taxonomy: str


def of_names(learn: Rows, test: Rows) -> Corpus:
    names = sorted({label for _, label in learn})
    listed = "\n".join(f"[[intent]]\nname = {json.dumps(name)}\n" for name in names)
    return Corpus(learn, test, f'name = "names"\nversion = 1\n\n{listed}')


def corpora(folder: Path, settings: Settings) -> dict[str, Corpus]:
    unseen = list(domains(folder, CLINC_UNSEEN))
    labels = {label for _, label in unseen}
    mine, _ = split(authored(ROOT / "corpora" / "training"))
    learn, gold = (
        [(row["text"], row["intent"]) for row in rows] for rows in (mine, authored(ROOT / "corpora" / "gold"))
    )
    return {
        "Banking77, names": of_names(banking(folder, "train"), banking(folder, "test")),
        "CLINC150, three domains, names": of_names(
            unseen, [(text, label) for text, label in clinc(folder, "test") if label in labels]
        ),
        "our taxonomy, definitions and headlines; gold": Corpus(learn, gold, settings.taxonomy.read_text("utf-8")),
    }


class Found(NamedTuple):
    """Shares 0..1 right of the test texts of intents without an example, of others, of all; without and with what is
    added to the former, and as it is beside texts without a label. `told`: what training told of the first two
    beforehand, alone and beside such texts; `added`: to the logits, alone."""

    plain: tuple[float, float, float]
    lifted: tuple[float, float, float]
    beside: tuple[float, float, float]
    told: tuple[float, float]
    told_beside: tuple[float, float]
    added: float


def measured(
    corpus: Corpus, count: int, share: float, seed: int, *, encoder: OnnxEncoder, known: Taxonomy, test: np.ndarray
) -> Found:
    names = sorted({label for _, label in corpus.learn} - {NONE})
    alone = set(np.random.default_rng(seed).choice(names, round(share * len(names)), replace=False).tolist())
    rows = [row for row in drawn(corpus.learn, count, seed) if row[1] not in alone]
    with TemporaryDirectory() as place:
        examples, taxonomy, others = (Path(place) / name for name in ("learn.jsonl", "names.toml", "others.jsonl"))
        taxonomy.write_text(corpus.taxonomy, "utf-8")
        examples.write_text("".join(json.dumps({"text": t, "intent": label}) + "\n" for t, label in rows), "utf-8")
        others.write_text("".join(json.dumps({"text": text}) + "\n" for text, _ in corpus.learn), "utf-8")
        data = Data(examples, taxonomy=taxonomy)
        learnt, beside = (
            train(given, encoder=encoder, known=known, out=Path(place) / "own", seed=seed).learnt
            for given in (data, replace(data, unlabelled=others))
        )
    assert learnt.lift
    assert beside.lift
    truth = np.array([label for _, label in corpus.test])
    new, head = np.isin(truth, sorted(alone)), learnt.head
    plain = replace(head, bias=np.asarray(head.bias - learnt.lift.more * np.isin(head.labels, learnt.lift.intents)))

    def right(head: Head) -> tuple[float, float, float]:
        hit = np.array(head.labels)[logits(head, test).argmax(axis=1)] == truth
        return float(hit[new].mean()), float(hit[~new].mean()), float(hit.mean())

    return Found(
        right(plain),
        right(head),
        right(beside.head),
        (learnt.lift.found, learnt.lift.kept),
        (beside.lift.found, beside.lift.kept),
        learnt.lift.more,
    )


def lines(found: Sequence[Found]) -> Iterator[str]:
    def percent(values: Sequence[Sequence[float]]) -> str:
        return " / ".join(f"{100 * value:.1f}" for value in np.mean(values, axis=0))

    yield percent([f.plain for f in found])
    yield percent([f.lifted for f in found])
    yield percent([f.told for f in found])
    yield percent([f.beside for f in found])
    yield percent([f.told_beside for f in found])
    yield ", ".join(f"{f.added:.1f}" for f in found)


def main() -> None:
    settings = Settings.from_environment()
    encoder = OnnxEncoder(settings.models / "encoder", threads=2)
    known = Taxonomy.from_toml(settings.taxonomy.read_text("utf-8"))
    rows: list[str] = []
    for name, corpus in corpora(settings.corpora, settings).items():
        test = encoder.encode([text for text, _ in corpus.test])
        for count in EXAMPLES:
            for share in SHARES:
                own = [measured(corpus, count, share, s, encoder=encoder, known=known, test=test) for s in SEEDS]
                rows.append(f"| {name} | {count} | {share:.0%} | {' | '.join(lines(own))} |")
                print(rows[-1], flush=True)
    RESULT.write_text(
        f"""{heading("Intents known by their descriptions alone", command="python -m benchmarks.described")}
Encoder {encoder.version}, head-only training, seeds {", ".join(map(str, SEEDS))}. *Examples*: of each intent that has
any; *without*: the share of the intents of which none is given. Percent of test texts told right: of intents without an
example / of the others / of all. *Plainly*: descriptions are further examples, no more. *As it is*: what
`frictionary train intent` gives, which adds a constant to what speaks for such intents. *Told*: what its report says
beforehand of the first two, by leaving out intents that have examples. *Beside*: with `--unlabelled`, all training
texts without their labels, those of the intents without an example among them. *Added*: the constant, a seed each, of
what is told from examples alone. The encoder has seen no text of the first two, and was tuned on the training texts of
the third, so that there it flatters.

| texts | examples | without | plainly | as it is | told | beside | told beside | added |
|---|---|---|---|---|---|---|---|---|
{chr(10).join(rows)}
""",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
