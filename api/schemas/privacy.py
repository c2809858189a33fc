"""A person's rights: what is asked of whom, and what was done."""

from pydantic import BaseModel, Field

from api.schemas.requests import In


class OfCustomer(In):
    customer: str = Field(
        min_length=1,
        max_length=500,
        description='A pseudonym, or kind:value such as "email:jo@example.com"; it stands in no address and no log.',
        examples=["c0123456789abcdef0123"],
    )


class Forgotten(BaseModel):
    rows: dict[str, int] = Field(description="Deleted rows by table; empty where nothing was kept.")
