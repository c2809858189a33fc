import gc

from pipelines.annotate import Annotator
from pipelines.settings import Settings


def test_garbage_is_not_looked_for_among_the_models_that_a_process_goes_on_with() -> None:
    gc.unfreeze()
    Annotator.of(Settings())
    assert gc.get_freeze_count() > 100_000
    gc.unfreeze()
