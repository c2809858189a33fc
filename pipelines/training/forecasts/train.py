"""Forecasts learnt from what a store holds, scored on a later time, and written into a folder with their card."""

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from nlp.errors import BadInput
from nlp.journeys.facts import EPOCH, MICROSECOND, Facts, ticks
from nlp.journeys.targets import HORIZONS
from nlp.taxonomy import Taxonomy
from pipelines.corpora import digest
from pipelines.facts import everyone, told_until
from pipelines.forecasts import FILE
from pipelines.stores.protocols import Store
from pipelines.training.forecasts.fit import fit
from pipelines.training.forecasts.rows import Busy, rows
from pipelines.training.forecasts.score import Score, scores, suspicious
from pipelines.training.own.folder import replaced

Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True, slots=True)
class Learnt:
    """What was learnt from and how good it is. targets: those that are foretold; missing: of which the store tells too
    little. leaks: (feature, target, area) of features that know too well."""

    folder: Path
    rows: int
    customers: int
    until: datetime
    targets: tuple[str, ...]
    missing: tuple[str, ...]
    scores: tuple[Score, ...]
    leaks: tuple[tuple[str, str, float], ...]
    seconds: float


def train(store: Store, taxonomy: Taxonomy, out: Path, *, seed: int = 0, progress: Progress) -> Learnt:
    """The folder is replaced as a whole. Raises BadInput where the store tells too little of any target."""
    started = time.perf_counter()
    progress("read", 0, None)
    journeys = list(_journeys(store))
    until = told_until(facts for facts, _ in journeys)
    past = rows(journeys, taxonomy, until=until, seed=seed)
    progress("learn", 0, None)
    model = fit(past, seed=seed)
    targets = tuple(outlook.target for outlook in model.outlooks)
    if not targets:
        raise BadInput(
            f"{len(past.at)} moments of the past tell too little: a target needs 50 of each answer in the earlier "
            "three quarters of the time, its horizon over; take in more conversations and events"
        )
    progress("score", 0, None)
    found = scores(past, seed=seed)
    missing = tuple(name for name in HORIZONS if name not in targets)
    customers, seen = len(set(past.customer.tolist())), EPOCH + until * MICROSECOND
    learnt = Learnt(
        out,
        len(past.at),
        customers,
        seen,
        targets,
        missing,
        tuple(found),
        tuple(suspicious(past)),
        time.perf_counter() - started,
    )
    with replaced(out, file=FILE, kind="a model of forecasts") as folder:
        (folder / FILE).write_bytes(model.to_bytes())
        (folder / "card.toml").write_text(_card(learnt, seed, digest(folder / FILE)), "utf-8")
    return learnt


def _journeys(store: Store) -> Iterator[tuple[Facts, Busy]]:
    busy: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for contact in store.customers.contacts():
        if contact.last_at > contact.at:
            busy[contact.customer].append((ticks(contact.at), ticks(contact.last_at)))
    for customer, facts in everyone(store):
        yield facts, busy.get(customer, ())


def _card(learnt: Learnt, seed: int, sha256: str) -> str:
    lines = ["# Written by `frictionary train forecasts`: figures are of a later time than was learnt from."]
    lines += ['name = "forecasts"', f'version = "{sha256[:8]}"', f"seed = {seed}", f"rows = {learnt.rows}"]
    lines += [f"customers = {learnt.customers}", f"until = {learnt.until.isoformat()}"]
    lines += [f"trained = {datetime.now(UTC).replace(microsecond=0).isoformat()}"]
    lines += [f"targets = {json.dumps(learnt.targets)}", f"missing = {json.dumps(learnt.missing)}"]
    lines += _scored(learnt.scores)
    lines += [line for name, target, area in learnt.leaks for line in _leak(name, target, area)]
    return "\n".join([*lines, "", "[sha256]", f'"{FILE}" = "{sha256}"', ""])


def _scored(found: Sequence[Score]) -> Iterator[str]:
    for score in found:
        yield from ("", "[[score]]", f'target = "{score.target}"', f'way = "{score.way}"', f"rows = {score.rows}")
        for name, figure in (("auc", score.auc), ("brier", score.brier), ("ece", score.ece)):
            yield f"{name} = [{figure.value:.4f}, {figure.low:.4f}, {figure.high:.4f}]"


def _leak(name: str, target: str, area: float) -> tuple[str, ...]:
    return ("", "[[leak]]", f'feature = "{name}"', f'target = "{target}"', f"auc = {area:.4f}")
