"""What people say of themes, in and out."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from api.schemas.requests import In, Listed

Kind = Literal["rename", "merge", "split", "move", "pin", "unpin", "hide", "unhide", "note", "owner", "fixed", "undo"]
Segment = Annotated[str, Field(max_length=500)]


class EditIn(In):
    kind: Kind = Field(description="What each needs is in docs/themes.md.")
    who: str = Field("", max_length=200, description="Who says it.", examples=["Ada"])
    theme: str = Field(
        "", max_length=40, description="What is said of which theme; with move, where to, empty for none."
    )
    other: str = Field("", max_length=40, description="With merge: the theme that it is a part of.")
    segments: list[Segment] = Field(
        [], max_length=5_000, description='Ids such as "shop:4711#0:0", for split and move.'
    )
    text: str = Field("", max_length=2_000, description="A name, a note, an owner.")
    day: date | None = Field(None, description="With fixed: when the fix shipped.")
    undoes: int | None = Field(None, description="With undo: the number of an edit.")


class EditOut(BaseModel):
    number: int = Field(description="Its place in the log, from 1.", examples=[1])
    at: datetime
    who: str
    kind: Kind
    theme: str
    other: str = Field(description="With split: the id of the new theme.")
    segments: list[str]
    text: str
    day: date | None
    undoes: int | None
    counts: bool = Field(description="False where it is undone.")
    conflict: str = Field(description="Why it does not do, or not wholly do, what it says; empty where it does.")


class OfTheme(Listed):
    theme: str = Field("", description="Only edits that name this theme.", examples=["t1"])
