"""Edits: what people say of themes, an append-only log; replayed over what a discovery finds, the same every time."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import zip_longest

from nlp.themes.theme import Fix, Note, Theme

KINDS = ("rename", "merge", "split", "move", "pin", "unpin", "hide", "unhide", "note", "owner", "fixed", "undo")
SAYING = ("rename", "pin", "unpin", "note", "owner", "fixed")
"""Kinds that say something of a theme and leave everything where it is."""
QUOTES = 5


@dataclass(frozen=True, slots=True)
class Edit:
    """One line of the log; `number` is its place from 1, and later edits prevail.

    - rename: `theme` is called `text`. owner: `text` looks after it, "" nobody. note: `text` is to be known of it.
    - fixed: a fix for `theme` shipped on `day`. pin, unpin: it comes first. hide, unhide: it is left out of lists.
    - merge: `theme` is a part of the theme `other`.
    - split: `segments` are a theme of their own, `other`, called `text`; they were seen in `theme`, or
      in none.
    - move: `segments` belong to `theme`, "" for no theme.
    - undo: the edit `undoes` counts no more; an undo may be undone.
    """

    number: int
    at: datetime
    who: str
    kind: str
    theme: str = ""
    other: str = ""
    segments: tuple[str, ...] = ()
    text: str = ""
    day: date | None = None
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Why the edit of that number does not do, or does not wholly do, what it says."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """themes: as people are shown them, largest first, hidden ones among them. into: a found id to the one that it is
    shown under, where another. moved: segments that people placed, to an id before `into`, None for no theme. active:
    numbers of the edits that count."""

    themes: tuple[Theme, ...]
    into: Mapping[str, str] = field(default_factory=dict)
    moved: Mapping[str, str | None] = field(default_factory=dict)
    conflicts: tuple[Conflict, ...] = ()
    active: frozenset[int] = frozenset()

    def shown(self, found: str) -> str:
        """The id under which a found theme is shown."""
        return self.into.get(found, found)

    def place(self, segment: str, found: str | None) -> str | None:
        """The theme in which a segment is shown that a discovery, or serving, put into `found`."""
        theme = self.moved.get(segment, found)
        return theme and self.shown(theme)


def active(edits: Sequence[Edit]) -> list[Edit]:
    """Those that count, in order: what is undone does not, nor do undos themselves."""
    undone: set[int] = set()
    for edit in reversed(edits):
        if edit.kind == "undo" and edit.number not in undone and edit.undoes is not None:
            undone.add(edit.undoes)
    return [edit for edit in edits if edit.kind != "undo" and edit.number not in undone]


def replay(found: Sequence[Theme], placed: Mapping[str, str | None], edits: Sequence[Edit]) -> Replayed:
    """The log over the themes that a discovery found. `placed`: the found theme of each segment that an edit names,
    None for no theme; a segment that is not among them is no longer known."""
    counting = active(edits)
    state = _Replay(found, placed)
    for edit in counting:
        state.shape(edit)
    state.settle()
    for edit in counting:
        state.label(edit)
    themes = state.shown()
    return Replayed(
        themes=themes,
        into={id: root for id in state.into if (root := state.root(id)) != id},
        moved=state.moved,
        conflicts=tuple(sorted((*state.conflicts, *_alike(themes, counting)), key=lambda c: c.number)),
        active=frozenset(edit.number for edit in counting),
    )


class _Replay:
    """First which themes there are and what belongs to them, then what is said of each: so that a name given to a
    theme that a later edit brings back is not lost."""

    def __init__(self, found: Sequence[Theme], placed: Mapping[str, str | None]) -> None:
        self.themes = {theme.id: theme for theme in found}
        self.placed = placed
        self.into: dict[str, str] = {}
        self.moved: dict[str, str | None] = {}
        self.conflicts: list[Conflict] = []
        self.labels: dict[str, dict[str, Edit]] = {}
        self.said: dict[str, list[Edit]] = {}
        self.parts: dict[str, list[Theme]] = {}

    def root(self, id: str) -> str:
        while id in self.into:
            id = self.into[id]
        return id

    def conflict(self, edit: Edit, reason: str) -> None:
        self.conflicts.append(Conflict(edit.number, reason))

    def shape(self, edit: Edit) -> None:
        if edit.kind == "merge":
            self._merge(edit)
        elif edit.kind in ("split", "move"):
            self._move(edit)

    def _merge(self, edit: Edit) -> None:
        part, whole = self.root(edit.theme), self.root(edit.other)
        if part == whole:
            self.conflict(edit, f"{edit.theme} and {edit.other} are one theme already")
            return
        if not self._lives(part):
            self.conflict(edit, f"{edit.theme} is not found now: nothing to merge into {edit.other}")
        self.into[part] = whole

    def _lives(self, id: str) -> bool:
        return any(self.root(theme) == id for theme in self.themes)

    def _move(self, edit: Edit) -> None:
        here = [segment for segment in edit.segments if segment in self.placed]
        if gone := len(edit.segments) - len(here):
            self.conflict(edit, f"{gone} of {len(edit.segments)} segments are no longer among the themes' segments")
        if edit.kind == "split":
            if here and edit.other not in self.themes:
                self.themes[edit.other] = self._split_off(edit, here)
        elif edit.theme and not self._lives(self.root(edit.theme)):
            self.conflict(edit, f"{edit.theme} is not found now: what was moved there stays where it is")
            return
        target = edit.other if edit.kind == "split" else edit.theme
        self.moved |= dict.fromkeys(here, target or None)

    def _split_off(self, edit: Edit, here: Sequence[str]) -> Theme:
        origin = self.themes.get(edit.theme)
        of = f"{edit.theme}{f', “{origin.name}”' if origin else ''}" if edit.theme else "what was in no theme"
        about = f"Split from {of}, by {edit.who}."
        x, y = (origin.x, origin.y) if origin else (0.0, 0.0)
        return Theme(edit.other, edit.text, about, (), 0, tuple(here[:QUOTES]), x, y)

    def settle(self) -> None:
        """The found themes that make up each shown one, its own first, then the largest."""
        for theme in sorted(self.themes.values(), key=lambda t: (t.id != self.root(t.id), -t.size, t.id)):
            self.parts.setdefault(self.root(theme.id), []).append(theme)

    def label(self, edit: Edit) -> None:
        id = edit.other if edit.kind == "split" else edit.theme
        kind = {"split": "rename", "unpin": "pin", "unhide": "hide"}.get(edit.kind, edit.kind)
        if kind in ("merge", "move"):
            return
        if self.root(id) not in self.parts:
            if edit.kind != "split":  # of which it is told what became of its segments
                self.conflict(edit, f"{id} is not found now: what is said of it waits")
        elif kind in ("note", "fixed"):
            self.said.setdefault(self.root(id), []).append(edit)
        else:
            self.labels.setdefault(id, {})[kind] = edit

    def shown(self) -> tuple[Theme, ...]:
        change: Counter[str | None] = Counter()
        for segment, target in self.moved.items():
            found = self.placed[segment]
            change[found and self.root(found)] -= 1
            change[target and self.root(target)] += 1
        themes = [self._one(id, parts, change[id]) for id, parts in self.parts.items()]
        return tuple(sorted(themes, key=lambda t: (-t.size, t.id)))

    def _one(self, id: str, parts: Sequence[Theme], change: int) -> Theme:
        labels = [self.labels.get(member, {}) for member in dict.fromkeys((id, *(part.id for part in parts)))]
        own, said = labels[0], self.said.get(id, [])
        quotes = (q for q in _woven([part.quotes for part in parts]) if self._stays(q, id))
        return replace(
            parts[0],
            id=id,
            name=own["rename"].text if "rename" in own else parts[0].name,
            terms=_woven([part.terms for part in parts]),
            size=max(0, sum(part.size for part in parts) + change),
            quotes=tuple(quotes)[:QUOTES],
            owner=next((label["owner"].text for label in labels if "owner" in label), ""),
            notes=tuple(Note(e.at, e.who, e.text) for e in said if e.kind == "note"),
            fixes=tuple(Fix(e.at, e.who, e.day) for e in said if e.day),
            pinned="pin" in own and own["pin"].kind == "pin",
            hidden="hide" in own and own["hide"].kind == "hide",
        )

    def _stays(self, segment: str, id: str) -> bool:
        target = self.moved.get(segment, id)
        return target is not None and self.root(target) == id


def _woven(lists: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The first of each, then the second of each, and so on; each once."""
    return tuple(dict.fromkeys(item for row in zip_longest(*lists) for item in row if item is not None))


def _alike(themes: Sequence[Theme], counting: Sequence[Edit]) -> list[Conflict]:
    """Names that people gave and that another theme has, too."""
    found: list[Conflict] = []
    for edit in (e for e in counting if e.kind in ("rename", "split")):
        id = edit.other if edit.kind == "split" else edit.theme
        same = [theme.id for theme in themes if theme.name.casefold() == edit.text.casefold()]
        if id in same and len(same) > 1:
            found.append(Conflict(edit.number, f"{', '.join(t for t in same if t != id)} has the same name"))
    return found
