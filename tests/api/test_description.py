"""The description of the API shows an example of each body, answer and error, and each keeps to its schema."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from api.collection import collection, text
from api.commands import group
from api.routes.reference import KINDS
from pipelines.settings import ROOT

COLLECTION = ROOT / "docs" / "examples" / "frictionary.postman.json"


@pytest.fixture(scope="module")
def found(client: TestClient) -> dict[str, Any]:
    told: dict[str, Any] = client.get("/openapi.json").json()
    return told


def value(found: dict[str, Any], one: dict[str, Any]) -> Any:
    return found["components"]["examples"][one["$ref"].rpartition("/")[2]]["value"] if "$ref" in one else one["value"]


def parts(found: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each body and answer as JSON, with its place."""
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            answers = operation["responses"].items()
            for name, part in [("body", operation.get("requestBody", {})), *answers]:
                for kind, content in part.get("content", {}).items():
                    if kind in ("application/json", "application/problem+json"):
                        yield f"{method.upper()} {path} {name}", content


def test_every_body_answer_and_error_shows_an_example_that_keeps_to_its_schema(found: dict[str, Any]) -> None:
    validator = pytest.importorskip("jsonschema").Draft202012Validator
    for place, content in parts(found):
        shown = [value(found, one) for one in content.get("examples", {}).values()] or [content["example"]]
        schema = content.get("schema", {}) | {"components": found["components"]}
        for one in shown:
            wrong = [f"{'.'.join(map(str, e.path))}: {e.message}" for e in validator(schema).iter_errors(one)]
            assert wrong == [], place


def test_every_operation_shows_every_kind_of_problem(found: dict[str, Any]) -> None:
    shown = [set(content["examples"]) for place, content in parts(found) if place.endswith("default")]
    assert shown
    assert all(kinds == {str(status) for status in KINDS} for kinds in shown)


def test_the_collection_holds_every_operation_and_is_current(found: dict[str, Any]) -> None:
    items = [item["name"] for folder in collection(found)["item"] for item in folder["item"]]
    assert sorted(items) == sorted(f"{m.upper()} {path}" for path, methods in found["paths"].items() for m in methods)
    current = COLLECTION.read_text("utf-8") == text(found)
    assert current, f"run: frictionary openapi --collection --out {COLLECTION.relative_to(ROOT)}"


def test_the_description_is_told_without_a_server(found: dict[str, Any], tmp_path: Path) -> None:
    out = tmp_path / "collection.json"
    assert CliRunner().invoke(group, ["openapi", "--collection", "--out", str(out)]).exit_code == 0
    assert out.read_text("utf-8") == text(found)
