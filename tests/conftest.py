"""The shipped models, loaded once for all tests; none of them is changed by a test."""

import pytest

from nlp.encoder import Encoder
from nlp.names import Names
from nlp.themes.naming import Parse
from pipelines.annotate import Annotator
from pipelines.discover import parser
from pipelines.settings import Settings


@pytest.fixture(scope="session")
def annotator() -> Annotator:
    return Annotator.load(Settings().models, Settings().taxonomy)


@pytest.fixture(scope="session")
def encoder(annotator: Annotator) -> Encoder:
    return annotator.encoder


@pytest.fixture(scope="session")
def names() -> Names:
    return Names.load()


@pytest.fixture(scope="session")
def parse() -> Parse:
    return parser()
