"""Models at hand: read from their cards, and told whole or damaged by sha256."""

import hashlib
from pathlib import Path

import pytest

from nlp.errors import BadModel, UnknownName
from pipelines.models import find, model, models
from pipelines.settings import Settings


def folder(at: Path, card: str, **files: bytes) -> Path:
    place = at / "toy"
    place.mkdir()
    (place / "card.toml").write_text(card)
    for name, content in files.items():
        (place / name).write_bytes(content)
    return place


def test_a_file_is_whole_damaged_missing_or_unchecked(tmp_path: Path) -> None:
    whole = hashlib.sha256(b"1").hexdigest()
    card = f'version = "t1"\n[sha256]\na = "{whole}"\nb = "{whole}"\nc = "{whole}"\n'
    found = model(folder(tmp_path, card, a=b"1", b=b"2", d=b""))
    assert found.states == {"a": "whole", "b": "damaged", "c": "missing", "d": "unchecked"}
    assert not found.whole


def test_a_single_sum_speaks_of_the_weights(tmp_path: Path) -> None:
    card = f'sha256 = "{hashlib.sha256(b"w").hexdigest()}"\n'
    place = folder(tmp_path, card)
    (place / "model.onnx").write_bytes(b"w")
    assert model(place).states == {"model.onnx": "whole"}


def test_a_card_that_is_no_toml_and_a_folder_without_models_are_errors(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match="no model here"):
        models(tmp_path)
    folder(tmp_path, "version = ")
    with pytest.raises(BadModel, match=r"card\.toml: not valid TOML"):
        models(tmp_path)


def test_the_shipped_models_are_whole_and_the_heads_say_how_good_they_are() -> None:
    shipped = models(Settings().models)
    assert {found.name for found in shipped} >= {"encoder", "heads"}
    assert all(found.whole for found in shipped)
    assert "intent on gold" in find("heads", Settings().models).figures


def test_an_unknown_model_lists_the_known_ones() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'heads'"):
        find("head", Settings().models)
