"""Customers out of claims: one customer an own id, identifiers to the nearest, what several claim to nobody."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from nlp.forest import Forest
from nlp.identity.claim import MATCH, NAME, NAMESAKE, PERSON, STRONG, Claim, Conflict, Decision, Match, rank
from nlp.identity.graph import Graph, spread
from nlp.identity.namesakes import namesakes

MOST = 4
"""So many e-mails, phones, handles, names or desk ids one person may have; what is claimed beside more is a hub."""
ALIKE = 2
"""Two own ids that agree in so many kinds of identifiers, and not in one name against another, are one customer."""
PERSONAL = ("email", "x")
"""Kinds that are mostly one person's alone, unlike a phone or a device."""
COUNTED = ("email", "phone", "x", NAME, STRONG)
"""Kinds whose number tells a hub: devices and orders are many in any life."""


@dataclass(frozen=True, slots=True)
class Bond:
    """Why two own ids are one customer: the kinds that agree, a person's decision, or a match."""

    one: str
    other: str
    reason: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """`links`: identifier -> customer where they differ; `graph`: the claims that stand, for explanations."""

    links: Mapping[str, str]
    conflicts: tuple[Conflict, ...]
    bonds: tuple[Bond, ...]
    graph: Graph
    aside: Collection[str]


def resolve(
    claims: Iterable[Claim], decisions: Sequence[Decision] = (), matches: Sequence[Match] = (), *, most: int = MOST
) -> Resolution:
    """The customers that follow from all that was ever claimed and decided; the order of claims plays no part.

    1. People's decisions stand above all claims, the last word on two identifiers above earlier ones.
    2. Hubs (beside more than `most` values of one kind) are set aside.
    3. Each own id is a customer. Two are one where a decision or one record says so, where their records agree
       (`ALIKE`), or where `matches` (all of them are believed) say so; not where people parted them.
    4. Identifiers go to the nearest customer; what two are equally near to is set aside as a conflict.
    5. The rest are customers without an own id: connected components.
    A customer is called after its smallest own id, else its most telling identifier.
    """
    graph = Graph.of_claims(claims)
    last = {decision.pair: decision for decision in sorted(decisions, key=lambda d: d.number)}
    linked = [d for d in last.values() if d.kind == "link"]
    parted = [d for d in last.values() if d.kind == "unlink"]
    matched = [m for m in matches if (min(m.one, m.other), max(m.one, m.other)) not in last]
    _part(graph, parted)
    hubs = dict(_hubs(graph, most))
    bonds = [*_together(graph), *_agreements(graph, most)]
    bonds += [Bond(match.one, match.other, f"match {match.probability:.3f}") for match in matched]
    bonds = [bond for bond in bonds if (min(bond.one, bond.other), max(bond.one, bond.other)) not in last]
    bonds += [Bond(d.one, d.other, f"decision {d.number}") for d in linked]
    for hand in linked:
        _link(graph, hand, hubs)
    for match in matched:
        _stand(graph, MATCH, (match.one, match.other))
    for pair in sorted(namesakes(graph, most, hubs) - last.keys()):
        _stand(graph, NAMESAKE, pair)
    found = _settled(graph, bonds, hubs)
    while (kept := _still_one(found, graph, parted, bonds)) is not None:
        bonds = kept
        found = _settled(graph, bonds, hubs)
    return found


def _part(graph: Graph, parted: Iterable[Decision]) -> None:
    """The two no longer stand in one record: the less telling one leaves it, of two alike the one named second."""
    for decision in parted:
        less = max((decision.other, decision.one), key=lambda i: rank(graph.kinds.get(i, "")))
        for record in graph.of.get(decision.one, set()) & graph.of.get(decision.other, set()):
            graph.remove(record, less)


def _link(graph: Graph, hand: Decision, hubs: dict[str, str]) -> None:
    """A hub that a person gave to a customer is that customer's: what else is claimed of it no longer counts."""
    for identifier in hand.pair:
        if hubs.pop(identifier, ""):
            graph.isolate(identifier)
    _stand(graph, PERSON, hand.pair)


def _stand(graph: Graph, source: str, pair: tuple[str, str]) -> None:
    record = ":".join((source, *pair))
    graph.sources[record].add(source)
    for identifier in pair:
        graph.kinds.setdefault(identifier, "")
        graph.add(record, identifier)


def _hubs(graph: Graph, most: int) -> Iterator[tuple[str, str]]:
    """(identifier, reason). Own ids and names are none: two customers may bear one name."""
    for identifier, kind in graph.kinds.items():
        if kind in (STRONG, NAME):
            continue
        beside: dict[str, set[str]] = {}
        for other in graph.beside(identifier):
            beside.setdefault(graph.kinds[other], set()).add(other)
        many = {k: len(v) for k, v in beside.items() if k.partition("/")[0] in COUNTED and len(v) > most}
        if many:
            yield identifier, "beside " + ", ".join(f"{n} of kind {k}" for k, n in sorted(many.items()))


def _together(graph: Graph) -> Iterator[Bond]:
    """Own ids that one record states: an account that was merged with another, or renamed."""
    for record, found in sorted(graph.records.items()):
        own = sorted(graph.of_kind(found, STRONG))
        for other in own[1:]:
            yield Bond(own[0], other, f"one record of {', '.join(sorted(graph.sources[record]))}")


def _agreements(graph: Graph, most: int) -> Iterator[Bond]:
    """Own ids that share `ALIKE` kinds of identifiers; names that differ are a word against it."""
    strong = graph.strong()
    beside = {identifier: graph.beside(identifier) for identifier in strong}
    names = {identifier: graph.of_kind(found, NAME) for identifier, found in beside.items()}
    shared: dict[tuple[str, str], set[str]] = {}
    owners: dict[str, list[str]] = {}
    for identifier in strong:
        for other in beside[identifier]:
            owners.setdefault(other, []).append(identifier)
    for other, those in owners.items():
        if graph.kinds[other] not in (STRONG, NAME) and 1 < len(those) <= most:
            for pair in combinations(those, 2):
                shared.setdefault(pair, set()).add(graph.kinds[other])
    for (one, two), kinds in sorted(shared.items()):
        if names[one] & names[two]:
            kinds.add(NAME)
        elif names[one] and names[two]:
            continue
        if len(kinds) >= ALIKE:
            yield Bond(one, two, "same " + " and ".join(sorted(kinds)))


def _settled(graph: Graph, bonds: Sequence[Bond], hubs: Mapping[str, str]) -> Resolution:
    """Steps 4 and 5, with the own ids that are bound together as one label."""
    labels, cut = _labelled(graph, bonds, hubs)
    aside = cut.keys() | hubs.keys()
    owners = {node: label for node, label in labels.items() if node in graph.kinds}
    owners |= dict(_rest(graph, labels, aside))
    called: dict[str, str] = {}
    for identifier in sorted(owners, key=lambda i: (rank(graph.kinds[i]), i)):
        called.setdefault(owners[identifier], identifier)
    links = {i: called[owner] for i, owner in sorted(owners.items()) if i != called[owner]}
    conflicts = [Conflict(node, graph.kinds[node], (), why) for node, why in hubs.items()]
    conflicts += [_conflict(graph, node, by, called) for node, by in cut.items() if graph.kinds.get(node) != NAME]
    conflicts.sort(key=lambda c: (rank(c.kind), c.node))
    return Resolution(links, tuple(conflicts), tuple(bonds), graph, aside)


def _labelled(
    graph: Graph, bonds: Sequence[Bond], hubs: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, set[str]]]:
    """A bond between identifiers of two customers makes one of them, whose word may then carry further."""
    forest = Forest()
    for bond in bonds:
        if graph.kinds.get(bond.one) == graph.kinds.get(bond.other) == STRONG:
            forest.join(bond.one, bond.other)
    while True:
        labels, cut = _by_kind(graph, forest, hubs)
        ends = [(labels.get(bond.one), labels.get(bond.other)) for bond in bonds]
        apart = [(one, other) for one, other in ends if one and other and one != other]
        if not apart:
            return labels, cut
        for one, other in apart:
            forest.join(one, other)


def _by_kind(graph: Graph, forest: Forest, hubs: Mapping[str, str]) -> tuple[dict[str, str], dict[str, set[str]]]:
    """Own ids first; of what none of them reaches each desk's ids, two of one desk being two people; then names."""
    desks = sorted({kind for kind in graph.kinds.values() if kind.startswith(f"{STRONG}/")})
    labels, cut = dict[str, str](), dict[str, set[str]]()
    for kind in (STRONG, *desks):
        taken = labels.keys() | cut.keys() | hubs.keys()
        own = {i: forest.find(i) for i, k in graph.kinds.items() if k == kind and i not in taken}
        further, apart = spread(graph, own, taken)
        labels, cut = labels | further, cut | apart
    taken = labels.keys() | cut.keys() | hubs.keys()
    further, apart = spread(graph, _households(graph, taken, forest), taken)
    return labels | further, cut | apart


def _households(graph: Graph, taken: Collection[str], forest: Forest) -> dict[str, str]:
    """Of what hangs together without an own id the addresses and handles that bear one name, each with the first of
    those that are one by their name or a record: people of two names who share a phone are two."""
    borne: dict[str, str] = {}
    alike = Forest()
    for identifier, first in _components(graph, taken).items():
        names = graph.of_kind(graph.beside(identifier), NAME) if graph.kinds[identifier] in PERSONAL else ()
        if len(names) == 1:
            borne[identifier] = first
            alike.join(identifier, f"~{first} {min(names)}")  # no identifier: names the set, and comes last
    for record in sorted({record for identifier in borne for record in graph.of[identifier]} - set(taken)):
        told = sorted(borne.keys() & graph.records[record])
        for other in told[1:]:
            alike.join(told[0], other)
    found = {identifier: forest.find(alike.find(identifier)) for identifier in borne}
    several = Counter(first for first, _ in {(borne[identifier], label) for identifier, label in found.items()})
    return {identifier: label for identifier, label in found.items() if several[borne[identifier]] > 1}


def _rest(graph: Graph, labels: Mapping[str, str], aside: Collection[str]) -> Iterator[tuple[str, str]]:
    """Identifiers that no label reaches, each with the first of its component; a name only where it is of one alone."""
    owners = _components(graph, labels.keys() | set(aside))
    yield from owners.items()
    for name, kind in graph.kinds.items():
        if kind == NAME and name not in labels and name not in aside:
            bear = {owners[other] for other in graph.beside(name) if other in owners}
            yield name, bear.pop() if len(bear) == 1 else name


def _components(graph: Graph, taken: Collection[str]) -> dict[str, str]:
    """Each identifier that is not taken, but names, with the first of those that it hangs together with."""
    free = sorted(i for i, kind in graph.kinds.items() if i not in taken and kind != NAME)
    place = {identifier: n for n, identifier in enumerate(free)}
    held = [[place[i] for i in found if i in place] for r, found in graph.records.items() if r not in taken]
    edges = np.array([(found[0], other) for found in held for other in found[1:]], np.intp).reshape(-1, 2)
    shape = (len(free), len(free))
    _, parts = connected_components(coo_array((np.ones(len(edges)), tuple(edges.T)), shape=shape), directed=False)
    first: dict[int, str] = {}
    return {i: first.setdefault(part, i) for i, part in zip(free, parts.tolist(), strict=True)}


def _conflict(graph: Graph, node: str, by: Collection[str], called: Mapping[str, str]) -> Conflict:
    kind = graph.kinds.get(node, "record")
    return Conflict(node, kind, tuple(sorted(called[label] for label in by)), f"{len(by)} customers are equally near")


def _still_one(found: Resolution, graph: Graph, parted: Sequence[Decision], bonds: Sequence[Bond]) -> list[Bond] | None:
    """Where two that people parted are one by other ways, the bonds that may stay: none of the second one's, then none
    of what stands beside it; where that does not help, it is taken out of all its records."""
    for decision in parted:
        ends = [found.links.get(i, i) for i in (decision.one, decision.other)]
        if ends[0] != ends[1]:
            continue
        for near in ({decision.other}, graph.beside(decision.other)):
            kept = [bond for bond in bonds if not near & {bond.one, bond.other}]
            if len(kept) < len(bonds):
                return kept
        graph.isolate(decision.other)
        return list(bonds)
    return None
