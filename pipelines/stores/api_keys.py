"""Keys of the API in tables."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, select, update

from nlp.errors import NotFound
from pipelines.stores.database import Database
from pipelines.stores.protocols.keys import ApiKey
from pipelines.stores.schema import api_keys


class ApiKeys:
    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, key: ApiKey) -> None:
        with self._database.write() as connection:
            self._database.upsert(connection, api_keys, [asdict(key)])

    def change(self, id: str, changes: Mapping[str, Any]) -> ApiKey:
        with self._database.write() as connection:
            connection.execute(update(api_keys).where(api_keys.c.id == id).values(**changes))
        return self.get(id)

    def get(self, id: str) -> ApiKey:
        with self._database.read() as connection:
            row = connection.execute(select(api_keys).where(api_keys.c.id == id)).first()
        if not row:
            raise NotFound(f"no API key {id!r}; 'frictionary keys list' tells those that are")
        return _key(row)

    def all(self) -> list[ApiKey]:
        statement = select(api_keys).order_by(api_keys.c.created_at, api_keys.c.id)
        with self._database.read() as connection:
            return [_key(row) for row in connection.execute(statement)]


def _key(row: Row[Any]) -> ApiKey:
    fields = row._asdict()
    return ApiKey(**{**fields, "scopes": tuple(fields["scopes"])})
