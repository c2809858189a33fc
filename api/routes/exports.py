"""GET /v1/exports/{table}.csv and .parquet: a table of the store as a stream."""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response, StreamingResponse

from api.commands.export import Table
from api.filters import chosen
from api.pipe import Pipe
from api.schemas.requests import ExportQuestion
from pipelines import export
from pipelines.sinks import write

router = APIRouter(prefix="/v1/exports", tags=["conversations"])
KINDS = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
BINARY = {"schema": {"type": "string", "format": "binary"}}
FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The table.", "content": dict.fromkeys(KINDS.values(), BINARY)}
}


@router.get("/{table}.{format}", responses=FILE, response_class=Response)
def table(
    request: Request,
    table: Annotated[Table, Path(examples=["signals"])],
    format: Annotated[Literal["csv", "parquet"], Path(examples=["csv"])],
    question: Annotated[ExportQuestion, Query()],
) -> StreamingResponse:
    """A table, row by row as it is read: memory does not grow with it. docs/export.md tells the columns.

    In CSV, a text that a spreadsheet would take for a formula gets an apostrophe before it. What fails half-way breaks
    the answer off: it is whole only where it ends well. POST /v1/jobs makes a file of it instead.
    """
    state = request.app.state
    taxonomy = state.desk.annotator.taxonomy
    filter = chosen(question, taxonomy)
    export.check(filter, state.store, taxonomy)
    wanted = export.Request(state.store, taxonomy, filter, question.at or datetime.now(UTC))
    noun, pipe = export.noun(table), Pipe()
    pieces = pipe.read(partial(_write, noun, wanted, format))
    headers = {"content-disposition": f'attachment; filename="{table}.{format}"', "cache-control": "no-store"}
    return StreamingResponse(pieces, media_type=KINDS[format], headers=headers)


def _write(noun: export.Noun, wanted: export.Request, format: str, file: Pipe) -> None:
    write(noun.rows(wanted), noun.columns, file, format=format)  # type: ignore[arg-type]
