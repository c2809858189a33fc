"""Every table of a page as CSV, every figure with its buttons, and whole tables of the store."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient

from api.app import create_app
from api.dashboard.tables import cell
from pipelines.annotate import Annotator
from pipelines.settings import Settings
from pipelines.stores import open_store
from pipelines.stores.protocols import Store

PAGE = {"accept": "text/html"}


@pytest.fixture
def client(tmp_path: Path, annotator: Annotator, put_leavers: Callable[[Store], None]) -> Iterator[TestClient]:
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        put_leavers(store)
        yield TestClient(create_app(store, Settings(), annotator), base_url="http://localhost", headers=PAGE)


@pytest.mark.parametrize(
    "path", ["/", "/themes/t1", "/customers", "/conversations?channel=chat", "/quality", "/review"]
)
def test_each_table_of_a_page_has_a_link_that_gives_it_as_csv(client: TestClient, path: str) -> None:
    page = client.get(path).text
    links = [unescape(link) for link in re.findall(r'<p class="save"><a href="([^"]+)" download', page)]
    assert len(links) == page.count("<table") > 0
    for link in links:
        answer = client.get(link)
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        head, *_ = csv.reader(io.StringIO(answer.text))
        assert all(head)


def test_a_table_says_what_the_page_says_in_numbers_that_programs_read(client: TestClient) -> None:
    link = unescape(
        re.findall(
            r'<a href="(/conversations\?channel=chat&amp;csv=1)"', client.get("/conversations?channel=chat").text
        )[0]
    )
    rows = list(csv.DictReader(io.StringIO(client.get(link).text)))
    assert len(rows) == 50
    assert rows[0]["Friction"] == "50"
    assert rows[0]["Sentiment"] == "-0.50"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("1,234.5", "1234.5"),
        ("\N{MINUS SIGN}0.26", "-0.26"),
        ("+3", "3"),
        ("12\u202f%", "12 %"),
        ("=1+1", "'=1+1"),
        ("a <b>b</b>\n c", "a b c"),
        ("", ""),
    ],
)
def test_a_cell_is_a_number_or_a_text_that_no_spreadsheet_takes_for_a_formula(html: str, text: str) -> None:
    assert cell(BeautifulSoup(f"<td>{html}</td>", "html.parser").td) == text


def test_a_table_that_a_page_has_not_is_not_found(client: TestClient) -> None:
    assert client.get("/customers?csv=9").status_code == 404
    assert client.get("/customers?csv=x").status_code == 404


def test_figures_have_buttons_that_save_them(client: TestClient) -> None:
    page = client.get("/").text
    assert page.count('data-save="svg"') == page.count("data-download=") > 0
    assert 'src="/dashboard/static/save.js"' in page


def test_whole_tables_are_streamed_and_filtered(client: TestClient) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get("/tables/conversations.csv").text)))
    assert len(rows) == 100
    some = list(csv.DictReader(io.StringIO(client.get("/tables/conversations.csv?theme=t1").text)))
    assert len(some) == 40
    assert client.get("/tables/secrets.csv").status_code == 404
