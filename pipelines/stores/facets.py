"""How often themes' segments name a product, a company, a competitor or a place."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

TYPES = ("product", "company", "competitor", "place")


def counted(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Rows are (theme, entities as stored). A segment counts once for a name, which is shown as it is written most."""
    segments: Counter[tuple[str, str, str]] = Counter()
    written: defaultdict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for theme, entities in rows:
        said = {(theme, type, name.casefold()): name for type, _, _, name in entities if type in TYPES and name}
        for key, name in said.items():
            if not name.startswith("<"):  # a placeholder
                segments[key] += 1
                written[key][name] += 1
    found = [
        {"theme": key[0], "type": key[1], "name": written[key].most_common(1)[0][0], "segments": count}
        for key, count in segments.items()
    ]
    return sorted(found, key=lambda r: (r["theme"], TYPES.index(r["type"]), -r["segments"], r["name"]))
