"""The key of the pseudonyms is its owner's alone."""

import warnings
from pathlib import Path

import pytest

from pipelines.protect import secret
from pipelines.settings import Settings


def test_a_key_file_that_others_can_read_is_warned_of(tmp_path: Path) -> None:
    file = tmp_path / "key"
    made = secret(Settings(key_file=file))
    file.chmod(0o644)
    with pytest.warns(UserWarning, match="chmod 600"):
        assert secret(Settings(key_file=file)) == made


def test_a_made_key_file_is_read_again_without_a_warning(tmp_path: Path) -> None:
    file = tmp_path / "key"
    made = secret(Settings(key_file=file))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert secret(Settings(key_file=file)) == made
