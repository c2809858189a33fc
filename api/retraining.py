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
from pipelines.intents import stamp_of
from pipelines.settings import Settings
from pipelines.stores.protocols import Store

REPORT = "comparison.json"
SEED = 7
log = logging.getLogger("frictionary.api")


def _put(model: Path, place: Path) -> None:
    """A copy of a model, in one move."""
    from pipelines.training.own.folder import replaced

    with replaced(place) as fresh:
        shutil.copytree(model, fresh, dirs_exist_ok=True)


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

    @property
    def before(self) -> Path:
        """The model that served until the last switch; there where it can be gone back to."""
        return self.folder.with_name(f"{self.folder.name}.before")

    @property
    def switched(self) -> bool:
        """Whether the new model is the one that serves."""
        stamp = stamp_of(self.folder)
        return bool(stamp and self._settings.model) and stamp == stamp_of(Path(self._settings.model))

    def report(self) -> Mapping[str, Any] | None:
        """What the last one found: `Retrained` as JSON, with `better` and `at`; None before any."""
        try:
            found: dict[str, Any] = json.loads((self.folder / REPORT).read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return found | {"at": datetime.fromisoformat(found["at"])}

    def switch(self) -> None:
        """Put the new model in place of the one that serves, which is kept as `before`; it is loaded within a second.
        Raises BadInput where none has been trained, or the server serves the shipped one, which has no folder to put it
        into."""
        if not self._settings.model:
            raise BadInput(f"start the server with --model {self.folder} to serve the new model")
        if self.report() is None:
            raise BadInput("no model has been trained on corrections yet")
        serving = Path(self._settings.model)
        _put(serving, self.before)
        _put(self.folder, serving)

    def back(self) -> None:
        """Undo the last switch. Raises BadInput where there was none."""
        if not self._settings.model or not self.before.is_dir():
            raise BadInput("no model was switched to here: there is none to go back to")
        _put(self.before, Path(self._settings.model))
        shutil.rmtree(self.before)

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
