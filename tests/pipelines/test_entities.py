"""The finder that the settings ask for; a store is annotated anew when own names change."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nlp.conversation import Channel, Conversation, Speaker, Turn
from nlp.entities.finder import Finder
from nlp.errors import BadInput, UnknownName
from pipelines.annotate import Annotator, annotate
from pipelines.entities import open_finder
from pipelines.settings import Settings
from pipelines.stores import open_store


def written(folder: Path, name: str, text: str) -> Settings:
    (folder / name).write_text(text, "utf-8")
    return Settings(gazetteer=str(folder / name))


def test_own_names_are_read_by_the_file_s_ending(tmp_path: Path) -> None:
    csv = open_finder(written(tmp_path, "own.csv", "name,type\nLamp 2,product\n"))
    toml = open_finder(written(tmp_path, "own.toml", '[[name]]\nname = "Lamp 2"\ntype = "product"\n'))
    assert [e.value for e in csv(["my lamp 2 broke"])[0]] == ["Lamp 2"]
    assert csv.digest == toml.digest != open_finder(Settings()).digest


def test_a_mistake_names_the_file_the_row_and_what_is_valid(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match=r"own\.csv, row 2, name='A'\) 'brand'; known: company, competitor"):
        open_finder(written(tmp_path, "own.csv", "name,type\nA,brand\n"))
    with pytest.raises(BadInput, match=r"own\.xlsx: a gazetteer is a file \.csv or \.toml"):
        open_finder(written(tmp_path, "own.xlsx", ""))
    with pytest.raises(BadInput, match=r"none\.csv: cannot be read"):
        open_finder(Settings(gazetteer=str(tmp_path / "none.csv")))
    (tmp_path / "odd.csv").write_bytes(b"name,type\n\xff\xfe,product\n")
    with pytest.raises(BadInput, match=r"odd\.csv: cannot be read"):
        open_finder(Settings(gazetteer=str(tmp_path / "odd.csv")))
    with pytest.raises(UnknownName, match=r"FRICTIONARY_ENTITIES 'ful'; known: full, patterns. Did you mean 'full'"):
        open_finder(Settings(entities="ful"))


def test_places_are_those_of_the_turn_and_new_names_annotate_anew(tmp_path: Path, annotator: Annotator) -> None:
    text = "Hello. " + "I have been waiting here for an answer. " * 8 + "My Lamp 2 cost £40."
    at = datetime(2026, 3, 2, tzinfo=UTC)
    own = replace(annotator, entities=open_finder(written(tmp_path, "own.csv", "name,type\nLamp,product\n")))
    assert annotator.version == replace(annotator, entities=Finder()).version != own.version
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        turns = (Turn(0, Speaker.CUSTOMER, text, at),)
        store.conversations.put([Conversation("s:1", "s", Channel.TICKET, "ann", at, turns)])
        for models, value in ((annotator, "Lamp 2"), (own, "Lamp")):
            assert annotate(store, models) == 1
            named = [e for signal in store.signals.of("s:1") for e in signal.entities]
            assert [(text[e.start : e.end], e.value) for e in named] == [(value, value), ("£40", "40 GBP")]
