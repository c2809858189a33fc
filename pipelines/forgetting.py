"""Forgetting whoever refuses, and all that is one customer with them; and taking a refusal back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from nlp.identity.claim import NAME
from nlp.identity.resolution import Resolution
from pipelines.identity import resolution
from pipelines.stores.protocols import Audit, Store
from pipelines.stores.protocols.privacy import WITHHELD, Refusal

CONSENT, OPT_OUT, FORGOTTEN = "consent", "opt-out", "forget"
"""Why nothing is kept: a record says so, a list, or a request to be forgotten. A record takes back only the first."""


def forget(store: Store, named: Iterable[str], *, why: str = FORGOTTEN, who: str = "") -> dict[str, int]:
    """Delete everything of these pseudonyms and of all that are one customer with them, remember that they refuse, and
    leave a line of the log where anything was there or a person asked: all of it or nothing. Returns the deleted rows
    by table."""
    return _forget(store, [Refusal(one, why, frozenset({one})) for one in named], who=who)


def allow(store: Store, named: Sequence[str], *, who: str = "") -> int:
    """Take back every refusal that closed one of these pseudonyms of a customer, with all that each closed; the log
    says so. Returns how many identifiers that were, of which another refusal may hold some."""
    whose = set[str]().union(*store.privacy.closed_by(named).values())
    opened = store.privacy.allow(whose - {""}) + store.privacy.allow(whose & {""}, among=named)
    store.audits.add(Audit(datetime.now(UTC), "privacy.allow", named[0], who, {"identifiers": opened}))
    return opened


def finish(store: Store) -> dict[str, int]:
    """Forget what is stored of those who have refused and are not forgotten yet: in this run, or in one that was killed
    before it came to that. Returns the deleted rows by table."""
    waiting = store.privacy.pending()
    return _forget(store, waiting) if waiting else {}


def _forget(store: Store, refusals: Sequence[Refusal], *, who: str = "") -> dict[str, int]:
    """What two customers share, such as a phone, does not lead from one to the other: claims of who refuses tell."""
    found = resolution(store, (claim for refusal in refusals for claim in refusal.claims))
    talks = {refusal.whose for refusal in refusals if refusal.why == WITHHELD}
    owned = _owned(found)
    people = {refusal: _all_of(found, owned, refusal.identifiers) for refusal in refusals if refusal.why != WITHHELD}
    theirs = set[str]().union(*people.values())
    asked = any(refusal.why == FORGOTTEN for refusal in refusals)
    subject = min(found.links.get(one, one) for one in theirs) if theirs and asked else ""
    closed = [replace(refusal, identifiers=frozenset(_telling(found, all))) for refusal, all in people.items()]
    return store.sweep.forget(
        theirs,
        conversations=talks,
        refusals=[*closed, *(refusal for refusal in refusals if refusal.why == WITHHELD)],
        entry=Audit(datetime.now(UTC), "privacy.forget", subject, who, {"identifiers": len(theirs)}),
    )


def one_customer(found: Resolution, named: Iterable[str]) -> set[str]:
    """The pseudonyms and all others that are one customer's with them."""
    return _all_of(found, _owned(found), named)


def _all_of(found: Resolution, owned: Mapping[str, set[str]], named: Iterable[str]) -> set[str]:
    wanted = set(named)
    owners = {found.links.get(one, one) for one in wanted if one in found.graph.kinds}
    return wanted.union(owners, *(owned.get(owner, ()) for owner in owners))


def _owned(found: Resolution) -> dict[str, set[str]]:
    """Looked up once: many may refuse at a time."""
    owned: dict[str, set[str]] = {}
    for one, owner in found.links.items():
        owned.setdefault(owner, set()).add(one)
    return owned


def _telling(found: Resolution, identifiers: Iterable[str]) -> set[str]:
    """Without names: others bear the same."""
    return {one for one in identifiers if found.graph.kinds.get(one) != NAME}
