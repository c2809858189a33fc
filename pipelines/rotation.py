"""A new key for a store: every pseudonym and hashed value is brought under it, without any raw value."""

from datetime import UTC, datetime

from nlp.errors import BadSetting
from nlp.redaction import fingerprint, rekeyed
from pipelines.keys import add_key, keys
from pipelines.settings import Settings
from pipelines.stores.protocols import Audit, Store
from pipelines.stores.protocols.privacy import Progress


def rotate(store: Store, settings: Settings, *, progress: Progress = lambda step, done, total: None) -> dict[str, int]:
    """Bring the store under the newest key; where it is already, under a new one at the end of the key file.

    Safe to kill: a key that was added and not used yet is used by the next run. Returns the changed rows by table.
    Raises BadSetting where the store is under other keys, or the keys come from the environment and none is new.
    """
    known = keys(settings)
    stored = store.privacy.keys() or [fingerprint(known[0])]
    marks = [fingerprint(key) for key in known]
    if stored == marks:
        known = add_key(settings)
        marks = [fingerprint(key) for key in known]
    if stored != marks[: len(stored)]:
        raise BadSetting("the store's pseudonyms were made under another key: give the keys that made them")

    def name(one: str) -> str:
        for key in known[len(stored) :]:
            one = rekeyed(one, key)
        return one

    at = datetime.now(UTC)
    changed = store.sweep.rename(name, marks, at=at, progress=progress)
    store.audits.add(Audit(at, "privacy.rotate", counts=changed))
    return changed
