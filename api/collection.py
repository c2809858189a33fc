"""The API as a collection for Postman, Bruno or Insomnia: made of its OpenAPI, one folder a tag."""

import json
from collections.abc import Mapping
from typing import Any

from api.examples import example
from api.idempotent import PARAMETER

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"


def collection(found: Mapping[str, Any]) -> dict[str, Any]:
    """A Postman collection (v2.1). Its variables are `url` and `key`."""
    folders: dict[str, list[dict[str, Any]]] = {tag["name"]: [] for tag in found.get("tags", [])}
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            folders.setdefault(operation["tags"][0], []).append(_item(found, path, method, operation))
    return {
        "info": {"name": found["info"]["title"], "description": found["info"]["description"], "schema": SCHEMA},
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{key}}", "type": "string"}]},
        "variable": [{"key": "url", "value": "http://127.0.0.1:8000"}, {"key": "key", "value": ""}],
        "item": [{"name": name, "item": items} for name, items in folders.items() if items],
    }


def text(found: Mapping[str, Any]) -> str:
    return json.dumps(collection(found), indent=1, ensure_ascii=False) + "\n"


def _item(found: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]) -> dict[str, Any]:
    schemas = found["components"]["schemas"]
    parameters = operation.get("parameters", [])
    request: dict[str, Any] = {
        "method": method.upper(),
        "description": operation.get("description", ""),
        "header": [],
        "url": {
            "raw": "{{url}}" + path.replace("{", ":").replace("}", ""),
            "host": ["{{url}}"],
            "path": path.replace("{", ":").replace("}", "").strip("/").split("/"),
            "query": [_parameter(one, schemas) for one in parameters if one["in"] == "query"],
            "variable": [_parameter(one, schemas) for one in parameters if one["in"] == "path"],
        },
    }
    if any(one["name"] == PARAMETER["name"] for one in parameters):
        request["header"].append({"key": PARAMETER["name"], "value": "{{$guid}}", "disabled": True})
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        request["header"].append({"key": "Content-Type", "value": "application/json"})
        request["body"] = {"mode": "raw", "raw": json.dumps(_body(content["application/json"]), indent=2)}
    elif content:
        fields = [{"key": "file", "type": "file", "src": ""}]
        request["body"] = {"mode": "formdata", "formdata": fields}
    return {"name": f"{method.upper()} {path}", "request": request}


def _body(told: Mapping[str, Any]) -> Any:
    return next(iter(told["examples"].values()))["value"] if told.get("examples") else told.get("example")


def _parameter(one: Mapping[str, Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    value = one.get("example", example(one["schema"], schemas))
    told = {"key": one["name"], "value": "" if value is None else str(value)}
    about = one.get("description", one["schema"].get("description", ""))
    return told | ({"description": about} if about else {}) | ({"disabled": True} if one["in"] == "query" else {})
