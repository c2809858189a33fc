"""frictionary privacy: the policy, a new key, the proof that nothing personal is left, and a person's rights."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pipelines.scan import Report
    from pipelines.settings import Settings
    from pipelines.stores.protocols import Store

STORE = click.option("--store", "url", help="Database URL or SQLite path; FRICTIONARY_STORE otherwise.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
WHO = click.option("--who", default="", help="Who asks for it, as the log is to tell.")


@click.group()
def command() -> None:
    """What becomes of personal data: the policy, keys, a scan, and a person's rights.

    \b
    Examples:
      frictionary privacy policy
      frictionary privacy scan exports --store demo.db --file dead-letters.jsonl
      frictionary privacy forget email:jo@example.com --store demo.db
      frictionary privacy expire --days 730 --store demo.db
    """


@command.command()
@click.option("--source", default="", help="Of this source alone.")
@JSON
def policy(source: str, as_json: bool) -> None:
    """Show what becomes of each type and field, and how consent is told.

    \b
    Example: frictionary privacy policy --source zendesk
    """
    from nlp.redaction import KINDS
    from pipelines.policy import policy as settled

    found = settled(_settings(None))
    shown = {source: found.of(source)} if source else {"every source": found.rules, **found.sources}
    rows: dict[str, dict[str, dict[str, Any]]] = {
        name: {
            "types": {kind: rules.action(kind) for kind in KINDS},
            "fields": dict(rules.fields),
            "consent": {"field": rules.consent.field, "tags": rules.consent.tags, "opt_out": rules.consent.opt_out},
        }
        for name, rules in shown.items()
    }
    if as_json:
        click.echo(json.dumps({"file": found.origin, "sources": rows}, indent=2))
        return
    click.echo(
        f"from {found.origin}" if found.origin else "no policy is set (FRICTIONARY_PRIVACY): everything is masked"
    )
    for name, row in rows.items():
        click.echo(f"\n{name}")
        for part, told in row.items():
            click.echo(f"  {part}: " + (", ".join(f"{k} {_plain(v)}" for k, v in told.items() if v) or "nothing told"))


def _plain(told: Any) -> str:
    return " ".join(told) if isinstance(told, tuple) else str(told)


@command.command()
@STORE
@JSON
def rotate(url: str | None, as_json: bool) -> None:
    """Add a key and bring every pseudonym of the store under it, without raw data.

    \b
    Example: frictionary privacy rotate --store demo.db
    """
    from api.progress import progress
    from pipelines.rotation import rotate as turn

    settings = _settings(url)
    with _opened(settings) as store, progress(hidden=as_json) as report:
        changed = turn(store, settings, progress=report)
        marks = store.privacy.keys()
    if as_json:
        click.echo(json.dumps({"keys": len(marks), "changed": changed}))
        return
    place = "FRICTIONARY_KEY" if settings.key else settings.key_file
    click.echo(f"{sum(changed.values())} rows are under key {len(marks)}: keep all keys of {place}")


@command.command()
@click.argument("known", nargs=-1, type=click.Path(path_type=Path))
@STORE
@click.option(
    "--file",
    "files",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="Also look in this file or folder: logs, exports, models. Repeatable.",
)
@click.option("--no-store", is_flag=True, help="Look in files alone.")
@JSON
def scan(known: tuple[Path, ...], url: str | None, files: tuple[Path, ...], no_store: bool, as_json: bool) -> None:
    """Look for personal data in every cell of the store, the dead letters and given files; exit code 1 if any is left.

    KNOWN are raw exports, whose customers, people and identifiers are looked for, or lists of identifiers, one a line.
    The rules of masking are applied besides. Places and counts are told, never a value.

    \b
    Examples:
      frictionary privacy scan corpora/sample --store demo.db
      frictionary privacy scan identifiers.txt --store demo.db --file exports --file frictionary.log --json
    """
    from api.progress import progress
    from pipelines import sources
    from pipelines.policy import policy as settled
    from pipelines.scan import known_from
    from pipelines.scan import scan as look
    from pipelines.sources import Options

    settings = _settings(url)
    rules = settled(settings)
    keep = frozenset().union(*(rule.kinds("keep") for rule in (rules.rules, *rules.sources.values())))
    wanted = (
        known_from(sources.files(known), Options(max_record=settings.max_record))
        if known
        else known_from((), Options())
    )
    beside = [*files, *([settings.dead_letters] if settings.dead_letters.is_file() else [])]
    with progress(hidden=as_json) as report:
        if no_store:
            found = look(None, beside, known=wanted, keep=keep, progress=report)
        else:
            with _opened(settings) as store:
                found = look(store, beside, known=wanted, keep=keep, progress=report)
    _tell(found, as_json=as_json)
    if not found.clean:
        raise SystemExit(1)


def _tell(found: "Report", *, as_json: bool) -> None:
    rows = [
        {"place": place, "what": what, "by": by, "count": count}
        for by, counts in (("known", found.known), ("rules", found.detected))
        for (place, what), count in sorted(counts.items())
    ]
    figures = {"clean": found.clean, "values": found.looked, "places": found.places, "identifiers": found.identifiers}
    if as_json:
        click.echo(json.dumps({**figures, "too_short": found.skipped, "found": rows}, indent=2))
        return
    for row in rows:
        click.echo(f"{row['place']}: {row['count']} x {row['what']} ({row['by']})")
    click.echo(
        f"{found.looked} values in {found.places} places looked at for {found.identifiers} known identifiers "
        f"({found.skipped} too short to look for): " + ("nothing is left" if found.clean else "NOT CLEAN")
    )


@command.command()
@click.argument("customer")
@STORE
@WHO
def export(customer: str, url: str | None, who: str) -> None:
    """Print everything that is kept of CUSTOMER (a pseudonym, or kind:value) as JSON.

    \b
    Example: frictionary privacy export email:jo@example.com --store demo.db > jo.json
    """
    from datetime import UTC, datetime

    from api.pseudonym import pseudonym
    from pipelines.access import access
    from pipelines.stores.protocols import Audit

    settings = _settings(url)
    with _opened(settings) as store:
        found = access(store, pseudonym(settings, customer))
        counts = {"conversations": len(found["conversations"]), "events": len(found["events"])}
        store.audits.add(Audit(datetime.now(UTC), "privacy.export", found["customer"], who, counts))
    click.echo(json.dumps(found, default=str, indent=2))


@command.command()
@click.argument("customer")
@STORE
@WHO
@JSON
@click.confirmation_option(prompt="Everything of this customer is deleted for good. Go on?")
def forget(customer: str, url: str | None, who: str, as_json: bool) -> None:
    """Delete everything of CUSTOMER (a pseudonym, or kind:value) and of all that is one with them; the log says so.

    Exports that are read again do not bring them back. Themes count them until the next discovery.

    \b
    Example: frictionary privacy forget email:jo@example.com --store demo.db --who kim --yes
    """
    from api.pseudonym import pseudonyms
    from pipelines.forgetting import forget as erase

    settings = _settings(url)
    with _opened(settings) as store:
        gone = erase(store, pseudonyms(settings, customer), who=who)
    if as_json:
        click.echo(json.dumps(gone))
        return
    click.echo(
        ", ".join(f"{table} {rows}" for table, rows in gone.items())
        or "nothing was kept of them; they are held back from now on"
    )


@command.command()
@click.argument("customer")
@STORE
@WHO
@JSON
def allow(customer: str, url: str | None, who: str, as_json: bool) -> None:
    """Take back the refusals that closed CUSTOMER (a pseudonym, or kind:value), whole, where they agree again.

    A record that agrees does so by itself for its own id; this is for whoever was forgotten on request, was on a list
    of opt-outs, or is known by no id. What was deleted comes back with the next export.

    \b
    Example: frictionary privacy allow email:jo@example.com --store demo.db --who kim
    """
    from api.pseudonym import pseudonyms
    from nlp.errors import BadInput
    from pipelines.consent import listed
    from pipelines.forgetting import allow as take_back
    from pipelines.protect import protector

    settings = _settings(url)
    named = pseudonyms(settings, customer)
    if named[0] in listed(protector(settings)):
        raise BadInput(f"{customer}: stands on a list of opt-outs (consent.opt_out): take that line out first")
    with _opened(settings) as store:
        opened = take_back(store, named, who=who)
    told = f"{opened} identifier{'' if opened == 1 else 's'} may be kept again" if opened else "nobody has refused it"
    click.echo(json.dumps({"identifiers": opened}) if as_json else told)


@command.command()
@click.option("--days", type=click.IntRange(min=1), help="How long to keep; FRICTIONARY_RETENTION otherwise.")
@STORE
@WHO
@JSON
@click.confirmation_option(prompt="What is older is deleted for good. Go on?")
def expire(days: int | None, url: str | None, who: str, as_json: bool) -> None:
    """Delete conversations that ended, and events that happened, more than so many days ago; the log says so.

    With FRICTIONARY_RETENTION each run does it by itself.

    \b
    Example: frictionary privacy expire --days 730 --store demo.db --who kim --yes
    """
    from datetime import UTC, datetime

    from nlp.errors import BadSetting
    from pipelines.retention import expire as erase

    settings = _settings(url)
    if not (kept := days or settings.retention):
        raise BadSetting("how long is kept? Give --days, or set FRICTIONARY_RETENTION to a number of days")
    with _opened(settings) as store:
        gone = erase(store, days=kept, now=datetime.now(UTC), who=who)
    told = ", ".join(f"{table} {rows}" for table, rows in gone.items())
    click.echo(json.dumps(gone) if as_json else told or f"nothing is older than {kept} day{'s' if kept > 1 else ''}")


def _settings(url: str | None) -> "Settings":
    from pipelines.settings import Settings

    return Settings.from_environment(store=url)


@contextmanager
def _opened(settings: "Settings") -> Iterator["Store"]:
    """What a run has begun to forget when it was killed is forgotten before anything else."""
    from pipelines.forgetting import finish
    from pipelines.stores import open_existing

    with open_existing(settings.store) as store:
        finish(store)
        yield store
