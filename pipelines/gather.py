"""A theme of segments that a person chose, out of whichever themes they lie in: edits of the log."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from nlp.errors import BadInput
from nlp.themes.edits import Edit
from pipelines.edits import edit
from pipelines.stores.protocols import Store

MOST = 5_000
"""Segments of one such theme."""


def gather(store: Store, segments: Sequence[str], *, name: str, who: str, at: datetime) -> str:
    """Split most of them from the theme where most lie, move the others there; returns the id of the new theme.

    Raises BadInput, NotFound.
    """
    if not 0 < len(segments) <= MOST:
        raise BadInput(f"a theme is made of 1 to {MOST:,} messages; chosen: {len(segments):,}")
    members = store.themes.members()
    where = {segment: members.get(segment) or "" for segment in segments}
    ((most, _),) = Counter(where.values()).most_common(1)
    split = Edit(0, at, who, "split", most, segments=tuple(s for s in segments if where[s] == most), text=name)
    made = edit(store, split).other
    if others := tuple(s for s in segments if where[s] != most):
        edit(store, Edit(0, at, who, "move", made, segments=others))
    return made
