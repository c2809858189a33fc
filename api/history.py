"""A theme's history as people read it, on a page and in a terminal."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from nlp.themes.edits import Edit
from nlp.themes.lineage import BORN, CONTINUED, DIED, DORMANT, MERGED, SPLIT, Chapter
from pipelines.edits import log
from pipelines.lineage import history
from pipelines.stores.protocols import Store

ALONE = {
    BORN: "Found for the first time",
    CONTINUED: "Found again",
    DORMANT: "Not found, and gone into no other: dormant",
    DIED: "Not found for too long: died",
}


def told(store: Store, id: str) -> list[dict[str, Any]]:
    """What became of a theme and what people said of it, oldest first: keys since, until (datetimes), text, conflict,
    other (the id of the other theme named, or ""), who ("" for a discovery).

    Raises NotFound for an id that was never given."""
    names = store.themes.names()
    found = [
        {"since": c.since, "until": c.until, "text": sentence(c, id, names), "who": "", "conflict": ""}
        | {"other": c.theme if c.theme != id else c.other}
        for c in history(store, id)
    ]
    said = [
        {"since": e.at, "until": e.at, "text": words(e, names), "who": e.who, "conflict": line.conflict}
        | {"other": e.theme if e.theme != id else e.other}
        for line in log(store, id)
        if line.counts and (e := line.edit)
    ]
    return sorted(found + said, key=lambda row: row["since"])


def words(e: Edit, names: Mapping[str, str]) -> str:
    """An edit as a sentence."""
    of, other = (f"“{names.get(id, id)}” ({id})" for id in (e.theme, e.other))
    count = len(e.segments)
    none = of if e.theme else "no theme"
    said = {
        "rename": f"called {e.theme} “{e.text}”",
        "merge": f"merged {of} into {other}",
        "split": f"split “{e.text}” ({e.other}) from {none}, with {count} {'segment' if count == 1 else 'segments'}",
        "move": f"moved {count} {'segment' if count == 1 else 'segments'} to {none}",
        "pin": f"pinned {of}",
        "unpin": f"unpinned {of}",
        "hide": f"hid {of}",
        "unhide": f"listed {of} again",
        "note": f"noted of {of}: {e.text}",
        "owner": f"gave {of} to {e.text or 'nobody'}",
        "fixed": f"said that a fix for {of} shipped on {e.day}",
        "undo": f"undid edit {e.undoes}",
    }
    return f"{e.who} {said[e.kind]}"


def sentence(c: Chapter, id: str, names: Mapping[str, str]) -> str:
    """What a chapter says of the theme `id`, which may be the one that another came out of or went into."""
    if c.kind not in (SPLIT, MERGED):
        times = f" at {c.discoveries} discoveries" if c.discoveries > 1 else ""
        least = "at least " if c.discoveries > 1 else ""
        alike = f", {least}{100 * c.share:.0f} % alike" if c.share is not None else ""
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
