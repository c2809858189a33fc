"""Suggestions: names that something else, such as a language model, gives to themes, and which of them are taken."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from nlp.encoder import Encoder, Floats
from nlp.themes.naming import Naming
from nlp.themes.terms import PLACEHOLDER

SHORTEST, LONGEST, CHARACTERS = 2, 9, 70
"""Words of a name, and its characters at most."""
NEAR = 0.30
"""Least cosine similarity of a name to its theme."""
QUOTED = 6
"""Texts that stand for a theme."""
_ODD = re.compile(r"[\d<>@#{}\[\]|\\`*_]|https?:")


@dataclass(frozen=True, slots=True)
class Draft:
    """A theme to be named: the name that it has, its terms, and its most central masked texts."""

    name: str
    terms: tuple[str, ...]
    texts: tuple[str, ...]


Suggest = Callable[[Sequence[Draft]], Sequence[str]]
"""Drafts to names, one each, "" where it has none."""


def suggested(
    named: Sequence[Naming],
    members: Sequence[Sequence[str]],
    centroids: Floats,
    *,
    encoder: Encoder,
    suggest: Suggest,
) -> list[Naming]:
    """The themes under the suggested names, where these can be taken: of a name's length and signs, nearer to the theme
    than to any other, and nobody else's. `members`: each theme's masked texts, the most central first; `centroids`:
    float32 (k, d)."""
    drafts = [Draft(n.name, n.terms, tuple(own[:QUOTED])) for n, own in zip(named, members, strict=True)]
    names = [" ".join(name.split()).strip(" .\"'“”") for name in suggest(drafts)]
    near = encoder.encode(names) @ centroids.T if names else np.zeros((0, len(centroids)), np.float32)
    taken = {naming.name.lower() for naming in named}
    found: list[Naming] = []
    for k, (own, name) in enumerate(zip(named, names, strict=True)):
        if name.lower() not in taken and fit(name) and near[k, k] >= NEAR and near[k].argmax() == k:
            taken.add(name.lower())
            own = replace(own, name=name[0].upper() + name[1:], others=(own.name, *own.others))
        found.append(own)
    return found


def fit(name: str) -> bool:
    """Whether it reads like a name: few words, no figures, masked data, handles, addresses or marks."""
    words = name.split()
    return (
        SHORTEST <= len(words) <= LONGEST
        and len(name) <= CHARACTERS
        and not (_ODD.search(name) or PLACEHOLDER.search(name))
    )
