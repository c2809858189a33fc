"""The rules that route texts: versions are added, never changed."""

from datetime import datetime

from sqlalchemy import func, insert, select

from nlp.errors import Outdated
from nlp.routing import Routing
from pipelines.stores.conversations import UNSTORABLE
from pipelines.stores.database import Database
from pipelines.stores.protocols.routing import RoutingVersion
from pipelines.stores.schema.routing import routings

NUMBER = routings.c.number


class Routings:
    def __init__(self, database: Database) -> None:
        self._database = database

    def put(
        self, routing: Routing, *, at: datetime, who: str, note: str = "", after: int | None = None
    ) -> RoutingVersion:
        who, note = (UNSTORABLE.sub("\ufffd", text) for text in (who, note))
        with self._database.write() as connection:
            self._database.backend.lock(connection)
            last: int = connection.execute(select(func.coalesce(func.max(NUMBER), 0))).scalar_one()
            if after is not None and after != last:
                raise Outdated(
                    f"the rules are of version {last}, not {after}: read them anew and say what should change"
                )
            row = {"number": last + 1, "at": at, "who": who, "note": note, "rules": routing.named()}
            connection.execute(insert(routings), [row])
        return RoutingVersion(last + 1, at, who, note, routing)

    def current(self) -> RoutingVersion | None:
        return next(iter(self.page(limit=1)), None)

    def last(self) -> int:
        with self._database.read() as connection:
            found: int = connection.execute(select(func.coalesce(func.max(NUMBER), 0))).scalar_one()
        return found

    def page(self, *, limit: int = 50, before: int | None = None) -> list[RoutingVersion]:
        wanted = select(routings).order_by(NUMBER.desc()).limit(limit)
        with self._database.read() as connection:
            rows = connection.execute(wanted if before is None else wanted.where(before > NUMBER)).mappings()
            return [RoutingVersion(r["number"], r["at"], r["who"], r["note"], Routing.of(r["rules"])) for r in rows]
