"""Every route with the scope that it needs, what a body of it may be, and how the audit log calls it.

A route that is missing here is shut to all but admins, and a test names it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from re import Pattern
from typing import Any

from starlette.routing import compile_path

from api.security.actor import ADMIN, CLASSIFY, EDIT, INGEST, PRIVACY, READ

OPEN = ""
"""The scope of what is open to all."""
JSON, FILE, FORM = ("application/json",), ("multipart/form-data",), ("application/x-www-form-urlencoded",)
SAFE = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Door:
    """`takes`: the media types of a body; `audit`: what the log says that somebody did, "" for nothing."""

    method: str
    path: str
    scope: str
    audit: str
    takes: tuple[str, ...]
    pattern: Pattern[str]

    def of(self, path: str) -> dict[str, Any] | None:
        """The parameters of a path that leads here."""
        found = self.pattern.match(path)
        return found and found.groupdict()


def door(method: str, path: str, scope: str, audit: str = "", takes: tuple[str, ...] = JSON) -> Door:
    return Door(method, path, scope, audit, takes, compile_path(path)[0])


def find(method: str, path: str) -> tuple[Door | None, dict[str, Any]]:
    """The door that a path leads to and the path's parameters; the router takes the first that matches, too."""
    for known in DOORS.get("GET" if method == "HEAD" else method, ()):
        parameters = known.of(path)
        if parameters is not None:
            return known, parameters
    return None, {}


def _by_method(doors: Iterable[Door]) -> dict[str, list[Door]]:
    """Paths without parameters first: "/v1/themes/known" before "/v1/themes/{id}"."""
    found: dict[str, list[Door]] = {}
    for one in sorted(doors, key=lambda d: ("{" in d.path, -len(d.path.split("{")[0]), -len(d.path))):
        found.setdefault(one.method, []).append(one)
    return found


DOORS = _by_method(
    [
        door("GET", "/health", OPEN),
        door("GET", "/healthz", OPEN),
        door("GET", "/readyz", OPEN),
        door("GET", "/metrics", READ),
        door("GET", "/dashboard/static/{path:path}", OPEN),
        door("GET", "/openapi.json", READ),
        door("GET", "/docs", READ),
        # the API
        door("POST", "/v1/analyze", CLASSIFY),
        door("POST", "/v1/intents:classify", CLASSIFY),
        door("POST", "/v1/live/{id}", CLASSIFY),
        door("DELETE", "/v1/live/{id}", CLASSIFY),
        door("GET", "/v1/routing-rules", READ),
        door("PUT", "/v1/routing-rules", EDIT, "routing.write"),
        door("GET", "/v1/routing-rules/history", READ),
        door("POST", "/v1/conversations", INGEST, "conversations.take"),
        door("POST", "/v1/ingest", INGEST, "file.take", FILE),
        door("GET", "/v1/jobs", READ),
        door("POST", "/v1/jobs", EDIT, "job.ask"),
        door("GET", "/v1/jobs/{id}", READ),
        door("POST", "/v1/jobs/{id}/cancel", EDIT, "job.cancel"),
        door("GET", "/v1/jobs/{id}/file", READ, "table.export"),
        door("GET", "/v1/jobs/{id}/events", READ),
        door("GET", "/v1/exports/{table}.{format}", READ, "table.export"),
        door("GET", "/v1/search", READ, "search"),
        door("GET", "/v1/segments", READ, "segments.list"),
        door("GET", "/v1/segments/{id:path}", READ, "segment.read"),
        door("GET", "/v1/paths", READ, "customers.list"),
        door("GET", "/v1/conversations", READ, "conversations.list"),
        door("GET", "/v1/conversations/{id:path}", READ, "conversation.read"),
        door("GET", "/v1/themes", READ),
        door("GET", "/v1/themes/known", READ),
        door("GET", "/v1/themes/proposals", READ, "theme.quotes"),
        door("GET", "/v1/themes/{id}", READ),
        door("GET", "/v1/themes/{id}/history", READ),
        door("GET", "/v1/themes/{id}/lineage", READ),
        door("GET", "/v1/themes/{id}/quotes", READ, "theme.quotes"),
        door("GET", "/v1/edits", READ),
        door("POST", "/v1/edits", EDIT, "theme.edit"),
        door("GET", "/v1/review", EDIT, "segments.list"),
        door("POST", "/v1/review", EDIT, "correction.add"),
        door("GET", "/v1/review/corrections", READ),
        door("GET", "/v1/review/standing", READ),
        door("GET", "/v1/stages", READ),
        door("GET", "/v1/stages/map", READ),
        door("GET", "/v1/stages/transitions", READ),
        door("GET", "/v1/outcomes", READ),
        door("GET", "/v1/attribution", READ),
        door("GET", "/v1/journeys/patterns", READ),
        door("GET", "/v1/journeys/archetypes", READ),
        door("GET", "/v1/journeys/funnel", READ),
        door("GET", "/v1/cohorts", READ),
        door("GET", "/v1/experiments", READ),
        door("POST", "/v1/experiments", EDIT, "experiment.write"),
        door("GET", "/v1/experiments/{name}", READ),
        door("POST", "/v1/experiments/{name}/end", EDIT, "experiment.write"),
        door("GET", "/v1/experiments/{name}/assignment", READ),
        door("POST", "/v1/experiments/{name}/entries", INGEST, "experiment.enter"),
        door("GET", "/v1/experiments/{name}/result", READ),
        door("POST", "/v1/decisions", INGEST, "decisions.take"),
        door("POST", "/v1/decisions/rewards", INGEST, "decisions.take"),
        door("POST", "/v1/decisions/evaluation", READ),
        door("GET", "/v1/anomalies", READ),
        door("GET", "/v1/customers", READ, "customers.list"),
        door("GET", "/v1/customers/{id}/journey", READ, "customer.read"),
        door("GET", "/v1/customers/{id}/features", READ, "customer.read"),
        door("GET", "/v1/customers/{id}/forecasts", READ, "customer.read"),
        door("GET", "/v1/overview", READ),
        door("GET", "/v1/runs", READ),
        door("GET", "/v1/runs/{id}", READ),
        door("GET", "/v1/models", READ),
        door("GET", "/v1/models/{name}", READ),
        door("GET", "/v1/taxonomies", READ),
        door("GET", "/v1/taxonomies/{name}", READ),
        door("GET", "/v1/intents", READ),
        door("GET", "/v1/intents/{name}", READ),
        door("GET", "/v1/quality", READ),
        door("GET", "/v1/taxonomy", READ),
        door("POST", "/v1/privacy/export", PRIVACY, "privacy.export"),
        door("POST", "/v1/privacy/forget", PRIVACY),  # which leaves its own line
        door("GET", "/v1/keys", ADMIN),
        door("POST", "/v1/keys", ADMIN, "key.create"),
        door("POST", "/v1/keys/{id}:rotate", ADMIN, "key.rotate"),
        door("POST", "/v1/keys/{id}:revoke", ADMIN, "key.revoke"),
        door("GET", "/v1/audit", ADMIN, "audit.read"),
        door("GET", "/v1/sinks", READ),
        door("POST", "/v1/sinks/{name}:replay", ADMIN, "sink.replay"),
        door("GET", "/v1/asyncapi.json", READ),
        # the dashboard
        door("GET", "/login", OPEN),
        door("GET", "/login/callback", OPEN, "person.login"),
        door("POST", "/logout", OPEN, "person.logout", FORM),
        door("GET", "/", READ),
        door("GET", "/themes/{id}", READ, "theme.quotes"),
        door("POST", "/themes/{id}/edit", EDIT, "theme.edit", FORM),
        door("GET", "/edits", READ),
        door("GET", "/map", READ),
        door("GET", "/map/read", READ, "theme.quotes"),
        door("POST", "/map/theme", EDIT, "theme.edit", FORM),
        door("GET", "/tables/{noun}.csv", READ, "export"),
        door("GET", "/search", READ, "search"),
        door("GET", "/quality", READ),
        door("GET", "/report", READ, "theme.quotes"),
        door("GET", "/report.pdf", READ, "theme.quotes"),
        door("GET", "/settings", READ),
        door("POST", "/settings/routing", EDIT, "routing.write", FORM),
        door("POST", "/settings/keys", ADMIN, "key.create", FORM),
        door("POST", "/settings/keys/rotate", ADMIN, "key.rotate", FORM),
        door("POST", "/settings/keys/revoke", ADMIN, "key.revoke", FORM),
        door("GET", "/review", EDIT, "segments.list"),
        door("POST", "/review", EDIT, "correction.add", FORM),
        door("POST", "/review/retrain", EDIT, "model.train", FORM),
        door("POST", "/review/switch", ADMIN, "model.switch", FORM),
        door("POST", "/review/back", ADMIN, "model.switch", FORM),
        door("GET", "/stages", READ),
        door("GET", "/stages/patterns", READ, "customers.list"),
        door("GET", "/customers", READ, "customers.list"),
        door("GET", "/customers/{id:path}", READ, "customer.read"),
        door("GET", "/conversations", READ, "conversations.list"),
        door("GET", "/conversations/{id:path}", READ, "conversation.read"),
        door("GET", "/dashboard/data/map", READ, "theme.quotes"),
    ]
)
