"""Every route has a door: the scope that it needs, and what the audit log calls it."""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.routing import Mount

from api.security.actor import SCOPES
from api.security.doors import DOORS, OPEN, SAFE, find

PERSONAL = ("conversation", "customer", "quotes", "audit", "export", "search", "segment")
"""Words in the path of a GET that reads what people said or did."""


def routes(found: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """(method, path) of all that an application answers, however it nests its routers."""
    for route in found:
        if isinstance(route, Mount):
            yield "GET", f"{route.path}/{{path:path}}"
        elif hasattr(route, "original_router"):
            yield from routes(route.original_router.routes)
        else:
            yield from ((method, route.path) for method in route.methods if method not in ("HEAD", "OPTIONS"))


@pytest.fixture
def known(client: TestClient) -> set[tuple[str, str]]:
    return set(routes(client.app.routes))  # type: ignore[attr-defined]


def test_every_route_has_a_door_and_every_door_a_route(known: set[tuple[str, str]]) -> None:
    doors = {(door.method, door.path) for some in DOORS.values() for door in some}
    assert len(known) > 40
    assert known - doors == set()
    assert doors - known == set()


def test_no_door_stands_twice_and_each_needs_a_known_scope() -> None:
    doors = [door for some in DOORS.values() for door in some]
    assert len({(door.method, door.path) for door in doors}) == len(doors)
    assert {door.scope for door in doors} - {OPEN, *SCOPES} == set()


def test_a_path_leads_to_the_door_of_its_own_route(known: set[tuple[str, str]]) -> None:
    """The router tries routes in order, the doors go by their paths: both come to the same."""
    for method, path in known:
        door, _ = find(method, path)
        assert door is not None
        assert (door.method, door.path) == (method, path)


def test_only_what_tells_nothing_of_anybody_is_open() -> None:
    opened = {door.path for some in DOORS.values() for door in some if door.scope == OPEN}
    assert opened <= {
        "/health",
        "/healthz",
        "/readyz",
        "/dashboard/static/{path:path}",
        "/login",
        "/login/callback",
        "/logout",
    }


def test_what_changes_something_is_in_the_audit_log() -> None:
    quiet = {door.path for some in DOORS.values() for door in some if door.method not in SAFE and not door.audit}
    storing_nothing = {"/v1/analyze", "/v1/intents:classify", "/v1/live/{id}", "/v1/decisions/evaluation"}
    logged_by_itself = {"/v1/privacy/forget"}
    assert quiet - storing_nothing == logged_by_itself


def test_what_reads_personal_data_is_in_the_audit_log() -> None:
    read = [door for door in DOORS["GET"] if any(word in door.path for word in PERSONAL)]
    assert len(read) > 10
    assert [door.path for door in read if not door.audit] == []


def test_all_methods_that_a_path_does_not_know_lead_to_no_door() -> None:
    assert find("PATCH", "/v1/overview") == (None, {})
    assert find("GET", "/v1/nothing") == (None, {})
    assert find("HEAD", "/docs")[0] == find("GET", "/docs")[0]
