"""What a request may say; a field of another name is refused, not ignored."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SkipValidation, model_validator

from nlp.conversation import Channel, Speaker

FIRST_YEAR, LAST_YEAR = 1900, 2200


def _no_number(value: Any) -> Any:
    """A number would be taken for seconds since 1970."""
    try:
        float(value)
    except (TypeError, ValueError):
        return value
    raise ValueError("a time such as 2026-05-31T18:00:00Z expected, not a number")


def _utc(at: datetime) -> datetime:
    """Years beyond leave no room for the periods before and after."""
    if not FIRST_YEAR <= at.year < LAST_YEAR:
        raise ValueError(f"a year from {FIRST_YEAR} to {LAST_YEAR - 1} expected")
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)


Moment = Annotated[
    datetime,
    BeforeValidator(_no_number),
    AfterValidator(_utc),
]
"""Without a zone it is UTC; a date alone is its midnight."""
Text = Annotated[str, Field(max_length=20_000)]
TEXTS = 256
TURNS = 500
EXPLAINED = 20_000
"""Characters: what keeps an explanation's answer within seconds."""
SOURCE = r"^[a-z0-9_-]{0,40}$"


class In(BaseModel):
    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def numbers_are_no_truths(cls, given: Any) -> Any:
        """JSON tells true from 1; pydantic would take one for the other."""
        for name, value in given.items() if isinstance(given, dict) else ():
            kinds = _kinds(cls.model_fields[name].annotation) if name in cls.model_fields else {type(value)}
            if isinstance(value, bool) and kinds & {int, float} and bool not in kinds:
                raise ValueError(f"{name}: a number expected, not {str(value).lower()}")
            if type(value) in (int, float) and bool in kinds and not kinds & {int, float}:
                raise ValueError(f"{name}: true or false expected, not {value}")
        return given


def _kinds(annotation: Any) -> set[Any]:
    """The types of which a value may be."""
    inside = get_args(annotation)
    return set().union(*map(_kinds, inside)) if inside and get_origin(annotation) is not list else {annotation}


class Question(In):
    since: Moment | None = Field(None, description="Started at or after.", examples=["2026-05-01"])
    until: Moment | None = Field(None, description="Started before.", examples=["2026-11-01T00:00:00Z"])
    channel: Channel | None = Field(None, examples=["ticket"])
    stage: str = Field("", description="Stage of the conversation; see /v1/taxonomy.", examples=["use"])
    theme: str = Field("", description="Id of a theme that a segment belongs to.", examples=["t1"])
    intent: str = Field("", description="Intent of the conversation; see /v1/taxonomy.", examples=["refund_status"])
    customer: str = Field("", description="Pseudonym of the customer.", examples=["c0123456789abcdef0123"])
    source: str = Field("", description="First half of the conversation's id.", examples=["zendesk"])


class Moving(Question):
    period: Literal["day", "week", "month"] = Field("week", description="What the course of themes is told by.")


class Costing(Moving):
    score: list[str] = Field(
        [],
        max_length=10,
        description="Scores whose mean the theme may move: friction, sentiment, repeat (the customer writes again "
        "within a week), or a fact or event with numbers; without any, these three and the usual surveys.",
        examples=[["friction", "csat"]],
    )


class Limited(In):
    limit: int = Field(50, ge=1, le=200, examples=[20])


class Sparse(In):
    fields: str = Field(
        "", max_length=1_000, description="Names of an item's fields with commas between them: those alone are told."
    )


class Paged(Limited, Sparse):
    cursor: str = Field("", max_length=2_000, description="Where the page begins; `next` of the page before holds it.")


class Listed(Paged):
    sort: str = Field("", description='What to sort by, "-" before it for the largest first; see the list.')


class ListedQuestion(Question, Listed):
    pass


class SegmentsQuestion(ListedQuestion):
    friction: float = Field(0.0, ge=0, le=100, description="Of at least this friction.", examples=[50])


class RunsQuestion(Listed):
    status: Literal["", "running", "done", "failed", "killed"] = Field("", description="Of this status alone.")


class SearchQuestion(Question, Paged):
    q: str = Field(
        min_length=1,
        max_length=1_000,
        description='Words that must all be said, `"a phrase"`, `-without`, `one OR other`.',
        examples=["refund -cancelled"],
    )
    mode: Literal["text", "semantic", "both"] = Field(
        "both", description="By words, by meaning (customers' segments alone), or both rankings as one."
    )
    speaker: Speaker | None = Field(None, description="What this side said.", examples=["customer"])
    least: float = Field(0.0, ge=-1, le=1, description="Lowest cosine of what is found by meaning.", examples=[0.3])


class Asked(In):
    at: Moment = Field(description="What was known before this time.", examples=["2026-09-01T00:00:00Z"])


class AskedOrNow(In):
    at: Moment | None = Field(
        None, description="What was known before this time; now where none is given.", examples=["2026-09-01T00:00:00Z"]
    )


class ListedMoving(Moving, Listed):
    pass


class ExportQuestion(Question):
    at: Moment | None = Field(
        None, description="Of features: as known before this time; now where none is given.", examples=["2026-09-01"]
    )


class AskedOutcomes(In):
    theme: str = Field("", description="Of this theme alone.", examples=["t1"])
    stage: str = Field("", description="At this stage alone; see /v1/taxonomy.", examples=["use"])


class AskedCredit(In):
    of: str = Field("leaving", description="leaving or buying.", examples=["leaving"])
    by: str = Field("touchpoints", description="touchpoints (a channel at a stage) or themes.", examples=["themes"])
    order: int = Field(1, ge=1, le=3, description="Touchpoints that the chain remembers.")


class Named(In):
    source: str = Field("", description="First half of the stored id.", pattern=SOURCE, examples=["shop"])


class TurnIn(In):
    speaker: Speaker
    text: Text


class SpokenIn(In):
    channel: Channel = Channel.CHAT
    turns: list[TurnIn] = Field(min_length=1, max_length=TURNS)


class AnalyzeIn(In):
    """Exactly one of `text`, `texts` and `conversation`."""

    text: Text | None = None
    texts: list[Text] | None = Field(None, min_length=1, max_length=TEXTS)
    conversation: SpokenIn | None = None
    names: bool = Field(
        False, description="Mask person names too (slower); e-mails, phones, cards, @handles … always are."
    )
    evidence: bool = Field(False, description="Add the words that show friction or feeling.")
    explain: bool = Field(
        False,
        description="Add the words that carried intent and sentiment (some 20 passes a text); "
        f"for up to {EXPLAINED:,} characters in all.",
    )
    agent: bool = Field(False, description="Of a conversation: tell the course of the agents' sentiment, too.")

    @model_validator(mode="after")
    def one_of(self) -> "AnalyzeIn":
        given = [name for name in ("text", "texts", "conversation") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"exactly one of text, texts, conversation expected; given: {', '.join(given) or 'none'}")
        return self

    @model_validator(mode="after")
    def not_too_long_to_explain(self) -> "AnalyzeIn":
        turns = self.conversation.turns if self.conversation else []
        said = [self.text or "", *(self.texts or []), *(t.text for t in turns if t.speaker is Speaker.CUSTOMER)]
        if self.explain and sum(map(len, said)) > EXPLAINED:
            raise ValueError(f"explain takes {EXPLAINED:,} characters in all; given: {sum(map(len, said)):,}")
        return self


class SaidIn(BaseModel):
    speaker: str = Field(description="customer, agent or bot, or a usual word for one.", examples=["customer"])
    text: str | None = Field("", description="What was said; a turn without words counts as none.")
    at: datetime | None = None


class ConversationIn(BaseModel):
    """Fields of the format `threads`; a record that lacks one becomes a dead letter."""

    id: str = Field(description="Stable: sent again, it replaces what was sent before.", examples=["4711"])
    channel: Channel = Channel.CHAT
    customer: str = Field("", description='"email:…", "phone:…", "x:…", "name:…" or an id; kept as a pseudonym alone.')
    started_at: datetime
    turns: list[SaidIn]
    metadata: dict[str, Any] | None = Field({}, description="Flat facts, such as subject or product.")


Threads = Annotated[ConversationIn | list[ConversationIn], SkipValidation]
"""Checked record by record by the reader, so that one bad record costs no good one."""
