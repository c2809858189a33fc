"""Experiments: hold-outs that engines honour, and what an intervention does beside them."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request

from api.schemas.experiments import (
    AskedArm,
    AssignmentOut,
    EntriesIn,
    EntriesOut,
    ExperimentIn,
    ExperimentOut,
    ExperimentsOut,
    ResultOut,
)
from nlp.experiments.experiment import NAME as WRITTEN
from pipelines import experiments
from pipelines.protect import protector

router = APIRouter(prefix="/v1/experiments", tags=["experiments"])
Name = Annotated[str, Path(pattern=f"^{WRITTEN.pattern}$", max_length=80, examples=["call-back"])]


@router.get("", response_model=ExperimentsOut)
def listed(request: Request) -> dict[str, Any]:
    """All experiments, newest first."""
    return {"items": [asdict(one) for one in request.app.state.store.experiments.all()]}


@router.post("", response_model=ExperimentOut, status_code=201)
def create(request: Request, body: ExperimentIn) -> dict[str, Any]:
    """Make an experiment; sent again, it is the same one. Another one of its name is refused."""
    at = body.started_at or datetime.now(UTC)
    made = experiments.create(
        request.app.state.store, body.name, at=at, holdout=body.holdout, days=body.days, says=body.says
    )
    return asdict(made)


@router.get("/{name}", response_model=ExperimentOut)
def one(request: Request, name: Name) -> dict[str, Any]:
    """One experiment, with the salt by which anybody can tell arms."""
    return asdict(request.app.state.store.experiments.get(name))


@router.post("/{name}/end", response_model=ExperimentOut)
def end(request: Request, name: Name) -> dict[str, Any]:
    """From now on nobody comes in."""
    return asdict(request.app.state.store.experiments.end(name, datetime.now(UTC)))


@router.get("/{name}/assignment", response_model=AssignmentOut)
def assignment(request: Request, name: Name, question: Annotated[AskedArm, Query()]) -> dict[str, Any]:
    """Whether a customer is treated or held out; nothing is noted."""
    store = request.app.state.store
    return experiments.assignment(store, store.experiments.get(name), question.customer, at=datetime.now(UTC))


@router.post("/{name}/entries", response_model=EntriesOut)
def enter(request: Request, name: Name, body: EntriesIn) -> dict[str, Any]:
    """Note that customers come in now, held out or not, and tell their arms: asked when an engine is about to act."""
    store, settings = request.app.state.store, request.app.state.settings
    protect = protector(settings) if any(":" in customer for customer in body.customers) else None
    named = [protect.customer(one) if protect and ":" in one else one for one in body.customers]
    entered = experiments.enter(store, store.experiments.get(name), named, at=datetime.now(UTC))
    return {"items": entered}


@router.get("/{name}/result", response_model=ResultOut)
def result(request: Request, name: Name) -> dict[str, Any]:
    """What being treated adds to leaving, buying, writing, contacts and friction, with intervals, power, and whether
    the arms are as large as planned."""
    store = request.app.state.store
    return experiments.result(store, request.app.state.desk.annotator.taxonomy, store.experiments.get(name))
