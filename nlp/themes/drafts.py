"""Drafts: what might name a theme, before it is held against the other themes."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from nlp.encoder import Encoder, Floats
from nlp.themes.joined import joined
from nlp.themes.phrases import MERIT, Phrase, Said
from nlp.themes.reading import FAILING, Reading, felt
from nlp.themes.terms import stem, words
from nlp.themes.verbs import GONE

FELT = 0.25
"""How much the feeling of a name counts."""
HEADLINE = 0.22
"""Merit of a headline beside those of phrases: it is well put."""
ENOUGH = 8
"""Texts of a theme from which on it matters how many say a thing."""
TROUBLE = 0.15
"""How bad a noun group feels that names a trouble by itself, -1..1: "Error on the bill", not "Bill"."""
PLAIN, CALM, IDLE = ("passive", "subject", "state", "bare"), 0.3, 0.2
"""Kinds of phrases that are told of trouble and of anything else, how bad they feel where they sound of none, and what
that costs: "Documents received", not "Documents lost", whatever it feels like."""
STRONG = 0.4
"""Strength of a word that sets a theme apart, 0..1."""
GAIN = 0.05
"""Share of the texts that each side of a joined phrase says alone."""
EMPTY = words(
    "the a an of or and for to in on at by with is are not no cannot does do too but then it question about problems"
)
"""Words of a headline that carry no evidence."""
NEGATED = re.compile(r"\b(?:cannot|not|never|no|without|fails?|refused|ignored)\b", re.IGNORECASE)
ASKED = re.compile(
    r"^(?:how|when|where|change|question|book|place|cancel|close|choose|return|exchange|application)\b"
    r"|wanted|needed|question",
    re.IGNORECASE,
)

Known = Mapping[str, tuple[Floats, float]]
"""Texts to their vectors and feelings."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A name that might be. tellers: bool (n,), the texts whose phrases say so; own: share 0..1 of those that do in
    these words; merit: of its form, with its feeling; phrase: whose it is, None for a headline or a topic; voted: share
    0..1 of the texts that vote for a headline; calm: whether it is a fact that sounds of no trouble."""

    text: str
    kind: str
    stems: tuple[str, ...]
    vector: Floats
    tellers: Said
    own: float
    merit: float
    phrase: Phrase | None = None
    voted: float = 0.0
    calm: bool = False

    @property
    def headline(self) -> bool:
        return self.phrase is None and self.kind != "about"

    @property
    def alone(self) -> bool:
        """Whether it is a phrase that one text alone says, in whatever words."""
        return self.phrase is not None and int(self.tellers.sum()) < 2


def said(reading: Reading) -> list[Draft]:
    """The phrases of a theme. Noun groups that sound of no trouble are left to its topics; what is asked for in a verb
    ("Price gouge") is left out where the same words say more often what happens ("Price gouging")."""
    calm = [
        phrase.kind in PLAIN and mood < CALM and GONE.isdisjoint(phrase.text.lower().split())
        for phrase, mood in zip(reading.phrases, reading.feelings.tolist(), strict=True)
    ]
    drafts = [
        Draft(
            recased(phrase.text, reading.written),
            phrase.kind,
            phrase.stems,
            vector,
            reading.tellers(vector, phrase.kind, phrase.stems),
            float(own.mean()),
            MERIT[phrase.kind] + FELT * mood - (IDLE if idle else 0.0),
            phrase,
            calm=idle,
        )
        for phrase, vector, mood, own, idle in zip(
            reading.phrases, reading.vectors, reading.feelings.tolist(), reading.said.T, calm, strict=True
        )
        if phrase.kind != "group" or mood >= TROUBLE or len(reading.said) < ENOUGH
    ]
    often: dict[frozenset[str], float] = {}
    for phrase, own in zip(reading.phrases, reading.said.T, strict=True):
        if phrase.kind not in FAILING:
            often[frozenset(phrase.stems)] = max(float(own.mean()), often.get(frozenset(phrase.stems), 0.0))
    return [d for d in drafts if d.kind != "wish" or d.own == often[frozenset(d.stems)]]


def further(
    readings: Sequence[Reading],
    found: Sequence[Sequence[Draft]],
    strengths: Sequence[Mapping[str, float]],
    headlines: Sequence[Mapping[str, float]],
    *,
    encoder: Encoder,
) -> list[list[Draft]]:
    """Of each theme two of its `found` phrases told as one, what many of its texts speak of, and its headlines, each
    with the share of votes for it. Stems to `strengths`, 0..1, tell which words set it apart."""
    pairs = [list(_pairs(own)) for own in found]
    topics = [list(_topics(*own)) for own in zip(readings, strengths, strict=True)]
    texts = {p.text for own in pairs for p, _, _ in own} | {t for own in topics for t, _ in own}
    ordered = sorted(texts.union(*headlines))
    vectors, feelings = felt(encoder, ordered)
    known = dict(zip(ordered, zip(vectors, feelings.tolist(), strict=True), strict=True))
    return [
        [
            *(_both(*pair, reading, known) for pair in pairs[k]),
            *(_about(*topic, reading, known) for topic in topics[k]),
            *(
                _put(text, voted, reading, known)
                for text, voted in headlines[k].items()
                if not reading.troubled or "question" not in text.lower()
            ),
        ]
        for k, reading in enumerate(readings)
    ]


def _pairs(drafts: Sequence[Draft]) -> Iterator[tuple[Phrase, Draft, Draft]]:
    """What says two of them, the more usual first, where each adds texts to the other's. What sounds of no
    trouble is not told with another thing: "Account closed or opened"."""
    told = [d for d in drafts if d.kind != "group" and not d.calm]
    for one, other in combinations(sorted(told, key=lambda d: (-d.own, d.text)), 2):
        alone = (one.tellers & ~other.tellers).mean(), (other.tellers & ~one.tellers).mean()
        if one.phrase and other.phrase and min(alone) >= GAIN and (phrase := joined(one.phrase, other.phrase)):
            yield phrase, one, other


def _both(phrase: Phrase, one: Draft, other: Draft, reading: Reading, known: Known) -> Draft:
    vector, mood = known[phrase.text]
    text, merit = recased(phrase.text, reading.written), MERIT[phrase.kind] + FELT * mood
    tellers, own = one.tellers | other.tellers, max(one.own, other.own)
    return Draft(text, phrase.kind, phrase.stems, vector, tellers, own, merit, phrase)


def _topics(reading: Reading, strengths: Mapping[str, float]) -> Iterator[tuple[str, Said]]:
    way = "Problems with" if reading.troubled else "Question about"
    for text, holding in reading.topics:
        if max(strengths.get(stem(word), 0.0) for word in text.split()) >= STRONG:
            yield f"{way} {text}", holding


def _about(text: str, holding: Said, reading: Reading, known: Known) -> Draft:
    vector, mood = known[text]
    merit = MERIT["about"] + FELT * mood
    return Draft(recased(text, reading.written), "about", content(text), vector, holding, 0.0, merit)


def _put(text: str, voted: float, reading: Reading, known: Known) -> Draft:
    vector, mood = known[text]
    kind = "not" if NEGATED.search(text) else "how" if ASKED.search(text) else "headline"
    tellers = reading.tellers(vector, kind, content(text))
    return Draft(text, kind, content(text), vector, tellers, 0.0, HEADLINE + FELT * mood, voted=voted)


def content(text: str) -> tuple[str, ...]:
    """The stems of a name's words that carry evidence."""
    return tuple(dict.fromkeys(stem(word) for word in re.findall(r"[a-z-]+", text.lower()) if word not in EMPTY))


def recased(text: str, written: Mapping[str, str]) -> str:
    """Names as customers write them, and the first letter a capital: "iPhone screen cracked"."""
    told = [written.get(word.lower(), word) for word in text.split()]
    first = told[0] if told[0] in written.values() else told[0][:1].upper() + told[0][1:]
    return " ".join([first, *told[1:]])
