"""The log of what people say of themes: lines are added, never changed."""

from dataclasses import asdict, replace

from sqlalchemy import func, insert, select

from nlp.themes.edits import SAYING, Edit
from pipelines.stores.announcing import edited
from pipelines.stores.conversations import UNSTORABLE
from pipelines.stores.database import Database
from pipelines.stores.outbox import announce
from pipelines.stores.schema import edits


class Edits:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, edit: Edit) -> Edit:
        """Characters that a database refuses are replaced."""
        edit = replace(edit, who=UNSTORABLE.sub("\ufffd", edit.who), text=UNSTORABLE.sub("\ufffd", edit.text))
        with self._database.write() as connection:
            self._database.backend.lock(connection)
            number = connection.execute(select(func.coalesce(func.max(edits.c.number), 0) + 1)).scalar_one()
            other = f"s{number}" if edit.kind == "split" else edit.other
            added = replace(edit, number=number, other=other)
            connection.execute(insert(edits), [asdict(added)])
            announce(self._database, connection, edited(connection, added))
        return added

    def all(self) -> list[Edit]:
        with self._database.read() as connection:
            rows = connection.execute(select(edits).order_by(edits.c.number)).mappings()
            return [Edit(**{**row, "segments": tuple(row["segments"])}) for row in rows]

    def last(self, *, saying: bool = True) -> int:
        statement = select(func.coalesce(func.max(edits.c.number), 0))
        with self._database.read() as connection:
            found: int = connection.execute(
                statement if saying else statement.where(edits.c.kind.not_in(SAYING))
            ).scalar_one()
        return found
