"""Experiment: an intervention that some customers, told by a keyed hash, are held out of."""

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from nlp.errors import BadInput

HELD, TREATED = "holdout", "treated"
DAYS = (1, 365)
NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")


@dataclass(frozen=True, slots=True)
class Experiment:
    """`holdout`: share of customers held out, 0..1. `salt`: the key of its hash, so that no two experiments hold the
    same customers out. `days`: how long after their entry customers are looked at. `ended_at`: from then on nobody
    enters.
    """

    name: str
    salt: str
    holdout: float
    days: int
    started_at: datetime
    ended_at: datetime | None = None
    says: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A customer's coming into an experiment: from `at` on they are treated, or would have been."""

    customer: str
    arm: str
    at: datetime


def checked(experiment: Experiment) -> Experiment:
    """Raises BadInput."""
    if not NAME.fullmatch(experiment.name):
        raise BadInput(f"experiment {experiment.name!r}: a name has 1 to 80 letters, digits, '-' and '_'")
    if not 0.01 <= experiment.holdout <= 0.5:
        raise BadInput(f"experiment {experiment.name!r}: holdout={experiment.holdout}: 0.01 to 0.5 are held out")
    if not DAYS[0] <= experiment.days <= DAYS[1]:
        raise BadInput(f"experiment {experiment.name!r}: days={experiment.days}: {DAYS[0]} to {DAYS[1]}")
    return experiment


def position(salt: str, customer: str) -> float:
    """Where a customer lies in an experiment, [0, 1): BLAKE2b of the customer under the salt, eight bytes, as a
    big-endian number over 2**64. Anybody who has the salt can tell it."""
    digest = blake2b(customer.encode(), key=salt.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def arm(experiment: Experiment, customer: str) -> str:
    """The same for the same customer, always and everywhere."""
    return HELD if position(experiment.salt, customer) < experiment.holdout else TREATED
