"""What comes after a theme at a stage: leaving, another contact, not buying."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from api.kept import kept_of
from api.schemas.journeys import OutcomesOut
from api.schemas.requests import AskedOutcomes
from nlp.errors import UnknownName
from pipelines.outcomes import asked, outcomes

router = APIRouter(prefix="/v1/outcomes", tags=["journeys"])


@router.get("", response_model=OutcomesOut)
def found(request: Request, question: Annotated[AskedOutcomes, Query()]) -> dict[str, Any]:
    """How much likelier each outcome is after a theme at a stage than after other contacts there.

    Association, not cause. Each cell with too few outcomes or customers is left out and counted."""
    taxonomy = request.app.state.desk.annotator.taxonomy
    if question.stage and question.stage not in taxonomy.stage_names:
        raise UnknownName.of("stage", question.stage, taxonomy.stage_names)
    store = request.app.state.store
    found = kept_of(request).get("outcomes", lambda: outcomes(store, taxonomy))
    return asked(store, found, theme=question.theme, stage=question.stage)
