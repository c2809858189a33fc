"""What the routes of one application share: the models and themes of the moment, and one writer at a time."""

import logging
from pathlib import Path
from threading import Lock
from time import monotonic

from nlp.errors import FrictionaryError
from nlp.names import Names
from nlp.themes.assign import Assigner
from pipelines.analyze import Analyst
from pipelines.annotate import Annotator
from pipelines.discover import assigner
from pipelines.intents import stamp_of
from pipelines.stores.protocols import Store

FRESH = 1.0
log = logging.getLogger("frictionary.api")


class Desk:
    """`writing` is held by whoever takes conversations in. `model`: the folder of own intents, watched for a new card;
    `fresh`: seconds for which what was seen last is good."""

    def __init__(self, store: Store, annotator: Annotator, *, model: Path | None = None, fresh: float = FRESH) -> None:
        self.writing = Lock()
        self._store, self._annotator = store, annotator
        self._themes: tuple[float, str | None, Assigner | None] = (-fresh, None, None)
        self._model, self._looking, self._fresh = model, Lock(), fresh
        self._looked, self._stamp = -fresh, annotator.intents.stamp

    @property
    def annotator(self) -> Annotator:
        """With the intents of the folder's current card, within `fresh` seconds of its change.

        Whoever comes while they are loaded has those before. A folder that cannot be loaded changes nothing and is told
        once.
        """
        if self._model and monotonic() - self._looked >= self._fresh and self._looking.acquire(blocking=False):
            try:
                self._look(self._model)
            finally:
                self._looked = monotonic()
                self._looking.release()
        return self._annotator

    def _look(self, model: Path) -> None:
        stamp = stamp_of(model)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._annotator = self._annotator.with_intents(model)
        except FrictionaryError as error:
            log.warning("intents stay those of %s: %s", self._annotator.version, error)
        else:
            self._stamp = self._annotator.intents.stamp
            log.info("intents are now those of %s", self._annotator.version)

    def analyst(self, *, names: bool = False) -> Analyst:
        """Raises MissingDependency where `names` are to be masked and no model for them is installed."""
        return Analyst(self.annotator, self.themes(), Names.load() if names else None)

    def themes(self) -> Assigner | None:
        """Of the current run; loaded anew within `fresh` seconds of another run's discovery."""
        checked, run, known = self._themes
        if monotonic() - checked < self._fresh:
            return known
        current = self._store.themes.current_run()
        known = known if current == run else assigner(self._store, encoder=self._annotator.encoder.version)
        self._themes = (monotonic(), current, known)
        return known
