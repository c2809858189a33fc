"""What a changed conversation loses: its turns, and what was found in words that are no longer said."""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Connection, Table, and_, delete, or_, select

from nlp.conversation import Conversation
from pipelines.stores.database import chunks
from pipelines.stores.schema import assignments, earlier_assignments, signals, summaries, turns

RANGES = 100  # of segments in one statement
Said = dict[int, tuple[str, str]]


def forget(connection: Connection, changed: Mapping[str, Conversation], alike: Collection[str]) -> set[str]:
    """Drop the stored turns of `changed` conversations, by id, and the findings of those whose texts changed; themes
    stay with the segments of turns that did not. Returns the ids whose findings were kept: of those `alike`."""
    stored = _said(connection, changed)
    fresh = {id: {turn.number: (str(turn.speaker), turn.text) for turn in c.turns} for id, c in changed.items()}
    kept = {id for id in alike if stored[id] == fresh[id]}
    lost = [id for id in changed if id not in kept]
    _misplace(connection, [(id, n) for id in lost for n, said in stored[id].items() if fresh[id].get(n) != said])
    for table in (signals, summaries):  # embeddings go with their signals
        _drop(connection, table, lost)
    _drop(connection, turns, changed)
    return kept


def _said(connection: Connection, ids: Collection[str]) -> dict[str, Said]:
    said: dict[str, Said] = {id: {} for id in ids}
    for some in chunks(ids):
        found = select(turns.c.conversation, turns.c.number, turns.c.speaker, turns.c.text)
        for id, number, speaker, text in connection.execute(found.where(turns.c.conversation.in_(some))):
            said[id][number] = (speaker, text)
    return said


def _drop(connection: Connection, table: Table, ids: Iterable[str]) -> None:
    for some in chunks(ids):
        connection.execute(delete(table).where(table.c.conversation.in_(some)))


def _misplace(connection: Connection, changed: Iterable[tuple[str, int]]) -> None:
    """Take the segments of these turns out of all themes: their ids lie between "id#turn:" and "id#turn;"."""
    for some in chunks(changed, RANGES):
        for table in (assignments, earlier_assignments):
            own = table.c.segment
            ranges = [and_(own >= f"{id}#{turn}:", own < f"{id}#{turn};") for id, turn in some]
            connection.execute(delete(table).where(or_(*ranges)))
