"""The API described: OpenAPI at /openapi.json, and /docs, a page made of it that loads nothing from elsewhere."""

import json
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from api import examples, idempotent
from api.schemas.findings import Problem
from api.security.actor import CLASSIFY
from api.security.doors import find

router = APIRouter(include_in_schema=False)
PAGES = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined)
PAGES.filters["json"] = lambda value: json.dumps(value, indent=2, ensure_ascii=False)
TAGS = {
    "analyze": "In real time, storing nothing.",
    "routing": "Who should deal with it.",
    "ingest": "Into the store.",
    "conversations": "What was said, and what was found in it.",
    "themes": "What hurts, ranked.",
    "review": "Findings in doubt, and what people say of them.",
    "journeys": "Where customers stand, and how they got there.",
    "experiments": "What an intervention adds, and what another policy would have earned.",
    "jobs": "Long work, done beside the requests.",
    "about": "The store and the server.",
    "sinks": "Other systems that are told what happens.",
    "privacy": "A person's rights.",
    "keys": "Who may ask for what, and who did.",
}
KINDS = {
    400: "The body is no JSON.",
    401: "A key is needed.",
    403: "The key may not do this, the host is not served without keys, or a page of another origin tried to write.",
    404: "No such conversation, theme, customer or page.",
    405: "The page knows no such method.",
    408: "The body came too slowly.",
    409: "Turns before these are not known here: send all. Or the first request with this key is still worked on.",
    412: "What was to be changed has been changed meanwhile.",
    413: "The body is too large.",
    415: "The body is of a kind that is not taken here.",
    422: "A field, a name or a file is not valid; `errors` names each field, its value and what would be valid.",
    429: "More was asked than the rate or the quota allows, or than the server can do soon; `Retry-After` says when to "
    "ask again.",
    500: "The server failed; its log says where.",
    503: "The store cannot be reached.",
    504: "It could not be done by the time at which the answer was wanted.",
}


def describe(app: FastAPI) -> None:
    """Every error of every route is a problem; FastAPI would describe its own shape."""

    def openapi() -> dict[str, Any]:
        if not app.openapi_schema:
            found = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                routes=app.routes,
                tags=[{"name": name, "description": text} for name, text in TAGS.items()],
            )
            app.openapi_schema = _with_problems(found)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _with_problems(found: dict[str, Any]) -> dict[str, Any]:
    schemas = found["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    own = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= {**own.pop("$defs"), "Problem": own}
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path, method, operation in (
        (path, method, operation) for path, methods in found["paths"].items() for method, operation in methods.items()
    ):
        known, _ = find(method.upper(), path)
        operation["security"] = [{"key": [known.scope] if known and known.scope else []}, {}]
        stores = known is None or known.scope != CLASSIFY  # else to ask twice does nothing twice
        if method == "post" and stores and idempotent.takes(path):
            operation.setdefault("parameters", []).append(idempotent.PARAMETER)
        operation["responses"].pop("422", None)
        operation["responses"]["default"] = {"description": "A problem", "content": content}
    found["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    found["security"] = [{"key": []}, {}]
    examples.add(found, KINDS)
    return found


@router.get("/docs")
def docs(request: Request) -> HTMLResponse:
    found = request.app.openapi()
    schemas = found["components"]["schemas"]
    operations = [
        {
            **operation,
            "method": method.upper(),
            "path": path,
            "examples": _examples(operation),
            "body": _fields(operation.get("requestBody", {}), schemas),
            "answer": _fields(operation["responses"].get("200", {}), schemas),
        }
        for path, methods in found["paths"].items()
        for method, operation in methods.items()
    ]
    page = PAGES.get_template("reference.html")
    return HTMLResponse(page.render(api=found, operations=operations, tags=TAGS, kinds=KINDS))


def _examples(operation: dict[str, Any]) -> dict[str, Any]:
    """Of a request's body, by name."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    shown = {name: one["value"] for name, one in content.get("examples", {}).items()}
    return shown or ({"example": content["example"]} if "example" in content else {})


def _fields(part: dict[str, Any], schemas: dict[str, Any], inside: str = "") -> list[dict[str, str]]:
    """Each field of a body or an answer, those of the objects within it as "items.id"."""
    bodies: list[dict[str, Any]] = [*part.get("content", {}).values(), {}]
    schema = bodies[0].get("schema", part)
    schema = schema.get("anyOf", [schema])[0]
    schema = schema.get("items", schema)
    schema = schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    fields = []
    for name, field in schema.get("properties", {}).items():
        fields.append({"name": inside + name, "about": field.get("description", "")})
        fields += _fields(field, schemas, f"{inside}{name}.")
    return fields
