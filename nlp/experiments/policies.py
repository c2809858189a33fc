"""Policies: what another way of choosing actions would have earned, from choices logged with their chances.

Inverse propensity scores (Horvitz & Thompson 1952), their self-normalised form (Swaminathan & Joachims 2015), and the
doubly robust estimate (Dudík et al. 2011, ICML), whose model of rewards is learnt on the half that it is not asked of.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from typing import Any

import numpy as np

from nlp.errors import BadInput
from nlp.journeys.groups import Array
from nlp.journeys.intervals import Z

FEWEST = 30
"""Rewarded choices, at least, of which anything is told."""
FOLDS, RIDGE = 2, 1.0
NAMES = 30
"""Values of a word of the context that the model tells apart, the most frequent."""
Context = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Choice:
    """An action that a policy chose for a customer with chance `propensity`, 0 < p <= 1, by `context` (flat facts).
    reward: what came of it, any number; None where nobody knows yet."""

    id: str
    policy: str
    customer: str
    at: datetime
    action: str
    propensity: float
    context: Context
    reward: float | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """Chooses `actions` by the value of one field of the context, as text; `otherwise` for the rest. Without `by` it
    always takes `otherwise`."""

    otherwise: str
    by: str = ""
    actions: Mapping[str, str] | None = None

    def action(self, context: Context) -> str:
        return (self.actions or {}).get(str(context.get(self.by, "")), self.otherwise) if self.by else self.otherwise


@dataclass(frozen=True, slots=True)
class Worth:
    """The mean reward of a policy with its 95 % interval, as estimated by `way`; of logged choices, by their mean."""

    way: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """choices: rewarded ones; matching: those of them on which both agree; effective: how many plain choices weigh as
    much (Kish 1965): few tell little, whatever an interval says; largest: the greatest weight."""

    choices: int
    matching: int
    effective: float
    largest: float
    logged: Worth
    worths: tuple[Worth, ...]


def checked(choice: Choice) -> Choice:
    """Raises BadInput."""
    if not choice.id or not choice.action or not choice.customer:
        raise BadInput(f"choice {choice.id!r}: id, customer and action are needed")
    if not 0 < choice.propensity <= 1:
        raise BadInput(f"choice {choice.id!r}: propensity={choice.propensity}: over 0, at most 1")
    if choice.reward is not None and not np.isfinite(choice.reward):
        raise BadInput(f"choice {choice.id!r}: reward={choice.reward}: a finite number")
    if strange := [name for name, value in choice.context.items() if not isinstance(value, str | int | float | bool)]:
        raise BadInput(f"choice {choice.id!r}: context.{strange[0]}: a text, a number or a truth value")
    return choice


def evaluate(choices: Sequence[Choice], policy: Policy, *, seed: int = 0) -> Evaluation:
    """Raises BadInput where fewer than FEWEST choices have a reward, or the policy takes what was never taken."""
    known = [choice for choice in choices if choice.reward is not None]
    if len(known) < FEWEST:
        raise BadInput(f"{len(known)} of {len(choices)} choices have a reward: {FEWEST} are needed")
    taken, wanted = [choice.action for choice in known], [policy.action(choice.context) for choice in known]
    if missing := set(wanted) - set(taken):
        raise BadInput(f"action {sorted(missing)[0]!r} was never taken: taken were {', '.join(sorted(set(taken)))}")
    reward = np.array([choice.reward for choice in known], float)
    same = np.array(taken, object) == np.array(wanted, object)
    weight = same / np.array([choice.propensity for choice in known])
    ips = weight * reward
    ratio = float(ips.sum() / weight.sum()) if weight.any() else 0.0
    normal = ratio + weight * (reward - ratio) / max(weight.mean(), 1e-12)
    of_taken, of_wanted = _foretold(known, wanted, reward, seed)
    robust = of_wanted + weight * (reward - of_taken)
    effective = float(weight.sum() ** 2 / (weight**2).sum()) if weight.any() else 0.0
    worths = (_worth("ips", ips), _worth("snips", normal), _worth("dr", robust))
    return Evaluation(len(known), int(same.sum()), effective, float(weight.max()), _worth("logged", reward), worths)


def _worth(way: str, parts: Array) -> Worth:
    value, error = float(parts.mean()), sqrt(float(parts.var(ddof=1)) / len(parts))
    return Worth(way, value, value - Z * error, value + Z * error)


def _foretold(known: Sequence[Choice], wanted: Sequence[str], reward: Array, seed: int) -> tuple[Array, Array]:
    """The reward that a ridge regression foretells of each choice's action, and of the wanted one: of each half by the
    other."""
    columns = _columns([choice.context for choice in known])
    actions = sorted({choice.action for choice in known})
    taken = _design(columns, [choice.action for choice in known], actions)
    other = _design(columns, wanted, actions)
    fold = np.random.default_rng(seed).permutation(len(known)) % FOLDS
    of_taken, of_wanted = np.zeros(len(known)), np.zeros(len(known))
    for n in range(FOLDS):
        learnt, asked = fold != n, fold == n
        x, mean = taken[learnt], reward[learnt].mean()
        bend = x.T @ x + RIDGE * np.eye(x.shape[1])
        slope = np.linalg.solve(bend, x.T @ (reward[learnt] - mean))
        of_taken[asked], of_wanted[asked] = mean + taken[asked] @ slope, mean + other[asked] @ slope
    return of_taken, of_wanted


def _columns(contexts: Sequence[Context]) -> Array:
    """float (n, d): numbers scaled, frequent words a column each, and one of ones."""
    found = [np.ones(len(contexts))]
    for name in sorted({name for context in contexts for name in context}):
        values = [context.get(name) for context in contexts]
        if all(value is None or isinstance(value, int | float) for value in values):
            numbers = np.array([np.nan if value is None else float(value) for value in values])
            unknown = np.isnan(numbers)
            numbers[unknown] = numbers[~unknown].mean() if (~unknown).any() else 0.0
            found.append((numbers - numbers.mean()) / (numbers.std() or 1.0))
            continue
        words = np.array(["" if value is None else str(value) for value in values], object)
        known, counts = np.unique(words, return_counts=True)
        found += [(words == word).astype(float) for word in known[np.argsort(-counts, kind="stable")[:NAMES]]]
    return np.column_stack(found)


def _design(columns: Array, taken: Sequence[str], actions: Sequence[str]) -> Array:
    """Every action has slopes of its own."""
    own = np.array(taken, object)
    return np.hstack([columns * (own == action)[:, None] for action in actions])
