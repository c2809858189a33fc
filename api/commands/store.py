"""frictionary store: the database itself: its schema up and down, a copy of it, and whether it is whole and equal to
another."""

import json
from typing import TYPE_CHECKING

import click

from api.progress import progress

if TYPE_CHECKING:
    from pipelines.stores.copying import Sum
    from pipelines.stores.database import Database

JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def command() -> None:
    """Migrate, copy, check and index stores.

    \b
    Examples:
      frictionary store migrate --store demo.db
      frictionary store copy demo.db postgresql://user@host/name
      frictionary store check demo.db postgresql://user@host/name
      frictionary store index --store postgresql://user@host/name
    """


@command.command()
@click.option("--store", "url", help="Database URL or SQLite path; FRICTIONARY_STORE otherwise.")
@click.option("--to", "revision", default="head", show_default=True, help="Revision such as 0014; head is the newest.")
@click.option("--yes", is_flag=True, help="Go down without asking: what newer revisions keep is lost.")
def migrate(url: str | None, revision: str, yes: bool) -> None:
    """Bring a store's schema to a revision, up or down. Opening a store brings it up anyhow.

    \b
    Example: frictionary store migrate --store demo.db
    """
    from pipelines.settings import Settings
    from pipelines.stores.sql import migrate as to
    from pipelines.stores.sql import revisions

    database = _open(Settings.from_environment(store=url).store)
    before, newest = revisions(database)
    goal = newest if revision == "head" else revision
    down = bool(before and goal and (goal == "base" or goal < before))
    if down and not yes:
        click.confirm(f"{before} to {goal}: what newer revisions keep is lost. Go on?", abort=True)
    to(database, revision)
    click.echo(f"{database.name}: {before or 'empty'} to {revisions(database)[0] or 'empty'}")
    database.engine.dispose()


@command.command()
@click.argument("source")
@click.argument("target")
@click.option("--resume", is_flag=True, help="Go on with a copy that was broken off.")
@JSON
def copy(source: str, target: str, resume: bool, as_json: bool) -> None:
    """Copy the store SOURCE into the empty store TARGET, SQLite or PostgreSQL either way. Nobody may write meanwhile.

    \b
    Example: frictionary store copy demo.db postgresql://user@host/name
    """
    from pipelines.stores.copying import copy as into
    from pipelines.stores.sql import migrate as to

    reading, writing = _open(source), _open(target, new=True)
    to(reading)
    to(writing)
    with progress(hidden=as_json) as report:
        copied = into(reading, writing, resume=resume, progress=report)
    click.echo(json.dumps(copied, indent=2) if as_json else f"{sum(copied.values()):,} rows copied")


@command.command()
@click.option("--store", "url", help="Database URL; FRICTIONARY_STORE otherwise.")
@click.option("--drop", is_flag=True, help="Leave the index out again.")
def index(url: str | None, drop: bool) -> None:
    """Make an index of meanings in PostgreSQL with pgvector: a search by meaning then reads what is near, not all.

    \b
    Example: frictionary store index --store postgresql://user@host/name
    """
    from pipelines.settings import Settings
    from pipelines.stores import meanings
    from pipelines.stores.sql import migrate as to

    database = _open(Settings.from_environment(store=url).store)
    to(database)
    if drop:
        meanings.drop(database)
        click.echo(f"{database.name}: no index of meanings")
    else:
        click.echo(f"{database.name}: {meanings.build(database):,} segments in the index of meanings")
    database.engine.dispose()


@command.command()
@click.argument("store")
@click.argument("other", required=False)
@JSON
@click.pass_context
def check(context: click.Context, store: str, other: str | None, as_json: bool) -> None:
    """Look whether STORE is whole, and with OTHER whether both hold the same: rows and a hash of each table.

    Exit code 1 where anything is wrong or differs.

    \b
    Example: frictionary store check demo.db copy.db
    """
    from pipelines.stores.copying import faults, sums

    databases = [_open(url) for url in (store, other) if url]
    wrong = {database.name: faults(database) for database in databases}
    if not any(wrong.values()):
        with progress(hidden=as_json) as report:
            found = [sums(database, progress=report) for database in databases]
    else:
        found = []
    differ = [one.table for one, two in zip(*found, strict=True) if one != two] if len(found) == 2 else []
    if as_json:
        told = [{one.table: {"rows": one.rows, "sha256": one.sha256} for one in rows} for rows in found]
        click.echo(json.dumps({"wrong": wrong, "tables": told, "differ": differ}, indent=2))
    else:
        _tell(wrong, found, differ)
    context.exit(1 if any(wrong.values()) or differ else 0)


def _tell(wrong: dict[str, list[str]], found: "list[list[Sum]]", differ: list[str]) -> None:
    from rich.console import Console

    from api.terminal import table

    for name, faults in wrong.items():
        for fault in faults:
            click.echo(f"{name}: {fault}")
    if found:
        columns = {"table": False, "rows": True, "sha256": False} | ({"other": False} if len(found) == 2 else {})
        rows = [
            (one[0].table, f"{one[0].rows:,}", one[0].sha256[:16])
            + ((f"differs: {one[1].rows:,} rows" if one[0].table in differ else "equal",) if len(one) == 2 else ())
            for one in zip(*found, strict=True)
        ]
        Console().print(table(columns, rows))
        click.echo(f"{len(differ)} tables differ" if differ else "whole" + (" and equal" if len(found) == 2 else ""))


def _open(url: str, *, new: bool = False) -> "Database":
    """Without bringing it up. Raises StoreError where an SQLite file is missing and not to be made."""
    from nlp.errors import StoreError
    from pipelines.stores import exists
    from pipelines.stores.database import Database

    if not new and not exists(url):
        raise StoreError(f"no store at {url}")
    return Database(url)
