"""The web application: routes, one error shape, one guard, and the dashboard on top."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version
from pathlib import Path

from fastapi import Depends, FastAPI
from fastapi.concurrency import run_in_threadpool

from api import dashboard, problems
from api.desk import FRESH, Desk
from api.gate import Gate
from api.idempotent import Idempotent
from api.meters import Metered, Meters
from api.realtime import RealTime
from api.routes import (
    about,
    analyze,
    anomalies,
    attribution,
    audit,
    choices,
    cohorts,
    conversations,
    customers,
    edits,
    experiments,
    exports,
    ingest,
    jobs,
    journeys,
    keys,
    live,
    login,
    models,
    outcomes,
    paths,
    privacy,
    reference,
    review,
    routing,
    search,
    segments,
    sinks,
    stages,
    taxonomies,
    themes,
    wellness,
)
from api.running import Running
from api.schemas.requests import AnalyzeIn
from api.schemas.routing import ClassifyIn
from api.security import protect
from api.security.guard import declared
from api.security.login import Login
from api.shortcut import Shortcut, Way
from api.traces import telemetry, tracer
from nlp.errors import FrictionaryError
from pipelines.annotate import Annotator
from pipelines.forgetting import finish
from pipelines.jobs import Worker, here
from pipelines.settings import Settings
from pipelines.stores.protocols import Store

ROUTES = (  # those of real time first: they are looked for in this order
    analyze,
    routing,
    live,
    keys,
    login,
    audit,
    privacy,
    ingest,
    jobs,
    exports,
    search,
    segments,
    conversations,
    themes,
    edits,
    review,
    stages,
    outcomes,
    attribution,
    journeys,
    cohorts,
    anomalies,
    experiments,
    choices,
    customers,
    paths,
    models,
    taxonomies,
    about,
    wellness,
    sinks,
    reference,
)
REAL_TIME = ("/v1/analyze", "/v1/intents:classify", "/v1/live/")
QUICK = {
    "/v1/analyze": Way("/v1/analyze", AnalyzeIn, analyze.analyze),
    "/v1/intents:classify": Way("/v1/intents:classify", ClassifyIn, routing.classify),
}
ABOUT = """What customers want, how they feel, what hurts them and where they stand in their journey, from support
tickets, calls and posts. Times are ISO 8601 in UTC. Every error is a problem detail (RFC 9457)."""


def create_app(store: Store, settings: Settings, annotator: Annotator) -> FastAPI:
    """The application over one store."""
    spans = tracer(settings)
    app = FastAPI(
        title="Frictionary",
        version=version("frictionary"),
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(declared)],
        lifespan=_life,
        telemetry=telemetry(spans),  # type: ignore[arg-type]
    )
    app.state.store, app.state.settings = store, settings
    app.state.desk = desk = Desk(store, annotator, model=Path(settings.model) if settings.model else None)
    app.state.meters = meters = Meters()
    app.state.realtime = RealTime(desk, meters, most=settings.max_wait, workers=settings.workers, spans=spans)
    app.state.running, app.state.ending, app.state.tracer = Running(), False, spans
    meters.tell(desk.models, desk.figures)
    app.state.login = Login(settings) if settings.login_issuer else None
    problems.handle(app)
    for noun in ROUTES:
        app.include_router(noun.router)
    reference.describe(app)
    dashboard.mount(app)
    app.state.jobs = Worker(store, settings, lambda: desk.annotator, writing=lambda: desk.writing)
    if not spans:  # they begin where the router looks
        app.add_middleware(Shortcut, ways=QUICK, patience=settings.deadline)
    app.add_middleware(Gate, paths=REAL_TIME, late=app.state.realtime.late, meters=meters)
    app.add_middleware(Idempotent, store=store)
    protect(app, store, settings)
    app.add_middleware(Metered, meters=meters)
    return app


@asynccontextmanager
async def _life(app: FastAPI) -> AsyncIterator[None]:
    """Who has refused is forgotten first. What waits for the models is done before the server ends."""
    await run_in_threadpool(finish, app.state.store)
    tasks = [asyncio.create_task(app.state.realtime.watch()), asyncio.create_task(_follow(app.state.desk))]
    if here(app.state.settings):
        app.state.jobs.start()
    yield
    for task in tasks:
        task.cancel()
    app.state.jobs.stop()
    app.state.realtime.close()
    if app.state.tracer:
        app.state.tracer.shutdown()


async def _follow(desk: Desk) -> None:
    """What is seen of the store is never too old for whoever asks."""
    while True:
        await asyncio.sleep(FRESH / 2)
        with suppress(FrictionaryError):  # whoever asks next is told of it
            await run_in_threadpool(desk.refresh)
