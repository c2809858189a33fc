"""Themes in words: the name, terms, quotes and place of each theme that a discovery found, of a store or of a file."""

from collections.abc import Sequence

import numpy as np

from nlp import english
from nlp.encoder import Encoder, Floats
from nlp.head import Head
from nlp.themes.assign import Places
from nlp.themes.discover import Discovery
from nlp.themes.headlines import Headlines, fitting
from nlp.themes.naming import name_themes
from nlp.themes.quotes import representative
from nlp.themes.reading import Parse
from nlp.themes.suggestions import Suggest, suggested
from nlp.themes.theme import Part, Theme
from nlp.themes.tree import centroids
from nlp.themes.wants import Wants


def parser() -> Parse:
    """Texts to Docs by spaCy's small English model, without its entities, "top-up" one word. Raises
    MissingDependency."""
    model = english.load(purpose="naming themes", exclude=("ner",), hyphens=False)
    return lambda texts: model.pipe(texts, batch_size=64)


def named(
    found: Discovery,
    numbers: Sequence[str],
    ids: Sequence[str],
    texts: Sequence[str],
    embeddings: Floats,
    *,
    encoder: Encoder,
    headlines: Headlines | None,
    suggest: Suggest | None = None,
) -> list[Theme]:
    """The themes under their `numbers`. A quote and a name come from segments that speak of the theme by themselves,
    whatever their conversation says: `embeddings` are of their own words."""
    if not numbers:
        return []
    labels = np.array([-1 if label is None else label for label in found.labels])
    near = np.einsum("nd,nd->n", embeddings, found.centroids[labels])
    order = np.argsort(-near, kind="stable")
    members = [order[labels[order] == k] for k in range(len(numbers))]
    said = [[texts[n] for n in own] for own in members]
    fits = fitting(headlines, embeddings, found.labels, found.centroids, encoder=encoder) if headlines else None
    parse = parser()
    head = headlines.head if headlines else None
    wants = Wants.of(head, [embeddings[own] for own in members]) if head else None
    names = name_themes(said, found.centroids, encoder=encoder, parse=parse, headlines=fits, wants=wants)
    if suggest:
        names = suggested(names, said, found.centroids, encoder=encoder, suggest=suggest)
    themes: list[Theme] = []
    for k, (id, own, naming) in enumerate(zip(numbers, members, names, strict=True)):
        chosen = representative(said[k], embeddings[own], found.centroids[k])
        x, y = np.median(found.points[own], axis=0)
        quotes = tuple(ids[own[n]] for n in chosen)
        parts = _parts(said[k], embeddings[own], found.parts[own], encoder, parse, head)
        told = naming.name, naming.description, naming.terms
        themes.append(Theme(id, *told, len(own), quotes, float(x), float(y), parts))
    return themes


def _parts(
    said: Sequence[str], embeddings: Floats, parts: Places, encoder: Encoder, parse: Parse, head: Head | None
) -> tuple[Part, ...]:
    """Of one theme: its texts, the most central first, their vectors, and their parts."""
    if not len(parts) or parts.max() < 0:
        return ()
    members = [np.flatnonzero(parts == part) for part in range(parts.max() + 1)]
    told = [[said[n] for n in own.tolist()] for own in members]
    wants = Wants.of(head, [embeddings[own] for own in members]) if head else None
    names = name_themes(told, centroids(embeddings, parts), encoder=encoder, parse=parse, wants=wants)
    return tuple(Part(n.name, n.terms, len(own)) for n, own in zip(names, members, strict=True))
