"""What the stores' writes tell other systems; nothing where there is no sink."""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Connection, select

from nlp.signal import Summary
from nlp.themes.edits import Edit
from nlp.themes.lineage import FOUND, Fact
from nlp.themes.theme import Theme
from pipelines.messages import (
    FORGOTTEN,
    TRACED,
    ConversationAnalyzed,
    Message,
    PrivacyForgotten,
    ThemeEdited,
    ThemeTraced,
    message,
)
from pipelines.stores.database import chunks
from pipelines.stores.outbox import listening
from pipelines.stores.schema import conversations, found_themes

C = conversations.c
NAMING = ("rename", "split")
"""Edits whose text is a name of a theme, as everybody sees it; other texts stay here."""
MANY = 500
"""Ids that one message holds."""


def analyzed(connection: Connection, summaries: Sequence[Summary]) -> Iterator[Message]:
    if not summaries or not listening(connection):
        return
    own = {summary.conversation: summary for summary in summaries}
    columns = (C.id, C.source, C.channel, C.customer, C.started_at, C.annotated_model)
    for ids in chunks(own):
        for row in connection.execute(select(*columns).where(C.id.in_(ids)).order_by(C.id)):
            s = own[row.id]
            data = ConversationAnalyzed(
                source=row.source,
                channel=row.channel,
                started_at=row.started_at,
                model=row.annotated_model or "",
                intent=s.intent,
                confidence=float(s.confidence),
                abstained=bool(s.abstained),
                sentiment=float(s.sentiment),
                sentiment_end=float(s.sentiment_end),
                friction=float(s.friction),
                effort=float(s.effort),
                leaving=float(s.leaving),
                stage=s.stage,
                stage_confidence=float(s.stage_confidence),
                language=s.language,
            )
            yield message("conversation.analyzed", data, subject=row.id, customer=row.customer)


def traced(connection: Connection, facts: Iterable[Fact], shown: Sequence[Theme]) -> Iterator[Message]:
    """`shown`: the themes of the discovery; those that people merged away keep the name that was found."""
    told = list(facts)
    if not told or not listening(connection):
        return
    names = {theme.id: (theme.name, theme.size) for theme in shown}
    rows = connection.execute(
        select(found_themes.c.id, found_themes.c.name, found_themes.c.size).where(found_themes.c.run == told[0].run)
    )
    found = {row.id: (row.name, row.size) for row in rows}
    for fact in told:
        name, size = {**found, **names}.get(fact.theme, ("", 0)) if fact.kind in FOUND else ("", 0)
        data = ThemeTraced(fact.run, fact.kind, name, size, fact.other, fact.share)
        yield message(TRACED[fact.kind], data, subject=fact.theme, at=fact.at)


def edited(connection: Connection, edit: Edit) -> Iterator[Message]:
    """Without who it was, and without the words of notes."""
    if listening(connection):
        name, day = edit.text if edit.kind in NAMING else "", edit.day.isoformat() if edit.day else None
        data = ThemeEdited(edit.number, edit.kind, name, edit.other, len(edit.segments), day, edit.undoes)
        yield message("theme.edited", data, subject=edit.theme or edit.other, at=edit.at)


def forgotten(connection: Connection, customers: Sequence[str], gone: Sequence[str]) -> Iterator[Message]:
    if not listening(connection):
        return
    people, talks = list(chunks(customers, MANY)), list(chunks(gone, MANY))
    for n in range(max(len(people), len(talks))):
        theirs, said = (parts[n] if n < len(parts) else [] for parts in (people, talks))
        data = PrivacyForgotten(tuple(theirs), tuple(said))
        subject = customers[0] if customers else gone[0]
        yield message(FORGOTTEN, data, subject=subject, customer=customers[0] if customers else "")
