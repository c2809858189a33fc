"""What a forecast must beat: the commonest class, the last value again, and Markov chains of stages."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence

import numpy as np

from nlp.journeys.groups import Array
from nlp.journeys.targets import CONTACT, EXIT
from pipelines.training.forecasts.rows import Rows

Guess = Callable[[Rows, Rows, str, Sequence[str]], Array]
"""(learnt from, asked of, target, classes) -> probabilities float64 (n, classes)."""
State = Callable[[Rows], Sequence[Hashable]]
FEW = 20
"""Under so many moves from a state, a chain asks the shorter one."""


def majority(known: Rows, asked: Rows, target: str, classes: Sequence[str]) -> Array:
    """Every class as often as it came."""
    return _by_state([], known, asked, target, classes)


def last_value(known: Rows, asked: Rows, target: str, classes: Sequence[str]) -> Array:
    """As it was lately: a contact within 7 days of one, a leaving after words of leaving, the same stage; each as often
    as what was so lately came."""
    lately = {CONTACT: "conversations_7d", EXIT: "leaving_30d"}.get(target)
    states: list[State] = [lambda rows: [count > 0 for count in rows.table[lately]]] if lately else []
    return _by_state(states, known, asked, target, classes)


def markov_1(known: Rows, asked: Rows, target: str, classes: Sequence[str]) -> Array:
    """By the current stage."""
    return _by_state([_stage], known, asked, target, classes)


def markov_2(known: Rows, asked: Rows, target: str, classes: Sequence[str]) -> Array:
    """By the current stage and the one before."""
    return _by_state([_stages, _stage], known, asked, target, classes)


BASELINES: dict[str, Guess] = {
    "majority": majority,
    "last value": last_value,
    "Markov, order 1": markov_1,
    "Markov, order 2": markov_2,
}


def _stage(rows: Rows) -> Sequence[Hashable]:
    return list(rows.table["stage"])


def _stages(rows: Rows) -> Sequence[Hashable]:
    return list(zip(rows.table["stage_before"], rows.table["stage"], strict=True))


def _by_state(states: Sequence[State], known: Rows, asked: Rows, target: str, classes: Sequence[str]) -> Array:
    """Shares of the classes after each state; one that is too rare gives way to the next kind, the last to all rows."""
    found = np.tile(_shares(known.targets[target].tolist(), classes), (len(asked.at), 1))
    for state in reversed(states):
        after: dict[Hashable, list[str]] = defaultdict(list)
        for name, came in zip(state(known), known.targets[target].tolist(), strict=True):
            after[name].append(came)
        shares = {name: _shares(came, classes) for name, came in after.items() if len(came) >= FEW}
        for row, name in enumerate(state(asked)):
            found[row] = shares.get(name, found[row])
    return found


def _shares(came: Sequence[str], classes: Sequence[str]) -> Array:
    """With one more of each (Laplace)."""
    counts = Counter(came)
    found = np.array([counts[name] + 1 for name in classes], float)
    return np.asarray(found / found.sum())
