"""The weekly report as a page to print, and the same as a PDF."""

from datetime import date

from fastapi import Request
from fastapi.responses import Response

from api import printed
from api.dashboard.pages import last_of, page, render, store_of
from api.effects import moved
from nlp.errors import BadInput
from pipelines.report import WEEK, Report, monday, named, report, week_of

BACK = 26
"""Weeks that are offered."""


@page("/report")
def week(request: Request) -> Response:
    try:
        found = of(request)
    except BadInput as error:
        return render(request, "refused.html", 400, why=str(error), back="/report")
    last = last_of(request)
    assert last is not None
    offered = [named(monday(last) - WEEK * n) for n in range(BACK)]
    bars = [
        {"week": first, "conversations": count, "friction": friction, "volume": 100 * count / _most(found)}
        for first, count, friction in found.weeks
    ]
    moves = {theme.id: moved(theme.movement) for theme in found.moving}
    return render(
        request,
        "report.html",
        report=found,
        offered=offered,
        bars=bars,
        moves=moves,
        fixes=printed.fixes(found),
        title=printed.title(found),
        sentences=printed.sentences(found),
        tiles=printed.tiles(found),
    )


@page("/report.pdf")
def pdf(request: Request) -> Response:
    try:
        found = of(request)
    except BadInput as error:
        return render(request, "refused.html", 400, why=str(error), back="/report")
    headers = {
        "content-disposition": f'attachment; filename="frictionary-{found.week}.pdf"',
        "cache-control": "no-store",
    }
    return Response(printed.pdf(found), headers=headers, media_type="application/pdf")


def of(request: Request) -> Report:
    """Of the address's week; the last one without."""
    asked = request.query_params.get("week", "")
    day: date | None = week_of(asked) if asked else None
    return report(store_of(request), day)


def _most(found: Report) -> int:
    return max((count for _, count, _ in found.weeks), default=0) or 1
