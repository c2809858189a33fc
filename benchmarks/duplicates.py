"""What was told twice, measured on authored pairs of conversations, and the thresholds chosen on one half of them.

Each pair goes the product's way: replies cut as a help desk's reader cuts them, masked, stored, annotated, and linked
by the product's own functions. Of each kind every other pair, by a hash of its id, is for choosing and the rest is
scored. Duplicate: one telling, counted once. Template: many people's, each counted. Follow-ups and pairs of two matters
are neither, and a link between them is wrong. Precision hangs on how many of which kind were authored; what is right of
a kind does not.
"""

import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.heading import heading
from nlp.conversation import Channel, Conversation, Speaker, Turn
from nlp.duplicates import links
from nlp.duplicates.links import LONG, MEANT, NEAR, ONCE, OVER, SOON, TEMPLATE, Told
from nlp.encoder import Floats
from nlp.metrics import Interval, f1, interval, proportion
from pipelines.annotate import Annotator, annotate
from pipelines.duplicates import find
from pipelines.protect import Protector
from pipelines.run import run
from pipelines.settings import ROOT, Settings
from pipelines.sources import Options, files
from pipelines.sources._reply import new_text
from pipelines.stores import open_store
from pipelines.training.authored import authored

GOLD = ROOT / "corpora" / "gold" / "duplicates"
RESULT = ROOT / "benchmarks" / "results" / "duplicates.md"
SAMPLE = ROOT / "corpora" / "sample"
SIDES = ("first", "second")
SEED = 11
GRIDS = {
    "near": tuple(n / 100 for n in range(40, 101, 2)),
    "meant": tuple(n / 100 for n in range(20, 91, 2)),
    "over": tuple(n / 100 for n in range(20, 91, 2)),
    "template": tuple(n / 100 for n in range(40, 91, 2)),
    "unsaid": tuple(n / 100 for n in range(50, 100, 2)),
}
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Thresholds:
    near: float = NEAR
    meant: float = MEANT
    over: float = OVER
    template: float = TEMPLATE
    unsaid: float = float("inf")
    """Cosine from which two of one customer's within SOON are one telling though neither says "again": not built."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two conversations as they are compared; `label` and `kind` are the author's."""

    id: str
    label: str
    kind: str
    first: Told
    second: Told
    vectors: dict[str, Floats]

    @property
    def likeness(self) -> float:
        """Cosine of the two; 0 of two customers', or where one has no vector."""
        one, other = (self.vectors.get(told.id) for told in (self.first, self.second))
        if one is None or other is None or self.first.customer != self.second.customer:
            return 0.0
        return float(one @ other)

    def found(self, at: Thresholds) -> str:
        """duplicate, template or none: what the product's links make of the two alone."""
        if self.likeness >= at.unsaid and self.second.at - self.first.at <= SOON:
            return "duplicate"
        kinds = {link.kind for link in self._links(at)}
        return "duplicate" if kinds & set(ONCE) else "template" if kinds else "none"

    def _links(self, at: Thresholds) -> Iterator[links.Link]:
        talks = [self.first, self.second]
        own = [talk for talk in talks if not talk.print.repost and self.first.customer == self.second.customer]
        equal = list(links.of_one_customer(own, near=at.near))
        yield from equal
        for later, before in links.spoken_of(own) if not equal else ():
            if link := links.again(later, before, self.vectors, meant=at.meant):
                yield link
        for later, before in links.over_channels(own) if not equal else ():
            if link := links.reworded(later, before, self.vectors, over=at.over):
                yield link
        yield from links.reposts(talks)
        long = [talk for talk in talks if talk.print.words >= LONG and not talk.print.repost]
        if len(long) > 1:
            prints = np.stack([talk.print.signature for talk in long])
            yield from links.templates([t.id for t in long], [t.customer for t in long], prints, near=at.template)


def conversation(row: dict[str, Any], side: str) -> Conversation:
    said = row[side]
    at = datetime.fromisoformat(said["at"])
    text = new_text(said["text"]) if said["channel"] == "ticket" else said["text"]
    whose = row["id"] if row["same_customer"] else f"{row['id']}-{side}"
    turn = Turn(0, Speaker.CUSTOMER, text, at)
    return Conversation(f"gold:{row['id']}-{side}", "gold", Channel(said["channel"]), f"id:{whose}", at, (turn,))


def pairs(annotator: Annotator) -> list[Pair]:
    rows = authored(GOLD)
    talks = [conversation(row, side) for row in rows for side in SIDES]
    with tempfile.TemporaryDirectory() as folder, open_store(f"sqlite:///{folder}/store.db") as store:
        store.conversations.put(Protector(b"a-key-for-benchmarks").conversations(talks))
        annotate(store, annotator)
        find(store)
        told = {talk.id: talk for talk in store.duplicates.told()}
        vectors = store.duplicates.vectors(told)
    return [_pair(row, told, vectors) for row in rows]


def _pair(row: dict[str, Any], told: dict[str, Told], vectors: dict[str, Floats]) -> Pair:
    ids = [f"gold:{row['id']}-{side}" for side in SIDES]
    own = {id: vectors[id] for id in ids if id in vectors}
    return Pair(row["id"], row["label"], row["kind"], told[ids[0]], told[ids[1]], own)


def of_sample(annotator: Annotator) -> list[Pair]:
    """Of the sample, each conversation with its customer's likest of the 14 days before; its key tells the truth."""
    key = json.loads((SAMPLE / "KEY.json").read_text("utf-8"))["conversations"]
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(key="a-key-for-benchmarks", dead_letters=Path(folder) / "dead.jsonl", names=False)
        paths = [path for path in files([SAMPLE]) if path.name != "KEY.json"]
        with open_store(f"sqlite:///{folder}/store.db") as store:
            options = Options(company="Brindle Home")
            run(paths, store=store, annotator=annotator, settings=settings, options=options, refit=False)
            told = {talk.id: talk for talk in store.duplicates.told() if not talk.print.repost}
            vectors = store.duplicates.vectors(told)
    found: list[Pair] = []
    for place, later in enumerate(talks := list(told.values())):
        before = [t for t in talks[:place] if t.customer == later.customer and later.at - t.at <= SOON]
        if link := links.again(later, before, vectors, meant=1e-6):
            label = "duplicate" if key[later.id]["duplicate_of"] == link.earlier else "none"
            own = {id: vectors[id] for id in (later.id, link.earlier)}
            found.append(Pair(later.id, label, "sample", told[link.earlier], later, own))
    return found


def halves(found: Iterable[Pair]) -> tuple[list[Pair], list[Pair]]:
    """(for choosing, scored): of each kind every other, by the hash of the id."""
    kinds: dict[str, list[Pair]] = {}
    for pair in sorted(found, key=lambda pair: hashlib.sha256(pair.id.encode()).hexdigest()):
        kinds.setdefault(pair.kind, []).append(pair)
    return [p for k in kinds.values() for p in k[::2]], [p for k in kinds.values() for p in k[1::2]]


def judged(found: Sequence[Pair], label: str, at: Thresholds) -> tuple[Flags, Flags]:
    """(is it, is it found to be)."""
    return np.array([p.label == label for p in found]), np.array([p.found(at) == label for p in found])


def best(found: Sequence[Pair], name: str, start: Thresholds) -> list[float]:
    """All thresholds of the grid that give the highest F1, of templates for theirs and else of duplicates."""
    label = "template" if name == "template" else "duplicate"
    scores = {value: f1(*judged(found, label, replace(start, **{name: value}))) for value in GRIDS[name]}
    return [value for value, score in scores.items() if score == max(scores.values())]


def chosen(values: Sequence[float], built: float) -> float:
    """What is built where it is as good as any, else the middle of the best."""
    return built if min(values) <= built <= max(values) else sorted(values)[len(values) // 2]


def scores(found: Sequence[Pair], label: str, at: Thresholds) -> str:
    truth, guess = judged(found, label, at)
    right = int(np.sum(truth & guess))
    figures = (
        proportion(right, int(guess.sum())),
        proportion(right, int(truth.sum())),
        interval(f1, truth, guess, seed=SEED),
    )
    return " | ".join(map(shown, figures))


def shown(figure: Interval | None) -> str:
    return f"{figure.value:.2f} ({figure.low:.2f} to {figure.high:.2f})" if figure else "-"


def by_kind(found: Sequence[Pair], at: Thresholds) -> Iterator[str]:
    for (label, kind), own in groupby(sorted(found, key=lambda p: (p.label, p.kind)), key=lambda p: (p.label, p.kind)):
        verdicts = Counter(pair.found(at) for pair in own)
        wanted, of = "none" if label == "related" else label, verdicts.total()
        wrong = ", ".join(f"{name} {n}" for name, n in sorted(verdicts.items()) if name != wanted) or "-"
        yield f"| {kind} | {label} | {of} | {shown(proportion(verdicts[wanted], of))} | {wrong} |"


def report() -> Iterator[str]:
    annotator = Annotator.of(Settings())
    choosing, scored = halves(every := pairs(annotator))
    sample = of_sample(annotator)
    yield heading("What was told twice", command="python -m benchmarks.duplicates", seed=SEED)
    yield str(__doc__).partition("\n\n")[2]
    yield (
        f"{len(every)} pairs: {len(choosing)} for choosing, {len(scored)} scored. One author wrote them, who knew the "
        "rules; no second annotator. Intervals: Wilson, of F1 over resampled pairs, 95 %.\n"
    )
    yield "## Thresholds of the best F1\n"
    yield (
        f"The sample adds {len(sample)} conversations, each with its customer's likest of the 14 days before, of which "
        f"{sum(pair.label == 'duplicate' for pair in sample)} tell it again. Chosen: what is built in where it is as "
        "good as any, else the middle of the best.\n"
    )
    yield "| threshold | built in | best in the choosing half | best there and in the sample |\n|---|---|---|---|"
    ways, rows = chosen_ways(choosing, sample)
    yield from rows
    yield (
        "\n*Over*: of one customer within 7 days over two channels, though neither says so, unless the model "
        "vouches for two intents. *Unsaid* is not built: the "
        "same within 14 days, whatever the channel.\n"
    )
    yield "## Scores\n\n| pairs | thresholds | label | precision | recall | F1 |\n|---|---|---|---|---|---|"
    for where, found in (("scored half", scored), ("choosing half", choosing), ("sample", sample)):
        yield from (f"| {where} | {way} | duplicate | {scores(found, 'duplicate', at)} |" for way, at in ways.items())
        if found is not sample:
            yield f"| {where} | built in | template | {scores(found, 'template', Thresholds())} |"
    for title, found in (("scored half", scored), ("all pairs", every)):
        yield f"\n## By kind, as built, {title}\n\n| kind | label | pairs | right | taken for |\n|---|---|---|---|---|"
        yield from by_kind(found, Thresholds())


def chosen_ways(choosing: list[Pair], sample: list[Pair]) -> tuple[dict[str, Thresholds], list[str]]:
    """(thresholds by how they were come by, rows of a table)."""
    built, rows = Thresholds(), []
    half, whole = {}, {}
    for name in ("near", "meant", "over", "template"):
        alone, beside = best(choosing, name, built), best([*choosing, *sample], name, built)
        half[name], whole[name] = (chosen(values, getattr(built, name)) for values in (alone, beside))
        rows.append(f"| {name} | {getattr(built, name):.2f} | {spread(alone)} | {spread(beside)} |")
    alone, beside = (best(found, "unsaid", built) for found in (choosing, [*choosing, *sample]))
    rows.append(f"| unsaid | - | {spread(alone)} | {spread(beside)} |")
    unsaid = replace(built, unsaid=beside[len(beside) // 2])
    ways = {
        "built in": built,
        f"chosen in the half: {told(half)}": Thresholds(**half),
        f"chosen in both: {told(whole)}": Thresholds(**whole),
        f"built in and unsaid {unsaid.unsaid:.2f}": unsaid,
    }
    return ways, rows


def spread(values: Sequence[float]) -> str:
    return f"{min(values):.2f} to {max(values):.2f}"


def told(values: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.2f}" for name, value in values.items())


def main() -> None:
    RESULT.write_text("\n".join(report()) + "\n", "utf-8")
    print(RESULT.read_text("utf-8"))


if __name__ == "__main__":
    main()
