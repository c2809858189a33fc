"""Who looks at a page, by name: what forms that ask for a name begin with."""

from fastapi import Request


def who(request: Request, given: str = "") -> str:
    """The name of a person who logged in; else the one `given`, else what the guard knows, "" where it knows none."""
    actor = getattr(request.state, "actor", None)
    known = str(getattr(actor, "name", ""))
    return known if getattr(actor, "kind", "") == "person" and known else given.strip() or known
