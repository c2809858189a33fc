"""Experiments and who came into them."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import insert, select, update

from nlp.errors import NotFound
from nlp.experiments.experiment import Entry, Experiment
from pipelines.stores.conversations import UNSTORABLE
from pipelines.stores.database import Database, chunks
from pipelines.stores.schema import experiment_entries, experiments

ENTRY = (experiment_entries.c.customer, experiment_entries.c.arm, experiment_entries.c.at)


class Experiments:
    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, experiment: Experiment) -> Experiment:
        row = asdict(replace(experiment, says=UNSTORABLE.sub("\ufffd", experiment.says)))
        with self._database.write() as connection:
            self._database.backend.lock(connection)
            if connection.execute(select(experiments).where(experiments.c.name == experiment.name)).first() is None:
                connection.execute(insert(experiments), [row])
        return self.get(experiment.name)

    def get(self, name: str) -> Experiment:
        with self._database.read() as connection:
            row = connection.execute(select(experiments).where(experiments.c.name == name)).first()
        if not row:
            raise NotFound(f"no experiment {name!r}")
        return Experiment(*row)

    def all(self) -> list[Experiment]:
        with self._database.read() as connection:
            newest = select(experiments).order_by(experiments.c.started_at.desc(), experiments.c.name)
            return [Experiment(*row) for row in connection.execute(newest)]

    def end(self, name: str, at: datetime) -> Experiment:
        with self._database.write() as connection:
            open_ = (experiments.c.name == name) & experiments.c.ended_at.is_(None)
            connection.execute(update(experiments).where(open_).values(ended_at=at))
        return self.get(name)

    def enter(self, name: str, entries: Sequence[Entry]) -> int:
        first: dict[str, Entry] = {}
        for entry in entries:
            first.setdefault(entry.customer, entry)
        with self._database.write() as connection:
            self._database.backend.lock(connection)
            known: set[str] = set()
            for some in chunks(first):
                own = experiment_entries.c.customer.in_(some) & (experiment_entries.c.experiment == name)
                known |= set(connection.scalars(select(experiment_entries.c.customer).where(own)))
            rows = [{"experiment": name} | asdict(entry) for customer, entry in first.items() if customer not in known]
            if rows:
                connection.execute(insert(experiment_entries), rows)
        return len(rows)

    def entries(self, name: str, *, among: Collection[str] | None = None) -> list[Entry]:
        own = select(*ENTRY).where(experiment_entries.c.experiment == name).order_by(experiment_entries.c.customer)
        with self._database.read() as connection:
            if among is None:
                return [Entry(*row) for row in connection.execute(own)]
            parts = (own.where(experiment_entries.c.customer.in_(some)) for some in chunks(sorted(set(among))))
            return [Entry(*row) for part in parts for row in connection.execute(part)]
