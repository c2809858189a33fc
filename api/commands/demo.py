"""frictionary demo: the shipped sample from its exports to friction themes on a page."""

from pathlib import Path

import click

from api import own_model

COMPANY = "Brindle Home"
"""The sample's company: its posts speak to it, and no masker takes its name for a person's."""


@click.command()
@click.option("--folder", type=click.Path(path_type=Path), help="Where the demo's store is kept; var/demo otherwise.")
@click.option("--port", type=int, help="Port of the server; FRICTIONARY_PORT or 8000 otherwise.")
@click.option("--serve/--no-serve", default=True, help="Serve API and dashboard afterwards, until Ctrl-C.")
@own_model.option
def command(folder: Path | None, port: int | None, serve: bool, model: Path | None) -> None:
    """Analyse the shipped sample (an invented company, 400 conversations), print a summary, and serve it.

    \b
    Example: frictionary demo --no-serve
    """
    from api.commands.serve import serve_store
    from api.progress import progress
    from api.summary import show
    from pipelines.annotate import Annotator
    from pipelines.run import run
    from pipelines.settings import ROOT, Settings
    from pipelines.sources import Options
    from pipelines.stores import open_store

    folder = folder or ROOT / "var" / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    settings = Settings.from_environment(
        store=f"sqlite:///{folder}/demo.db",
        key_file=folder / "demo.key",
        dead_letters=folder / "dead-letters.jsonl",
        port=port,
        model=model and str(model),
    )
    sample = sorted(p for p in (ROOT / "corpora" / "sample").rglob("*") if p.is_file() and p.name != "KEY.json")
    with open_store(settings.store) as store, progress() as report:
        annotator = Annotator.of(settings)
        options = Options(company=COMPANY)
        done = run(sample, store=store, annotator=annotator, settings=settings, options=options, progress=report)
    with open_store(settings.store) as store:
        show(done, store, annotator.taxonomy)
        if serve:
            serve_store(store, settings, annotator)
