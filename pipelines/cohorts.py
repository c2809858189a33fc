"""Cohorts out of the store: personas, archetypes or values of an attribute, compared as of a moment before the last."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import numpy as np

from nlp.customer import DATES
from nlp.errors import BadInput, UnknownName
from nlp.journeys.archetypes import archetypes, named
from nlp.journeys.cohorts import CAVEAT, LEAST, OTHERS, Cohort, afterwards, before, cohorts
from nlp.journeys.facts import EPOCH, MICROSECOND, Facts
from nlp.journeys.ledger import DAY
from nlp.journeys.personas import SAYS, personas
from nlp.journeys.portraits import portraits
from nlp.taxonomy import Taxonomy
from pipelines.facts import everyone, told_until
from pipelines.stores.protocols import Filter, Store

VALUE, ARCHETYPE, UNKNOWN = "value", "archetype", "unknown"
DAYS = 30
"""From the moment of the groups until the last one seen, where no other number is asked for."""
LIFETIME = ("ltv", "clv", "lifetime_value")
"""Attributes that say what a customer is worth."""
NAMES, THIRDS = 10, ("low", "middle", "high")
"""An attribute of more different numbers is told in thirds."""
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """Everybody known, and not gone, at a moment. now: all their facts; past: until then. Times in microseconds."""

    customers: Sequence[str]
    now: Sequence[Facts]
    past: Sequence[Facts]
    at: int
    until: int

    def outcomes(self, taxonomy: Taxonomy) -> dict[str, Any]:
        return afterwards(self.now, taxonomy, at=self.at, until=self.until + 1)


def standing(store: Store, taxonomy: Taxonomy, filter: Filter = Filter(), *, days: int) -> Standing:
    """As of so many days before the last moment of which the store knows anything. Raises BadInput."""
    if not 1 <= days <= 365:
        raise BadInput(f"days={days}: groups are compared by what came in the 1 to 365 days after a moment")
    everybody = list(everyone(store, filter, taxonomy=taxonomy))
    until = told_until(own for _, own in everybody)
    at = until - days * DAY
    there = [(customer, own, before(own, at)) for customer, own in everybody]
    kept = [one for one in there if (one[2].said or one[2].done) and not _gone(one[2], taxonomy)]
    return Standing([one[0] for one in kept], [one[1] for one in kept], [one[2] for one in kept], at, until)


def _gone(own: Facts, taxonomy: Taxonomy) -> bool:
    return any(done.name in taxonomy.leaves for done in own.done)


def compared(store: Store, taxonomy: Taxonomy, *, by: str = VALUE, days: int = DAYS) -> Row:
    """Keys cohorts (the fields of Cohort with says, in words), at (the moment of the groups), until, by, attributes
    (what else may be asked by), customers, others (how many groups are told together), least, caveat.

    `by` is "value", "archetype" or the name of an attribute. Raises UnknownName, BadInput.
    """
    facts = {customer.id: customer.attributes for customer in store.customers.all()}
    attributes = sorted({name for own in facts.values() for name in own if name != DATES})
    if by not in (VALUE, ARCHETYPE, *attributes):
        raise UnknownName.of("grouping of customers", by, (VALUE, ARCHETYPE, *attributes))
    then = standing(store, taxonomy, days=days)
    groups, says = _groups(then, facts, taxonomy, by)
    found = cohorts(groups, then.past, then.outcomes(taxonomy))
    told = {cohort.name for cohort in found}
    return {
        "cohorts": [_row(cohort, says) for cohort in found],
        "by": by,
        "attributes": attributes,
        "at": moment(then.at) if then.customers else None,
        "until": moment(then.until) if then.customers else None,
        "customers": len(groups),
        "others": sum(name not in told for name in set(groups)),
        "least": LEAST,
        "caveat": CAVEAT,
    }


def moment(at: int) -> datetime:
    return EPOCH + at * MICROSECOND


def _row(cohort: Cohort, says: Mapping[str, str]) -> Row:
    others = "groups too small to be told"
    return asdict(cohort) | {"says": others if cohort.name == OTHERS else says.get(cohort.name, "")}


def _groups(
    then: Standing, facts: Mapping[str, Mapping[str, Any]], taxonomy: Taxonomy, by: str
) -> tuple[list[str], Mapping[str, str]]:
    """(each customer's group, what each says)."""
    if by == VALUE:
        worth = [_worth(facts.get(customer, {})) for customer in then.customers]
        return personas(then.past, taxonomy, at=then.at, worth=worth), SAYS
    if by == ARCHETYPE:
        return _archetypes(then.past), {}
    return _cut([facts.get(customer, {}).get(by) for customer in then.customers]), {}


def _worth(attributes: Mapping[str, Any]) -> float | None:
    given = [number for name in LIFETIME if (number := _number(attributes.get(name))) is not None]
    return given[0] if given else None


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if np.isfinite(number) and not isinstance(value, bool) else None


def _cut(values: Sequence[Any]) -> list[str]:
    numbers = [_number(value) for value in values]
    known = sorted(number for number in numbers if number is not None)
    if len(set(known)) > NAMES and len(known) == sum(value is not None for value in values):
        edges = np.quantile(known, (1 / 3, 2 / 3))
        return [UNKNOWN if x is None else THIRDS[int(np.searchsorted(edges, x, "right"))] for x in numbers]
    return [UNKNOWN if value in (None, "") else str(value) for value in values]


def _archetypes(past: Sequence[Facts]) -> list[str]:
    wrote = [n for n, own in enumerate(past) if own.said]
    groups = ["has not written"] * len(past)
    if wrote:
        found, _ = archetypes(portraits([past[n] for n in wrote]))
        for name, one in zip(named(found), found, strict=True):
            for row in one.members.tolist():
                groups[wrote[row]] = name
    return groups
