"""A theme's history as people read it, on a page and in a terminal."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from nlp.themes.lineage import BORN, CONTINUED, DIED, DORMANT, MERGED, SPLIT, Chapter
from pipelines.lineage import history
from pipelines.stores.protocols import Store

ALONE = {
    BORN: "Found for the first time",
    CONTINUED: "Found again",
    DORMANT: "Not found, and gone into no other: dormant",
    DIED: "Not found for too long: died",
}


def told(store: Store, id: str) -> list[dict[str, Any]]:
    """Oldest first: keys since, until (datetimes), text, other (the id of the other theme named, or ""). Raises
    NotFound for an id that was never given."""
    names = store.themes.names()
    return [
        {
            "since": c.since,
            "until": c.until,
            "text": sentence(c, id, names),
            "other": c.theme if c.theme != id else c.other,
        }
        for c in history(store, id)
    ]


def sentence(c: Chapter, id: str, names: Mapping[str, str]) -> str:
    """What a chapter says of the theme `id`, which may be the one that another came out of or went into."""
    if c.kind not in (SPLIT, MERGED):
        times = f" at {c.discoveries} discoveries" if c.discoveries > 1 else ""
        alike = f", at least {100 * c.share:.0f} % alike" if c.share is not None else ""
        return f"{ALONE[c.kind]}{times}{alike}"
    other = c.theme if c.theme != id else c.other
    named = f"“{names.get(other, other)}” ({other})"
    share = f", {100 * c.share:.0f} % of it" if c.share is not None else ""
    if c.kind == SPLIT:
        return f"Split from {named}{share}" if c.theme == id else f"{named} split from it{share}"
    return f"Merged into {named}{share}" if c.theme == id else f"{named} merged into it{share}"


def when(since: datetime, until: datetime) -> str:
    """2026-03-02, or 2026-03-02 to 2026-08-01."""
    first, last = f"{since:%Y-%m-%d}", f"{until:%Y-%m-%d}"
    return first if first == last else f"{first} to {last}"
