"""The web application: routes, one error shape, one guard, and the dashboard on top."""

from importlib.metadata import version
from pathlib import Path

from fastapi import Depends, FastAPI

from api import dashboard, problems
from api.desk import Desk
from api.routes import (
    about,
    analyze,
    anomalies,
    attribution,
    audit,
    cohorts,
    conversations,
    customers,
    edits,
    ingest,
    journeys,
    keys,
    models,
    outcomes,
    paths,
    reference,
    search,
    segments,
    stages,
    taxonomies,
    themes,
)
from api.security import protect
from api.security.guard import declared
from pipelines.annotate import Annotator
from pipelines.settings import Settings
from pipelines.stores.protocols import Store

ROUTES = (
    keys,
    audit,
    analyze,
    ingest,
    search,
    segments,
    conversations,
    themes,
    edits,
    stages,
    outcomes,
    attribution,
    journeys,
    cohorts,
    anomalies,
    customers,
    paths,
    models,
    taxonomies,
    about,
    reference,
)
ABOUT = """What customers want, how they feel, what hurts them and where they stand in their journey, from support
tickets, calls and posts. Times are ISO 8601 in UTC. Every error is a problem detail (RFC 9457)."""


def create_app(store: Store, settings: Settings, annotator: Annotator) -> FastAPI:
    """The application over one store."""
    app = FastAPI(
        title="Frictionary",
        version=version("frictionary"),
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(declared)],
    )
    app.state.store, app.state.settings = store, settings
    app.state.desk = Desk(store, annotator, model=Path(settings.model) if settings.model else None)
    problems.handle(app)
    for noun in ROUTES:
        app.include_router(noun.router)
    reference.describe(app)
    dashboard.mount(app)
    protect(app, store, settings)
    return app
