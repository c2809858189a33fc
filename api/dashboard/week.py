"""The week in words: sentences made from figures, for whoever reads nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from api.dashboard.choices import Choice
from api.dashboard.words import day, number, plural
from nlp.themes.emerging import EMERGING
from nlp.themes.fixes import WORKED
from pipelines.stores.protocols import Filter, Store

Row = dict[str, Any]
WEEK = timedelta(weeks=1)
ALIKE = 0.1
"""A volume that differs by less than this share from the week before is much the same."""
STEP = 2.0
"""Of friction, 0..100."""
SMALL = 20
"""Conversations of a week, of which no share is told."""
FEW = 5
"""Conversations, of which friction is not compared."""


@dataclass(frozen=True, slots=True)
class Part:
    """Words, and the theme that they lead to, or ""."""

    text: str
    theme: str = ""


def told(
    store: Store, choice: Choice, last: date, daily: Sequence[Row], themes: Sequence[Row], fixes: Sequence[Row]
) -> list[list[Part]]:
    """Of the seven days up to the last one with a conversation, in the chosen conversations: a sentence each."""
    now, before = _windows(replace(choice, period="").filter(last), choice.windows(last)[0])
    late, early = store.rollups.totals(now), store.rollups.totals(before)
    if not late["conversations"]:
        return [[Part(f"Nobody got in touch in the week up to {day(last)}.")]]
    said = [_volume(late, early, last), _friction(late, early), _worst(_late(daily, last), themes)]
    said += [_emerging(themes), _unowned(themes), _leaving(late), _worked(fixes)]
    return [sentence for sentence in said if sentence]


def _windows(whole: Filter, recent: Filter) -> tuple[Filter, Filter]:
    """The last seven days, and the seven before."""
    assert recent.since is not None
    start = recent.since + 3 * WEEK
    return replace(whole, since=start), replace(whole, since=start - WEEK, until=start)


def _volume(late: Row, early: Row, last: date) -> list[Part]:
    count, then = late["conversations"], early["conversations"]
    said = f"In the week up to {day(last)}, {plural(late['customers'], 'customer')} got in touch, in "
    said += plural(count, "conversation")
    if not then:
        return [Part(f"{said}; there was none in the week before.")]
    if abs(count - then) < ALIKE * then:
        return [Part(f"{said}: about as many as in the week before ({number(then)}).")]
    if min(count, then) < SMALL:
        return [Part(f"{said}, after {number(then)} in the week before.")]
    if count >= 2 * then:
        return [Part(f"{said}, {number(count / then, 1)} times as many as in the week before.")]
    change = 100 * abs(count - then) / then
    return [Part(f"{said}, {change:.0f} % {'more' if count > then else 'fewer'} than in the week before.")]


def _friction(late: Row, early: Row) -> list[Part]:
    now, then = late["friction"], early["friction"]
    if now is None or then is None or min(late["conversations"], early["conversations"]) < FEW:
        return []
    if abs(now - then) < STEP:
        return [Part(f"It hurt as much as the week before: friction {now:.0f} of 100.")]
    return [Part(f"It hurt {'more' if now > then else 'less'}: friction {now:.0f} of 100, after {then:.0f}.")]


def _late(daily: Sequence[Row], last: date) -> dict[str, Row]:
    """By theme: conversations and friction summed of the last seven days."""
    found: dict[str, Row] = {}
    for row in daily:
        if last - WEEK < row["day"] <= last:
            sums = found.setdefault(row["theme"], {"conversations": 0, "friction": 0.0})
            sums["conversations"] += row["conversations"]
            sums["friction"] += row["friction"]
    return found


def _worst(week: Mapping[str, Row], themes: Sequence[Row]) -> list[Part]:
    told = [(week[row["id"]], row) for row in themes if row["id"] in week and week[row["id"]]["conversations"] > 1]
    if not told:
        return []
    found, row = max(told, key=lambda pair: pair[0]["friction"])
    count = plural(found["conversations"], "conversation")
    said = [Part("What hurt most was "), Part(row["name"], row["id"]), Part(f", in {count}")]
    return [*said, Part(f"; {row['owner']} looks after it." if row["owner"] else ".")]


def _emerging(themes: Sequence[Row]) -> list[Part]:
    new = [row for row in themes if row["mark"] in (EMERGING, "new")]
    if not new:
        return [Part("No theme emerges.")] if themes else []
    verb = "emerges" if len(new) == 1 else "emerge"
    return [*_named(new[:3]), Part(f"{f' and {len(new) - 3} more' if len(new) > 3 else ''} {verb}.")]


def _named(rows: Sequence[Row]) -> list[Part]:
    """Parcel lost, Charged twice and Wrong size."""
    parts: list[Part] = []
    for place, row in enumerate(rows):
        if place:
            parts.append(Part(" and " if place == len(rows) - 1 else ", "))
        parts.append(Part(row["name"], row["id"]))
    return parts


def _unowned(themes: Sequence[Row]) -> list[Part]:
    """Of the five that hurt most."""
    alone = [row for row in themes[:5] if not row["owner"]]
    if not alone or len(themes) < 2:
        return []
    if len(alone) == 1:
        return [Part("Nobody looks after "), Part(alone[0]["name"], alone[0]["id"]), Part(".")]
    if len(alone) == len(themes[:5]):
        return [Part(f"None of the {number(len(alone))} themes that hurt most has an owner.")]
    return [Part(f"{len(alone)} of the {len(themes[:5])} themes that hurt most have no owner.")]


def _leaving(late: Row) -> list[Part]:
    if not late["leaving"]:
        return []
    who = "One conversation was" if late["leaving"] == 1 else f"{number(late['leaving'])} conversations were"
    return [Part(f"{who} with a customer who may leave.")]


def _worked(fixes: Sequence[Row]) -> list[Part]:
    good = [row for row in fixes if row["verdict"] == WORKED]
    if not good:
        return []
    names = list({row["id"]: row for row in good}.values())
    return [Part("The fix of " if len(names) == 1 else "Fixes of "), *_named(names[:3]), Part(" worked.")]
