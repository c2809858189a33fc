"""The cards of the models that speak: what they are, how good they were measured to be, and what a promise costs."""

from pydantic import BaseModel, Field


class PlaceOut(BaseModel):
    coverage: float = Field(description="0..1 of the held-out texts: those vouched for.", examples=[0.75])
    threshold: float = Field(description="The least confidence of those.", examples=[0.62])
    precision: float = Field(description="0..1 of those: guessed right.", examples=[0.91])
    low: float = Field(description="What the precision on new texts of the same kind does not fall under.")


class ModelOut(BaseModel):
    name: str = Field(examples=["heads"])
    version: str
    bytes: int
    languages: str
    limits: str
    whole: bool = Field(description="Each file is the one that the card was written for.")
    figures: dict[str, dict[str, float]] = Field(description="Part and test set: measure: value.")
    curve: dict[str, list[PlaceOut]] = Field(description="Head: what each threshold on its confidence keeps.")
