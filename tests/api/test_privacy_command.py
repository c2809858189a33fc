"""frictionary privacy: what it prints, and its exit codes."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.commands import group
from api.commands.privacy import command
from nlp.customer import Event
from nlp.errors import NotFound
from pipelines.ingest import ingest
from pipelines.protect import protector
from pipelines.settings import Settings
from pipelines.stores import open_store

AT = datetime(2026, 3, 2, tzinfo=UTC)
TALKS = "id,email,date,text\n1,ann@example.com,2026-03-02,It broke\n2,bob@example.com,2026-03-02,It broke too\n"


@pytest.fixture
def called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """A store with two conversations, and the command in its folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "talks.csv").write_text(TALKS)
    settings = Settings(names=False, store="sqlite:///demo.db")
    with open_store(settings.store) as store:
        ingest([Path("talks.csv")], store=store, protect=protector(settings), settings=settings)

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(command, [*arguments, *([] if arguments[0] == "policy" else ["--store", "demo.db"])])

    return call


def test_a_clean_store_exits_with_0_and_one_that_is_not_with_1(called, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    clean = called("scan", "talks.csv", "--json")
    assert (clean.exit_code, json.loads(clean.stdout)["clean"]) == (0, True)
    (tmp_path / "run.log").write_text("told ann@example.com")
    dirty = called("scan", "talks.csv", "--file", "run.log")
    assert dirty.exit_code == 1
    assert "run.log: 1 x identifier (known)" in dirty.stdout
    assert "ann@example.com" not in dirty.output
    assert called("scan", "talks.csv", "--no-store", "--json").exit_code == 0


def test_a_customer_is_exported_then_forgotten_and_the_log_tells_it(called) -> None:  # type: ignore[no-untyped-def]
    told = json.loads(called("export", "ann@example.com", "--who", "kim").stdout)
    assert [talk["id"] for talk in told["conversations"]] == ["table:1"]
    gone = called("forget", told["customer"], "--yes", "--json")
    assert json.loads(gone.stdout)["conversations"] == 1
    assert isinstance(called("export", "email:ann@example.com").exception, NotFound)
    assert "nothing was kept" in called("forget", "@nobody", "--yes").stdout
    log = CliRunner().invoke(group, ["audit", "--what", "privacy", "--store", "demo.db", "--json"])
    entries = [(entry["what"], entry["who"]) for entry in json.loads(log.stdout)]
    assert entries == [("privacy.forget", ""), ("privacy.forget", ""), ("privacy.export", "kim")]


def test_who_was_forgotten_may_be_kept_again_on_their_word(
    called, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    called("forget", "ann@example.com", "--yes")
    assert "1 identifier may be kept again" in called("allow", "ann@example.com", "--who", "kim").stdout
    assert "nobody has refused it" in called("allow", "ann@example.com").stdout
    settings = Settings(names=False, store="sqlite:///demo.db")
    with open_store(settings.store) as store:
        assert ingest([Path("talks.csv")], store=store, protect=protector(settings), settings=settings).added == 1
    (tmp_path / "out.txt").write_text("ann@example.com\n")
    (tmp_path / "privacy.toml").write_text('[consent]\nopt_out = "out.txt"\n')
    monkeypatch.setenv("FRICTIONARY_PRIVACY", "privacy.toml")
    assert "take that line out first" in str(called("allow", "ann@example.com").exception)


def test_a_number_is_forgotten_under_all_its_spellings(called, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    settings = Settings(names=False, store="sqlite:///demo.db")
    with open_store(settings.store) as store:
        store.events.put([Event("events:1", protector(settings).customer("phone:0123456789"), "ordered", AT)])
    monkeypatch.setenv("FRICTIONARY_COUNTRY", "FR")
    assert json.loads(called("forget", "+33 1 23 45 67 89", "--yes", "--json").stdout)["events"] == 1
    assert "identifiers may be kept again" in called("allow", "phone:01 23 45 67 89").stdout
    with open_store(settings.store) as store:
        assert store.privacy.refusals() == {}


def test_what_a_killed_run_has_not_forgotten_is_forgotten_first(called) -> None:  # type: ignore[no-untyped-def]
    with open_store("sqlite:///demo.db") as store:
        assert store.privacy.withhold(["table:1"], at=datetime.now(UTC)) == 1
    assert "nothing is older" in called("expire", "--days", "9000", "--yes").stdout
    with open_store("sqlite:///demo.db") as store:
        assert store.conversations.count() == 1


def test_what_is_old_goes_on_demand(called, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    assert "how long is kept?" in str(called("expire", "--yes").exception)
    assert "nothing is older than 9000 days" in called("expire", "--days", "9000", "--yes").stdout
    monkeypatch.setenv("FRICTIONARY_RETENTION", "9000")
    assert "nothing is older" in called("expire", "--yes").stdout
    gone = called("expire", "--days", "1", "--yes", "--who", "kim", "--json")
    assert json.loads(gone.stdout)["conversations"] == 2
    assert "nothing is older than 1 day" in called("expire", "--days", "1", "--yes").stdout


def test_a_rotation_tells_how_many_rows_it_brought_under_the_new_key(called) -> None:  # type: ignore[no-untyped-def]
    assert json.loads(called("rotate", "--json").stdout)["keys"] == 2
    assert "under key 3: keep all keys of frictionary.key" in called("rotate").stdout


def test_keys_from_the_environment_are_rotated_there(called, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("FRICTIONARY_KEY", Path("frictionary.key").read_text().strip())
    assert "add the new key behind the old ones" in str(called("rotate").exception)
    monkeypatch.setenv("FRICTIONARY_KEY", f"{Path('frictionary.key').read_text().strip()} another-key")
    assert "under key 2: keep all keys of FRICTIONARY_KEY" in called("rotate").stdout


def test_the_policy_is_shown_of_all_sources_or_one(called, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    assert "everything is masked" in called("policy").stdout
    (tmp_path / "privacy.toml").write_text('[source.x.types]\nIP = "keep"\n')
    monkeypatch.setenv("FRICTIONARY_PRIVACY", "privacy.toml")
    shown = json.loads(called("policy", "--source", "x", "--json").stdout)
    assert shown["sources"]["x"]["types"]["IP"] == "keep"
    assert "x\n  types" in called("policy").stdout
    (tmp_path / "privacy.toml").write_text('[consent]\nfield = "agreed"\ntags = ["no-analytics", "vip"]\n')
    assert "consent: field agreed, tags no-analytics vip" in called("policy").stdout
