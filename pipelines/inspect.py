"""A file before it is ingested: what it is taken for, which columns become what, its first records masked."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from nlp.conversation import Conversation
from nlp.customer import DATES
from nlp.errors import BadRecord
from pipelines import sources
from pipelines.letters import Letter, describe
from pipelines.protect import Protector
from pipelines.sources import Contact, Options, Record, Same, address
from pipelines.sources._columns import order
from pipelines.sources.table import HEAD, csv_rows, mapping_of, proposal

DATED = ("customers", "events", "scores")
"""Formats of which a mapping tells the order of dates, beside tables."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """`why` it is of that format; of a table its columns, the mapping field -> column; what its cells propose beyond.

    The records are the first, read with both; `dead` tells what could not be read among them.
    """

    file: str
    format: str
    why: str
    columns: list[str] = field(default_factory=list)
    mapping: Mapping[str, Any] = field(default_factory=dict)
    proposed: Mapping[str, str] = field(default_factory=dict)
    records: list[dict[str, Any]] = field(default_factory=list)
    dead: list[Letter] = field(default_factory=list)
    skipped: Mapping[str, int] = field(default_factory=dict)


def inspect(
    path: Path, *, protect: Protector, options: Options, format: str | None = None, limit: int = 10
) -> Inspection:
    """Read no more than `limit` records. Raises BadInput where nothing fits, UnknownName, BadSetting."""
    name, why = (format, "as told") if format else sources.guess(path)
    columns, mapping, proposed = proposal(path, options) if name == "table" else _order(path, name, options)
    if proposed:
        options = replace(options, mapping={**mapping, **proposed})
    records: list[dict[str, Any]] = []
    dead: list[Letter] = []
    for found in islice(sources.read(path, options, format=name), limit):
        if isinstance(found, BadRecord):
            dead.append(describe(found, path))
        else:
            records.append(shown(found, protect, options.company))
    return Inspection(address(path), name, why, columns, mapping, proposed, records, dead, dict(options.skipped))


def _order(path: Path, format: str, options: Options) -> tuple[list[str], dict[str, Any], dict[str, str]]:
    """As `proposal`, of what is no table: the order of its dates alone, where its first rows leave no other."""
    mapping = mapping_of(options.mapping)
    if format not in DATED or "dates" in mapping:
        return [], mapping, {}
    return [], mapping, order([row for _, row in islice(csv_rows(path, options), HEAD) if isinstance(row, dict)])


def shown(record: Record, protect: Protector, company: str = "") -> dict[str, Any]:
    """A record as it would be stored: masked, its customer a pseudonym."""
    if isinstance(record, Contact):
        customer = protect.contact(record)
        facts = {name: value for name, value in customer.attributes.items() if name != DATES}
        return {"customer": customer.id, "identifiers": len(record.identifiers), **facts}
    if isinstance(record, Same):
        return {"one customer": [claim.identifier for claim in protect.claims(record, "")]}
    if not isinstance(record, Conversation):
        event = protect.event(record)
        return {"event": event.name, "customer": event.customer, "at": event.at.isoformat(), "value": event.value}
    (talk,) = protect.conversations([record], company=company)
    return {
        "id": talk.id,
        "channel": str(talk.channel),
        "customer": talk.customer,
        "started_at": talk.started_at.isoformat(),
        "metadata": dict(talk.metadata),
        "turns": [
            {"speaker": str(turn.speaker), "at": turn.at and turn.at.isoformat(), "text": turn.text}
            for turn in talk.turns
        ],
    }
