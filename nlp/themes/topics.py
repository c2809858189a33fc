"""Topics: the things that many of a theme's texts speak of, whatever they say of them."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from nlp.themes.clauses import NOUNS
from nlp.themes.phrases import VAGUE, Said, before, clean
from nlp.themes.terms import stem

SHARE, LONGER, NOUN = 0.25, 0.20, 0.60
"""Share of the texts that hold a topic's one word, or all of its words, and of a word's uses that are nouns."""
WIDEST = 3
"""Words of a topic."""
FEW = 10
"""Of fewer texts nothing is said by many."""


def topics(docs: Sequence[Any], held: Sequence[set[str]], nouns: frozenset[str]) -> tuple[tuple[str, Said], ...]:
    """Noun groups of n parsed texts in lower case, as they are mostly written (of equals the shortest), and bool (n,),
    which texts hold their words. `held`: each text's stems; `nouns`: the words that may stand in a topic."""
    forms: defaultdict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for doc in docs:
        for text in sorted({text for text in _groups(doc) if nouns.issuperset(text.split())}):
            forms[tuple(sorted(map(stem, text.split())))][text] += 1
    found: list[tuple[str, Said]] = []
    for stems, counts in sorted(forms.items()):
        holding = np.array([own.issuperset(stems) for own in held], np.bool_)
        if len(held) >= FEW and holding.mean() >= (SHARE if len(stems) == 1 else LONGER):
            found.append((min(counts.items(), key=lambda i: (-i[1], len(i[0]), i[0]))[0], holding))
    return tuple(found)


def mostly_nouns(tokens: Sequence[Any]) -> frozenset[str]:
    """Words, in lower case, that are mostly nouns."""
    uses = Counter(token.lower_ for token in tokens)
    own = Counter(token.lower_ for token in tokens if token.pos_ in NOUNS)
    return frozenset(word for word, count in own.items() if count >= NOUN * uses[word])


def _groups(doc: Any) -> Iterator[str]:
    """Its nouns, alone and with what is compounded with them."""
    for token in doc:
        if token.pos_ in NOUNS and token.dep_ not in ("compound", "nmod"):
            for group in ([token], [*before(token, ("compound", "nmod")), token]):
                if len(group) <= WIDEST and all(clean(t) and t.lemma_.lower() not in VAGUE for t in group):
                    yield " ".join(t.lower_ for t in group)
