"""What people say of findings in doubt, in and out."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from api.schemas.requests import In

Kind = Literal["intent", "sentiment", "theme"]


class CorrectionIn(In):
    kind: Kind = Field(description="Which finding is spoken of.")
    segment: str = Field(max_length=500, description="Its id.", examples=["shop:4711#0:0"])
    value: str = Field(
        max_length=200,
        description='An intent, a class of sentiment, or a theme\'s id, empty for no theme; "?": cannot tell.',
        examples=["refund_request"],
    )
    who: str = Field("", max_length=200, description="Who says it; the caller's own name otherwise.", examples=["Ada"])


class CorrectionOut(BaseModel):
    number: int = Field(description="Its place in the log, from 1.", examples=[1])
    at: datetime
    who: str
    segment: str
    kind: Kind
    value: str
    guess: str = Field(description="What the model said then.")
    model: str = Field(description="Its version.")


class OfKind(In):
    kind: Kind = Field("intent", description="Which finding.")


class Queue(OfKind):
    who: str = Field("", max_length=200, description="For whom: what they have judged is left out.")
    limit: int = Field(20, ge=1, le=200)


class OptionOut(BaseModel):
    value: str
    score: float = Field(description="Probability; of a theme, cosine similarity.")


class ItemOut(BaseModel):
    segment: str
    kind: Kind
    text: str = Field(description="Masked.")
    guess: str
    options: list[OptionOut] = Field(description="The likeliest first.")
    why: str = Field(description="Why it is in doubt.")


class ShareOut(BaseModel):
    value: float
    low: float
    high: float


class AgreementOut(BaseModel):
    items: int = Field(description="Segments that both judged.")
    alike: ShareOut | None = Field(description="The share judged alike, with its 95 % interval.")
    kappa: float | None = Field(description="Cohen's kappa: agreement beyond chance.")


class StandingOut(BaseModel):
    kind: Kind
    judged: int
    said: int
    people: list[str]
    waiting: int
    disputed: int
    between_people: AgreementOut
    with_model: AgreementOut
