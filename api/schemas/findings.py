"""What was found in texts and conversations, pages of it, and problems."""

from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, Field

from nlp.conversation import Channel, Speaker

T = TypeVar("T")
Figure = Annotated[float, AfterValidator(lambda value: round(value, 4))]


class Page(BaseModel, Generic[T]):
    items: list[T]
    next: str | None = Field(description="Path of the page that follows; null on the last.")


class Guess(BaseModel):
    name: str = Field(examples=["refund_status"])
    confidence: float


class Evidence(BaseModel):
    kind: str = Field(examples=["effort"])
    start: int = Field(description="Characters of the masked text, or of the segment.")
    end: int
    words: str = Field(examples=["third time"])


class Carrier(BaseModel):
    start: int = Field(description="Characters of the masked text, or of the segment.")
    end: int
    words: str = Field(examples=["where is my refund"])
    weight: float = Field(description="By how much the probability falls without these words, 0..1.", examples=[0.52])


class Explanation(BaseModel):
    intent: list[Carrier] = Field(description="What carried the intent, the heaviest first.")
    sentiment: list[Carrier] = Field(description="What carried the class of sentiment; nothing where it is neutral.")


class EntityOut(BaseModel):
    type: str = Field(examples=["amount"])
    start: int = Field(description="Characters of the masked text, or of the segment.")
    end: int
    words: str = Field(examples=["£40"])
    value: str = Field(description='What it is counted as; "" where it is not certain.', examples=["40 GBP"])


class Feelings(BaseModel):
    negative: float
    neutral: float
    positive: float


class Finding(BaseModel):
    id: str = Field(description='The text\'s number from 1, or "turn:start" of a segment.', examples=["1"])
    intent: str = Field(description="Best guess, also where `abstained`.", examples=["refund_status"])
    confidence: float
    abstained: bool = Field(description="The model will not vouch for its guess.")
    doubt: str | None = Field(
        description='Why it abstains: "outside" the known intents, "unsure" among them, or an unknown "language".',
        examples=["unsure"],
    )
    outside: float | None = Field(description="P(outside the known intents), 0..1; null where that is not told.")
    intents: list[Guess]
    secondary: list[str] | None = Field(
        None, description="What else the text asks for, the surest first; null of a segment.", examples=[[]]
    )
    sentiment: float = Field(description="-1..+1")
    sentiment_class: str = Field(examples=["negative"])
    probabilities: Feelings
    review: list[str] = Field(description="Why a person should look at it.", examples=[[]])
    friction: float = Field(description="0..100", examples=[48.7])
    effort: float = Field(description="P(the customer had to try, wait or ask more than once), 0..1")
    leaving: float = Field(description="P(they leave, cancel or switch, or threaten to), 0..1")
    stage: str = Field(examples=["use"])
    stage_confidence: float
    theme: str | None = Field(examples=["t1"])
    entities: list[EntityOut] = Field(description="What the text names; docs/entities.md tells the types.")
    language: str = Field(description='BCP 47; "und" where it cannot be told.', examples=["en"])
    truncated: bool = Field(False, description="The models read the beginning of the text alone.")
    evidence: list[Evidence] = []
    explanation: Explanation | None = Field(None, description="On request by /v1/analyze alone.")
    turn: int | None = Field(None, description="Of a segment: its turn, and its characters of the turn's masked text.")
    start: int | None = None
    end: int | None = None


class WitnessOut(BaseModel):
    """A piece of evidence of a conversation's stage."""

    kind: str = Field(description="words, intent or event.", examples=["event"])
    stage: str = Field(description="The stage that it makes likeliest.", examples=["onboarding"])
    confidence: Figure = Field(description="0..1, how likely it makes that stage")
    weight: Figure = Field(description="0..1, how much it counts; an event's halves every 30 days")
    reason: str = Field(examples=["event ordered 3 days before"])


class Summary(BaseModel):
    intent: str = Field(examples=["refund_status"])
    confidence: Figure
    abstained: bool
    sentiment: Figure = Field(description="-1..+1, the mean over the customer's segments")
    sentiment_start: Figure
    sentiment_end: Figure
    sentiment_low: Figure
    friction: Figure = Field(description="0..100", examples=[48.7])
    effort: Figure = Field(description="0..1, the highest of a segment")
    leaving: Figure = Field(description="0..1, the highest of a segment")
    stage: str = Field(examples=["use"])
    stage_confidence: Figure
    reason: str = Field(description="Why this stage.")
    witnesses: list[WitnessOut] = Field(description="What speaks for which stage; docs/journeys.md.")
    language: str = Field(examples=["en"])


class Side(BaseModel):
    quarters: list[float | None] = Field(
        description="-5..+5 for each quarter of the conversation; null where the speaker says nothing.",
        examples=[[-2.1, -3.4, None, 1.6]],
    )
    overall: float | None = Field(description="-5..+5, the mean of the quarters.", examples=[-1.3])
    slope: float | None = Field(
        description="Change of sentiment from the first to the last segment, above 0 where it rises.", examples=[0.7]
    )


class Course(BaseModel):
    customer: Side
    agent: Side | None = Field(description="Told on request by /v1/analyze alone.")


Others = Annotated[list[str], Field(description="What else is asked for in other segments, the surest first.")]


class Analysis(BaseModel):
    results: list[Finding]
    summary: Summary | None = Field(None, description="Of a conversation.")
    secondary: Others = []
    course: Course | None = Field(None, description="How sentiment goes, of a conversation.")


class Letter(BaseModel):
    record: int = Field(description="From 1; 0 is the file as a whole.")
    field: str
    reason: str


class Intake(BaseModel):
    run: str = Field(examples=["run-20261101T120000000000Z"])
    counts: dict[str, int] = Field(examples=[{"read": 2, "added": 2, "changed": 0, "dead": 0, "annotated": 2}])
    seconds: dict[str, float]
    dead_letters: list[Letter] = Field(description="What could not be read, the first 1,000; `counts.dead` has all.")


class Unread(BaseModel):
    """What could not be read, and why, as a problem; never its value."""

    type: str = Field(examples=["/docs#problem-422"])
    title: str
    status: int = Field(examples=[422])
    detail: str = Field(examples=["unknown channel; known: ticket, call, social, chat"])
    record: int = Field(description="From 1.")
    field: str = Field(examples=["channel"])


class Received(BaseModel):
    ids: list[str] = Field(description="What was taken in, in the order sent.", examples=[["shop:4711"]])
    counts: dict[str, int] = Field(
        description="`same` as stored, `old`: stored in a later state, `withheld`: not stored, the customer refuses.",
        examples=[{"read": 2, "added": 1, "changed": 0, "same": 1, "old": 0, "withheld": 0, "annotated": 1, "dead": 0}],
    )
    problems: list[Unread] = Field(description="What could not be read, the first 1,000; `counts.dead` has all.")


class Said(BaseModel):
    number: int
    speaker: Speaker
    text: str
    at: datetime | None


class ConversationHead(BaseModel):
    id: str = Field(examples=["zendesk:20410"])
    source: str = Field(examples=["zendesk"])
    channel: Channel
    customer: str = Field(examples=["c0123456789abcdef0123"])
    started_at: datetime
    opening: str = Field(description="How the customer begins.")
    summary: Summary | None = Field(description="null while it waits to be annotated.")


class ConversationOut(ConversationHead):
    secondary: Others = []
    course: Course | None = Field(None, description="null while it waits to be annotated.")
    metadata: dict[str, Any]
    turns: list[Said]
    findings: list[Finding] = Field(description="One a segment of the customer's turns.")


class QuoteOut(Finding):
    text: str = Field(description="Masked.")
    conversation: str
    channel: Channel
    at: datetime
    customer: str


class Refusal(BaseModel):
    field: str = Field(examples=["query.limit"])
    value: str = Field(examples=["0"])
    reason: str


class Problem(BaseModel):
    """RFC 9457 problem details."""

    type: str = Field(examples=["/docs#problem-422"])
    title: str
    status: int
    detail: str
    instance: str
    errors: list[Refusal]
