"""What the routes of one application share: the known themes, and one writer at a time."""

from threading import Lock
from time import monotonic

from nlp.names import Names
from nlp.themes.assign import Assigner
from pipelines.analyze import Analyst
from pipelines.annotate import Annotator
from pipelines.discover import assigner
from pipelines.stores.protocols import Store

FRESH = 1.0


class Desk:
    """`writing` is held by whoever takes conversations in."""

    def __init__(self, store: Store, annotator: Annotator) -> None:
        self.writing = Lock()
        self._store, self._annotator = store, annotator
        self._themes: tuple[float, str | None, Assigner | None] = (-FRESH, None, None)

    def analyst(self, *, names: bool = False) -> Analyst:
        """Raises MissingDependency where `names` are to be masked and no model for them is installed."""
        return Analyst(self._annotator, self.themes(), Names.load() if names else None)

    def themes(self) -> Assigner | None:
        """Of the current run; loaded anew within FRESH seconds of another run's discovery."""
        checked, run, known = self._themes
        if monotonic() - checked < FRESH:
            return known
        current = self._store.themes.current_run()
        known = known if current == run else assigner(self._store, encoder=self._annotator.version)
        self._themes = (monotonic(), current, known)
        return known
