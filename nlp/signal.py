"""What was found in a segment, with its evidence: one wide row a segment and model version."""

from dataclasses import dataclass

from nlp.conversation import Segment
from nlp.language import UNKNOWN
from nlp.outside import OUTSIDE
from nlp.taxonomy import UNSUPPORTED


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a figure is what it is: characters [start, end) of the turn's text and what they show (`kind`).

    Kinds: "effort", "blocked", "leaving", "escalation" (reasons of friction: the words of a cue or, of effort and
    leaving, a sentence without one), "negative" and "positive" (single words that carry feeling).
    """

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Entity:
    """What characters [start, end) of the turn's masked text name; its `type` is one of `nlp/entities.py`.

    value: what it is counted as: the name in the company's own list, a kind of product in lower case and singular, an
    amount as "number currency" ("" where that is not certain), anything else as said.
    """

    type: str
    start: int
    end: int
    value: str


@dataclass(frozen=True, slots=True)
class Signal:
    """All findings of one segment by one model version.

    intent: best guess, also when `abstained`; confidence: calibrated probability 0..1 that it is right.
    abstained: the model will not vouch for its best guess. (Asking for nothing is the intent `none`.)
    outside: P(asks for something else than any known intent), 0..1 (`nlp/outside.py`); None where that is not told.
    intents: the best few (name, probability), best first; those after the first and over a threshold are secondary.
    sentiment: -1..+1 = P(positive) - P(negative); probabilities: (negative, neutral, positive), summing to 1.
    friction: 0..100, a documented proxy; stage: name or "unknown", with its confidence 0..1; stages: how likely each is
    by the words alone, likeliest first (`nlp/stages.py`).
    effort: P(had to try, wait or ask more than once), leaving: P(leaves, cancels or switches, or threatens to), 0..1.
    language: BCP-47, of the segment or, where that is too short to tell, of its conversation; "und" where unsure. In
    one that the models do not know the intent is `unsupported`, without confidence (`nlp/unread.py`).
    truncated: the models read the beginning alone.
    """

    segment: Segment
    model: str
    intent: str
    confidence: float
    abstained: bool
    intents: tuple[tuple[str, float], ...]
    sentiment: float
    probabilities: tuple[float, float, float]
    friction: float
    stage: str
    stage_confidence: float
    evidence: tuple[Evidence, ...] = ()
    language: str = UNKNOWN
    truncated: bool = False
    entities: tuple[Entity, ...] = ()
    outside: float | None = None
    effort: float = 0.0
    leaving: float = 0.0
    stages: tuple[tuple[str, float], ...] = ()

    @property
    def doubt(self) -> str | None:
        """Why it is `abstained`; None where it is not."""
        return doubt(self.intent, self.abstained, self.outside)

    @property
    def sentiment_class(self) -> str:
        """negative, neutral or positive: the most probable class, neutral of equals."""
        return SENTIMENTS[max((1, 0, 2), key=self.probabilities.__getitem__)]

    @property
    def sentiment_confidence(self) -> float:
        """Probability 0..1 of the class."""
        return max(self.probabilities)


def doubt(intent: str, abstained: bool, outside: float | None) -> str | None:
    """Why the model abstains: a "language" that it does not know, "outside" the known intents, else "unsure" among
    them; None where it does not."""
    if not abstained:
        return None
    if intent == UNSUPPORTED:
        return "language"
    return "outside" if outside is not None and outside >= OUTSIDE else "unsure"


SENTIMENTS = ("negative", "neutral", "positive")


@dataclass(frozen=True, slots=True)
class Witness:
    """A piece of evidence of a conversation's stage: how likely it makes each, likeliest first, and how much it weighs.

    kind: "words" (what is said), "intent" (where those who want this usually are), "event" (what was done before).
    """

    kind: str
    reason: str
    weight: float
    stages: tuple[tuple[str, float], ...]

    @property
    def says(self) -> str:
        """The stage that it makes likeliest."""
        return self.stages[0][0]


@dataclass(frozen=True, slots=True)
class Summary:
    """A conversation's findings, derived from its customer's segments by the one rule in `nlp/summary.py`.

    `sentiment_start`, `sentiment_end`, `sentiment_low`: the course over the customer's turns, each -1..+1.
    `effort`, `leaving`: the highest probability of a segment, 0..1. `reason`: why this stage, by the `witnesses`, which
    are pooled by `nlp/stages.py`; none where nothing was said.
    """

    conversation: str
    intent: str
    confidence: float
    abstained: bool
    sentiment: float
    sentiment_start: float
    sentiment_end: float
    sentiment_low: float
    friction: float
    effort: float
    leaving: float
    stage: str
    stage_confidence: float
    reason: str
    language: str
    witnesses: tuple[Witness, ...] = ()

    @property
    def sentiment_class(self) -> str:
        """negative under -1/3, positive over +1/3, else neutral: three equal parts of the scale."""
        return SENTIMENTS[1 + (self.sentiment > 1 / 3) - (self.sentiment < -1 / 3)]
