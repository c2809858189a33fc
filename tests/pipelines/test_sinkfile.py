"""The file of sinks: what it tells is read, and what is wrong in it is named with what would be right."""

from dataclasses import replace
from pathlib import Path

import pytest

from nlp.errors import BadSetting, FrictionaryError
from pipelines.settings import Settings
from pipelines.sinkfile import Outlet, outlets
from pipelines.sinks import webhook

GOOD = """
[sink.crm]
kind = "webhook"
url = "https://crm.example.com/in"
secret_env = "CRM_SECRET"
kinds = ["customer.*", "privacy.forgotten"]
tries = 5

[sink.lake]
kind = "parquet"
folder = "drops"
linger = 5
"""


def read(tmp_path: Path, text: str) -> list[Outlet]:
    path = tmp_path / "sinks.toml"
    path.write_text(text, "utf-8")
    return outlets(replace(Settings(), sinks=str(path)))


def test_sinks_are_read_with_their_options(tmp_path: Path) -> None:
    crm, lake = read(tmp_path, GOOD)
    assert crm.options == webhook.Options("https://crm.example.com/in", "CRM_SECRET")
    assert (crm.name, crm.kind, crm.tries) == ("crm", "webhook", 5)
    assert [crm.wants(kind) for kind in ("customer.changed", "privacy.forgotten", "theme.born")] == [True, True, False]
    assert (lake.options.folder, lake.options.linger, lake.wants("theme.born")) == ("drops", 5.0, True)
    assert outlets(Settings()) == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", r"tables such as \[sink.crm\]"),
        ("sink = 1", r"tables such as \[sink.crm\]"),
        ("[sinks.crm]\nkind = 'webhook'", "unknown table in .*'sinks'; known: sink"),
        ("[sink.crm]\nkind = 'webhok'", "unknown kind of .*sink.crm 'webhok'.*Did you mean 'webhook'"),
        ("[sink.crm]\nkind = 'webhook'\nsecret_env = 'A'", "sink.crm: url is missing"),
        ("[sink.crm]\nkind = 'webhook'\nurl = 'x'\nsecret = 'whsec_x'", "unknown key of .*sink.crm 'secret'"),
        ("[sink.crm]\nkind = 'webhook'\nurl = 1\nsecret_env = 'A'", "sink.crm: url=1: a text expected"),
        ("[sink.lake]\nkind = 'parquet'\nfolder = 'x'\nmost = 0", "most=0: a whole number over 0 expected"),
        ("[sink.lake]\nkind = 'parquet'\nfolder = 'x'\nmost = true", "most=True: a whole number"),
        ("[sink.lake]\nkind = 'parquet'\nfolder = 'x'\nlinger = -1", "linger=-1: a number, 0 or more"),
        ("[sink.lake]\nkind = 'parquet'\nfolder = 'x'\ntries = 'many'", "tries='many': a whole number over 0"),
        ("[sink.lake]\nkind = 'parquet'\nfolder = 'x'\nkinds = 'theme.*'", r"kinds='theme\.\*': a list of texts"),
        (
            "[sink.lake]\nkind = 'parquet'\nfolder = 'x'\nkinds = ['theme.bron']",
            "unknown kinds .*Did you mean 'theme.born'",
        ),
        ("[sink.crm", "cannot be read"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(FrictionaryError, match=why):
        read(tmp_path, text)


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="cannot be read"):
        outlets(replace(Settings(), sinks=str(tmp_path / "none.toml")))


def test_what_a_sink_lacks_is_told_with_its_name_and_never_a_secret(tmp_path: Path) -> None:
    crm, _ = read(tmp_path, GOOD)
    with pytest.raises(BadSetting, match=r"sink.crm: secret_env='CRM_SECRET': this environment variable is not set"):
        crm.open({})
    with pytest.raises(BadSetting, match="whsec_ and at least") as found:
        crm.open({"CRM_SECRET": "whsec_c2hvcnQ="})
    assert "c2hvcnQ" not in str(found.value)


def test_a_broker_needs_one_url(tmp_path: Path) -> None:
    (bus,) = read(tmp_path, "[sink.bus]\nkind = 'broker'")
    with pytest.raises(BadSetting, match="url or url_env is needed"):
        bus.open({})
