"""frictionary themes edit and edits: what people say of themes, one command a kind of edit, and the log."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from getpass import getuser
from typing import Any

import click

from api.moment import Moment
from api.noted import noted

JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
STORE = click.option("--store", "url", help="Database URL or SQLite path; FRICTIONARY_STORE otherwise.")
WHO = click.option("--who", default=getuser, show_default="the name of your account", help="Who says it.")
THEME = click.argument("theme")
SEGMENTS = click.argument("segments", nargs=-1, required=True)


@click.group()
def edit() -> None:
    """Say what you know of themes: it holds at every discovery from now on, until it is undone.

    \b
    Example: frictionary themes edit rename t1 "Parcels come late" --store demo.db
    """


def _one(kind: str, help: str, example: str, *arguments: Any) -> None:
    """Add the command of one kind; its arguments are fields of an edit."""

    def call(context: click.Context, url: str | None, who: str, **fields: Any) -> None:
        _add(url or context.obj, who=who, kind=kind, **fields)

    for decorate in (*reversed(arguments), STORE, WHO, click.pass_context):
        call = decorate(call)
    text = f"{help}\n\n\b\nExample: frictionary themes edit {kind} {example}"
    edit.command(kind, help=text)(call)


def _add(url: str | None, **fields: Any) -> None:
    from nlp.themes.edits import Edit
    from pipelines import edits
    from pipelines.settings import Settings
    from pipelines.stores import open_existing

    if day := fields.get("day"):
        fields["day"] = day.date()
    with open_existing(Settings.from_environment(store=url).store) as store:
        added = edits.edit(store, Edit(0, datetime.now(UTC), **fields))
        noted(store, "theme.edit", added.theme or added.other, who=added.who)
        why = next(line.conflict for line in edits.log(store) if line.edit.number == added.number)
    new = f": {added.other} is its theme" if added.kind == "split" else ""
    click.echo(f"edit {added.number}{new}{f'; but {why}' if why else ''}")


_one("rename", "Call THEME by another name.", 't1 "Parcels come late"', THEME, click.argument("text", metavar="NAME"))
_one("merge", "Make THEME a part of the theme OTHER.", "t3 t1", THEME, click.argument("other"))
_one(
    "split",
    "Make SEGMENTS of THEME a theme of their own, called NAME.",
    't1 "Parcel stolen" shop:4711#0:0 shop:4712#2:0',
    THEME,
    click.argument("text", metavar="NAME"),
    SEGMENTS,
)
_one("move", "Move SEGMENTS to THEME; to '' for no theme.", "t2 shop:4711#0:0", THEME, SEGMENTS)
_one("pin", "Show THEME before all others.", "t1", THEME)
_one("unpin", "Show THEME in its order again.", "t1", THEME)
_one("hide", "Leave THEME out of lists.", "t1", THEME)
_one("unhide", "List THEME again.", "t1", THEME)
_one("note", "Write a note beside THEME.", 't1 "The courier knows."', THEME, click.argument("text", metavar="NOTE"))
_one("owner", "Say who looks after THEME; '' for nobody.", "t1 Ada", THEME, click.argument("text", metavar="NAME"))
_one(
    "fixed",
    "Say that a fix for THEME shipped on DAY.",
    "t1 2026-10-01",
    THEME,
    click.argument("day", type=Moment(), metavar="DAY"),
)
_one("undo", "Take back the edit NUMBER.", "3", click.argument("undoes", type=int, metavar="NUMBER"))


@click.command()
@STORE
@JSON
@click.argument("theme", default="")
@click.pass_context
def edits(context: click.Context, url: str | None, as_json: bool, theme: str) -> None:
    """List what people said of themes, or of THEME, newest first, with what an edit is kept from doing.

    
    Example: frictionary themes edits --store demo.db
    """
    from api.history import words
    from pipelines.edits import log
    from pipelines.settings import Settings
    from pipelines.stores import open_existing

    with open_existing(Settings.from_environment(store=url or context.obj).store) as store:
        lines, names = log(store, theme), store.themes.names()
    if as_json:
        rows = [{**asdict(line.edit), "counts": line.counts, "conflict": line.conflict} for line in lines]
        click.echo(json.dumps(rows, default=str, indent=2))
        return
    from api.terminal import plain

    for line in lines:
        state = "" if line.counts or line.edit.kind == "undo" else "  (undone)"
        conflict = f"  BUT {line.conflict}" if line.conflict else ""
        click.echo(f"{line.edit.number}  {line.edit.at:%Y-%m-%d}  {plain(words(line.edit, names))}{state}{conflict}")
