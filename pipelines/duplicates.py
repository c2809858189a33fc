"""What was told more than once, found in the store and settled: conversations that tell again count with the first."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from nlp.conversation import Conversation, Speaker
from nlp.duplicates.fingerprint import Fingerprint, fingerprint
from nlp.duplicates.links import (
    LONG,
    Link,
    Told,
    again,
    of_one_customer,
    originals,
    over_channels,
    reposts,
    reworded,
    spoken_of,
    templates,
)
from nlp.errors import BadInput, NotFound
from nlp.identity.claim import Decision
from pipelines.stores.protocols import Store


def find(store: Store) -> int:
    """Bring links and groups up to date with conversations, customers and decisions; returns how many conversations
    count with another than before. Safe to kill and to run again: nothing changes then.
    """
    for batch in store.duplicates.unread():
        store.duplicates.keep({talk.id: _print(talk) for talk in batch})
    return _settle(store, list(_links(store)))


def decide(store: Store, said: Decision) -> tuple[Decision, int]:
    """Add what a person says of two conversations to the log: one telling (link), or two (unlink).

    Returns the decision with its number, and how many conversations count with another than before. Raises BadInput
    for one conversation alone, NotFound.
    """
    if said.one == said.other:
        raise BadInput(f"{said.one!r} twice: a decision is of two conversations")
    if missing := {said.one, said.other} - store.duplicates.begun((said.one, said.other)).keys():
        raise NotFound(f"no conversation {min(missing)!r}")
    added = store.duplicates.decide(replace(said, who=said.who.strip(), note=said.note.strip()))
    return added, _settle(store, store.duplicates.links())


def group(store: Store, conversation: str) -> tuple[str, list[str], list[Link]]:
    """(the first telling, all that count with it by time, their links, templates' too). Raises NotFound."""
    if not store.duplicates.begun([conversation]):
        raise NotFound(f"no conversation {conversation!r}")
    known = store.duplicates.originals()
    first = known.get(conversation, conversation)
    whole = [first, *(id for id, original in known.items() if original == first)]
    begun = store.duplicates.begun(whole)
    links = {link: None for id in whole for link in store.duplicates.links(id)}
    return first, sorted(whole, key=lambda id: (begun[id], id)), list(links)


def _print(talk: Conversation) -> Fingerprint:
    said = [turn.text for turn in talk.turns if turn.speaker is Speaker.CUSTOMER]
    return fingerprint(said, repost=talk.metadata.get("retweet") is True)


def _links(store: Store) -> Iterator[Link]:
    said: list[tuple[Told, list[Told]]] = []
    unsaid: list[tuple[Told, list[Told]]] = []
    shared = {conflict.node for conflict in store.identity.conflicts()}
    for customer, talks in groupby(store.duplicates.told(), key=lambda talk: talk.customer):
        if customer in shared:  # of several people: what is alike there need not be one person's
            continue
        own = [talk for talk in talks if not talk.print.repost]
        equal = list(of_one_customer(own))
        known = {link.later for link in equal}
        said += [(later, before) for later, before in spoken_of(own) if later.id not in known]
        unsaid += [(later, before) for later, before in over_channels(own) if later.id not in known]
        yield from equal
    vectors = store.duplicates.vectors(talk.id for later, before in said + unsaid for talk in (later, *before))
    found = [link for later, before in said if (link := again(later, before, vectors))]
    known = {link.later for link in found}
    yield from found
    yield from (link for one, before in unsaid if one.id not in known and (link := reworded(one, before, vectors)))
    yield from reposts(store.duplicates.passed_on())
    ids, customers, signatures = store.duplicates.long(LONG)
    whose = [id if customer in shared else customer for id, customer in zip(ids, customers, strict=True)]
    yield from templates(ids, whose, signatures)


def _settle(store: Store, links: list[Link]) -> int:
    decisions = store.duplicates.decisions()
    named = [id for link in links for id in (link.later, link.earlier)]
    named += [id for decision in decisions for id in decision.pair]
    return store.duplicates.settle(links, originals(links, decisions, store.duplicates.begun(named)))
