"""What of customers has changed, as messages to other systems."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import numpy as np

from nlp.journeys.facts import ticks
from nlp.journeys.features import row, table
from nlp.taxonomy import Taxonomy
from pipelines.messages import CustomerChanged, Message, message
from pipelines.stores.protocols.features import Change, Tell

SHOWN = tuple(f.name for f in fields(CustomerChanged) if f.name != "moved")


def told(taxonomy: Taxonomy, at: datetime | None = None) -> Tell:
    """Tells of customers whose facts changed, by their features as of `at` (None: now)."""
    return lambda changes: _customers(changes, taxonomy, at or datetime.now(UTC))


def _customers(changes: Sequence[Change], taxonomy: Taxonomy, at: datetime) -> Iterator[Message]:
    if not changes:
        return
    found = table([facts for _, facts, _ in changes], np.full(len(changes), ticks(at)), taxonomy)
    for n, (customer, _, stage) in enumerate(changes):
        known: dict[str, Any] = {name: value for name, value in row(found, n).items() if name in SHOWN}
        data = CustomerChanged(moved=None if stage is None else stage != known["stage"], **known)
        yield message("customer.changed", data, subject=customer, customer=customer, at=at)
