"""The web application: routes, one error shape, one guard, and the dashboard on top."""

from importlib.metadata import version
from pathlib import Path

from fastapi import FastAPI

from api import problems
from api.routes import about
from api.security import Guard
from pipelines.annotate import Annotator
from pipelines.settings import Settings
from pipelines.stores.protocols import Store

ROUTES = (about,)
ABOUT = """What customers want, how they feel, what hurts them and where in their journey, from support tickets,
calls and posts. Times are ISO 8601 in UTC. Every error is a problem detail (RFC 9457)."""


def create_app(store: Store, settings: Settings, annotator: Annotator) -> FastAPI:
    """The application over one store; it holds no state of its own beyond what it is given."""
    app = FastAPI(title="Frictionary", version=version("frictionary"), description=ABOUT, docs_url=None, redoc_url=None)
    app.state.store, app.state.settings, app.state.annotator = store, settings, annotator
    problems.handle(app)
    for noun in ROUTES:
        app.include_router(noun.router)
    if (Path(__file__).parent / "dashboard" / "__init__.py").is_file():
        from api.dashboard import mount

        mount(app)
    app.add_middleware(Guard, settings=settings)
    return app
