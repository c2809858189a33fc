"""Whoever asks, on the command line, over the API, on a page or in a file, is told the same figures of a theme."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from fastapi.testclient import TestClient
from pyarrow import parquet

from api.app import create_app
from api.commands import group
from nlp.conversation import Channel, Conversation, Segment, Speaker, Turn
from nlp.customer import Event
from nlp.signal import Signal
from nlp.summary import summarise
from nlp.themes.theme import Assignment, Theme
from pipelines.annotate import Annotator
from pipelines.settings import Settings
from pipelines.stores import open_store
from pipelines.stores.protocols import Store

START, WEEK = datetime(2026, 3, 2, 9, tzinfo=UTC), timedelta(weeks=1)
WEEKS = 12
COUNTED = ("segments", "conversations", "customers", "leaving", "stage")
MEASURED = ("friction", "pain", "sentiment", "share")


def put(store: Store, customers: Mapping[str, str] = MappingProxyType({})) -> None:
    """Of twelve weeks: eight conversations a week about t1, one about t2 and ten in each of the last four; five of t2
    are told again, by others, a week later over another channel, and some of those threaten to leave. `customers`:
    whose some of them are; each of the rest is somebody's own."""
    talks = [(n, week, "t1") for week in range(WEEKS) for n in range(8)]
    talks += [(8 + n, week, "t2") for week in range(WEEKS) for n in range(10 if week >= WEEKS - 4 else 1)]
    again = {f"s:again{n}": f"s:{6 + n}:8" for n in range(5)}
    themes = {f"s:{week}:{n}": theme for n, week, theme in talks} | dict.fromkeys(again, "t2")
    for n, id in enumerate(themes):
        week = int(again.get(id, id).split(":")[1]) + (id in again)
        at, channel = START + week * WEEK, Channel.SOCIAL if id in again else Channel.TICKET
        turn = Turn(0, Speaker.CUSTOMER, "It broke again.", at + timedelta(days=8))
        store.conversations.put([Conversation(id, "s", channel, customers.get(id, f"c{n}"), at, (turn,))])
        guess = ("praise", 0.9)
        signal = Signal(
            Segment(id, 0, 0, 15), "m", *guess, False, (guess,), -0.5, (0.7, 0.1, 0.2), 40.0 + n % 7, "use", 0.8
        )
        told = replace(summarise(id, [signal], language="en"), leaving=0.9 if n % 3 else 0.0)
        store.signals.put("m", [id], [signal], np.ones((1, 4), np.float32), [told])
    known = [Theme(id, name, "", ("x",), 1) for id, name in (("t1", "Hub lost"), ("t2", "Heater breaks"))]
    placed = [Assignment(Segment(id, 0, 0, 15).id, "r", theme, 0.9, START) for id, theme in themes.items()]
    store.themes.put("r", known, placed, np.zeros((len(placed), 2), np.float32))
    store.duplicates.settle([], again)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path_factory.mktemp('same')}/own.db") as store:
        put(store)
        yield store


@pytest.fixture(scope="module")
def asked(own: Store, settings: Settings, annotator: Annotator) -> TestClient:
    return TestClient(create_app(own, settings, annotator), base_url="http://localhost")


def call(store: Store, *words: str) -> str:
    return CliRunner().invoke(group, [*words, "--store", store.url], catch_exceptions=False).stdout


def tile(page: str, name: str) -> str:
    """The figure of a tile."""
    for box in BeautifulSoup(page, "html.parser").select(".tiles > div"):
        if box.dt and box.dd and box.dt.get_text(strip=True) == name:
            return box.dd.get_text(strip=True)
    raise AssertionError(name)


def told(store: Store, asked: TestClient, folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Door -> its themes, in its order."""
    call(store, "export", "themes", "--out", str(folder / "themes.parquet"))
    doors = {
        "command line": json.loads(call(store, "themes", "--json")),
        "API": asked.get("/v1/themes").json()["items"],
        "API, one by one": [asked.get(f"/v1/themes/{id}").json() for id in ("t1", "t2")],
        "command line, one by one": [json.loads(call(store, "themes", "show", id, "--json")) for id in ("t1", "t2")],
        "CSV": list(csv.DictReader(io.StringIO(call(store, "export", "themes")))),
        "CSV of a page": list(csv.DictReader(io.StringIO(asked.get("/tables/themes.csv").text))),
        "Parquet": parquet.read_table(folder / "themes.parquet").to_pylist(),
    }
    return {door: sorted(rows, key=lambda row: str(row["id"])) for door, rows in doors.items()}


def test_every_door_tells_the_same_figures_of_a_theme(own: Store, asked: TestClient, tmp_path: Path) -> None:
    doors = told(own, asked, tmp_path)
    t1, t2 = doors["API"]
    assert (t1["conversations"], t2["conversations"], t2["customers"]) == (96, 48, 48)
    assert (t2["segments"], t2["channels"], t2["leaving"]) == (53, {"ticket": 48}, 32)
    assert (t2["first_seen"], t2["last_seen"]) == ("2026-03-02", "2026-05-18")
    for door, rows in doors.items():
        for row, known in zip(rows, (t1, t2), strict=True):
            assert {name: str(row[name]) for name in COUNTED} == {name: str(known[name]) for name in COUNTED}, door
            for name in MEASURED:
                assert float(row[name]) == pytest.approx(known[name], abs=1e-4), (door, name)
            assert (str(row["first_seen"]), str(row["last_seen"])) == (known["first_seen"], known["last_seen"]), door


def test_the_page_of_a_theme_shows_what_the_api_tells(own: Store, asked: TestClient) -> None:
    for known in asked.get("/v1/themes").json()["items"]:
        page = asked.get(f"/themes/{known['id']}").text
        assert tile(page, "Conversations") == str(known["conversations"])
        assert tile(page, "Customers") == str(known["customers"])
        assert tile(page, "At risk of leaving") == str(known["leaving"])
        assert tile(page, "Pain") == f"{known['pain']:.1f}"
        assert tile(page, "Friction") == f"{known['friction']:.0f}"


def test_growth_is_the_same_at_every_door_and_follows_from_the_counts_beside_it(
    own: Store, asked: TestClient, tmp_path: Path
) -> None:
    (moved,) = (row["movement"] for row in asked.get("/v1/themes").json()["items"] if row["id"] == "t2")
    assert (moved["now"], moved["before"]) == ([40, 72], [8, 72])
    assert moved["ratio"]["value"] == pytest.approx((40 / 72) / (8 / 72))
    shown, front, report = (asked.get(path).text for path in ("/themes/t2", "/", "/report?week=2026-W21"))
    for text in (call(own, "themes", "show", "t2"), asked.get("/v1/themes/t2").json()["movement"]["text"], shown):
        assert moved["text"] in text
    assert moved["text"][1:] in front
    assert moved["text"] in report
    assert "as frequent since 27 April 2026 as before" in moved["text"]
    assert "in 40 of 72 conversations, 8 of 72 before" in moved["text"]


def test_a_period_shortens_no_past_that_growth_is_told_by(own: Store, asked: TestClient) -> None:
    late = asked.get("/v1/themes?since=2026-04-27").json()["items"]
    whole = {row["id"]: row["movement"] for row in asked.get("/v1/themes").json()["items"]}
    assert {row["id"]: row["movement"] for row in late} == whole
    assert {row["id"]: row["conversations"] for row in late} == {"t1": 32, "t2": 40}
    assert whole["t2"]["text"] in asked.get("/themes/t2?period=4w").text


def test_the_weeks_of_a_theme_add_up_to_its_conversations_at_every_door(own: Store, asked: TestClient) -> None:
    known = asked.get("/v1/themes/t2").json()
    weeks = {row["week"]: row["conversations"] for row in known["trend"]}
    assert sum(weeks.values()) == known["conversations"]
    assert {row["start"]: row["conversations"] for row in known["course"]["periods"]} == weeks
    table = BeautifulSoup(asked.get("/themes/t2").text, "html.parser").select("figure.weekly table tbody tr")
    assert [int(row.td.get_text()) for row in table if row.td] == list(weeks.values())[::-1]


def test_a_customer_stands_at_the_same_stage_at_every_door(own: Store, asked: TestClient) -> None:
    own.events.put([Event("e:left", "c0", "cancelled", START + 20 * WEEK)])
    own.events.put([Event("e:back", "c1", "cancelled", START - WEEK)])
    rows = csv.DictReader(io.StringIO(call(own, "export", "customers")))
    known = {row["id"]: row["stage"] for row in rows}
    assert (known["c0"], known["c1"]) == ("exit", "use")
    listed = asked.get("/v1/customers?limit=200").json()["items"]
    assert {row["id"]: row["stage"] for row in listed} == known
    assert {row["id"]: row["stage"] for row in asked.get("/v1/paths?limit=200").json()["items"]} == known
    page = BeautifulSoup(asked.get("/customers").text, "html.parser").select("tbody tr")
    shown = {str(row.a["href"]).split("/")[-1]: row.find_all("td")[-1].get_text(strip=True) for row in page if row.a}
    assert shown == {id: known[id].capitalize() for id in shown}
    assert "c0" in shown


def test_what_a_customer_tells_again_counts_once_in_the_list_on_their_page_and_in_their_themes(
    tmp_path: Path, settings: Settings, annotator: Annotator
) -> None:
    with open_store(f"sqlite:///{tmp_path}/own.db") as store:
        mine = ("s:6:8", "s:7:8", "s:again0")
        put(store, dict.fromkeys(mine, "ann"))
        asked = TestClient(create_app(store, settings, annotator), base_url="http://localhost")
        (listed,) = (row for row in asked.get("/v1/customers?limit=200").json()["items"] if row["id"] == "ann")
        page = asked.get("/customers/ann").text
        assert listed["conversations"] == 2
        assert tile(page, "Conversations") == "2"
        entries = asked.get("/v1/customers/ann/journey").json()["entries"]
        assert {entry["id"]: entry["tells_again"] for entry in entries} == dict.fromkeys(mine) | {"s:again0": "s:6:8"}
        found = BeautifulSoup(page, "html.parser")
        (row,) = found.select("section[aria-labelledby=of-themes] tbody tr")
        assert row.get_text(" ", strip=True) == "Heater breaks 2"
        assert [mark.get_text() for mark in found.select(".timeline .mark.unseen")] == ["Told again"]


def test_the_overview_is_the_same_at_every_door(own: Store, asked: TestClient) -> None:
    known, page = asked.get("/v1/overview").json(), asked.get("/").text
    assert (known["conversations"], known["duplicates"], known["customers"]) == (144, 5, 144)
    assert sum(known["channels"].values()) == sum(row["conversations"] for row in known["stages"]) == 144
    assert sum(row["conversations"] for row in known["weekly"]) == 144
    tiles = {"Conversations": "conversations", "Customers": "customers", "At risk of leaving": "leaving"}
    assert {name: tile(page, name) for name in tiles} == {name: str(known[key]) for name, key in tiles.items()}
    assert tile(page, "Mean friction") == f"{known['friction']:.0f}"
    stages = asked.get("/v1/stages").json()["items"]
    by_name = {row["stage"]: (row["conversations"], row["customers"]) for row in stages if row["conversations"]}
    assert {row["stage"]: (row["conversations"], row["customers"]) for row in known["stages"]} == by_name
    assert re.search(r"144 conversations", page)
