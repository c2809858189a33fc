"""frictionary openapi: the API's description, or a collection for Postman, Bruno or Insomnia made of it."""

import json
from pathlib import Path

import click


@click.command()
@click.option("--collection", is_flag=True, help="A Postman collection (v2.1), which Bruno and Insomnia read, too.")
@click.option("--out", default="-", show_default=True, help="File to write; - is standard output.")
def command(collection: bool, out: str) -> None:
    """Print the OpenAPI document of the API; no server is needed.

    \b
    Examples:
      frictionary openapi > openapi.json
      frictionary openapi --collection --out docs/examples/frictionary.postman.json
    """
    from tempfile import TemporaryDirectory

    from api.app import create_app
    from api.collection import text
    from pipelines.annotate import Annotator
    from pipelines.settings import Settings
    from pipelines.stores import open_store

    settings = Settings()
    with TemporaryDirectory() as folder, open_store(f"{folder}/store.db") as store:
        app = create_app(store, settings, Annotator.load(settings.models, settings.taxonomy))
        found = app.openapi()
    told = text(found) if collection else json.dumps(found, indent=1, ensure_ascii=False) + "\n"
    if out == "-":
        click.echo(told, nl=False)
    else:
        Path(out).write_text(told, "utf-8")
