"""Why two identifiers are one customer's: the shortest chain of what was claimed, agreed, matched or decided."""

from collections.abc import Iterator
from dataclasses import dataclass

from nlp.identity.claim import NAME
from nlp.identity.resolution import Resolution


@dataclass(frozen=True, slots=True)
class Step:
    """From one identifier to the next, and who says that they belong together."""

    one: str
    other: str
    reason: str


def chain(found: Resolution, one: str, other: str) -> list[Step] | None:
    """The steps from one to the other, as few as there can be; None where no chain of what stands leads there."""
    came: dict[str, Step | None] = {one: None}
    tied = {identifier for bond in found.bonds for identifier in (bond.one, bond.other)}
    front = [one]
    while front and other not in came:
        steps = [step for node in front for step in sorted(_steps(found, node), key=lambda s: (s.other, s.reason))]
        front = []
        for step in steps:
            if step.other not in came:
                came[step.other] = step
                front += [step.other] if found.graph.kinds.get(step.other) != NAME or step.other in tied else []
    return _back(came, other) if other in came else None


def members(found: Resolution, customer: str) -> list[str]:
    """The identifiers of a customer, its own name first."""
    return [customer, *sorted(identifier for identifier, owner in found.links.items() if owner == customer)]


def _back(came: dict[str, Step | None], end: str) -> list[Step]:
    steps: list[Step] = []
    while step := came[end]:
        steps.append(step)
        end = step.one
    return steps[::-1]


def _steps(found: Resolution, node: str) -> Iterator[Step]:
    graph = found.graph
    for bond in found.bonds:
        if node in (bond.one, bond.other):
            yield Step(node, bond.other if node == bond.one else bond.one, bond.reason)
    for record in graph.of.get(node, ()):
        if record not in found.aside:
            for other in graph.records[record] - {node}:
                if other not in found.aside:
                    yield Step(node, other, f"one record of {', '.join(sorted(graph.sources[record]))}")
