"""People's edits of a store's themes: checked, added to the log, and replayed over what was found."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from nlp.errors import BadInput, NotFound, UnknownName
from nlp.themes.edits import KINDS, Edit, Replayed, replay
from pipelines.stores.protocols import Store

LONGEST = 200
"""Characters of a name."""


@dataclass(frozen=True, slots=True)
class Line:
    """An edit of the log; whether it counts, or is undone; and why it does not do, or not wholly, what it says."""

    edit: Edit
    counts: bool
    conflict: str


def edit(store: Store, said: Edit) -> Edit:
    """Check an edit against the themes as shown, add it to the log and bring what is shown up to date; returns it with
    its number, and a split with the id of its theme. Raises BadInput, NotFound, UnknownName."""
    said = replace(said, who=said.who.strip(), text=said.text.strip(), segments=tuple(dict.fromkeys(said.segments)))
    _check(store, said)
    added = store.edits.add(said)
    refresh(store, at=said.at)
    return added


def refresh(store: Store, *, at: datetime) -> Replayed:
    """Show the current themes as the log has them. An edit that came meanwhile is not lost: all is replayed again."""
    while True:
        edits, run = store.edits.all(), store.themes.current_run()
        found = replay(store.themes.found(), store.themes.placed(named(edits)), edits)
        if run is not None:
            store.themes.show(run, found, at)
        if (store.edits.last(), store.themes.current_run()) == (len(edits), run):
            return found


def replayed(store: Store) -> Replayed:
    """What the log makes of the current themes; nothing is written."""
    edits = store.edits.all()
    return replay(store.themes.found(), store.themes.placed(named(edits)), edits)


def log(store: Store, theme: str = "") -> list[Line]:
    """The log, newest first; of one theme where it is named."""
    found = replayed(store)
    why: dict[int, list[str]] = {}
    for conflict in found.conflicts:
        why.setdefault(conflict.number, []).append(conflict.reason)
    lines = [Line(e, e.number in found.active, "; ".join(why.get(e.number, ()))) for e in store.edits.all()]
    return [line for line in reversed(lines) if theme in ("", line.edit.theme, line.edit.other)]


def named(edits: Iterable[Edit]) -> set[str]:
    """The segments that edits name."""
    return {segment for edit in edits for segment in edit.segments}


def _check(store: Store, said: Edit) -> None:
    if said.kind not in KINDS:
        raise UnknownName.of("edit", said.kind, KINDS)
    if not said.who:
        raise BadInput("an edit needs a name: say who makes it")
    if said.kind == "undo":
        _check_undo(store, said)
        return
    if said.theme or said.kind not in ("move", "split"):
        store.themes.get(said.theme)
    if said.kind == "merge":
        store.themes.get(said.other)
        if said.other == said.theme:
            raise BadInput(f"{said.theme} cannot be merged into itself")
    if said.kind == "fixed" and said.day is None:
        raise BadInput("'fixed' needs the day on which the fix shipped")
    if said.kind in ("rename", "split", "note") and not said.text:
        raise BadInput(f"{said.kind!r} needs a text")
    if said.kind in ("rename", "split", "owner"):
        _check_name(store, said)
    if said.kind in ("split", "move"):
        _check_segments(store, said)


def _check_undo(store: Store, said: Edit) -> None:
    known = [line.edit.number for line in log(store) if line.counts or line.edit.kind == "undo"]
    if said.undoes not in known:
        raise NotFound(f"no edit {said.undoes} to undo; `frictionary themes edits` lists them")


def _check_name(store: Store, said: Edit) -> None:
    if len(said.text) > LONGEST:
        raise BadInput(f"a name has at most {LONGEST} characters; given: {len(said.text)}")
    if said.kind == "owner":
        return
    renamed = said.theme if said.kind == "rename" else ""
    for theme in store.themes.current():
        if theme.name.casefold() == said.text.casefold() and theme.id != renamed:
            raise BadInput(f"{theme.id} is already called {theme.name!r}")


def _check_segments(store: Store, said: Edit) -> None:
    if not said.segments:
        raise BadInput(f"{said.kind!r} needs segments: ids such as 'source:1#0:0'")
    places = store.themes.placed(said.segments)
    if strange := [segment for segment in said.segments if segment not in places]:
        raise NotFound(f"no segment {strange[0]!r} among the themes' segments")
    if said.kind == "split":
        found = replayed(store)
        if astray := [s for s in said.segments if (found.place(s, places[s]) or "") != said.theme]:
            raise BadInput(f"segment {astray[0]!r} is not in {said.theme or 'no theme'}")
