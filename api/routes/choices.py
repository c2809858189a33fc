"""The log of what policies chose, and what another policy would have earned."""

from typing import Any

from fastapi import APIRouter, Request

from api.schemas.experiments import ChoicesIn, EvaluationOut, LoggedOut, PolicyIn, RewardedOut, RewardsIn
from nlp.experiments.policies import Choice, Policy
from pipelines import choices

router = APIRouter(prefix="/v1/decisions", tags=["experiments"])


@router.post("", response_model=LoggedOut)
def log(request: Request, body: ChoicesIn) -> dict[str, Any]:
    """Log decisions with the chances with which they were taken; one that is there stays as it was."""
    return {"new": choices.log(request.app.state.store, [Choice(**one.model_dump()) for one in body.choices])}


@router.post("/rewards", response_model=RewardedOut)
def reward(request: Request, body: RewardsIn) -> dict[str, Any]:
    """Tell what came of decisions; the last word stands."""
    return {"known": request.app.state.store.choices.reward(body.rewards)}


@router.post("/evaluation", response_model=EvaluationOut)
def evaluate(request: Request, body: PolicyIn) -> dict[str, Any]:
    """What a policy would have earned on the logged decisions: by inverse propensities, plain and self-normalised, and
    doubly robust, with intervals."""
    policy = Policy(body.otherwise, body.by, body.actions)
    state = request.app.state
    return choices.evaluated(
        state.store, state.desk.annotator.taxonomy, policy, logged=body.policy, reward=body.reward, days=body.days
    )
