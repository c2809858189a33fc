"""Every table of a page as CSV: as the page shows it by its number, and whole where the store exports it."""

import csv
import io
import re
from datetime import UTC, datetime
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from bs4 import BeautifulSoup, Tag
from fastapi import Request
from fastapi.responses import Response, StreamingResponse
from starlette.background import BackgroundTask
from starlette.datastructures import URL

from nlp.errors import NotFound
from pipelines import export, sinks
from pipelines.sinks.csv import FORMULA
from pipelines.stores.protocols import Filter, Store

NOUNS = ("themes", "conversations", "customers", "stages", "transitions", "signals")
FIELD = "csv"
_END = re.compile("</table>")
_NUMBER = re.compile(r"[+-]?\d{1,3}(?:,\d{3})*(?:\.\d+)?")
PART, KEPT = 64_000, 4_000_000


_FIGURE = re.compile(r'(<figure[^>]*\sdata-download="[^"]*"[^>]*>.*?)(</figure>)', re.DOTALL)
_SAVE = (
    '<p class="save"><button type="button" data-save="svg" hidden>SVG</button>'
    '<button type="button" data-save="png" hidden>PNG</button></p>'
)
_SCRIPT = '<script type="module" src="/dashboard/static/save.js"></script>'


def linked(html: str, url: URL) -> str:
    """A page with a link below each of its tables that gives the table as CSV, and two buttons in each figure that has
    the attribute data-download, the name of the file: as SVG and as PNG."""
    html, figures = _FIGURE.subn(rf"\1{_SAVE}\2", html)
    html = html.replace("</head>", f"{_SCRIPT}</head>", 1) if figures else html
    number = 0

    def link(_: re.Match[str]) -> str:
        nonlocal number
        number += 1
        address = url.include_query_params(**{FIELD: number})
        where = f"{address.path}?{address.query}".replace("&", "&amp;").replace('"', "%22")
        return f'</table><p class="save"><a href="{where}" download rel="nofollow">CSV</a></p>'

    return _END.sub(link, html)


def table(html: str, number: str, name: str) -> Response:
    """The table of that number of a page, from 1. Raises NotFound."""
    tables = BeautifulSoup(html, "html.parser").find_all("table")
    if not number.isdecimal() or not 0 < int(number) <= len(tables):
        raise NotFound(f"no table {number!r} on this page: there are {len(tables)}")
    file = io.StringIO()
    csv.writer(file).writerows(rows(tables[int(number) - 1]))
    headers = {"content-disposition": f'attachment; filename="{name}-{number}.csv"'}
    return Response(file.getvalue(), headers=headers, media_type="text/csv; charset=utf-8")


def rows(of: Tag) -> list[list[str]]:
    return [[cell(one) for one in row.find_all(["th", "td"], recursive=False)] for row in of.find_all("tr")]


def cell(of: Tag) -> str:
    """What a cell shows, in one line: a number as programs read it, nothing that a spreadsheet takes for a formula."""
    text = " ".join(part for part in of.get_text(" ").split() if part).replace("\N{MINUS SIGN}", "-")
    text = text.replace("\N{NARROW NO-BREAK SPACE}", " ")
    if _NUMBER.fullmatch(text):
        return text.replace(",", "").lstrip("+")
    return f"'{text}" if FORMULA.match(text) else text


def whole(request: Request, store: Store, noun: str, filter: Filter) -> Response:
    """All rows of a noun, as `frictionary export` writes them."""
    asked = export.Request(store, request.app.state.desk.annotator.taxonomy, filter, datetime.now(UTC))
    wanted = export.noun(noun)
    headers = {"content-disposition": f'attachment; filename="{noun}.csv"'}
    file = SpooledTemporaryFile(max_size=KEPT)  # noqa: SIM115  closed by the answer
    sinks.write(wanted.rows(asked), wanted.columns, cast(BinaryIO, file), format="csv")
    file.seek(0)
    answer = BackgroundTask(file.close)
    parts = iter(lambda: file.read(PART), b"")
    return StreamingResponse(parts, headers=headers, media_type="text/csv; charset=utf-8", background=answer)
