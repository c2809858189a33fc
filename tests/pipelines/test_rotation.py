"""A store is brought under a new key by itself, and goes on taking in what it knows."""

from dataclasses import replace
from pathlib import Path

import pytest

from nlp.errors import BadSetting
from pipelines.access import access
from pipelines.ingest import ingest
from pipelines.keys import keys
from pipelines.protect import protector
from pipelines.rotation import rotate
from pipelines.settings import Settings
from pipelines.stores import open_store
from pipelines.stores.protocols import Store


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(names=False, key_file=tmp_path / "key", dead_letters=tmp_path / "dead.jsonl")


@pytest.fixture
def store(tmp_path: Path):  # type: ignore[no-untyped-def]
    with open_store(str(tmp_path / "store.db")) as opened:
        yield opened


def taken(store: Store, settings: Settings, tmp_path: Path) -> int:
    path = tmp_path / "talks.csv"
    path.write_text(
        "id,email,date,text\n1,ann@example.com,2026-03-02,It broke\n2,bob@example.com,2026-03-02,It broke too\n"
    )
    return ingest([path], store=store, protect=protector(settings), settings=settings).added


def test_after_a_rotation_the_same_export_adds_nothing_and_the_customer_is_found(
    store: Store, settings: Settings, tmp_path: Path
) -> None:
    assert taken(store, settings, tmp_path) == 2
    before = protector(settings)
    assert rotate(store, settings)["conversations"] == 2
    assert len(keys(settings)) == 2
    assert taken(store, settings, tmp_path) == 0
    told = access(store, protector(settings).customer("email:ann@example.com"))
    assert [talk["id"] for talk in told["conversations"]] == ["table:1"]
    with pytest.raises(BadSetting, match="under another key"):
        ingest([tmp_path / "talks.csv"], store=store, protect=before, settings=settings)


def test_a_key_that_was_added_before_a_kill_is_used_by_the_next_run(
    store: Store, settings: Settings, tmp_path: Path
) -> None:
    taken(store, settings, tmp_path)
    settings.key_file.write_bytes(settings.key_file.read_bytes() + b"\nanother")
    with pytest.raises(BadSetting, match="run 'frictionary privacy rotate'"):
        taken(store, settings, tmp_path)
    rotate(store, settings)
    assert len(keys(settings)) == 2
    assert taken(store, settings, tmp_path) == 0


def test_keys_of_the_environment_are_rotated_once_a_new_one_is_there(
    store: Store, settings: Settings, tmp_path: Path
) -> None:
    one = replace(settings, key="first")
    taken(store, one, tmp_path)
    with pytest.raises(BadSetting, match="behind the old ones"):
        rotate(store, one)
    rotate(store, replace(settings, key="first second"))
    assert taken(store, replace(settings, key="first second"), tmp_path) == 0
    with pytest.raises(BadSetting, match="under another key"):
        rotate(store, replace(settings, key="third fourth"))


def test_an_empty_key_file_is_told(settings: Settings) -> None:
    settings.key_file.write_text("\n")
    settings.key_file.chmod(0o600)
    with pytest.raises(BadSetting, match="holds no key"):
        keys(settings)
