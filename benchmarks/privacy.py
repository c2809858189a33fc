"""What masking hides and costs: by type on the privacy gold set beside Presidio, in public texts, in the sample."""

import csv
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing import Pool
from typing import Any

from benchmarks import peers_presidio
from benchmarks.heading import heading
from nlp.conversation import Channel, Conversation, Speaker, Turn
from nlp.language import detect
from nlp.metrics import Interval, proportion
from nlp.people import people
from nlp.redaction import mask_handles, redact
from nlp.redaction.masking import placeholders
from pipelines import sources
from pipelines.corpora import located
from pipelines.hiding import Hidden, Tally, hidden, tallies
from pipelines.protect import Protector
from pipelines.settings import ROOT, Settings

RESULT = ROOT / "benchmarks" / "results" / "privacy.md"
SAMPLE = ROOT / "corpora" / "sample"
COMPANY = "Brindle Home"
GOLD = ROOT / "corpora" / "gold" / "privacy"
SCORED = (
    "Hidden: all letters and digits of a marked item are masked, by whatever type; typed: so many under its own. "
    "Precision: masks that touch a marked item. Intervals: Wilson, 95 %. One author wrote the texts and the rules; "
    "rules were chosen on `dev`; `test` was written before them and scored alone; after a first score on it, a bare "
    "name in lower case came to count only where the writer uses no capitals. In lower case: the same texts with "
    "every letter small, for want of another set. Presidio: its analyzer with that "
    "spaCy model and every recognizer that it ships for English; places, dates and links are left out."
)
COLUMNS = (
    *("type", "marked", "hidden", "typed", "precision", "hidden without names", "precision without names"),
    *("Presidio: hidden", "Presidio: precision"),
)
READ = (
    "The narratives of `cfpb` are masked already (XXXX); in the posts of `twitter_care` handles and some addresses are "
    "as written, and every handle is masked by intent. No company is told. Counts alone are kept. By a reading of a "
    "sample, nearly all names in `cfpb` are wrong, and a third of those in `twitter_care` (works, products, brands)."
)


def conversations() -> list[Conversation]:
    paths = sources.files([SAMPLE / "tickets.jsonl", SAMPLE / "posts.jsonl", SAMPLE / "calls"])
    return [found for path in paths for found in sources.read(path) if isinstance(found, Conversation)]


def microseconds(work: Callable[[str], Any], texts: Sequence[str]) -> float:
    """Processor time a text."""
    start = time.process_time()
    for text in texts:
        work(text)
    return (time.process_time() - start) / len(texts) * 1e6


def names_left(found: Sequence[Conversation], names: Sequence[str]) -> int:
    """How many of the full names stand in any turn, in any case."""
    texts = "\n".join(turn.text for conversation in found for turn in conversation.turns).lower()
    return sum(bool(re.search(rf"\b{re.escape(name.lower())}\b", texts)) for name in names)


def names() -> list[str]:
    read = conversations()
    with (SAMPLE / "customers.csv").open(encoding="utf-8") as file:
        people = sorted({row["name"] for row in csv.DictReader(file)})
    unknown = [replace(c, metadata={k: v for k, v in c.metadata.items() if k != "people"}) for c in read]
    ways = {
        "as read": read,
        "patterns alone": Protector(b"k", names=False).conversations(unknown, company=COMPANY),
        "patterns and known people": Protector(b"k", names=False).conversations(read, company=COMPANY),
        "patterns and recognized names": Protector(b"k").conversations(unknown, company=COMPANY),
        "all": Protector(b"k").conversations(read, company=COMPANY),
    }
    rows = [f"| {way} | {names_left(found, people)} |" for way, found in ways.items()]
    start = time.process_time()
    Protector(b"k").conversations(read, company=COMPANY)
    cost = (time.process_time() - start) / sum(len(c.turns) for c in read) * 1000
    head = f"{len(people)} customers; their full names that stand somewhere in the texts. All: {cost:.1f} ms a turn."
    return ["## Names in the sample", "", head, "", "| masked by | names left |", "|---|---|", *rows, ""]


def languages() -> list[str]:
    key = json.loads((SAMPLE / "KEY.json").read_text("utf-8"))["conversations"]
    said = {c.id: "\n".join(turn.text for turn in c.turns if turn.speaker is Speaker.CUSTOMER) for c in conversations()}
    right = sum(detect(text) == key[id]["language"] for id, text in said.items())
    foreign = [id for id in said if key[id]["language"] != "en"]
    known = sum(detect(said[id]) == key[id]["language"] for id in foreign)
    cost = microseconds(detect, list(said.values()))
    line = (
        f"{right} of {len(said)} conversations, {known} of the {len(foreign)} that are not English. {cost:.0f} µs each."
    )
    return ["## Languages in the sample", "", line, ""]


def gold(part: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (GOLD / f"{part}.jsonl").read_text("utf-8").splitlines()]


def small(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same as many write in chats: in lower case throughout."""
    return [{**row, "text": row["text"].lower()} for row in rows if len(row["text"].lower()) == len(row["text"])]


def ours(rows: Sequence[dict[str, Any]], *, names: bool) -> list[list[Hidden]]:
    """What is hidden of each text on the way into a store, as conversations of one turn."""
    said: dict[str, str] = {}
    for company in {row.get("company", "") for row in rows}:
        talks = [talk(row) for row in rows if row.get("company", "") == company]
        masked = Protector(b"k", names=names).conversations(talks, company=company)
        said |= {one.id: one.turns[0].text for one in masked}
    return [hidden(row["text"], said[row["id"]]) for row in rows]


def talk(row: dict[str, Any]) -> Conversation:
    turn = Turn(0, Speaker.CUSTOMER, row["text"])
    return Conversation(row["id"], "gold", Channel(row["channel"]), "", datetime(2026, 1, 1, tzinfo=UTC), (turn,))


def told(figure: Interval | None) -> str:
    return f"{figure.value:.1%} ({figure.low:.0%}..{figure.high:.0%})" if figure else "-"


def scores() -> list[str]:
    lines = ["## Gold set", "", SCORED, ""]
    table = ["| " + " | ".join(COLUMNS) + " |", "|---" * len(COLUMNS) + "|"]
    for part in ("test", "dev", "test in lower case", "dev in lower case"):
        rows = gold(part.split()[0]) if " " not in part else small(gold(part.split()[0]))
        texts, marked = [row["text"] for row in rows], [row["spans"] for row in rows]
        with_names = tallies(texts, ours(rows, names=True), marked)
        without = tallies(texts, ours(rows, names=False), marked)
        peer, cost = peers_presidio.found(texts)
        theirs = tallies(texts, peer, marked)
        lines += [f"### {len(rows)} texts of `{part}`", "", f"Presidio: {cost:.1f} ms of processor a text.", "", *table]
        for kind in sorted(with_names, key=lambda kind: (kind == "", kind)):
            tally, other, third = (of.get(kind, Tally()) for of in (with_names, without, theirs))
            cells = (kind or "all", tally.marks, told(proportion(tally.hidden, tally.marks)), tally.typed, *(
                told(proportion(one, of)) for one, of in (
                    (tally.right, tally.masks), (other.hidden, other.marks), (other.right, other.masks),
                    (third.hidden, third.marks), (third.right, third.masks),
                )
            ))  # fmt: skip
            lines.append("| " + " | ".join(map(str, cells)) + " |")
        lines.append("")
    return lines


def public() -> list[str]:
    """How much is masked of public texts, in which hardly anything personal is left to mask."""
    folder, limit = Settings.from_environment().corpora, csv.field_size_limit(10**9)
    with (located("cfpb", folder) / "complaints_sample.csv").open(encoding="utf-8") as file:
        told_of = [row["Consumer complaint narrative"] for row in csv.DictReader(file)]
    complaints = [text for text in told_of if text]
    csv.field_size_limit(limit)
    found = json.loads((located("twitter_care", folder) / "conversations.json").read_text("utf-8"))
    posts = [said["message"] for conversation in found for said in conversation["dialogContent"]]
    head = ["| corpus | texts | type | masks | in texts |", "|---|---|---|---|---|"]
    lines = ["## Masked in public texts", "", READ, "", *head]
    for name, texts in (("cfpb", complaints), ("twitter_care", posts)):
        talks = [talk({"id": str(n), "channel": "ticket", "text": text}) for n, text in enumerate(texts)]
        masks = [Counter(placeholders(one.turns[0].text)) for one in Protector(b"k").conversations(talks)]
        for kind in sorted({kind for each in masks for kind in each}):
            counts = [each[kind] for each in masks if each[kind]]
            lines.append(f"| {name} | {len(texts)} | {kind} | {sum(counts)} | {len(counts)} |")
    return [*lines, ""]


def speed() -> list[str]:
    """Short texts a second, by processor time: other work on the machine does not count."""
    short = [row["text"] for part in ("dev", "test") for row in gold(part)]
    short += [turn.text for c in conversations() for turn in c.turns]
    for text in short[:200]:
        by_patterns(text)
        list(people(text))
    alone = microseconds(by_patterns, short)
    lists = microseconds(lambda text: list(people(text)), short)
    with Pool(2) as pool:
        each = pool.map(_timed, [short[n::8] for n in range(8)], chunksize=1)
    both = len(short) / (sum(each) / 2)
    size = sum(map(len, short)) / len(short)
    head = f"{len(short)} short texts ({size:.0f} characters each): the gold set and the sample's turns."
    return ["## Throughput", "", head, "", "| what | texts a second |", "|---|---|",
            f"| patterns and handles, one core (processor time) | {1e6 / alone:,.0f} |",
            f"| patterns and handles, two processes at once (processor time) | {both:,.0f} |",
            f"| and the lists of names, one core (processor time) | {1e6 / (alone + lists):,.0f} |", ""]  # fmt: skip


def _timed(texts: Sequence[str]) -> float:
    by_patterns("call 07700900149")  # the number plans are loaded once
    start = time.process_time()
    for text in texts:
        by_patterns(text)
    return time.process_time() - start


def by_patterns(text: str) -> str:
    return mask_handles(redact(text)[0])


def main() -> None:
    head = heading("Masking: what it hides, costs and misses", command="python -m benchmarks.privacy")
    RESULT.write_text("\n".join([head, *scores(), *public(), *speed(), *names(), *languages()]))
    print(RESULT.read_text())


if __name__ == "__main__":
    main()
