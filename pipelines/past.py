"""Themes as they were known at a moment: neither a later discovery nor a later edit nor a later segment shows."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from nlp.themes.edits import replay
from nlp.themes.theme import Theme
from pipelines.edits import named
from pipelines.stores.protocols import Store


@dataclass(frozen=True, slots=True)
class Past:
    """run: the discovery that was current, None before any. themes: as people were shown them, largest first, `size`
    the segments known then. members: each segment's theme, None for no theme; segments that the store has since lost
    are in none of it."""

    run: str | None
    themes: tuple[Theme, ...] = ()
    members: Mapping[str, str | None] = field(default_factory=dict)


def known(store: Store, before: datetime) -> Past:
    """What was known before a moment."""
    run = store.past.run(before)
    if run is None:
        return Past(None)
    edits = [edit for edit in store.edits.all() if edit.at < before]
    shown = replay(store.past.themes(run), store.past.placed(run, named(edits)), edits).themes
    members = store.past.members(run, before)
    sizes = Counter(members.values())
    themes = sorted((replace(theme, size=sizes[theme.id]) for theme in shown), key=lambda t: (-t.size, t.id))
    return Past(run, tuple(themes), members)
