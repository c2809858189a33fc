"""Long work: asked for, followed, ended; done by a worker beside the requests."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import UTC, datetime
from time import monotonic
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, StreamingResponse

from api.lists import behind, order, page
from api.schemas.findings import Page
from api.schemas.jobs import JobIn, JobOut, JobsQuestion
from api.schemas.requests import Sparse
from api.told import Told
from nlp.errors import NotFound
from pipelines import jobs
from pipelines.stores.protocols import Job
from pipelines.stores.protocols.jobs import OVER

router = APIRouter(prefix="/v1/jobs", tags=["jobs"], route_class=Told)
Id = Annotated[str, Path(examples=["job-0b3e6b7a5f5c4f0f9d5c0c7c1c2d3e4f"])]
SORTS = ("-created_at", "created_at")
LOOK, ALIVE = 0.5, 15.0
"""Seconds between two looks at a job, and after which a silent stream says that it lives."""
EXAMPLES = {
    "export": {"value": {"kind": "export", "options": {"table": "signals", "format": "parquet"}}},
    "discover": {"value": {"kind": "discover"}},
    "annotate": {"value": {"kind": "annotate"}},
    "features": {"value": {"kind": "features"}},
}
KINDS = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl", "xes": "application/xml"}
PARQUET = "application/vnd.apache.parquet"
FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file.",
        "content": {
            kind.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}}
            for kind in (*KINDS.values(), PARQUET)
        },
    }
}
EVENT = {
    "type": "object",
    "properties": {
        "event": {"type": "string", "enum": ["progress", "end"]},
        "id": {"type": "string"},
        "data": {"type": "string", "contentMediaType": "application/json"},
        "retry": {"type": "integer"},
    },
}
"""One event of the stream."""
STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events `progress` and, at last, `end`: each with the job as JSON.",
        "content": {"text/event-stream": {"schema": EVENT}},
    }
}


@router.post("", response_model=JobOut, status_code=202)
def ask(
    request: Request, response: Response, body: Annotated[JobIn, Body(openapi_examples=EXAMPLES)]
) -> dict[str, Any]:
    """Ask for long work: answered at once with 202, its place in `Location`."""
    state = request.app.state
    options = json.loads(body.options.model_dump_json(exclude_none=True))
    job = jobs.ask(state.store, body.kind, options, actor=request.state.actor.id)
    if jobs.here(state.settings):
        state.jobs.start()
    response.headers["location"] = f"/v1/jobs/{job.id}"
    return _out(request, job)


@router.get("", response_model=Page[JobOut])
def all(request: Request, question: Annotated[JobsQuestion, Query()]) -> dict[str, Any]:
    """Newest first, or by the sort created_at."""
    sort = order(question, SORTS)
    found = request.app.state.store.jobs.page(
        state=question.state,
        kind=question.kind,
        sort=sort,
        place=behind(request, question, sort),
        limit=question.limit + 1,
    )
    rows = [_out(request, job) for job in found]
    return page(request, rows, question, sort, lambda job: (job["created_at"], job["id"]))


@router.get("/{id}", response_model=JobOut)
def job(request: Request, id: Id, _: Annotated[Sparse, Query()]) -> dict[str, Any]:
    """One job: its state, and how far it is."""
    return _out(request, request.app.state.store.jobs.get(id))


@router.post("/{id}/cancel", response_model=JobOut)
def cancel(request: Request, id: Id) -> dict[str, Any]:
    """End a job: at once where it waits, soon where it runs; one that is over stays as it is."""
    return _out(request, request.app.state.store.jobs.cancel(id, datetime.now(UTC)))


@router.get("/{id}/file", responses=FILE, response_class=Response)
def file(request: Request, id: Id) -> FileResponse:
    """What an export has written; kept for a day."""
    state = request.app.state
    path = jobs.file_of(state.store.jobs.get(id), state.settings.job_files)
    if path is None:
        raise NotFound(f"job {id!r} has no file, or it is kept no longer")
    kind = KINDS.get(path.suffix[1:], PARQUET)
    return FileResponse(path, media_type=kind, filename=path.name, headers={"cache-control": "no-store"})


@router.get("/{id}/events", responses=STREAM, response_class=Response)
async def events(request: Request, id: Id) -> StreamingResponse:
    """How far a job is, as server-sent events, until it is over."""
    await run_in_threadpool(request.app.state.store.jobs.get, id)
    return StreamingResponse(
        _events(request, id), media_type="text/event-stream", headers={"cache-control": "no-store"}
    )


async def _events(request: Request, id: str) -> AsyncIterator[str]:
    state, told, spoke = request.app.state, None, monotonic()
    yield "retry: 2000\n\n"
    while not getattr(state, "ending", False):
        try:
            found = await run_in_threadpool(state.store.jobs.get, id)
        except NotFound:
            return
        if found != told:
            told, spoke = found, monotonic()
            name = "end" if found.state in OVER else "progress"
            text = JobOut.model_validate(_out(request, found)).model_dump_json()
            yield f"event: {name}\nid: {found.attempts}.{found.done}\ndata: {text}\n\n"
        if found.state in OVER:
            return
        if monotonic() - spoke > ALIVE:
            spoke = monotonic()
            yield ": alive\n\n"
        await asyncio.sleep(LOOK)


def _out(request: Request, job: Job) -> dict[str, Any]:
    file = jobs.file_of(job, request.app.state.settings.job_files)
    result = {name: value for name, value in job.result.items() if name != "file"}
    return asdict(job) | {"result": result, "file": f"/v1/jobs/{job.id}/file" if file else None}
