"""The log of what policies chose, and what came of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, fields

from sqlalchemy import insert, select, update

from nlp.experiments.policies import Choice
from pipelines.stores.database import Database, chunks
from pipelines.stores.schema import choices

COLUMNS = [choices.c[field.name] for field in fields(Choice)]


class Choices:
    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, choices_: Iterable[Choice]) -> int:
        found = {choice.id: choice for choice in choices_}
        with self._database.write() as connection:
            self._database.backend.lock(connection)
            known: set[str] = set()
            for some in chunks(found):
                known |= set(connection.scalars(select(choices.c.id).where(choices.c.id.in_(some))))
            rows = [
                asdict(choice) | {"context": dict(choice.context)} for id, choice in found.items() if id not in known
            ]
            if rows:
                connection.execute(insert(choices), rows)
            for id in known:
                if (reward := found[id].reward) is not None:
                    connection.execute(update(choices).where(choices.c.id == id).values(reward=reward))
        return len(rows)

    def reward(self, rewards: Mapping[str, float]) -> int:
        with self._database.write() as connection:
            return sum(
                connection.execute(update(choices).where(choices.c.id == id).values(reward=reward)).rowcount
                for id, reward in rewards.items()
            )

    def all(self, policy: str = "") -> Iterator[Choice]:
        statement = select(*COLUMNS).order_by(choices.c.at, choices.c.id)
        for row in self._database.stream(statement.where(choices.c.policy == policy) if policy else statement):
            yield Choice(*row)
