import gc
import sys

import pytest

from pipelines.annotate import Annotator
from pipelines.settings import Settings
from pipelines.steady import TURN


def test_a_process_that_goes_on_with_models_does_not_look_for_garbage_among_them_and_lets_threads_take_turns() -> None:
    before = sys.getswitchinterval()
    gc.unfreeze()
    Annotator.of(Settings())
    assert gc.get_freeze_count() > 100_000
    assert sys.getswitchinterval() == pytest.approx(TURN)
    gc.unfreeze()
    sys.setswitchinterval(before)
