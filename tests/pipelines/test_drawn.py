"""Customers are drawn whole, the same ones each time, and only where there are too many."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipelines.costs import impact
from pipelines.drawn import drawn
from pipelines.facts import everyone
from pipelines.journeys import shipped
from pipelines.online import refresh
from pipelines.stores import open_store
from pipelines.stores.protocols import Filter, Store


@pytest.fixture
def store(tmp_path: Path, put_leavers: Callable[[Store], None]) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'store.db'}") as opened:
        put_leavers(opened)
        yield opened


def test_where_few_wrote_all_are_taken(store: Store) -> None:
    found = drawn(store)
    assert (found.filter, found.customers, found.of, found.all) == (Filter(), 100, 100, True)


def test_a_sample_is_the_same_each_time_and_a_part_of_a_larger_one(store: Store) -> None:
    small, large = drawn(store, contacts=20), drawn(store, contacts=50)
    assert (small.customers, small.of, small.all) == (20, 100, False)
    assert drawn(store, contacts=20) == small
    assert set(small.filter.customers) < set(large.filter.customers)


def test_customers_are_drawn_among_those_who_are_asked_for(store: Store) -> None:
    found = drawn(store, Filter(theme="t1"), contacts=10)
    assert (found.customers, found.of, found.filter.theme) == (10, 40, "t1")
    assert {contact.customer for contact in store.customers.contacts(found.filter)} == set(found.filter.customers)


def test_what_is_read_of_a_sample_is_what_is_read_of_everybody(store: Store) -> None:
    """Before their facts are gathered and after it."""
    filter, taxonomy = drawn(store, contacts=30).filter, shipped()
    whole = dict(everyone(store, taxonomy=taxonomy))
    part = dict(everyone(store, filter, taxonomy=taxonomy))
    assert part == {customer: whole[customer] for customer in filter.customers}
    refresh(store, taxonomy)
    assert dict(everyone(store, filter, taxonomy=taxonomy)) == part
    counted = store.rollups.refresh() and store.rollups.count(filter)
    assert counted == store.conversations.count(filter) == 30


def test_a_cost_is_reckoned_from_the_sample_alone(store: Store) -> None:
    filter = drawn(store, contacts=30).filter
    found = impact(store, ["friction"], filter)["friction"]
    assert sum(theme.conversations for theme in found.values()) == 30


def test_who_wrote_more_than_a_page_reads_is_drawn_alone_rather_than_nobody(store: Store) -> None:
    found = drawn(store, contacts=0)
    assert (found.customers, len(found.filter.customers), found.all) == (1, 1, False)
