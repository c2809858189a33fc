"""Within a household that shares a phone or an address, a record's name tells whose its other identifiers are."""

from collections.abc import Collection

from nlp.identity.claim import NAME, STRONG
from nlp.identity.graph import Graph


def namesakes(graph: Graph, most: int, hubs: Collection[str]) -> set[tuple[str, str]]:
    """An own id and an identifier each, sorted: what a record tells beside what up to `most` customers share is theirs
    who alone of them bears its name."""
    owners = _Owners(graph)
    found: set[tuple[str, str]] = set()
    for told in graph.records.values():
        names = graph.of_kind(told, NAME)
        if not names or graph.of_kind(told, STRONG):
            continue
        rest = [one for one in told - names if one not in hubs and not owners[one]]
        for shared in told - names if rest else ():
            few = owners[shared] if 1 < len(owners[shared]) <= most else ()
            bear = [own for own in few if names & graph.beside(own)]
            if len(bear) == 1:
                found |= {(min(bear[0], one), max(bear[0], one)) for one in rest}
    return found


class _Owners(dict[str, set[str]]):
    """The own ids that an identifier is claimed beside; looked up once, however many records a hub is in."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def __missing__(self, identifier: str) -> set[str]:
        self[identifier] = self._graph.of_kind(self._graph.beside(identifier), STRONG)
        return self[identifier]
