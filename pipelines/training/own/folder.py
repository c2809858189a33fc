"""The folder of a model of own intents: its card, and how it takes the place of the one before in one move."""

import json
import os
import platform
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from nlp.errors import BadInput
from nlp.taxonomy import Taxonomy
from pipelines.corpora import digest
from pipelines.training.own.described import Lift
from pipelines.training.own.figures import Figures

COLLISIONS = 50
Facts = Mapping[str, str | int | float]


@contextmanager
def replaced(folder: Path, *, file: str = "intent.npz", kind: str = "a model of own intents") -> Iterator[Path]:
    """A new folder to write into, which takes the place of `folder` when the block ends without an error.

    Whoever reads meanwhile reads the one before; a kill between the two moves leaves it beside its place, and the next
    call puts it back. Raises BadInput where `folder` holds something else than such a model, known by its `file`.
    """
    before, fresh = (folder.with_name(f".{folder.name}.{part}") for part in ("before", "new"))
    if before.exists() and not folder.exists():
        before.rename(folder)
    if folder.exists() and not (folder / file).is_file() and (folder.is_file() or any(folder.iterdir())):
        raise BadInput(f"{folder}: holds something else than {kind}; give --out a new or empty folder")
    for old in (before, fresh):
        shutil.rmtree(old, ignore_errors=True)
    fresh.mkdir(parents=True)
    try:
        yield fresh
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    if folder.exists():
        os.rename(folder, before)
    os.rename(fresh, folder)
    shutil.rmtree(before, ignore_errors=True)


def write_card(folder: Path, found: Figures, facts: Facts, data: Facts, lift: Lift | None = None) -> None:
    """card.toml of a folder that holds everything else: the facts, the figures, and what each file hashes to."""
    lines = ["# Written by `frictionary train intent`: what it learnt from, and its figures on texts it had not seen."]
    lines += [f"{name} = {_value(value)}" for name, value in facts.items()]
    lines += [f'machine = "{platform.machine()}, {platform.system()}"']
    lines += ["", "[data]", *(f"{name} = {_value(value)}" for name, value in data.items())]
    lines += _scores(found)
    lines += _described(lift) if lift else []
    for precision, (threshold, kept) in found.thresholds.items():
        lines += [
            "",
            "[[kept]]",
            f"precision = {precision}",
            f"confidence = {threshold:.4f}",
            f"coverage = {kept:.4f}",
        ]
    for b in found.reliability:
        lines += ["", "[[reliability]]", f"from = {b.low:.1f}", f"texts = {b.texts}"]
        lines += [f"confidence = {b.confidence:.4f}", f"accuracy = {b.accuracy:.4f}"]
    for intent in found.intents:
        lines += ["", "[[intent]]", f"name = {_value(intent.name)}", f"examples = {intent.examples}"]
        if intent.recall:
            lines += [f"recall = {intent.recall.value:.4f}"]
            lines += [f"recall_interval = [{intent.recall.low:.4f}, {intent.recall.high:.4f}]"]
        lines += [f"precision = {intent.precision:.4f}"] if intent.precision is not None else []
    for c in found.collisions[:COLLISIONS]:
        lines += [
            "",
            "[[collision]]",
            f"is = {_value(c.truth)}",
            f"taken_for = {_value(c.guess)}",
            f"texts = {c.texts}",
        ]
        lines += [f"examples = [{c.examples}, {c.others}]"]
    sums = {path.name: digest(path) for path in sorted(folder.iterdir()) if path.name != "card.toml"}
    lines += ["", "[sha256]", *(f"{_value(name)} = {_value(value)}" for name, value in sums.items())]
    (folder / "card.toml").write_text("\n".join(lines) + "\n", "utf-8")


def write_taxonomy(folder: Path, labels: list[str], given: Path | None) -> None:
    """The given file as it is, or one of the labels alone."""
    path = folder / "taxonomy.toml"
    if given:
        shutil.copyfile(given, path)
        return
    lines = ["# Made of the labels: add definitions, stages and headlines, and train again with --taxonomy this file."]
    lines += [f"version = 1\nname = {_value(folder.name.removeprefix('.').removesuffix('.new'))}"]
    lines += [f"\n[[intent]]\nname = {_value(label)}" for label in labels]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def read_taxonomy(path: Path, known: Taxonomy | None) -> Taxonomy:
    """With the stages and events of `known` where it has none. Raises BadInput, BadTaxonomy."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: cannot be read: {error}") from error
    return Taxonomy.from_toml(text, origin=str(path), known=known)


def _scores(found: Figures) -> list[str]:
    a = found.accuracy
    return [
        "",
        '[scores."held out"]',
        f"texts = {found.texts}",
        f"accuracy = {a.value:.4f}",
        f"macro_recall = {found.macro_recall:.4f}",
        f"ece = {found.ece:.4f}",
        f"macro_f1 = {found.macro_f1:.4f}",
        f"accuracy_low = {a.low:.4f}",
        f"accuracy_high = {a.high:.4f}",
    ]


def _described(lift: Lift) -> list[str]:
    return [
        "",
        "# Intents without an example; recall of others that were left out to be known in the same way.",
        "[described]",
        f"intents = {len(lift.intents)}",
        f"added = {lift.more:.2f}",
        f"recall = {lift.found:.4f}",
        f"accuracy_of_others = {lift.kept:.4f}",
    ]


def _value(value: str | int | float) -> str:
    """As TOML: its strings are those of JSON but for U+007F."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
