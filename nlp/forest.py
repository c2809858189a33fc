"""Disjoint sets, each led by its smallest member (Tarjan 1975, with path halving)."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Forest:
    parents: dict[str, str] = field(default_factory=dict)

    def find(self, node: str) -> str:
        """The smallest member of the set that the node is in."""
        while (parent := self.parents.get(node, node)) != node:
            self.parents[node] = self.parents.get(parent, parent)
            node = parent
        return node

    def join(self, one: str, other: str) -> None:
        first, second = sorted((self.find(one), self.find(other)))
        if first != second:
            self.parents[second] = first
