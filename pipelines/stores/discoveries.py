"""A discovery's rows: what was found, beside what people are shown of it once their edits are replayed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, or_, select, update

from nlp.themes.edits import Replayed
from nlp.themes.theme import Assignment, Fix, Note, Part, Theme
from pipelines.stores.database import Database, chunks
from pipelines.stores.schema import assignments, discoveries, earlier_assignments, found_themes, themes

A = assignments.c


def write_discovery(
    database: Database,
    connection: Connection,
    discovery: dict[str, Any],
    found: Sequence[Theme],
    members: Sequence[dict[str, Any]],
    replayed: Replayed,
) -> None:
    """In place of what the run had. `discovery` has the keys run and artefact; `members` are rows of assignments."""
    database.backend.lock(connection)
    run = discovery["run"]
    for table in (assignments, earlier_assignments, themes, found_themes):
        connection.execute(delete(table).where(table.c.run == run))
    number = connection.execute(select(func.coalesce(func.max(discoveries.c.number), 0) + 1)).scalar_one()
    database.upsert(connection, discoveries, [{**discovery, "number": number}])
    _insert(connection, found_themes, [_found_row(theme, run) for theme in found])
    _insert(connection, themes, [_shown_row(theme, run) for theme in replayed.themes])
    _insert(connection, assignments, members)


def _insert(connection: Connection, table: Any, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table), list(rows))


def show(database: Database, connection: Connection, run: str, replayed: Replayed, at: datetime) -> list[str]:
    """Bring themes and assignments of a run to what the edits say now; returns the segments that changed their theme.
    Where they were is kept."""
    database.backend.lock(connection)
    database.upsert(connection, themes, [_shown_row(theme, run) for theme in replayed.themes])
    changed: list[str] = []
    for rows in chunks(_misplaced(connection, run, replayed)):
        changed += [row.segment for row, _ in rows]
        kept = [{"run": run, **{name: getattr(r, name) for name in KEPT}} for r, _ in rows]
        database.upsert(connection, earlier_assignments, kept)
        moved = update(assignments).where(A.run == run, A.segment == bindparam("of"))
        moved = moved.values(theme=bindparam("to"), assigned_at=at)
        connection.execute(moved, [{"of": r.segment, "to": theme} for r, theme in rows])
    gone = themes.c.id.not_in([theme.id for theme in replayed.themes])
    connection.execute(delete(themes).where(themes.c.run == run, gone))
    return changed


KEPT = ("segment", "theme", "confidence", "assigned_at")


def _misplaced(connection: Connection, run: str, replayed: Replayed) -> Iterator[tuple[Row[Any], str | None]]:
    """Rows of assignments with the theme that they should have, where it is another. Read whole groups of found and
    shown theme that do not fit, and the segments that people moved: an edit seldom concerns many."""
    groups = connection.execute(select(A.found, A.theme).where(A.run == run).distinct()).all()
    wrong = [(f, t) for f, t in groups if t != (f and replayed.shown(f))]
    rows: dict[str, Row[Any]] = {}
    of = select(A.segment, A.found, *(A[name] for name in KEPT[1:])).where(A.run == run)
    for pairs in chunks(wrong, 100):
        fit = or_(*(A.found.is_not_distinct_from(f) & A.theme.is_not_distinct_from(t) for f, t in pairs))
        rows |= {row.segment: row for row in connection.execute(of.where(fit))}
    for segments in chunks(replayed.moved):
        rows |= {row.segment: row for row in connection.execute(of.where(A.segment.in_(segments)))}
    for row in rows.values():
        theme = replayed.place(row.segment, row.found)
        if theme != row.theme:
            yield row, theme


def assignment_row(a: Assignment, replayed: Replayed) -> dict[str, Any]:
    """Of an assignment to a found theme."""
    places = {"segment": a.segment, "found": a.theme, "theme": replayed.place(a.segment, a.theme)}
    return {"run": a.run, **places, "confidence": float(a.confidence), "assigned_at": a.assigned_at, "part": a.part}


def _found_row(theme: Theme, run: str) -> dict[str, Any]:
    known = asdict(theme)
    return {"run": run, **{c.name: known[c.name] for c in found_themes.c if c.name != "run"}}


def _shown_row(theme: Theme, run: str) -> dict[str, Any]:
    notes = [[n.at.isoformat(), n.who, n.text] for n in theme.notes]
    fixes = [[f.at.isoformat(), f.who, f.day.isoformat()] for f in theme.fixes]
    return {"run": run, **asdict(theme), "notes": notes, "fixes": fixes}


def found_theme(r: Row[Any]) -> Theme:
    parts = tuple(Part(p["name"], tuple(p["terms"]), p["size"]) for p in r.parts)
    return Theme(r.id, r.name, r.description, tuple(r.terms), r.size, tuple(r.quotes), r.x, r.y, parts)


def shown_theme(r: Row[Any]) -> Theme:
    notes = tuple(Note(datetime.fromisoformat(at), who, text) for at, who, text in r.notes)
    fixes = tuple(Fix(datetime.fromisoformat(at), who, date.fromisoformat(day)) for at, who, day in r.fixes)
    said = {"owner": r.owner, "notes": notes, "fixes": fixes, "pinned": r.pinned, "hidden": r.hidden}
    return replace(found_theme(r), **said)


def placed(connection: Connection, run: Any, segments: Iterable[str]) -> dict[str, str | None]:
    """The found theme of those segments that the run has placed."""
    found: dict[str, str | None] = {}
    for ids in chunks(segments):
        rows = connection.execute(select(A.segment, A.found).where(A.run == run, A.segment.in_(ids)))
        found |= {row.segment: row.found for row in rows}
    return found
