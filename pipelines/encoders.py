"""Which encoder a models folder or a name stands for."""

import os
from pathlib import Path

from nlp.encoder import ENGLISH, Encoder, OnnxEncoder, read_card


def open_encoder(name: str | Path, *, threads: int | None = None) -> Encoder:
    """A folder with a card.toml, or any sentence-transformers model by name or path.

    The card of an ONNX folder is that of nlp.encoder; a card with the field `checkpoint` names a sentence-transformers
    model instead. `languages` of a card are those that the models know; English without it. The encoder runs in as many
    `threads` as there are processors, unless told otherwise. Raises BadModel, and MissingDependency where the extra
    `train` is not installed.
    """
    threads = threads or os.cpu_count() or 1
    checkpoint, languages, cohesion = str(name), ENGLISH, None
    if isinstance(name, Path) or (Path(name) / "card.toml").is_file():
        card = read_card(Path(name), fields=("name",))
        if "checkpoint" not in card:
            return OnnxEncoder(Path(name), threads=threads)
        checkpoint, languages = str(card["checkpoint"]), tuple(card.get("languages", ENGLISH))
        cohesion = card.get("cohesion")
    from pipelines.training.checkpoint import CheckpointEncoder

    return CheckpointEncoder(checkpoint, threads=threads, languages=languages, cohesion=cohesion)
