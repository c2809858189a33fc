"""The map's pages: points for the browser, what lies within a shape, a theme made of it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from pipelines.annotate import Annotator
from pipelines.settings import Settings
from pipelines.stores import open_store
from pipelines.stores.protocols import Store

AROUND = "-1,-1,1,-1,1,1,-1,1"
PAGE = {"accept": "text/html"}


@pytest.fixture
def client(tmp_path: Path, annotator: Annotator, put_leavers: Callable[[Store], None]) -> Iterator[TestClient]:
    """Over 100 messages at (0, 0) in two themes."""
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        put_leavers(store)
        yield TestClient(create_app(store, Settings(), annotator), base_url="http://localhost", headers=PAGE)


def token(client: TestClient) -> dict[str, str]:
    page = client.get(f"/map/read?shape={AROUND}").text
    return dict(re.findall(r'name="(csrf_token)" value="([^"]+)"', page))


def test_points_come_as_bytes_and_only_where_something_has_changed(client: TestClient) -> None:
    first = client.get("/dashboard/data/map")
    assert first.headers["content-type"] == "application/octet-stream"
    assert first.content.startswith(b"FMAP")
    again = client.get("/dashboard/data/map", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_map_lists_its_themes_beside_it(client: TestClient) -> None:
    page = client.get("/map").text
    assert 'href="/themes/t1"' in page
    assert 'src="/dashboard/static/map/map.js"' in page


def test_what_lies_within_a_shape_is_read(client: TestClient) -> None:
    page = client.get(f"/map/read?shape={AROUND}").text
    assert "100 messages" in page
    assert page.count("It broke.") == 20
    assert "No message lies there." in client.get("/map/read?shape=5,5,6,5,6,6").text


def test_the_map_and_what_is_read_on_it_are_of_the_conversations_chosen(client: TestClient) -> None:
    for stage, count in (("use", 100), ("onboarding", 0)):
        assert f'"count": {count}'.encode() in client.get(f"/dashboard/data/map?stage={stage}").content
    assert 'data-query="?stage=use"' in client.get("/map?stage=use").text
    assert "No theme has a message in this choice" in client.get("/map?stage=onboarding").text
    assert "100 messages" in client.get(f"/map/read?stage=use&shape={AROUND}").text
    assert "No message lies there." in client.get(f"/map/read?stage=onboarding&shape={AROUND}").text


def test_a_theme_made_on_the_map_is_of_the_conversations_chosen(client: TestClient) -> None:
    form = {"shape": AROUND, "name": "Chats alone", "who": "Ada", "channel": "call"}
    assert client.post("/map/theme", data=form | token(client)).status_code == 400
    made = client.post("/map/theme", data=form | {"channel": "chat"} | token(client))
    assert "Chats alone" in made.text


def test_an_undone_theme_leads_back_to_the_one_that_it_came_from(client: TestClient) -> None:
    page = client.get("/themes/t2").text
    form = {"kind": "split", "segment": re.findall(r'name="segment" value="([^"]+)"', page)[:2], "who": "Ada"}
    made = client.post("/themes/t2/edit", data=form | {"text": "Two alike"} | token(client))
    assert "Two alike" in made.text
    undo = {"kind": "undo", "undoes": re.findall(r'name="undoes" value="(\d+)"', made.text)[0], "who": "Ada"}
    back = client.post(f"{made.url.path}/edit", data=undo | token(client))
    assert (back.status_code, back.url.path) == (200, "/themes/t2")


def test_a_shape_that_is_none_is_told(client: TestClient) -> None:
    answer = client.get("/map/read?shape=1,2")
    assert answer.status_code == 400
    assert "give x,y,x,y" in answer.text


def test_a_theme_made_on_the_map_is_shown_and_stands_in_the_log(client: TestClient) -> None:
    form = {"shape": AROUND, "name": "All that broke", "who": "Ada"}
    answer = client.post("/map/theme", data=form | token(client), follow_redirects=False)
    assert answer.status_code == 303
    assert "All that broke" in client.get(answer.headers["location"]).text
    assert "All that broke" in client.get("/edits").text


def test_a_theme_needs_a_name_and_who_gives_it(client: TestClient) -> None:
    for form in ({"name": "", "who": "Ada"}, {"name": "Broken", "who": " "}):
        answer = client.post("/map/theme", data={"shape": AROUND, **form, **token(client)})
        assert answer.status_code == 400
