"""Who is one customer, measured: the sample's key, and simulated people; deterministic rules and Splink side by side.

A pair of records is found where both belong to one customer, right where both are one person's. On the sample a record
is a conversation, of the simulated people what one system knows of one of them. Each way runs in a process of its own,
so that its peak memory is its own. Duplicates of the sample are pairs of conversations that count as one.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.heading import heading
from benchmarks.people import Record, records
from nlp.identity.claim import Claim, claims, kind_of
from nlp.identity.resolution import Resolution, resolve
from nlp.redaction import pseudonym
from pipelines.settings import ROOT

RESULT = ROOT / "benchmarks" / "results" / "identity.md"
SAMPLE = ROOT / "corpora" / "sample"
KEY = b"a-key-for-benchmarks"
PEOPLE = 50_000
Pairs = tuple[int, int, int]
"""Found, true, and both."""


def pairs(found: Sequence[Hashable], true: Sequence[Hashable]) -> Pairs:
    """Pairs of records that are together in what was found, in truth, and in both."""
    counted = (Counter(found), Counter(true), Counter(zip(found, true, strict=True)))
    one, two, both = (sum(n * (n - 1) // 2 for n in counts.values()) for counts in counted)
    return one, two, both


def scored(counts: Pairs) -> dict[str, float]:
    found, true, both = counts
    return {"precision": both / found if found else 1.0, "recall": both / true if true else 1.0, "pairs": true}


def hashed(people: Iterable[Record]) -> tuple[list[Claim], list[str], list[int]]:
    """(claims, the pseudonym that each record goes by, whose it is)."""
    told: list[Claim] = []
    goes_by: list[str] = []
    whose: list[int] = []
    for record in people:
        known = [(pseudonym(identifier, KEY), kind_of(identifier)) for identifier in record.identifiers]
        told += claims(known, record.source)
        goes_by.append(known[0][0])
        whose.append(record.person)
    return told, goes_by, whose


def deterministic(people: list[Record]) -> dict[str, Any]:
    told, goes_by, whose = hashed(people)
    begun = time.perf_counter()
    found = resolve(told)
    return _told(found, goes_by, whose, time.perf_counter() - begun)


def naive(people: list[Record]) -> dict[str, Any]:
    """Connected components alone, without hubs, conflicts or names: what sharing costs."""
    told, goes_by, whose = hashed(people)
    begun = time.perf_counter()
    found = resolve([Claim(c.record, c.identifier, c.source, "anonymous") for c in told if c.kind != "name"])
    return _told(found, goes_by, whose, time.perf_counter() - begun)


def ceiling(people: list[Record]) -> dict[str, Any]:
    """What can be known without likeness: connected components, an identifier being another for each person."""
    told, goes_by, whose = hashed(
        Record(
            r.person, r.source, tuple(f"anonymous:{r.person}/{i}" for i in r.identifiers if not i.startswith("name:"))
        )
        for r in people
    )
    begun = time.perf_counter()
    return _told(resolve(told, most=len(people)), goes_by, whose, time.perf_counter() - begun)


def linked(people: list[Record]) -> dict[str, Any]:
    """The rules, then what Splink finds alike beside them, believed from the default probability on."""
    from nlp.identity.traits import traits
    from pipelines.identity import BELIEVED
    from pipelines.likeness import beside

    told, goes_by, whose = hashed(people)
    begun = time.perf_counter()
    kept = [(by, traits(record.identifiers, KEY)) for by, record in zip(goes_by, people, strict=True)]
    matches = beside(resolve(told), kept)
    found = resolve(told, matches=[match for match in matches if match.probability >= BELIEVED])
    seconds = time.perf_counter() - begun
    whole = _told(resolve(told, matches=matches), goes_by, whose, seconds)
    return _told(found, goes_by, whose, seconds) | {"believed": BELIEVED, "matches": len(matches), "all": whole}


WAYS = {
    "the most that identifiers tell": ceiling,
    "connected components alone": naive,
    "rules": deterministic,
    "rules and Splink": linked,
}


def _without_crm(people: Iterable[Record]) -> list[Record]:
    """What is left where nobody has an own id: mails, forms, posts and calls, with a name here and there."""
    return [r for r in people if r.source != "crm" and not any(one.startswith("id:") for one in r.identifiers)]


WITHOUT_CRM: dict[str, Callable[[list[Record]], dict[str, Any]]] = {
    "connected components alone, without a CRM": lambda people: naive(_without_crm(people)),
    "rules, without a CRM": lambda people: deterministic(_without_crm(people)),
}


def _told(found: Resolution, goes_by: list[str], whose: list[int], seconds: float) -> dict[str, Any]:
    customers = [found.links.get(by, by) for by in goes_by]
    return scored(pairs(customers, whose)) | {"conflicts": len(found.conflicts), "seconds": seconds}


def measured(way: str, count: int, seed: int) -> dict[str, Any]:
    """In a process of its own."""
    command = [sys.executable, "-m", "benchmarks.identity", "--way", way, "--people", str(count), "--seed", str(seed)]
    told: dict[str, Any] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    return told


def sample() -> tuple[dict[str, float], dict[str, float]]:
    """(identity, duplicates) of the sample after an ingest of all of it."""
    from pipelines.annotate import Annotator
    from pipelines.run import run
    from pipelines.settings import Settings
    from pipelines.sources import Options, files
    from pipelines.stores import open_store

    key = json.loads((SAMPLE / "KEY.json").read_text("utf-8"))["conversations"]
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(key=KEY.decode(), dead_letters=Path(folder) / "dead.jsonl", names=False)
        paths = [path for path in files([SAMPLE]) if path.name not in ("KEY.json",)]
        with open_store(f"sqlite:///{folder}/store.db") as store:
            options = Options(company="Brindle Home")
            run(paths, store=store, annotator=Annotator.of(settings), settings=settings, options=options, refit=False)
            owners = {id: store.conversations.get(id).customer for id in key}
            again = store.duplicates.originals()
    identity = pairs([owners[id] for id in key], [facts["customer"] for facts in key.values()])
    first = {id: facts["duplicate_of"] or id for id, facts in key.items()}
    return scored(identity), scored(pairs([again.get(id, id) for id in key], [first[id] for id in key]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--way", choices=[*WAYS, *WITHOUT_CRM], help="measure one way and print its figures as JSON")
    parser.add_argument("--quick", action="store_true", help="2,000 people, printed alone")
    options = parser.parse_args()
    if options.way:
        people = list(records(options.people, options.seed))
        told = {**WAYS, **WITHOUT_CRM}[options.way](people)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(told | {"memory": memory, "records": len(people)}))
        return
    count = 2_000 if options.quick else options.people
    text = "\n".join(_report(count, options.seed))
    if not options.quick:
        RESULT.write_text(text)
    print(text)


def _report(count: int, seed: int) -> Iterable[str]:
    yield heading("Who is one customer, and what was told twice", command="python -m benchmarks.identity", seed=seed)
    yield str(__doc__).partition("\n\n")[2]
    identity, duplicates = sample()
    yield "| sample's key | precision | recall | true pairs |\n|---|---|---|---|"
    for name, figures in (("customers over channels", identity), ("duplicates", duplicates)):
        yield f"| {name} | {figures['precision']:.4f} | {figures['recall']:.4f} | {figures['pairs']:,.0f} |"
    yield (
        "\nThe likeness from which a later telling counts (cosine 0.34) and its 14 days were chosen on these eight\n"
        "duplicates, for want of others: their figure says that the rule can tell them, not how it does elsewhere.\n"
    )
    yield f"## {count:,} simulated people\n\nWho they are and what goes wrong: `benchmarks/people.py`.\n"
    yield "| way | precision | recall | conflicts set aside | seconds | peak MB |\n|---|---|---|---|---|---|"
    told: dict[str, Any] = {}
    for way in WAYS:
        told = measured(way, count, seed)
        scores = f"{told['precision']:.4f} | {told['recall']:.4f}"
        yield f"| {way} | {scores} | {told['conflicts']:,} | {told['seconds']:.1f} | {told['memory']:,.0f} |"
        if every := told.get("all"):
            scores = f"{every['precision']:.4f} | {every['recall']:.4f}"
            yield f"| the same, every match of probability 0.5 believed | {scores} | {every['conflicts']:,} | | |"
            yield f"\nSplink found {told['matches']:,} matches; from {told['believed']} on they are believed."
    yield f"\n{told['records']:,} records, {told['pairs']:,} true pairs. Peak memory includes the simulated records.\n"
    yield "The same people without the CRM, and whatever else knows them by its numbers:\n"
    yield "| way | precision | recall | conflicts set aside | true pairs |\n|---|---|---|---|---|"
    for way in WITHOUT_CRM:
        told = measured(way, count, seed)
        scores = f"{told['precision']:.4f} | {told['recall']:.4f}"
        yield f"| {way} | {scores} | {told['conflicts']:,} | {told['pairs']:,} |"


if __name__ == "__main__":
    main()
