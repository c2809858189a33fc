"""Processes that mask: what they give back is what this one would have made, whatever becomes of them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nlp.conversation import Channel, Conversation, Speaker, Turn
from pipelines.ingest import ingest
from pipelines.maskers import Maskers
from pipelines.protect import Protector
from pipelines.settings import Settings
from pipelines.stores import open_store

PROTECT = Protector(b"a key for tests", names=False)
START = datetime(2026, 5, 1, tzinfo=UTC)
TEXT = "I am at ada.reed@example.org or 0161 496 0123, says @adareed; order 88 never came."
WORK = """
import sys, time
from tests.pipelines.test_maskers import PROTECT, talks
from pipelines.maskers import Maskers
if __name__ == "__main__":
    with Maskers(PROTECT, 2, few=0) as maskers:
        maskers.mask(talks(10))()
        print(*(process.pid for process in maskers._pool._processes.values()), flush=True)
        time.sleep(60)
"""


def talks(count: int) -> list[Conversation]:
    return [
        Conversation(f"t:{n}", "t", Channel.CHAT, f"email:c{n}@x.org", START + timedelta(minutes=n), said(n))
        for n in range(count)
    ]


def said(number: int) -> tuple[Turn, ...]:
    return (Turn(0, Speaker.CUSTOMER, f"{number}: {TEXT}"), Turn(1, Speaker.AGENT, "We look into it."))


def test_masks_of_other_processes_are_those_of_this_one_in_the_order_given() -> None:
    batches = [talks(40)[n : n + 10] for n in (0, 10, 20, 30)]
    with Maskers(PROTECT, 2, few=0) as maskers:
        begun = [maskers.mask(batch) for batch in batches]
        assert maskers.ahead > 0
        assert [finish() for finish in begun] == [PROTECT.conversations(batch) for batch in batches]


def test_few_conversations_start_no_process() -> None:
    with Maskers(PROTECT, 2, few=10) as maskers:
        assert maskers.mask(talks(10))() == PROTECT.conversations(talks(10))
        assert maskers.ahead == 0


def test_where_processes_die_this_one_masks_what_they_had_in_hand() -> None:
    with Maskers(PROTECT, 1, few=0) as maskers:
        pid = _pids(maskers)[0]
        os.kill(pid, signal.SIGKILL)
        with pytest.warns(UserWarning, match="masks alone"):
            found = [maskers.mask(talks(5))() for _ in range(3)]
        assert found == [PROTECT.conversations(talks(5))] * 3
        assert maskers.mask(talks(5))() == PROTECT.conversations(talks(5))


def test_a_killed_process_leaves_no_masking_ones_behind() -> None:
    with subprocess.Popen([sys.executable, "-c", WORK], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        parent.kill()
        assert pids
        assert _all_end(pids)


def test_a_large_file_is_stored_alike_with_processes_and_without(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    rows = (f'{n},"{TEXT}",2026-05-01,c{n % 900}@x.org\n' for n in range(2_700))
    path.write_text("id,text,date,email\n" + "".join(rows))
    found = []
    for maskers in (0, 2):
        with open_store(f"sqlite:///{tmp_path}/{maskers}.db") as store:
            settings = Settings(dead_letters=tmp_path / "dead.jsonl", maskers=maskers)
            report = ingest([path], store=store, protect=PROTECT, settings=settings)
            found.append((report, list(store.conversations.pending("none")), list(store.identity.claims())))
    assert found[0] == found[1]
    assert found[0][0].added == 2_700


def _pids(maskers: Maskers) -> Sequence[int]:
    maskers.mask(talks(1))()
    assert maskers._pool
    return list(maskers._pool._processes)


def _all_end(pids: Sequence[int]) -> bool:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if not any(Path(f"/proc/{pid}").exists() for pid in pids):
            return True
        time.sleep(0.05)
    return False
