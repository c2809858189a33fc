"""What routes a text: rules, their versions, and the queue that they suggest."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field, model_validator

from api.schemas.findings import Guess
from api.schemas.requests import TEXTS, In, Text

NAMES: Any = Field([], max_length=200)


class ClassifyIn(In):
    """Exactly one of `text` and `texts`."""

    text: Text | None = None
    texts: list[Text] | None = Field(None, min_length=1, max_length=TEXTS)

    @model_validator(mode="after")
    def one_of(self) -> "ClassifyIn":
        if (self.text is None) == (self.texts is None):
            raise ValueError("exactly one of text, texts expected")
        return self


class RoutedOut(BaseModel):
    id: str = Field(description="The text's number from 1.", examples=["1"])
    intent: str = Field(description="Best guess, also where `abstained`.", examples=["refund_status"])
    confidence: float = Field(description="0..1, the calibrated probability that it is right.")
    abstained: bool = Field(description="The model will not vouch for its guess.")
    doubt: str | None = Field(
        description='Why it abstains: "outside" the known intents, "unsure" among them, or an unknown "language".',
        examples=["unsure"],
    )
    outside: float | None = Field(description="P(outside the known intents), 0..1; null where that is not told.")
    intents: list[Guess] = Field(description="The likeliest, best first.")
    sentiment: float | None = Field(description="-1..+1; null where no rule asks for it.")
    stage: str | None = Field(description="null where no rule asks for it.", examples=["use"])
    language: str = Field(description='BCP 47; "und" where it cannot be told.', examples=["en"])
    queue: str = Field(description="Who should deal with it, by the rules.", examples=["billing"])
    rule: int | None = Field(description="The number of the rule that says so, from 1; null for the default.")


class Classified(BaseModel):
    results: list[RoutedOut]
    rules: int = Field(description="The version of the rules; 0 where none were given.", examples=[3])
    model: str = Field(description="The version of the models.")


class RuleIn(In):
    """All that it names must fit; what it does not name fits always. Bounds belong to what they bound."""

    queue: str = Field(max_length=100, examples=["retention"])
    intents: list[str] | None = Field(None, description="Any of these.", examples=[["subscription_cancel"]])
    stages: list[str] | None = Field(None, description="Any of these.", examples=[["use"]])
    languages: list[str] | None = Field(None, description="Any of these, BCP 47.", examples=[["de", "fr"]])
    abstained: bool | None = Field(None, description="Whether the model abstains.")
    min_confidence: float | None = Field(None, description="0..1", examples=[0.6])
    max_confidence: float | None = Field(None, description="0..1")
    min_sentiment: float | None = Field(None, description="-1..+1")
    max_sentiment: float | None = Field(None, description="-1..+1", examples=[-0.5])


class RulesIn(In):
    """Rules are tried in order, and the first that fits names the queue."""

    default: str = Field("general", description="The queue where no rule fits.", max_length=100)
    rules: list[RuleIn] = Field([], max_length=500)
    note: str = Field("", description="Why they change.", max_length=1_000)
    who: str = Field("", description="Who changes them; the caller's own name where empty.", max_length=200)


class RulesOut(BaseModel):
    number: int = Field(description="Version, from 1; 0 where none were given yet.", examples=[3])
    at: datetime | None
    who: str
    note: str
    default: str = Field(examples=["general"])
    rules: list[dict[str, Any]] = Field(examples=[[{"queue": "billing", "intents": ["refund_status"]}]])
    unknown: list[str] = Field(description="What no text can be under the present taxonomy: such a rule never fits.")


class RulesHistory(BaseModel):
    items: list[RulesOut]
    next: str | None = Field(description="Path of the page that follows; null on the last.")
