"""frictionary simulate: an invented company of any size, with what is wrong in it written beside it."""

import json
from pathlib import Path

import click


@click.command()
@click.option("--customers", type=click.IntRange(min=1), default=1000, show_default=True, help="How many live in it.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of what goes wrong, and of every life.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder; see below.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def command(customers: int, seed: int, out: Path, as_json: bool) -> None:
    """Write a simulated world into a folder: customers.csv, events.csv, tickets.jsonl and threads.jsonl.

    `frictionary ingest` reads those. TRUTH.json says what is planted, truth.jsonl what each conversation is about: keep
    both from whom you test.

    \b
    Example: frictionary simulate --customers 2000 --seed 1 --out world
             frictionary ingest world/*.csv world/tickets.jsonl world/threads.jsonl --store world.db
    """
    from api.progress import progress
    from pipelines.settings import ROOT
    from pipelines.simulate.files import write
    from pipelines.simulate.world import drawn

    with progress(hidden=as_json) as report:
        counts = write(
            drawn(seed),
            customers,
            out,
            corpus=ROOT / "corpora" / "training",
            progress=lambda done: report("customers", done, customers),
        )
    told = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    click.echo(json.dumps(counts | {"folder": str(out)}) if as_json else f"{out}: {told}")
