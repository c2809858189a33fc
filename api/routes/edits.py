"""What people say of themes: a log that is added to, replayed at every discovery."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request, Response

from api.lists import listed
from api.schemas.edits import EditIn, EditOut, OfTheme
from api.schemas.findings import Page
from api.told import Told, unchanged
from nlp.themes.edits import Edit
from pipelines import edits

router = APIRouter(prefix="/v1/edits", tags=["themes"], route_class=Told)
EXAMPLES = {
    "rename": {"value": {"kind": "rename", "theme": "t1", "text": "Parcels come late", "who": "Ada"}},
    "note": {"value": {"kind": "note", "theme": "t1", "text": "The courier knows.", "who": "Ada"}},
    "fixed": {"value": {"kind": "fixed", "theme": "t1", "day": "2026-10-01", "who": "Ada"}},
}


@router.post("", response_model=EditOut)
def add(request: Request, body: Annotated[EditIn, Body(openapi_examples=EXAMPLES)]) -> dict[str, Any]:
    """Add an edit to the log and show the themes anew.

    With `If-Match` and the entity tag of /v1/edits or of a theme, 412 where somebody has edited themes since, or they
    were discovered anew. `who` may be left out: a person who logged in, the name of HTTP basic authentication, or the
    key's name says it.
    """
    state, fields, actor = request.app.state, body.model_dump(), request.state.actor
    fields["who"] = actor.name if actor.kind == "person" else body.who or actor.name
    said = Edit(0, datetime.now(UTC), **{**fields, "segments": tuple(body.segments)})
    with state.desk.writing:
        unchanged(request, revision(request))
        added = edits.edit(state.store, said)
    request.state.subject = added.theme or added.other
    (line,) = (line for line in edits.log(state.store) if line.edit.number == added.number)
    return _out(line)


@router.get("", response_model=Page[EditOut])
def log(request: Request, response: Response, question: Annotated[OfTheme, Query()]) -> dict[str, Any]:
    """The log, newest first, with what each edit is kept from doing."""
    response.headers["etag"] = revision(request)
    lines = edits.log(request.app.state.store, question.theme)
    return listed(request, map(_out, lines), question, sorts=("-number", "number"), id="number")


def revision(request: Request) -> str:
    """Of the themes as people see them: changed by each edit and each discovery."""
    store = request.app.state.store
    return f"{store.edits.last()}-{store.themes.current_run() or 'none'}"


def _out(line: edits.Line) -> dict[str, Any]:
    return asdict(line.edit) | {"counts": line.counts, "conflict": line.conflict}
