"""What masking costs and misses: names in the shipped sample, and planted items beside Presidio's recognizers."""

import csv
import json
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from benchmarks.heading import heading
from nlp.conversation import Conversation, Speaker
from nlp.language import detect
from nlp.redaction import redact
from pipelines import sources
from pipelines.protect import Protector
from pipelines.settings import ROOT

RESULT = ROOT / "benchmarks" / "results" / "privacy.md"
SAMPLE = ROOT / "corpora" / "sample"
COMPANY = "Brindle Home"
RECOGNIZERS = ("Iban", "CreditCard", "UsSsn", "Ip", "UkNino", "Nhs", "UsPassport", "Phone")
PLANTED = (
    "DE89370400440532013000",
    "4111 1111 1111 1111",
    "123-45-6789",
    "AB 12 34 56 C",
    "192.168.10.4",
    "2001:db8:85a3::8a2e:370:7334",
    "020 7946 0958",
    "07700900149",
    "+1 212 555 0147",
    "jo.bloggs@example.co.uk",
    "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "14 Harbour Lane",
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


def patterns() -> list[str]:
    from presidio_analyzer import predefined_recognizers

    texts = [turn.text for c in conversations() for turn in c.turns]
    plain = [text for text in texts if not re.search(r"[\d@]", text)]
    redact("call 07700900149")  # the number plans are loaded once
    rows = [f"| ours, all rules | {sum(redact(p)[0] != p for p in PLANTED)} | {microseconds(redact, texts):.0f} |"]
    for name in RECOGNIZERS:
        recognizer = getattr(predefined_recognizers, f"{name}Recognizer")()
        find = partial(recognizer.analyze, entities=recognizer.supported_entities, nlp_artifacts=None)
        rows.append(f"| Presidio {name} | {sum(bool(find(p)) for p in PLANTED)} | {microseconds(find, texts):.0f} |")
    head = (
        f"{len(PLANTED)} planted items; cost over the sample's {len(texts)} turns. "
        f"Ours on the {len(plain)} turns without digit or @: {microseconds(redact, plain):.0f} µs."
    )
    return ["## Patterns", "", head, "", "| rules | planted items found | µs a turn |", "|---|---|---|", *rows, ""]


def main() -> None:
    head = heading("Masking: what it costs and misses", command="python -m benchmarks.privacy")
    RESULT.write_text("\n".join([head, *names(), *languages(), *patterns()]))
    print(RESULT.read_text())


if __name__ == "__main__":
    main()
