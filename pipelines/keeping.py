"""Conversations masked and put, but for those that are stored from the very same record, or in a later state."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from nlp.conversation import Conversation
from pipelines import sources
from pipelines.consent import Door
from pipelines.keys import check
from pipelines.maskers import Maskers
from pipelines.protect import Protector
from pipelines.stores.protocols import Store
from pipelines.stores.protocols.records import Given


@dataclass(frozen=True, slots=True)
class Kept:
    """How many conversations were `added`, `changed`, are `old` (stored in a later state), or `withheld`: by the
    policy, or since their customers refuse. The rest is the same."""

    added: int = 0
    changed: int = 0
    old: int = 0
    withheld: int = 0


def keep(talks: Sequence[Conversation], *, store: Store, protect: Protector, company: str = "") -> Kept:
    """What is stored from the very same record is not even masked again. No id may come twice.

    Raises BadSetting where the store is under other keys.
    """
    check(store, protect.keys)
    door = Door(store, protect)
    wanted = door.open(talks)
    with Maskers(protect, 0, company=company) as maskers:
        kept = begin(wanted, store=store, protect=protect, door=door, maskers=maskers, company=company)()
    door.close()
    return replace(kept, withheld=kept.withheld + len(talks) - len(wanted))


def begin(
    talks: Sequence[Conversation], *, store: Store, protect: Protector, door: Door, maskers: Maskers, company: str = ""
) -> Callable[[], Kept]:
    """As `keep`, of what the door has let in: `maskers` begin, and what is returned waits for them and stores.

    Conversations whose masks are still to come are not known yet: no id may come twice until then.
    """
    given = {talk.id: Given(protect.digest(talk, company=company), sources.stated(talk)) for talk in talks}
    same, later = store.conversations.known(given)
    found = maskers.mask([talk for talk in talks if talk.id not in same | later])

    def finish() -> Kept:
        masked = found()
        kept = [talk for talk in masked if not protect.withheld(talk)]
        added, changed = store.conversations.put(kept, given=given)
        door.gone.update({talk.id for talk in masked} - {talk.id for talk in kept})
        return Kept(added, changed, len(later), len(masked) - len(kept))

    return finish
