"""What the store knows of themes: their figures, what they cost, how they move, and what became of them."""

from datetime import date, datetime

from pydantic import BaseModel, Field

from api.schemas.figures import Week
from api.schemas.findings import Figure


class RatioOut(BaseModel):
    value: Figure
    low: Figure = Field(description="Of the 95 % interval.")
    high: Figure


class MovementOut(BaseModel):
    """What it does of late; at most one false alarm in twenty periods, over all themes."""

    kind: str = Field(description="emerging, fading, steady or too early.", examples=["emerging"])
    ratio: RatioOut | None = Field(description="Its share in the latest `periods` by its share before.")
    periods: int
    since: date | None = Field(description="The first day of the latest `periods`; null where it is too early to tell.")
    p: Figure
    now: tuple[int, int] = Field(description="Its conversations in the latest `periods`, and all in them.")
    before: tuple[int, int] = Field(description="Its conversations before them, and all before them.")
    text: str = Field(description="The same in words.")


class ThemeOut(BaseModel):
    id: str = Field(examples=["t1"])
    name: str
    description: str
    terms: list[str]
    owner: str = Field(description="Who looks after it; empty for nobody.")
    pinned: bool = Field(description="Comes before the others.")
    hidden: bool = Field(description="Left out of lists.")
    segments: int
    conversations: int
    customers: int
    friction: Figure | None = Field(description="0..100, the mean of its segments")
    pain: Figure = Field(description="Sum of its segments' friction / 100: what themes are ranked by.")
    sentiment: Figure | None
    leaving: int = Field(description="Conversations with a threat to leave.")
    first_seen: date | None = Field(description="The day on which the first of its conversations began, in UTC.")
    last_seen: date | None
    stage: str = Field(description="The most frequent.")
    channels: dict[str, int] = Field(description="Its conversations by channel.")
    share: Figure = Field(description="0..1 of all conversations that fulfil the filters.")
    movement: MovementOut
    stability: Figure | None = Field(
        description="0..1: how well it is found again without a fifth of the conversations; null where not told."
    )


class NamedOften(BaseModel):
    type: str = Field(examples=["product"])
    name: str = Field(examples=["family plan"])
    segments: int = Field(description="That name it.")


class ProposalOut(BaseModel):
    """Segments in no theme that speak alike, and have grown since the last discovery."""

    id: str = Field(description="Its most central segment.", examples=["shop:4711#0:0"])
    at: datetime
    terms: list[str] = Field(examples=[["voucher", "code"]])
    fresh: int = Field(description="Segments that came since the discovery.")
    segments: list[str] = Field(description="Their ids, the most central first: what an edit `split` takes.")
    quotes: list[str] = Field(description="What the first of them say.")


class KnownTheme(BaseModel):
    id: str = Field(examples=["t1"])
    name: str
    owner: str
    pinned: bool
    hidden: bool
    size: int = Field(description="Segments known then.")


class KnownOut(BaseModel):
    """Themes as they were shown at a moment."""

    at: datetime
    run: str | None = Field(description="The discovery that was current; null before any.")
    themes: list[KnownTheme] = Field(description="The largest first, hidden ones among them.")
    unassigned: int = Field(description="Segments in no theme.")


class NoteOut(BaseModel):
    at: datetime
    who: str
    text: str


class EffectOut(BaseModel):
    """A theme before and after a fix, against the themes that no fix touched then."""

    verdict: str = Field(description="worked, no effect seen, worse, unclear, too early or too thin.")
    before: int = Field(description="Conversations in the days before, 56 at most.")
    after: int
    days_before: int
    days_after: int
    expected: Figure = Field(description="Those after, had it gone as the other themes did.")
    others: Figure = Field(description="How many times as frequent the other themes became.")
    ratio: RatioOut | None = Field(description="The change of its rate by the change of theirs.")


class FixOut(BaseModel):
    at: datetime
    who: str
    day: date = Field(description="When the fix shipped.")
    effect: EffectOut | None
    text: str = Field(description="The same in a sentence.")


class PeriodOut(BaseModel):
    start: date = Field(examples=["2026-05-04"])
    conversations: int
    volume: int = Field(description="All conversations.")


class ChangeOut(BaseModel):
    start: date = Field(description="The first day of the period from which on it differs.")
    before: Figure = Field(description="Share 0..1 of all conversations.")
    after: Figure


class CourseOut(BaseModel):
    period: str = Field(examples=["week"])
    periods: list[PeriodOut]
    changes: list[ChangeOut] = Field(description="Where its share changed by more than chance.")


class ImpactOut(BaseModel):
    score: str = Field(examples=["friction"])
    change: Figure | None = Field(
        description="The mean of all conversations without the theme's, less the mean of all; null where none is left."
    )
    low: Figure | None = Field(description="Of the 95 % interval; null where too few customers tell it.")
    high: Figure | None
    conversations: int = Field(description="Its conversations that have the score.")
    text: str = Field(description="The same in a sentence.")


class GroupOut(BaseModel):
    field: str = Field(examples=["plan"])
    value: str = Field(examples=["care_yearly"])
    conversations: int
    share: Figure = Field(description="0..1 of the theme's conversations that have the fact.")
    overall: Figure = Field(description="0..1 of all conversations that have it.")


class PartOut(BaseModel):
    """A sub-theme, as the discovery found it."""

    name: str = Field(examples=["Account locked after new phone"])
    terms: list[str]
    size: int = Field(description="Segments of the discovery.")
    quotes: list[str] = Field(description="What the most typical of them say.")


class ThemeDetail(ThemeOut):
    parts: list[PartOut] = Field(description="What it falls into, the largest first; empty where it does not.")
    notes: list[NoteOut]
    fixes: list[FixOut]
    entities: list[NamedOften] = Field(description="The products, companies, competitors and places named most.")
    trend: list[Week]
    course: CourseOut
    impact: list[ImpactOut]
    groups: list[GroupOut] = Field(description="Whom it concerns: by facts of customers and conversations.")


class ChapterOut(BaseModel):
    """What discoveries, one after the other, say of a theme."""

    id: str = Field(description="Of the chapter within the answer.", examples=["t1:0"])
    theme: str = Field(examples=["t1"])
    kind: str = Field(description="born, continued, split from, merged into, dormant or died.", examples=["split from"])
    other: str = Field(description="The theme that it split from or merged into.", examples=["t3"])
    share: Figure | None = Field(description="0..1: how alike it was at least, or how much of it came or went.")
    since: datetime
    until: datetime
    discoveries: int


class FactOut(BaseModel):
    """What one discovery found of a theme."""

    id: str = Field(examples=["run-20261101T120000000000Z:t1"])
    run: str
    at: datetime
    theme: str = Field(examples=["t1"])
    kind: str = Field(description="born, continued, split from, merged into, dormant or died.", examples=["born"])
    other: str = Field(description="The theme that it split from or merged into.")
    share: Figure | None


class QualityOut(BaseModel):
    """What a discovery says of itself."""

    run: str
    at: datetime
    segments: int
    themes: int
    unassigned: Figure = Field(description="Share 0..1 of the segments in no theme.")
    stability: Figure | None = Field(description="0..1, of all themes by size; null where there is too little to tell.")
    distinctness: Figure | None = Field(description="Share 0..1 of themes whose name no other's is like.")
    duplicates: Figure = Field(description="Share 0..1 of segments that say what another says, word for word.")
    drift: Figure | None = Field(description="0..1: how unlike what came since the discovery before is to what was.")
    drift_p: Figure | None = Field(description="The chance of so much where nothing has changed.")
    stabilities: dict[str, Figure] = Field(description="By theme, as found.")
    reliable: bool
    reasons: list[str] = Field(description="Why it is not to be relied on.")
