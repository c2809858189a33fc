"""The graph of claims: records on one side, identifiers on the other; how far each customer's word carries in it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from nlp.identity.claim import NAME, STRONG, Claim, rank


@dataclass(slots=True)
class Graph:
    """`records`: the identifiers of each record; `sources`: who said it; `of`: each identifier's records; `kinds`."""

    records: dict[str, set[str]] = field(default_factory=dict)
    of: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    kinds: dict[str, str] = field(default_factory=dict)
    sources: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def of_claims(cls, claims: Iterable[Claim]) -> "Graph":
        graph = cls()
        for claim in claims:
            graph.add(claim.record, claim.identifier)
            graph.sources[claim.record].add(claim.source)
            known = graph.kinds.get(claim.identifier, claim.kind)
            graph.kinds[claim.identifier] = min(known, claim.kind, key=rank)
        return graph

    def add(self, record: str, identifier: str) -> None:
        self.records.setdefault(record, set()).add(identifier)
        self.of[identifier].add(record)

    def remove(self, record: str, identifier: str) -> None:
        self.records[record].discard(identifier)
        self.of[identifier].discard(record)

    def isolate(self, identifier: str) -> None:
        """Take an identifier out of all its records."""
        for record in sorted(self.of[identifier]):
            self.remove(record, identifier)

    def beside(self, identifier: str) -> set[str]:
        """What is claimed together with it."""
        return set().union(*(self.records[record] for record in self.of.get(identifier, ()))) - {identifier}

    def of_kind(self, identifiers: Iterable[str], kind: str) -> set[str]:
        return {identifier for identifier in identifiers if self.kinds[identifier] == kind}

    def strong(self) -> list[str]:
        return sorted(identifier for identifier, kind in self.kinds.items() if kind == STRONG)

    def neighbours(self, node: str) -> set[str]:
        return self.records.get(node) or self.of.get(node, set())


def spread(
    graph: Graph, sources: Mapping[str, str], aside: Collection[str]
) -> tuple[dict[str, str], dict[str, set[str]]]:
    """How far each customer's word carries: every node goes to the source that is nearest, in steps of the graph.

    `sources`: identifier -> label. A node that two labels reach in as many steps goes to neither and carries no word
    on, so that labels never meet: that is what is cut. Returns (node -> label, cut node -> the labels that reached it).
    The order of claims plays no part.
    """
    labels, cut = dict(sources), dict[str, set[str]]()
    front = set(sources)
    while front:
        reached: dict[str, set[str]] = {}
        for node in front:
            for other in graph.neighbours(node):
                if other not in labels and other not in cut and other not in aside:
                    reached.setdefault(other, set()).add(labels[node])
        cut |= {node: by for node, by in reached.items() if len(by) > 1}
        found = {node: by.pop() for node, by in reached.items() if len(by) == 1}
        labels |= found
        front = {node for node in found if graph.kinds.get(node) != NAME}
    return labels, cut
