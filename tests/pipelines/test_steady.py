import gc
from collections.abc import Iterator

import pytest

from pipelines.annotate import Annotator
from pipelines.settings import Settings


@pytest.fixture
def garbage() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


@pytest.mark.usefixtures("garbage")
def test_garbage_is_not_looked_for_among_the_models_that_a_process_goes_on_with() -> None:
    gc.unfreeze()
    Annotator.of(Settings())
    assert gc.get_freeze_count() > 100_000
    assert gc.get_threshold()[0] > 700
