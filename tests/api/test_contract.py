"""The API does what its OpenAPI says, whatever it is asked: schemathesis with all its checks, and with a key."""

import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import FastAPI

from api.app import create_app
from pipelines import api_keys
from pipelines.annotate import Annotator
from pipelines.run import run
from pipelines.settings import ROOT, Settings
from pipelines.stores import open_store
from pipelines.stores.protocols import Store

OWN_KEYS = r":(rotate|revoke)$"
"""What would take the key away that the rest is asked with."""
EXAMPLES = 8
EXPECTED = Path(__file__).with_name("schemathesis.toml")


@pytest.mark.slow
def test_the_api_keeps_to_its_description(
    settings: Settings,
    annotator: Annotator,
    put_themes: Callable[[Store], None],
    served: Callable[[FastAPI], AbstractContextManager[str]],
    tmp_path: Path,
) -> None:
    pytest.importorskip("schemathesis")
    own = replace(
        settings,
        store=f"sqlite:///{tmp_path}/own.db",
        auth="required",
        rate=0,
        jobs="elsewhere",
        job_files=tmp_path,
        reviewed=tmp_path / "reviewed",
    )
    part = tmp_path / "tickets.jsonl"
    lines = (ROOT / "corpora" / "sample" / "tickets.jsonl").read_text("utf-8").splitlines(keepends=True)
    part.write_text("".join(lines[:40]), "utf-8")
    with open_store(own.store) as store:
        run([part], store=store, annotator=annotator, settings=own, refit=False)
        put_themes(store)
        _, token = api_keys.create(store, "contract", ["admin"], by="test", at=datetime.now(UTC))
        with served(create_app(store, own, annotator)) as address:
            told = subprocess.run(
                [
                    *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(EXPECTED)),
                    *("run", f"{address}/openapi.json"),
                    *("--header", f"Authorization: Bearer {token}", "--no-color"),
                    *("--exclude-path-regex", OWN_KEYS, "--max-examples", str(EXAMPLES), "--seed", "1"),
                    *("--request-timeout", "30", "--continue-on-failure"),
                ],
                cwd=tmp_path,
                capture_output=True,
                text=True,
                timeout=900,
            )
    assert told.returncode == 0, told.stdout[-20_000:]
