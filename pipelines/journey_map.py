"""The journey map out of the store: what happens at each stage, where customers go from there, and what has changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from nlp.errors import BadInput
from nlp.journeys.facts import EPOCH, MICROSECOND, Done, Said, ticks
from nlp.journeys.flow import RANGES, Move, Seen, StageFlow, changed, moves, seen, stage_flows
from nlp.journeys.ledger import DAY
from nlp.journeys.sessions import sessions
from nlp.taxonomy import Taxonomy
from pipelines.facts import everyone, told_until
from pipelines.stores.protocols import Filter, Store

GAP = 30
"""Days of silence that end a journey, where none are given."""
COMPARED = (*RANGES, "drop_off")
Row = dict[str, Any]


def journey_map(store: Store, taxonomy: Taxonomy, filter: Filter = Filter(), *, gap: int = GAP) -> Row:
    """The map of the visits that began from `filter.since` until `filter.until`, or of all.

    Keys stages [the fields of StageFlow, intervals as {value, low, high}, themes with names, before (conversations and
    the compared figures of the period before, None without a `since`), changed (names of those whose intervals do not
    meet)], moves [origin, target, count, share (of all moves from the origin), days], steps [origin, target, step,
    count] and gap. channel, source, intent and theme ask for conversations, so that events are left out. Raises
    BadInput for a gap that is not 1 to 365 days.
    """
    if not 1 <= gap <= 365:
        raise BadInput(f"gap={gap}: 1 to 365 days of silence end a journey")
    found = list(_seen(store, taxonomy, replace(filter, since=None, until=None, stage=""), gap))
    now = [one for one in found if _within(one, filter.since, filter.until)]
    before = _before(found, filter)
    names = store.themes.names()
    earlier = {flow.stage: flow for flow in stage_flows(before, taxonomy.stage_names)} if before is not None else None
    flows = [flow for flow in stage_flows(now, taxonomy.stage_names) if filter.stage in ("", flow.stage)]
    went = [move for move in moves(now) if filter.stage in ("", move.origin, move.target)]
    return {
        "stages": [_stage(flow, earlier, names) for flow in flows],
        "moves": _summed(went),
        "steps": [{"origin": m.origin, "target": m.target, "step": m.step, "count": m.count} for m in went],
        "gap": gap,
    }


def _seen(store: Store, taxonomy: Taxonomy, filter: Filter, gap: int) -> Iterator[Seen]:
    """Whether somebody fell silent is told by the last moment of which the store knows anything."""
    journeys = []
    for customer, facts in everyone(store, filter, taxonomy=taxonomy):
        journeys.append((customer, facts, sessions(facts, taxonomy, gap=gap * DAY)))
    until = told_until(facts for _, facts, _ in journeys)
    for customer, _, visits in journeys:
        yield from seen(customer, visits, gap=gap * DAY, until=until)


def _within(one: Seen, since: datetime | None, until: datetime | None) -> bool:
    at = one.visit.since
    return (since is None or at >= ticks(since)) and (until is None or at < ticks(until))


def _before(found: Sequence[Seen], filter: Filter) -> list[Seen] | None:
    """The visits of the period of the same length before; None where there is no period."""
    if filter.since is None:
        return None
    last = filter.until or EPOCH + max((one.visit.since for one in found), default=0) * MICROSECOND
    since = filter.since - max(last - filter.since, timedelta(0))
    return [one for one in found if _within(one, since, filter.since)]


def _stage(flow: StageFlow, earlier: Mapping[str, StageFlow] | None, names: Mapping[str, str]) -> Row:
    then = earlier.get(flow.stage) if earlier else None
    row = asdict(flow)
    row["themes"] = [{"id": id, "name": names.get(id, id), "conversations": count} for id, count in flow.themes]
    row["intents"] = [{"name": name, "conversations": count} for name, count in flow.intents]
    row["before"] = then and {"conversations": then.conversations, **{name: _value(then, name) for name in COMPARED}}
    row["changed"] = changed(flow, then) if then else []
    return row


def _value(flow: StageFlow, name: str) -> float | None:
    figure = getattr(flow, name)
    return figure.value if figure else None


def _summed(found: Sequence[Move]) -> list[Row]:
    """Moves over all steps."""
    counts: dict[tuple[str, str], list[Move]] = {}
    for move in found:
        counts.setdefault((move.origin, move.target), []).append(move)
    left: dict[str, int] = {}
    for (origin, _), parts in counts.items():
        left[origin] = left.get(origin, 0) + sum(move.count for move in parts)
    rows = [
        {"origin": origin, "target": target, "count": sum(m.count for m in parts)}
        | {"share": sum(m.count for m in parts) / left[origin], "days": _days(parts)}
        for (origin, target), parts in counts.items()
    ]
    return sorted(rows, key=lambda row: (-row["count"], row["origin"], row["target"]))


def _days(parts: Sequence[Move]) -> float | None:
    """The median of the step that most moves are of."""
    return max(parts, key=lambda move: move.count).days


def event_log(store: Store, taxonomy: Taxonomy, filter: Filter = Filter(), *, gap: int = GAP) -> Iterator[Row]:
    """Every touch as an event of a case, by customer and time, under the names that process mining uses.

    A case is a journey: "customer#number". The activity is the stage; `kind` and `name` tell what happened.
    """
    for customer, facts in everyone(store, filter, taxonomy=taxonomy):
        for visit in sessions(facts, taxonomy, gap=gap * DAY):
            touches: list[Said | Done] = [*visit.said, *visit.done]
            for touch in sorted(touches, key=lambda item: item.at):
                case = {"case:concept:name": f"{customer}#{visit.journey}", "case:customer": customer}
                yield case | {"concept:name": visit.stage, "visit": visit.step} | _touch(touch)


def _touch(touch: Said | Done) -> Row:
    at = {"time:timestamp": EPOCH + touch.at * MICROSECOND}
    if isinstance(touch, Done):
        nothing = dict.fromkeys(("intent", "friction", "sentiment", "effort", "handed", "themes"))
        return at | {"kind": "event", "name": touch.name} | nothing | {"value": touch.value}
    figures = {"friction": touch.friction, "sentiment": touch.sentiment, "effort": touch.effort}
    said = {"kind": "conversation", "name": touch.channel, "intent": touch.intent, "handed": touch.handed}
    return at | said | figures | {"themes": list(touch.themes), "value": None}


def mermaid(found: Row) -> str:
    """The map's moves as a Mermaid flow chart."""
    names = _nodes(found)
    lines = [f'  {key}["{_title(name)}"]' for name, key in names.items()]
    lines += [f'  {names[m["origin"]]} -->|"{_label(m)}"| {names[m["target"]]}' for m in found["moves"]]
    return "\n".join(["flowchart LR", *lines]) + "\n"


def dot(found: Row) -> str:
    """The same in the language of Graphviz."""
    names = _nodes(found)
    lines = [f'  {key} [label="{_title(name)}"];' for name, key in names.items()]
    lines += [f'  {names[m["origin"]]} -> {names[m["target"]]} [label="{_label(m)}"];' for m in found["moves"]]
    return "\n".join(["digraph journey {", "  rankdir=LR;", *lines, "}"]) + "\n"


def _nodes(found: Row) -> dict[str, str]:
    """A short key for each place that moves name, whatever characters its name has."""
    places = dict.fromkeys(name for move in found["moves"] for name in (move["origin"], move["target"]))
    return {name: f"n{n}" for n, name in enumerate(places)}


def _title(name: str) -> str:
    """Without the characters by which either language would end a label."""
    return "".join(c if c.isalnum() or c in " -" else " " for c in name).strip()


def _label(move: Row) -> str:
    days = "" if move["days"] is None else f", {move['days']:.0f} days"
    return f"{move['count']} ({move['share']:.0%}{days})"
