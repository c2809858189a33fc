"""The flow of journeys as a drawing: visits step by step, each band as wide as customers go that way."""

from collections.abc import Mapping, Sequence
from typing import Any

from nlp.journeys.flow import OPEN, SILENT, START, STEPS

WIDTH, HEIGHT, NODE, SPACE = 900, 340, 14, 10
Row = dict[str, Any]


def flow(found: Mapping[str, Any], order: Sequence[str]) -> Row | None:
    """Keys width, height, nodes [name, x, y, height, count, share], bands [path, origin, target, count, share, kind];
    None where nobody was seen. Shares are of all journeys. What goes beyond `STEPS` visits is not drawn."""
    steps = [s for s in found["steps"] if s["origin"] != START and s["step"] < STEPS and s["target"] != OPEN]
    sizes: dict[tuple[int, str], int] = {}
    for step in found["steps"]:
        if step["origin"] != START and step["step"] < STEPS:
            place = (step["step"], step["origin"])
            sizes[place] = sizes.get(place, 0) + step["count"]
        if step["target"] == SILENT and step["step"] < STEPS:
            place = (step["step"] + 1, SILENT)
            sizes[place] = sizes.get(place, 0) + step["count"]
    journeys = sum(size for (step, _), size in sizes.items() if step == 0)
    if not journeys:
        return None
    names = [*order, *sorted({name for _, name in sizes} - {*order, SILENT}), SILENT]
    nodes = _nodes(sizes, names, journeys)
    bands = _bands([s for s in steps if (s["step"] + 1, s["target"]) in nodes], nodes, names, journeys)
    return {"width": WIDTH, "height": HEIGHT, "nodes": list(nodes.values()), "bands": bands, "journeys": journeys}


def _nodes(sizes: Mapping[tuple[int, str], int], names: Sequence[str], journeys: int) -> dict[tuple[int, str], Row]:
    """Columns of steps from the left; in each, stages in their order, who fell silent last."""
    last = max(step for step, _ in sizes)
    most = max(sum(step == at for step, _ in sizes) for at in range(last + 1))
    unit = (HEIGHT - SPACE * (most - 1)) / journeys
    nodes: dict[tuple[int, str], Row] = {}
    for step in range(last + 1):
        y = 0.0
        for name in names:
            if size := sizes.get((step, name)):
                x = step * (WIDTH - NODE) / max(1, last)
                figures = {"count": size, "share": size / journeys, "height": round(max(1.0, size * unit), 1)}
                nodes[step, name] = {"name": name, "step": step, "x": round(x, 1), "y": round(y, 1), **figures}
                y += size * unit + SPACE
    return nodes


def _bands(
    steps: Sequence[Row], nodes: Mapping[tuple[int, str], Row], names: Sequence[str], journeys: int
) -> list[Row]:
    """From the right edge of a node to the left edge of the next, those that cross least first."""
    out, into = {place: node["y"] for place, node in nodes.items()}, {place: node["y"] for place, node in nodes.items()}
    bands = []
    for step in sorted(steps, key=lambda s: (s["step"], names.index(s["origin"]), names.index(s["target"]))):
        start, end = (step["step"], step["origin"]), (step["step"] + 1, step["target"])
        thick = nodes[start]["height"] * step["count"] / nodes[start]["count"]
        left, right = nodes[start]["x"] + NODE, nodes[end]["x"]
        middle, a, b = (left + right) / 2, out[start] + thick / 2, into[end] + thick / 2
        out[start], into[end] = out[start] + thick, into[end] + thick
        path = f"M{left:.1f},{a:.1f}C{middle:.1f},{a:.1f} {middle:.1f},{b:.1f} {right:.1f},{b:.1f}"
        names_of = {"origin": step["origin"], "target": step["target"], "kind": "silent" * (step["target"] == SILENT)}
        figures = {"count": step["count"], "share": step["count"] / journeys, "thick": round(max(0.8, thick), 1)}
        bands.append({"path": path, **names_of, **figures})
    return bands
