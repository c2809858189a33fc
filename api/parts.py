"""What a theme falls into, with the words of its customers."""

from dataclasses import asdict
from typing import Any

from nlp.themes.theme import Theme
from pipelines.stores.protocols import Store

QUOTES = 3


def parts(store: Store, theme: Theme) -> list[dict[str, Any]]:
    """Each part's name, terms, size and `quotes`: what its most typical segments say."""
    return [
        asdict(part) | {"quotes": [q.text for q in store.themes.quotes(theme.id, part=place, limit=QUOTES)]}
        for place, part in enumerate(theme.parts)
    ]
