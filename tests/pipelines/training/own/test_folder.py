"""The folder of own intents takes the place of the one before in one move, whatever happens meanwhile."""

from pathlib import Path

import pytest

from nlp.errors import BadInput
from pipelines.training.own.folder import replaced


def model(folder: Path, said: str) -> None:
    (folder / "intent.npz").write_text(said)


def broken(out: Path) -> None:
    with replaced(out) as fresh:
        model(fresh, "half")
        raise ZeroDivisionError


def test_a_folder_is_new_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    out = tmp_path / "my"
    with replaced(out) as fresh:
        model(fresh, "first")
        assert not out.exists()
    with pytest.raises(ZeroDivisionError):
        broken(out)
    assert (out / "intent.npz").read_text() == "first"
    with replaced(out) as fresh:
        model(fresh, "second")
        assert (out / "intent.npz").read_text() == "first"
    assert (out / "intent.npz").read_text() == "second"
    assert [path.name for path in tmp_path.iterdir()] == ["my"]


def test_a_kill_between_the_two_moves_is_made_good(tmp_path: Path) -> None:
    before = tmp_path / ".my.before"
    before.mkdir()
    model(before, "first")
    with pytest.raises(ZeroDivisionError):
        broken(tmp_path / "my")
    assert (tmp_path / "my" / "intent.npz").read_text() == "first"


def test_a_folder_of_something_else_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(BadInput, match="something else"), replaced(tmp_path):
        pass
    assert (tmp_path / "notes.txt").read_text() == "mine"
