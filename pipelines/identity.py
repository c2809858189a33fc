"""One customer over sources: what sources claim and people decide is kept, and who is one follows from all of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from nlp.errors import BadInput, NotFound
from nlp.identity.claim import Claim, Conflict, Decision
from nlp.identity.reasons import Step, chain, members
from nlp.identity.resolution import Resolution
from nlp.identity.resolution import resolve as resolved
from pipelines.sources import identified
from pipelines.stores.protocols import Store

BELIEVED = 0.99
"""From this probability on, two customers that are alike are one."""


@dataclass(frozen=True, slots=True)
class Member:
    """An identifier of a customer: what kind it is, who claims it, what came under it, and why it is the customer's."""

    identifier: str
    kind: str
    sources: tuple[str, ...]
    conversations: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a customer is one: its members, what was set aside beside them, and what people decided of them."""

    customer: str
    members: tuple[Member, ...]
    conflicts: tuple[Conflict, ...]
    decisions: tuple[Decision, ...]


def resolution(store: Store, claims: Iterable[Claim] = ()) -> Resolution:
    """Who is one customer, by everything that the store holds, and by `claims` that it does not; nothing is written."""
    believed = [match for match in store.identity.matches() if match.probability >= BELIEVED]
    return resolved([*store.identity.claims(), *claims], store.identity.decisions(), believed)


def resolve(store: Store) -> int:
    """Give every conversation and event to the customer that follows from all claims and decisions.

    Returns how many conversations moved; safe to run again: nothing moves then.
    """
    found = resolution(store)
    return store.identity.settle(found.links, found.conflicts)


def named(text: str, pseudonym: Callable[[str], str]) -> str:
    """The pseudonym of "kind:value"; anything else is a pseudonym itself."""
    return pseudonym(identified(text)) if ":" in text else text.strip()


def decide(store: Store, said: Decision) -> tuple[Decision, int]:
    """Add what a person says of two identifiers to the log, and give conversations to whom they then belong.

    Returns the decision with its number, and how many conversations moved. Raises BadInput for one identifier alone,
    NotFound for one that nothing in the store is known by.
    """
    if said.one == said.other:
        raise BadInput(f"{said.one!r} twice: a decision is of two identifiers")
    before = resolution(store)
    for identifier in (said.one, said.other):
        if identifier not in before.graph.kinds:
            _known(store, identifier)
    added = store.identity.decide(replace(said, who=said.who.strip(), note=said.note.strip()))
    return added, resolve(store)


def explain(store: Store, identifier: str) -> Explanation:
    """Why the customer of this identifier is one. Raises NotFound."""
    found = resolution(store)
    if identifier not in found.graph.kinds:
        _known(store, identifier)
    customer = found.links.get(identifier, identifier)
    whole = members(found, customer)
    seen = store.identity.seen(whole)
    return Explanation(
        customer,
        tuple(_member(found, customer, one, seen.get(one, (0,))[0]) for one in whole),
        tuple(c for c in found.conflicts if c.node in whole or customer in c.customers),
        tuple(d for d in store.identity.decisions() if {d.one, d.other} & set(whole)),
    )


def _member(found: Resolution, customer: str, one: str, conversations: int) -> Member:
    said = {source for record in found.graph.of.get(one, ()) for source in found.graph.sources[record]}
    steps = chain(found, customer, one) or []
    return Member(one, found.graph.kinds.get(one, ""), tuple(sorted(said)), conversations, tuple(steps))


def _known(store: Store, identifier: str) -> None:
    if not store.identity.seen([identifier]) and not store.events.of(identifier):
        try:
            store.customers.get(identifier)
        except NotFound as error:
            raise NotFound(f"nothing is known by {identifier!r}: give a pseudonym, or kind:value") from error
