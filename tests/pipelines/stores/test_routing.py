"""Rules that route texts: the last version rules, all are kept, and two editors do not undo one another."""

from datetime import UTC, datetime, timedelta

import pytest

from nlp.errors import Outdated
from nlp.routing import Routing, Rule
from pipelines.stores.protocols import Store

AT = datetime(2026, 10, 5, 9, 30, tzinfo=UTC)
ONE = Routing("general", (Rule("billing", intents=("refund_status",), max_sentiment=-0.25),))
OTHER = Routing("people", (Rule("care", abstained=True),))


def test_a_store_without_rules_says_so(store: Store) -> None:
    assert (store.routing.current(), store.routing.last(), store.routing.page()) == (None, 0, [])


def test_the_last_version_rules_and_all_are_kept(store: Store) -> None:
    first = store.routing.put(ONE, at=AT, who="Ada", note="refunds")
    second = store.routing.put(OTHER, at=AT + timedelta(days=1), who="Bo\x00")
    assert (first.number, second.number) == (1, 2)
    assert store.routing.last() == 2
    assert store.routing.current() == second
    assert store.routing.page() == [second, first]
    assert store.routing.page(before=2) == [first]
    assert store.routing.page(limit=1) == [second]
    assert first.routing == ONE
    assert second.who == "Bo\ufffd"


def test_rules_that_changed_meanwhile_are_not_overwritten(store: Store) -> None:
    store.routing.put(ONE, at=AT, who="Ada", after=0)
    with pytest.raises(Outdated, match="version 1, not 0"):
        store.routing.put(OTHER, at=AT, who="Bo", after=0)
    assert store.routing.put(OTHER, at=AT, who="Bo", after=1).number == 2
