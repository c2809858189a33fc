"""GET /v1/models answers with the cards of what speaks, and with what a promised precision costs."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from fastapi.testclient import TestClient

from api.app import create_app
from nlp.promise import curve
from pipelines.annotate import Annotator
from pipelines.settings import Settings
from pipelines.stores.protocols import Store
from pipelines.training.promised import card_lines


def test_the_models_that_speak_are_told_with_their_figures(client: TestClient) -> None:
    found = {model["name"]: model for model in client.get("/v1/models").json()["items"]}
    assert {"encoder", "heads"} <= set(found)
    assert all(model["whole"] for model in found.values())
    assert 0 < found["heads"]["figures"]["intent on gold"]["accuracy"] < 1


def test_a_card_with_a_curve_says_which_threshold_keeps_what(
    store: Store, settings: Settings, annotator: Annotator, tmp_path: Path
) -> None:
    places = curve(np.linspace(0, 1, 200), np.arange(200) > 60)
    (tmp_path / "heads").mkdir()
    lines = ['encoder = "e1"', *card_lines("intent", places)]
    (tmp_path / "heads" / "card.toml").write_text("\n".join(lines), "utf-8")
    app = create_app(store, replace(settings, models=tmp_path), annotator)
    (model,) = TestClient(app, base_url="http://localhost").get("/v1/models").json()["items"]
    told = model["curve"]["intent"]
    assert [place["coverage"] for place in told] == sorted(place["coverage"] for place in told)
    assert told[-1]["precision"] == places[-1].precision
