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
    """How many conversations were `added`, `changed`, are `old` (stored in a later state). `out` are the ids of those
    that are not stored, by the policy, or since their customers refuse; the rest is the same. `claims`: how many new
    ones tell that identifiers are one customer's."""

    added: int = 0
    changed: int = 0
    old: int = 0
    out: frozenset[str] = frozenset()
    claims: int = 0

    @property
    def withheld(self) -> int:
        return len(self.out)


def keep(talks: Sequence[Conversation], *, store: Store, protect: Protector, company: str = "") -> Kept:
    """What is stored from the very same record is not even masked again. No id may come twice.

    What is claimed of customers is kept first: a conversation is not read again once it is stored. Raises BadSetting
    where the store is under other keys.
    """
    check(store, protect.keys)
    door = Door(store, protect)
    wanted = door.open(talks)
    claims = store.identity.claim(claim for talk in wanted for claim in protect.claims(talk, talk.source))
    with Maskers(protect, 0, company=company) as maskers:
        kept = begin(wanted, store=store, protect=protect, door=door, maskers=maskers, company=company)()
    door.close()
    refused = {talk.id for talk in talks} - {talk.id for talk in wanted}
    return replace(kept, out=kept.out | refused, claims=claims)


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
        out = frozenset(talk.id for talk in masked) - {talk.id for talk in kept}
        door.withhold(out)
        return Kept(added, changed, len(later), out)

    return finish
