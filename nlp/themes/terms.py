"""Terms: the words and word pairs that set a theme apart from the others, by class-based TF-IDF."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlp.encoder import Floats

WORD = r"(?u)\b[^\W\d_]{2,}\b"
PLACEHOLDER = re.compile(r"<[A-Z_]+>|@\w+|https?://\S+|#\w+|\bx{2,}\b|&\w+;", re.IGNORECASE)
"""Masked personal data, handles, links, tags and blacked-out characters: never part of a name."""


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FILLERS = words(
    "hi hello hey dear thanks thank please regards sir madam team guys um uh er erm oh ok okay yes yeah no just really "
    "also got get getting did didn does doesn don isn wasn won wouldn couldn can't cannot ll ve re im dm pls u ur amp "
    "said says say told tell know like going gone went want wanted need needed make made day days today time times "
    "ye yer ya aye lol rt hasn haven hadn aren weren shouldn let thing things way good morning afternoon evening right"
)


CALENDAR = words(
    "day days week weeks month months year years hour hours minute minutes second seconds moment today tomorrow "
    "tonight yesterday morning afternoon evening night weekend fortnight monday tuesday wednesday thursday friday "
    "saturday sunday mon tue tues wed thu thurs fri sat sun january february march april may june july august "
    "september october november december jan feb mar apr jun jul aug sep sept oct nov dec six seven eight nine ten "
    "eleven twelve fifteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand dozen bucks quid "
    "pound pounds dollars euros mr mrs ms dr mate guy folk folks man men woman women lady person somebody nobody "
    "everybody"
)
"""Times, sums and people: words that tell nothing of a theme."""


TELLING = words(
    "amount bill bottom call computer cry describe detail empty fill fire found front full interest mine move system"
)
"""Words on scikit-learn's list of stop words that mean something to customers."""


@dataclass(frozen=True, slots=True)
class Terms:
    """`words`: m terms; `weights`: float32 (k, m), each theme's row scaled to a maximum of 1."""

    words: tuple[str, ...]
    weights: Floats

    def of(self, theme: int, *, top: int = 8) -> tuple[str, ...]:
        """The strongest terms, strongest first; a word inside a stronger pair, or a pair of a stronger word, is left
        out."""
        found: list[str] = []
        row = self.weights[theme]
        for place in np.argsort(-row, kind="stable"):
            term = self.words[place]
            if row[place] <= 0 or len(found) == top:
                break
            if len(set(term.split())) == len(term.split()) and not any(
                {stem(w) for w in term.split()} & {stem(w) for w in other.split()} for other in found
            ):
                found.append(term)
        return tuple(found)

    def strengths(self, theme: int) -> dict[str, float]:
        """Weight 0..1 by stem: the largest of the single words that have it."""
        found: dict[str, float] = {}
        for word, weight in zip(self.words, self.weights[theme].tolist(), strict=True):
            if weight > 0 and " " not in word:
                found[stem(word)] = max(weight, found.get(stem(word), 0.0))
        return found


def stem(word: str) -> str:
    """Without the commonest English endings; it only tells that two words are one."""
    return _ENDING.sub("", word) if len(word) > 4 else word.removesuffix("s")


_ENDING = re.compile(r"(?:ies|ied|ing|ed|es|s|e|y)$")


def terms(themes: Sequence[Sequence[str]]) -> Terms:
    """Class-based TF-IDF over the texts of each theme, a term counted once a text: one long story has no more words
    than another.

    weight(t, c) = tf(t, c) * log(1 + A / f(t)): tf the term's share of the theme's terms, f its count over all themes,
    A the mean number of terms a theme (Grootendorst 2022, "BERTopic: Neural topic modeling with a class-based TF-IDF
    procedure", equation 2; here with tf by share, so that large themes do not drown small ones).
    """
    from scipy.sparse import csr_array
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer

    stop = sorted(ENGLISH_STOP_WORDS - TELLING | FILLERS | CALENDAR)
    counter = CountVectorizer(ngram_range=(1, 2), stop_words=stop, token_pattern=WORD, binary=True, dtype=np.float32)
    texts = [PLACEHOLDER.sub(" ", text) for own in themes for text in own]
    theme = np.repeat(np.arange(len(themes)), [len(own) for own in themes])
    try:
        said = counter.fit_transform(texts)
    except ValueError:  # every text is empty or holds stop words alone
        return Terms((), np.zeros((len(themes), 0), np.float32))
    of = csr_array((np.ones(len(theme), np.float32), (theme, np.arange(len(theme)))), (len(themes), len(theme)))
    counts = (of @ said).toarray()
    totals = counts.sum(axis=1, keepdims=True)
    weights = counts / np.maximum(totals, 1) * np.log1p(totals.mean() / counts.sum(axis=0))
    weights[counts < np.minimum(2, counts.max(axis=1, keepdims=True))] = 0
    scaled = weights / np.maximum(weights.max(axis=1, keepdims=True), 1e-12)
    return Terms(tuple(counter.get_feature_names_out()), scaled.astype(np.float32))
