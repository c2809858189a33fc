"""A world as files that `frictionary ingest` reads, its truth beside them; written as it is lived, in flat memory."""

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from nlp.errors import BadInput
from pipelines.simulate.lives import Life, Said, live
from pipelines.simulate.words import Turn, Words
from pipelines.simulate.world import PROBLEMS, START, World

TRUTH = "TRUTH.json"
NAMES = ("customers.csv", "events.csv", "threads.jsonl", "tickets.jsonl", "truth.jsonl")
CITIES = ("Leeds", "Cork", "Ghent", "Porto", "Graz", "Turku", "Bergen", "Lyon")
STEP = 500
"""Customers between two reports of progress."""


def write(
    world: World,
    customers: int,
    out: Path,
    *,
    corpus: Path,
    progress: Callable[[int], None] = lambda done: None,
) -> dict[str, int]:
    """Write the files of NAMES and TRUTH into `out`; returns how many customers, events and conversations.

    The same world and number of customers give the same bytes; the first n of more customers live the same lives.
    truth.jsonl has a line a conversation: id in the store, customer, theme, intent, stage, friction, leaving, kind (of
    the customer, a place among TRUTH's; -1 of an ordinary one). TRUTH comes last: a folder without it is not whole.
    Raises BadInput where `out` holds something else.
    """
    _emptied(out)
    counts: Counter[str] = Counter()
    words = Words(world, corpus)
    with ExitStack() as stack:
        files = {name: stack.enter_context((out / name).open("w", encoding="utf-8", newline="")) for name in NAMES}
        people, done = csv.writer(files["customers.csv"]), csv.writer(files["events.csv"])
        people.writerow(("id", "email", "handle", "city", "plan"))
        done.writerow(("customer", "event", "at", "value"))
        for number in range(customers):
            life = live(world, number)
            rng = Random(f"told {world.seed}/{number}")
            people.writerow((_id(number), _mail(number), f"@s{number}", rng.choice(CITIES), life.plan))
            done.writerows((_id(number), name, _time(day), "" if v is None else v) for day, name, v in life.events)
            for row, (name, record) in _told(life, rng, words):
                files[name].write(_line(record))
                files["truth.jsonl"].write(_line(row))
                counts["conversations"] += 1
            counts.update(customers=1, events=len(life.events))
            if number % STEP == 0:
                progress(number)
    progress(customers)
    truth = world.truth() | {"customers": customers, "conversations": counts["conversations"]}
    (out / TRUTH).write_text(json.dumps(truth, indent=1) + "\n", "utf-8")
    return {name: counts[name] for name in ("customers", "events", "conversations")}


def _emptied(out: Path) -> None:
    """A world before is replaced; nothing else is."""
    if out.is_file() or (out.exists() and {path.name for path in out.iterdir()} - {TRUTH, *NAMES}):
        raise BadInput(f"{out}: holds something else than a simulated world; give a new or empty folder")
    out.mkdir(parents=True, exist_ok=True)
    (out / TRUTH).unlink(missing_ok=True)


def _told(life: Life, rng: Random, words: Words) -> Iterator[tuple[dict[str, Any], tuple[str, dict[str, Any]]]]:
    """Each contact's truth, and the record of it with the file that it goes to."""
    for n, said in enumerate(life.said):
        id = life.number * 1000 + n
        source = "zendesk" if said.channel == "ticket" else "threads"
        problem = PROBLEMS[said.problem]
        truth: dict[str, Any] = {"id": f"{source}:{id}", "customer": _id(life.number), "theme": problem.name}
        truth |= {"intent": problem.intent, "stage": said.stage}
        truth |= {"friction": round(said.friction, 1), "leaving": said.leaving, "kind": life.kind}
        make, name = (_ticket, "tickets.jsonl") if source == "zendesk" else (_thread, "threads.jsonl")
        yield truth, (name, make(id, life.number, said, words.turns(rng, said)))


def _thread(id: int, number: int, said: Said, turns: list[Turn]) -> dict[str, Any]:
    spoken = [{"speaker": who, "text": text, "at": _time(said.day, n)} for n, (who, text) in enumerate(turns)]
    head = {"id": str(id), "channel": said.channel, "customer": {"email": _mail(number)}}
    return head | {"started_at": _time(said.day), "turns": spoken}


def _ticket(id: int, number: int, said: Said, turns: list[Turn]) -> dict[str, Any]:
    asker = 500_000_000 + number
    comments = [
        {"id": id * 10 + n, "author_id": asker if who == "customer" else 1, "public": True}
        | {"body": text, "created_at": _time(said.day, n)}
        for n, (who, text) in enumerate(turns)
    ]
    head: Mapping[str, Any] = {"id": id, "subject": "Support request", "status": "closed"}
    times = {"created_at": _time(said.day), "updated_at": _time(said.day, len(turns))}
    whose = {"requester_id": asker, "requester": {"id": asker, "email": _mail(number)}}
    return {**head, **times, **whose, "via": {"channel": "email"}, "comments": comments}


def _id(number: int) -> str:
    return f"S{number:07d}"


def _mail(number: int) -> str:
    return f"s{number}@example.com"


def _time(day: float, turn: int = 0) -> str:
    """ISO 8601 of a day, and so many turns of seven minutes later."""
    at = START + timedelta(days=day, minutes=7 * turn)
    return at.replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _line(record: Mapping[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False) + "\n"
