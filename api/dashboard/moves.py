"""What themes do and cost, as the overview and a theme's page show it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from api import effects
from nlp.themes.emerging import EMERGING, FADING, Movement
from nlp.themes.fixes import UNSEEN, WORKED
from nlp.themes.periods import start
from pipelines.movements import Course, Fixed, Told, fixed
from pipelines.stores.protocols import Store

Row = dict[str, Any]
LOOKS = {WORKED: "worked", UNSEEN: "unseen"}
"""Of a verdict's mark; the others look as what failed, or is not known."""


def mark(movement: Movement, first_seen: date | None, newest: date | None) -> str:
    """emerging, fading, new or "": a theme is new that was first heard at `newest` or later."""
    if movement.kind in (EMERGING, FADING):
        return movement.kind
    return "new" if first_seen and newest and first_seen >= newest else ""


def moving(rows: Sequence[Row]) -> list[Row]:
    """The themes that emerge, then those that fade, each the largest movement first: keys id, name, mark, text."""
    told = [r for r in rows if r["movement"].kind in (EMERGING, FADING)]
    told.sort(key=lambda r: (r["movement"].kind, r["movement"].p))
    kept = ("id", "name")
    return [{k: r[k] for k in kept} | {"mark": r["movement"].kind, "text": effects.moved(r["movement"])} for r in told]


def fixes(store: Store, counted: Told | None = None) -> list[Row]:
    """Every fix of a theme that is not hidden, the newest first: keys id, name, verdict, look, text."""
    names = {theme.id: theme.name for theme in store.themes.current() if not theme.hidden}
    found = sorted(
        (f for f in fixed(store, counted=counted) if f.theme in names), key=lambda f: f.fix.day, reverse=True
    )
    return [{"id": f.theme, "name": names[f.theme]} | judged(f) for f in found]


def judged(f: Fixed) -> Row:
    """Keys verdict, look, text."""
    verdict = f.effect.verdict
    return {"verdict": verdict, "look": LOOKS.get(verdict, ""), "text": effects.sentence(f.fix.day, f.effect)}


def doubts(store: Store) -> Sequence[str]:
    """Why the current themes are not to be relied on."""
    quality = store.qualities.of(store.themes.current_run() or "")
    return quality.reasons if quality else ()


def marks(of: Course, id: str, fixed: Sequence[date]) -> dict[date, list[Row]]:
    """What happened in a week: keys kind (change or fix), text."""
    found: dict[date, list[Row]] = {}
    for change in of.changes[id]:
        text = effects.changed(change, of)
        found.setdefault(of.periods[change.place], []).append({"kind": "change", "text": text[:1].upper() + text[1:]})
    for day in fixed:
        found.setdefault(start(day, "week"), []).append({"kind": "fix", "text": f"Fix shipped on {effects.day(day)}"})
    return dict(sorted(found.items()))
