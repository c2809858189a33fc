"""A company's own intent model, read from its folder: card, head, taxonomy, and its encoder where it has one."""

import hashlib
from pathlib import Path

from nlp.encoder import Encoder, read_card
from nlp.errors import BadModel
from nlp.head import Head
from nlp.intent import IntentModel
from nlp.outside import Outside
from nlp.taxonomy import Taxonomy
from pipelines.encoders import open_encoder

HEAD, TAXONOMY, GRAPH, OUTSIDE = "intent.npz", "taxonomy.toml", "model.onnx", "outside.npz"


def open_intents(
    folder: Path, *, encoder: Encoder, calm: Head, known: Taxonomy, threads: int | None = None
) -> tuple[IntentModel, Taxonomy]:
    """The model, and `known` with its intents in place of its own.

    `encoder`: the shared one, which a head without an encoder of its own was trained on. `calm`: the shipped head,
    which tells `none` where the model has no such label. Raises BadModel naming file and remedy, BadTaxonomy.
    """
    stamp = stamp_of(folder)
    sums = read_card(folder, fields=("name", "version", "sha256"))["sha256"]
    if not isinstance(sums, dict) or not {HEAD, TAXONOMY} <= set(sums):
        raise BadModel(f"{folder / 'card.toml'}: not of a model of intents: [sha256] must name {HEAD} and {TAXONOMY}")
    for name, expected in sums.items():
        file = folder / name
        if not file.is_file():
            raise BadModel(f"{file} is missing, but the card names it: train the model anew")
        if hashlib.sha256(file.read_bytes()).hexdigest() != expected:
            raise BadModel(f"{file} is not the file of its card (sha256): copy all of one training, or train it anew")
    own = open_encoder(folder, threads=threads) if GRAPH in sums else None
    head = Head.load(folder / HEAD, encoder=(own or encoder).version)
    text = (folder / TAXONOMY).read_text("utf-8")
    taxonomy = known.with_intents_of(Taxonomy.from_toml(text, origin=str(folder / TAXONOMY), known=known))
    if strange := sorted(set(head.labels) - set(taxonomy.intent_names)):
        raise BadModel(f"{folder / HEAD}: knows the intent {strange[0]!r}, which {TAXONOMY} does not name")
    outside = Outside.load(folder / OUTSIDE, encoder=(own or encoder).version) if OUTSIDE in sums else None
    return IntentModel(folder.name, head, own, calm, stamp, outside), taxonomy


def stamp_of(folder: Path) -> str:
    """What changes with the folder's card; "" without one."""
    try:
        return hashlib.sha256((folder / "card.toml").read_bytes()).hexdigest()
    except OSError:
        return ""
