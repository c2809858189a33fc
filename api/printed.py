"""The weekly report in words, and as a PDF: made by reportlab, which is pure Python and needs no browser."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from api.dashboard.words import day, excerpt, number, plural
from api.effects import moved, sentence
from pipelines.report import Report, Told

FONTS = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/TTF/DejaVuSans.ttf",
    "/Library/Fonts/Arial Unicode.ttf",
)
"""Where fonts of many scripts lie, the first that is there; without any, reportlab's own, of Latin letters."""
INK, SOFT, LINE, ACCENT = "#1b2226", "#515c63", "#dedbd2", "#0b5f6b"
BANDS = ("#ded8c8", "#f0c983", "#e8975a", "#c24c2b", "#8a1b1b")
LONGEST = 280


def title(report: Report) -> str:
    said = f"What hurt in week {report.first.isocalendar()[1]}, {day(report.first)} to {day(report.last)}"
    return f"{said}, so far" if report.open else said


def sentences(report: Report) -> list[str]:
    """The week for whoever reads nothing else."""
    now, then = report.totals, report.before
    if not now["conversations"]:
        return ["Nobody got in touch in this week."]
    said = [f"{plural(now['customers'], 'customer')} got in touch, in {plural(now['conversations'], 'conversation')}"]
    said[0] += f"; {number(then['conversations']) if then['conversations'] else 'none'} in the week before."
    if now["friction"] is not None and then["friction"] is not None:
        said.append(f"Mean friction was {now['friction']:.0f} of 100, after {then['friction']:.0f} in the week before.")
    if worst := next((theme for theme in report.themes if theme.conversations > 1), None):
        said.append(f"{worst.name} hurt most, in {plural(worst.conversations, 'conversation')}{_owned(worst)}.")
    said += [f"{theme.name}: {moved(theme.movement)}." for theme in report.moving]
    if now["leaving"]:
        said.append(f"In {plural(now['leaving'], 'conversation')} the customer may leave.")
    return said


def tiles(report: Report) -> list[tuple[str, str, str]]:
    """(name, figure of the week, of the week before)."""
    rows = (
        ("Conversations", "conversations", 0),
        ("Customers", "customers", 0),
        ("Mean friction, 0 to 100", "friction", 0),
        ("Sentiment, \N{MINUS SIGN}1 to +1", "sentiment", 2),
        ("May leave", "leaving", 0),
    )
    return [
        (name, number(report.totals[key], digits), number(report.before[key], digits)) for name, key, digits in rows
    ]


def fixes(report: Report) -> list[str]:
    return [f"{name}: {sentence(f.fix.day, f.effect)}" for name, f in report.fixes]


def pdf(report: Report, *, font: Path | None = None) -> bytes:
    """A4. Letters that the font has not are written as "?"; scripts from right to left are not turned."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import KeepTogether, Paragraph, SimpleDocTemplate, Spacer

    face = _Face(font)
    body = ParagraphStyle("body", fontName=face.name, fontSize=9.5, leading=13.5, textColor=INK, splitLongWords=1)
    head = ParagraphStyle("head", body, fontSize=13, leading=17, spaceBefore=12, spaceAfter=5)
    top = ParagraphStyle("top", head, fontSize=18, leading=23, spaceAfter=8)
    quote = ParagraphStyle("quote", body, leftIndent=10, textColor=SOFT, spaceAfter=4)

    def text(words: str, style: Any = body) -> Any:
        return Paragraph(escape(face.known(words)), style)

    story: list[Any] = [text(title(report), top)]
    story += [text(f"\u2022 {line}") for line in sentences(report)]
    story += [Spacer(1, 8), _grid([["", "This week", "Week before"], *map(list, tiles(report))], face, [180, 90, 90])]
    story += [KeepTogether([text("Twelve weeks: conversations, coloured by their mean friction", head), _bars(report)])]
    if report.themes:
        rows = [["Theme", "Owner", "Pain", "Conversations", "Before", "Friction"]]
        rows += [[text(t.name), text(t.owner or "\u2013"), *_figures(t)] for t in report.themes]
        story += [text("Themes, by pain", head), _grid(rows, face, [205, 90, 45, 75, 50, 50])]
    for theme in report.themes:
        if theme.quotes:
            quotes = [text(f"\u201c{excerpt(said, LONGEST)}\u201d", quote) for said in theme.quotes]
            story.append(KeepTogether([text(theme.name, head), *quotes]))
    if report.fixes:
        story += [text("Fixes", head), *(text(f"\u2022 {line}") for line in fixes(report))]
    if report.doubts:
        story += [text("Take the themes with care", head), *(text(f"\u2022 {line}") for line in report.doubts)]
    file = io.BytesIO()
    margins = dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), 42)
    SimpleDocTemplate(file, pagesize=A4, title=title(report), author="Frictionary", invariant=1, **margins).build(story)
    return file.getvalue()


def _owned(theme: Told) -> str:
    return f"; {theme.owner} looks after it" if theme.owner else ""


def _figures(theme: Told) -> list[str]:
    return [number(theme.pain, 1), number(theme.conversations), number(theme.before), number(theme.friction)]


class _Face:
    """A font, registered once, and which letters it has."""

    def __init__(self, path: Path | None) -> None:
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.ttfonts import TTFont

        found = str(path) if path else next((place for place in FONTS if Path(place).is_file()), "Vera.ttf")
        self.name = Path(found).stem
        if self.name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(self.name, found))
        self._letters = pdfmetrics.getFont(self.name).face.charToGlyph

    def known(self, text: str) -> str:
        return "".join(c if ord(c) in self._letters else " " if c.isspace() else "?" for c in text)


def _grid(rows: Sequence[Sequence[Any]], face: _Face, widths: Sequence[float]) -> Any:
    from reportlab.platypus import Table

    shown = [[face.known(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]
    figures = len(rows[0]) - (2 if len(rows[0]) == 3 else 4)
    look = [
        ("FONT", (0, 0), (-1, -1), face.name, 9),
        ("TEXTCOLOR", (0, 0), (-1, 0), SOFT),
        ("TEXTCOLOR", (0, 1), (-1, -1), INK),
        ("ALIGN", (figures, 0), (-1, -1), "RIGHT"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.5, LINE),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]
    return Table(shown, colWidths=widths, repeatRows=1, hAlign="LEFT", style=look)


def _bars(report: Report) -> Any:
    from reportlab.graphics.shapes import Drawing, Rect, String
    from reportlab.lib.colors import HexColor

    wide, high, most = 500, 90, max((count for _, count, _ in report.weeks), default=0) or 1
    drawing, step = Drawing(wide, high + 26), 500 / len(report.weeks)
    for place, (first, count, friction) in enumerate(report.weeks):
        tall, x = high * count / most, place * step
        colour = HexColor(BANDS[min(4, int((friction or 0) // 20))])
        drawing.add(Rect(x + 2, 14, step - 4, tall, fillColor=colour, strokeColor=None))
        drawing.add(
            String(x + step / 2, 16 + tall, str(count), fontSize=7, textAnchor="middle", fillColor=HexColor(INK))
        )
        words = f"{first.day} {first:%b}"
        drawing.add(String(x + step / 2, 3, words, fontSize=7, textAnchor="middle", fillColor=HexColor(SOFT)))
    return drawing
