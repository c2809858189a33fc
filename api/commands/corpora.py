"""frictionary corpora: the public corpora that training and benchmarks read: list, check, fetch."""

import json
import sys
from dataclasses import asdict

import click


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@click.pass_context
def command(context: click.Context, as_json: bool) -> None:
    """List public corpora with licence, source, rows, and whether they lie in FRICTIONARY_CORPORA.

    \b
    Examples:
      frictionary corpora
      frictionary corpora check
      frictionary corpora fetch banking77
    """
    if context.invoked_subcommand:
        return
    from pipelines import corpora
    from pipelines.settings import Settings

    folder = Settings.from_environment().corpora
    rows = []
    for corpus in corpora.catalogue():
        states = corpora.states(corpus, folder, thorough=False)
        found = sum(state == "found" for state in states.values())
        rows.append(asdict(corpus) | {"found": found, "states": states})
    if as_json:
        click.echo(json.dumps({"folder": str(folder), "corpora": rows}, ensure_ascii=False))
        return
    click.echo(f"Public corpora in {folder}\n")
    for row in rows:
        click.echo(f"{row['name']:<18}{row['found']:>2} of {len(row['files']):>2} files here   {row['licence']}")
        click.echo(f"    {row['what']}; {row['rows']}\n    {row['source']}")


@command.command()
@click.argument("names", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print each file's state as JSON.")
def check(names: tuple[str, ...], as_json: bool) -> None:
    """Compare every file's sha256 with the catalogue (NAMES, or all that are here); exit 1 where one is changed.

    \b
    Example: frictionary corpora check clinc150
    """
    from pipelines import corpora
    from pipelines.settings import Settings

    folder = Settings.from_environment().corpora
    chosen = [corpora.find(name) for name in names] or list(corpora.catalogue())
    found = {corpus.name: corpora.states(corpus, folder, thorough=True) for corpus in chosen}
    if as_json:
        click.echo(json.dumps(found))
    else:
        for name, states in found.items():
            for file, state in states.items():
                click.echo(f"{state:>8}  {name}/{file}")
    bad = ("changed", "missing") if names else ("changed",)
    if any(state in bad for states in found.values() for state in states.values()):
        sys.exit(1)


@command.command()
@click.argument("name")
def fetch(name: str) -> None:
    """Download corpus NAME from its public source into FRICTIONARY_CORPORA, checked by sha256; run again to resume.

    \b
    Example: frictionary corpora fetch banking77
    """
    from pipelines import corpora
    from pipelines.settings import Settings

    settings = Settings.from_environment()
    corpus = corpora.find(name)
    click.echo(f"{corpus.name}: {corpus.licence}, from {corpus.source}")
    for file, state in corpora.fetch(corpus, settings.corpora):
        click.echo(f"{state:>8}  {settings.corpora / name / file}")
