"""A model that learns people's corrections, trained beside the server's work: at most one at a time, and its report."""

import json
import logging
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from nlp.errors import BadInput, FrictionaryError
from pipelines.annotate import Annotator
from pipelines.settings import Settings
from pipelines.stores.protocols import Store

REPORT = "comparison.json"
SEED = 7
log = logging.getLogger("frictionary.api")


class Retraining:
    """`since`: when the one that goes on began; `error`: why the last one failed."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store, self._settings, self._one = store, settings, Lock()
        self.since: datetime | None = None
        self.error = ""

    @property
    def folder(self) -> Path:
        """Of the new model."""
        return self._settings.reviewed

    def begin(self, annotator: Annotator) -> Thread | None:
        """Train in the background; None where one trains already."""
        if not self._one.acquire(blocking=False):
            return None
        self.since, self.error = datetime.now(UTC), ""
        thread = Thread(target=self._train, args=(annotator,), name="retrain", daemon=True)
        thread.start()
        return thread

    def report(self) -> Mapping[str, Any] | None:
        """What the last one found: `Retrained` as JSON, with `better` and `at`; None before any."""
        try:
            found: dict[str, Any] = json.loads((self.folder / REPORT).read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return found | {"at": datetime.fromisoformat(found["at"])}

    def switch(self) -> None:
        """Put the new model in place of the one that serves; it is loaded within a second. Raises BadInput where none
        has been trained, or the server serves the shipped one, which has no folder to put it into."""
        if not self._settings.model:
            raise BadInput(f"start the server with --model {self.folder} to serve the new model")
        if self.report() is None:
            raise BadInput("no model has been trained on corrections yet")
        from pipelines.training.own.folder import replaced

        with replaced(Path(self._settings.model)) as fresh:
            shutil.copytree(self.folder, fresh, dirs_exist_ok=True)

    def _train(self, annotator: Annotator) -> None:
        from pipelines.training.own.retrain import retrain, taxonomy_of

        try:
            where = taxonomy_of(self._settings)
            found = retrain(self._store, annotator, out=self.folder, taxonomy=where, seed=SEED)
            told = asdict(found) | {"better": found.better, "at": datetime.now(UTC)}
            (self.folder / REPORT).write_text(json.dumps(told, default=str), "utf-8")
        except FrictionaryError as error:
            self.error = str(error)
        except Exception:  # nobody waits for this thread's answer
            log.exception("retraining stopped")
            self.error = "an error inside stopped it; the server's log tells which"
        finally:
            self.since = None
            self._one.release()
