"""The log of choices: taken in, joined with what came of them, and asked what another policy would have earned."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any

from nlp.errors import UnknownName
from nlp.experiments.policies import Choice, Policy, checked, evaluate
from nlp.journeys.facts import ticks
from nlp.journeys.ledger import DAY
from nlp.taxonomy import Taxonomy
from pipelines.facts import everyone, told_until
from pipelines.stores.protocols import Store

GIVEN = "given"
REWARDS = (GIVEN, "stays", "buys", "does_not_write")
DAYS = 30
"""After a choice, for what the store itself tells of it."""
Row = dict[str, Any]


def log(store: Store, choices: Sequence[Choice]) -> int:
    """Returns how many were new: a choice that is there stays as it was, but for a reward. Raises BadInput."""
    return store.choices.put([checked(choice) for choice in choices])


def evaluated(
    store: Store, taxonomy: Taxonomy, policy: Policy, *, logged: str = "", reward: str = GIVEN, days: int = DAYS
) -> Row:
    """The fields of Evaluation. reward: "given", or what the store tells of the days after each choice: "stays",
    "buys", "does_not_write", 1 or 0; a choice whose days are not over has none. Raises BadInput, UnknownName."""
    if reward not in REWARDS:
        raise UnknownName.of("reward", reward, REWARDS)
    choices = store.choices.all(logged)
    return asdict(evaluate(list(choices if reward == GIVEN else _told(store, taxonomy, choices, reward, days)), policy))


def _told(store: Store, taxonomy: Taxonomy, choices: Iterator[Choice], reward: str, days: int) -> Iterator[Choice]:
    everybody = dict(everyone(store, taxonomy=taxonomy))
    until, owners = told_until(everybody.values()), store.identity.links()
    for choice in choices:
        own, at = everybody.get(owners.get(choice.customer, choice.customer)), ticks(choice.at)
        end = at + days * DAY
        if own is None or end > until:
            yield replace(choice, reward=None)
            continue
        names = taxonomy.buys if reward == "buys" else taxonomy.leaves
        did = any(d.name in names and at <= d.at < end for d in own.done)
        wrote = any(at < s.at < end for s in own.said)
        came = {"stays": not did, "buys": did, "does_not_write": not wrote}[reward]
        yield replace(choice, reward=float(came))
