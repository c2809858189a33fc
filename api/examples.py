"""An example for each body, answer and error of the API's description, made of the examples of their fields."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

PLAIN = {"integer": 1, "number": 0.5, "boolean": False, "null": None}
FORMATS = {"date-time": "2026-10-05T09:30:00Z", "date": "2026-10-05", "binary": "…"}
DEEP = 12
"""Objects within objects, after which a schema that holds itself is cut off."""
JSON = "application/json"


def example(schema: Mapping[str, Any], schemas: Mapping[str, Any], deep: int = 0) -> Any:
    """What fulfils a schema: its own example, else one of its fields' examples."""
    if "$ref" in schema:
        return example(schemas[schema["$ref"].rpartition("/")[2]], schemas, deep)
    for name in ("examples", "enum"):
        if schema.get(name):
            return schema[name][0]
    for name in ("example", "default", "const"):
        if name in schema:
            return schema[name]
    for name in ("anyOf", "oneOf", "allOf"):
        if name in schema:
            return example(schema[name][0], schemas, deep)
    if "prefixItems" in schema:
        return [example(item, schemas, deep + 1) for item in schema["prefixItems"]]
    if schema.get("type") == "array":
        items = [] if deep > DEEP else [example(schema.get("items", {}), schemas, deep + 1)]
        return items * int(schema.get("minItems", 1) or 1) if items and items[0] is not None else []
    if schema.get("type") == "object" or "properties" in schema:
        told = {name: example(one, schemas, deep + 1) for name, one in schema.get("properties", {}).items()}
        free = schema.get("additionalProperties")
        return told or ({"name": example(free, schemas, deep + 1)} if isinstance(free, Mapping) and free else {})
    if schema.get("format") in FORMATS:
        return FORMATS[schema["format"]]
    if schema.get("type") == "string":
        return "x" * int(schema.get("minLength", 0))
    least = schema.get("minimum", schema.get("exclusiveMinimum"))
    plain = PLAIN.get(schema.get("type", "null"))
    return max(plain, least) if least is not None and isinstance(plain, int | float) else plain


def add(found: dict[str, Any], kinds: Mapping[int, str]) -> None:
    """To every body and answer of an OpenAPI document that shows none; every operation tells one problem of each kind,
    which lie among the components once."""
    schemas = found["components"]["schemas"]
    problems = {f"problem-{status}": {"value": problem(status, why)} for status, why in kinds.items()}
    found["components"]["examples"] = problems
    shown = {name.removeprefix("problem-"): {"$ref": f"#/components/examples/{name}"} for name in problems}
    for methods in found["paths"].values():
        for operation in methods.values():
            parts = [operation.get("requestBody", {}), *operation["responses"].values()]
            for content in (part["content"] for part in parts if "content" in part):
                told = content.get(JSON)
                if told and "schema" in told and not {"example", "examples"} & told.keys():
                    told["example"] = example(told["schema"], schemas)
            operation["responses"]["default"]["content"]["application/problem+json"]["examples"] = shown


def problem(status: int, why: str) -> dict[str, Any]:
    errors = [{"field": "query.limit", "value": "0", "reason": "Input should be greater than or equal to 1"}]
    return {
        "type": f"/docs#problem-{status}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": why,
        "instance": "/v1/conversations",
        "errors": errors if status == 422 else [],
    }
