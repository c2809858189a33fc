"""The description of the API shows an example of each body, answer and error, and each keeps to its schema."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from api.collection import collection, text
from api.commands import group
from api.idempotent import takes
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


def test_every_write_that_may_be_sent_again_tells_of_its_key(found: dict[str, Any]) -> None:
    posts = {path: methods["post"] for path, methods in found["paths"].items() if "post" in methods}
    told = {path: [one["name"] for one in post.get("parameters", [])] for path, post in posts.items()}
    without = {path for path, names in told.items() if "Idempotency-Key" not in names}
    secret = {"/v1/keys", "/v1/keys/{id}:rotate", "/v1/keys/{id}:revoke"}
    assert without == secret | {"/v1/analyze", "/v1/intents:classify", "/v1/live/{id}"}  # these store nothing


def test_every_write_that_is_sent_again_is_answered_again(found: dict[str, Any], writable: TestClient) -> None:
    drops_all = "/v1/privacy/forget"  # its own answer, too; to forget twice changes nothing
    posts = [
        path for path, methods in found["paths"].items() if "post" in methods and takes(path) and path != drops_all
    ]
    for path in posts:
        content = found["paths"][path]["post"].get("requestBody", {}).get("content", {})
        told = content.get("application/json", {})
        body = next((value(found, one) for one in told.get("examples", {}).values()), told.get("example"))
        form = "multipart/form-data" in content
        sent: dict[str, Any] = {"files": {"file": ("a.csv", b"id,text\n1,late\n")}} if form else {"json": body}
        place, head = path.replace("{", "").replace("}", ""), {"Idempotency-Key": path}
        first, again = (writable.post(place, headers=head, **sent) for _ in range(2))
        assert first.status_code in (200, 201, 202, 204, 404, 422), (path, first.text)
        assert "idempotency-replayed" not in first.headers, path
        assert again.headers.get("idempotency-replayed") == "true", path
        assert (again.status_code, again.content) == (first.status_code, first.content), path


def test_the_collection_holds_every_operation_and_is_current(found: dict[str, Any]) -> None:
    items = [item["name"] for folder in collection(found)["item"] for item in folder["item"]]
    assert sorted(items) == sorted(f"{m.upper()} {path}" for path, methods in found["paths"].items() for m in methods)
    current = COLLECTION.read_text("utf-8") == text(found)
    assert current, f"run: frictionary openapi --collection --out {COLLECTION.relative_to(ROOT)}"


def test_the_description_is_told_without_a_server(found: dict[str, Any], tmp_path: Path) -> None:
    out = tmp_path / "collection.json"
    assert CliRunner().invoke(group, ["openapi", "--collection", "--out", str(out)]).exit_code == 0
    assert out.read_text("utf-8") == text(found)
