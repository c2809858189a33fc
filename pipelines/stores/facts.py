"""What conversations may be chosen by, beside channel, stage and language: customer segments, products, companies."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

KINDS = ("segment", "product", "company")
LONGEST = 60
"""Characters of a value; longer ones tell of one customer, not of a group."""
PLACEHOLDER = re.compile(r"<[A-Z_0-9]+>")


def facts_of(
    metadata: Mapping[str, Any], attributes: Mapping[str, Any], entities: Iterable[Sequence[Any]]
) -> Iterator[tuple[str, str]]:
    """(kind, value), each once. A segment is a fact of the customer, "plan=yearly"; products and companies are those
    that came with the conversation and those that its customer names, in small letters. Entities are [type, start, end,
    value]."""
    found = [("segment", f"{name}={value}") for name, value in attributes.items() if _groups(value)]
    for kind in ("product", "company"):
        given = metadata.get(kind)
        named = [*(given if isinstance(given, list | tuple) else [given])]
        named += [entity[3] for entity in entities if entity[0] == kind]
        found += [(kind, " ".join(value.split()).casefold()) for value in named if _groups(value)]
    yield from dict.fromkeys(found)


def _groups(value: Any) -> bool:
    """Whether a value can name a group."""
    return isinstance(value, str) and 0 < len(value.strip()) <= LONGEST and not PLACEHOLDER.search(value)
