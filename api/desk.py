"""What the routes of one application share: the models and themes of the moment, and one writer at a time."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock, Thread
from time import monotonic, sleep

from api.behind import Figure, behind
from nlp.errors import FrictionaryError, StoreError
from nlp.names import Names
from nlp.routing import Routing
from nlp.themes.assign import Assigner
from pipelines.analyze import Analyst
from pipelines.annotate import Annotator, annotate
from pipelines.discover import assign_new, assigner
from pipelines.intents import stamp_of
from pipelines.routing import Router
from pipelines.stores.protocols import RoutingVersion, Store

FRESH = 1.0
LATELY = 5.0
"""Seconds after something was asked in which what is followed is looked at without being asked for."""
BATCH, PAUSE = 32, 0.05
"""Conversations of an older model annotated at a time, and the seconds after them in which others may write."""
SETTLED = 5.0
NO_RULES = RoutingVersion(0, datetime.min.replace(tzinfo=UTC), "", "", Routing())
log = logging.getLogger("frictionary.api")


class Desk:
    """`writing` is held by whoever takes conversations in. `model`: the folder of own intents, watched for a new card;
    `fresh`: seconds for which what was seen last is good; `pause`: seconds between two looks at a store as a whole."""

    def __init__(
        self,
        store: Store,
        annotator: Annotator,
        *,
        model: Path | None = None,
        fresh: float = FRESH,
        pause: float = SETTLED,
    ) -> None:
        self.writing = Lock()
        self._store, self._annotator = store, annotator
        self._themes: tuple[float, tuple[str | None, int], Assigner | None] = (-fresh, (None, 0), None)
        self._rules: tuple[float, RoutingVersion] = (-fresh, NO_RULES)
        self._model, self._looking, self._fresh = model, Lock(), fresh
        self._catching, self._settling, self._unsettled, self._pause = Lock(), Lock(), False, pause
        self._asked = -LATELY
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
        """Of the current run; loaded anew within `fresh` seconds of another run's discovery, or of an edit.

        While the store is away, those that were known last: what is asked in real time needs it for nothing else.
        """
        self._asked = monotonic()
        checked, _, known = self._themes
        return known if monotonic() - checked < self._fresh else self._themes_now()

    def _themes_now(self) -> Assigner | None:
        _, seen, known = self._themes
        current = seen
        try:
            current = self._store.themes.current_run(), self._store.edits.last()
            known = known if current == seen else assigner(self._store, encoder=self._annotator.encoder.version)
        except StoreError as error:
            current = seen
            log.warning("themes stay those of %s: %s", seen[0], error)
        self._themes = (monotonic(), current, known)
        return known

    def router(self) -> Router:
        """With the rules of the moment."""
        rules = self.routing()
        return Router(self.analyst(), rules.routing, rules.number)

    def routing(self, *, fresh: bool = False) -> RoutingVersion:
        """The rules of the moment; those of up to `fresh` seconds ago, unless they are asked for `fresh`.

        While the store is away, those that were known last. Raises StoreError where they are asked for `fresh`.
        """
        checked, known = self._rules
        return self._rules_now(fresh) if fresh or monotonic() - checked >= self._fresh else known

    def _rules_now(self, fresh: bool) -> RoutingVersion:
        known = self._rules[1]
        try:
            if self._store.routing.last() != known.number:
                known = self._store.routing.current() or NO_RULES
        except StoreError as error:
            if fresh:
                raise
            log.warning("rules stay those of version %s: %s", known.number, error)
        self._rules = (monotonic(), known)
        return known

    def refresh(self) -> None:
        """Look anew at models, themes and rules, so that whoever asks need not; not while nobody asks."""
        if monotonic() - self._asked < LATELY:
            _ = self.annotator
            self._themes_now()
            self._rules_now(fresh=False)

    def models(self) -> dict[str, str]:
        """What speaks: the versions of the encoder, the intents, the signals and the rules, and the themes' run."""
        annotator = self.annotator
        return {
            "encoder": annotator.encoder.version,
            "intents": annotator.intents.name,
            "signals": annotator.version,
            "themes": self._themes[1][0] or "",
            "rules": str(self._rules[1].number),
        }

    def figures(self) -> list[Figure]:
        """How far the store is behind."""
        return behind(self._store, self._annotator.version)

    def catch_up(self) -> Thread | None:
        """Begin to annotate anew what an older model has annotated, beside what is asked meanwhile; None where it goes
        on already or nothing waits. Stopped half-way, it goes on with the next call."""
        if not self._store.conversations.waiting(self._annotator.version) or not self._catching.acquire(blocking=False):
            return None
        thread = Thread(target=self._catch_up, name="annotate anew", daemon=True)
        thread.start()
        return thread

    def settle(self, work: Callable[[], None]) -> None:
        """Do what looks at more of a store than what came, such as who is one customer: once for all who ask meanwhile.

        Whoever comes while it is done has it done again for him, after a pause, by the one who does it.
        """
        self._unsettled = True
        if not self._settling.acquire(blocking=False):
            return
        try:
            while self._unsettled:
                self._unsettled = False
                with self.writing:
                    work()
                if self._unsettled:
                    sleep(self._pause)
        except FrictionaryError as error:
            log.warning("what came in is settled with the next conversation: %s", error)
        finally:
            self._settling.release()

    def _catch_up(self) -> None:
        try:
            done = BATCH
            while done:
                with self.writing:
                    annotator = self.annotator
                    done = annotate(self._store, annotator, most=BATCH)
                    if not done:
                        assign_new(self._store, encoder=annotator.encoder.version, at=datetime.now(UTC))
                sleep(PAUSE)  # whoever waits for a lock gets it only where its holder rests
        except Exception:  # nobody waits for this thread's answer
            log.exception("annotating anew stopped; the next conversation that comes in begins it again")
        finally:
            self._catching.release()
