"""Filter as SQL conditions, and the few expressions that several nouns share."""

from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, func, select

from pipelines.stores.protocols import Filter
from pipelines.stores.schema import (
    assignments,
    conversation_facts,
    conversations,
    discoveries,
    signals,
    summaries,
    turns,
)

Condition = ColumnElement[bool]
TELLING = func.coalesce(conversations.c.duplicate_of, conversations.c.id)
"""What a conversation counts as, where conversations are counted: those that tell again count with the first."""


def current_run() -> ScalarSelect[Any]:
    """The run of the latest discovery; NULL before any."""
    return select(discoveries.c.run).order_by(discoveries.c.number.desc()).limit(1).scalar_subquery()


def nowhere() -> Condition:
    """An assignment of the current run to no theme, by the discovery and by people."""
    a = assignments.c
    return and_(a.run == current_run(), a.found.is_(None), a.theme.is_(None))


def segment_text() -> ColumnElement[str]:
    """The segment's characters of its turn; both databases count code points from 1."""
    return func.substr(turns.c.text, signals.c.start + 1, signals.c.end - signals.c.start)


def conditions(filter: Filter) -> list[Condition]:
    """What a row of `conversations` must fulfil."""
    c, found = conversations.c, []
    for column, value in ((c.channel, filter.channel), (c.customer, filter.customer), (c.source, filter.source)):
        found += [column == value] if value else []
    found += [c.started_at >= filter.since] if filter.since else []
    found += [c.started_at < filter.until] if filter.until else []
    found += [c.customer.in_(filter.customers)] if filter.customers else []
    return found + _by_findings(filter)


def _by_findings(filter: Filter) -> list[Condition]:
    found: list[Condition] = []
    of = ((summaries.c.stage, filter.stage), (summaries.c.intent, filter.intent))
    for column, value in (*of, (summaries.c.language, filter.language)):
        if value:
            found.append(conversations.c.id.in_(select(summaries.c.conversation).where(column == value)))
    fact = has_fact if filter.customers else of_fact
    found += [fact(conversations.c.id, kind, value) for kind, value in filter.facts() if value]
    if filter.theme:
        found.append(conversations.c.id.in_(_of_theme(filter.theme)))
    return found


def of_fact(conversation: ColumnElement[str], kind: str, value: str) -> Condition:
    """Of the conversations with a fact, as the last refresh of the rollups found them."""
    f = conversation_facts.c
    return conversation.in_(select(f.conversation).where(f.kind == kind, f.value == value))


def has_fact(conversation: ColumnElement[str], kind: str, value: str) -> Condition:
    """The same, looked up for each of a few conversations."""
    f = conversation_facts.c
    return select(f.conversation).where(f.conversation == conversation, f.kind == kind, f.value == value).exists()


def _of_theme(theme: str) -> Any:
    return (
        select(signals.c.conversation)
        .join(assignments, assignments.c.segment == signals.c.segment)
        .where(assignments.c.run == current_run(), assignments.c.theme == theme)
    )
