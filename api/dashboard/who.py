"""Who looks at a page, by name: what forms that ask for a name begin with."""

from fastapi import Request


def who(request: Request) -> str:
    """ "" of somebody whose name the guard does not know."""
    return str(getattr(getattr(request.state, "actor", None), "name", ""))
