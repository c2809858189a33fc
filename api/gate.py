"""Refuses what would wait too long before its body is read, so that what is let in is answered in time."""

from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from api.meters import Meters
from api.problems import problem

BUSY = "the server has more to do than it can: try again in 1 s"


class Gate:
    """ASGI middleware before the routes that need the models at once: `paths`, and those under a path that ends in "/".

    `late`: whether what comes now would wait too long.
    """

    def __init__(self, app: ASGIApp, paths: tuple[str, ...], late: Callable[[], bool], meters: Meters) -> None:
        self.app, self.late, self.meters = app, late, meters
        self.paths = frozenset(paths)
        self.under = tuple(path for path in paths if path.endswith("/"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = self.route(scope["path"]) if scope["type"] == "http" and scope["method"] == "POST" else ""
        if route and self.late():
            self.meters.shed.labels(route).inc()
            await problem(429, BUSY, scope["path"], headers={"retry-after": "1"})(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def route(self, path: str) -> str:
        """The path among those it stands before; "" where there is none."""
        return path if path in self.paths else next((each for each in self.under if path.startswith(each)), "")
