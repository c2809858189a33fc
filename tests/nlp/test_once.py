"""What is loaded on first use."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import sleep

from nlp.once import once


def test_what_several_threads_ask_for_at_the_same_time_is_loaded_once() -> None:
    started, loads = Barrier(4), []

    @once
    def model(name: str) -> object:
        loads.append(name)
        sleep(0.01)  # long enough for the others to come by
        return object()

    def ask(name: str) -> object:
        started.wait()
        return model(name)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(ask, ["en"] * 4))
    assert loads == ["en"]
    assert len(set(map(id, found))) == 1


def test_another_question_is_loaded_apart_and_a_failure_is_tried_again() -> None:
    tries = []

    @once
    def model(name: str) -> str:
        tries.append(name)
        if len(tries) == 1:
            raise OSError(name)
        return name.upper()

    for name in ("a", "a", "b", "a"):
        try:
            assert model(name) == name.upper()
        except OSError:
            assert tries == ["a"]
    assert tries == ["a", "a", "b"]
