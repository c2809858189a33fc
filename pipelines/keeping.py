"""Conversations masked and put, but for those that are stored from the very same record, or in a later state."""

from collections.abc import Sequence
from dataclasses import dataclass

from nlp.conversation import Conversation
from pipelines import sources
from pipelines.protect import Protector
from pipelines.stores.protocols import Store
from pipelines.stores.protocols.records import Given


@dataclass(frozen=True, slots=True)
class Kept:
    """How many conversations were `added`, `changed`, or are `old`: stored in a later state. The rest is the same."""

    added: int = 0
    changed: int = 0
    old: int = 0


def keep(talks: Sequence[Conversation], *, store: Store, protect: Protector, company: str = "") -> Kept:
    """What is stored from the very same record is not even masked again. No id may come twice."""
    given = {talk.id: Given(protect.digest(talk, company=company), sources.stated(talk)) for talk in talks}
    same, later = store.conversations.known(given)
    fresh = [talk for talk in talks if talk.id not in same | later]
    added, changed = store.conversations.put(protect.conversations(fresh, company=company), given=given)
    return Kept(added, changed, len(later))
