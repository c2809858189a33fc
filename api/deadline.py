"""By when an answer is wanted: the client's word, up to the server's own limit."""

from time import monotonic
from typing import Annotated

from fastapi import Depends, Header, Request

ASKED = "Seconds within which the answer is wanted; up to the server's own limit, FRICTIONARY_DEADLINE."


async def until(
    request: Request,
    timeout: Annotated[
        float | None, Header(alias="x-request-timeout", gt=0, le=3600, description=ASKED, examples=[0.5])
    ] = None,
) -> float:
    """The moment, in monotonic seconds."""
    most: float = request.app.state.settings.deadline
    return monotonic() + min(timeout or most, most)


Until = Annotated[float, Depends(until)]
