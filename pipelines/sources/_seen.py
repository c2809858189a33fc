"""Which ids a file has had: by their hashes, in 11 to 21 bytes each, however long the ids are."""

import sys
from array import array

SLOTS = 1 << 10
WIDTH = sys.hash_info.width


class Seen:
    """An open-addressing table of 64-bit hashes. Two ids of ten million are taken for one once in 400,000 files."""

    def __init__(self) -> None:
        self._slots, self._count = array("Q", [0]) * SLOTS, 0

    def add(self, id: str) -> bool:
        """Whether it was not there before."""
        if not self._put(hash(id) % (1 << WIDTH) or 1):
            return False
        self._count += 1
        if 4 * self._count > 3 * len(self._slots):
            self._grow()
        return True

    def _put(self, hashed: int) -> bool:
        slots, last = self._slots, len(self._slots) - 1
        at = hashed & last
        while found := slots[at]:
            if found == hashed:
                return False
            at = (at + 1) & last
        slots[at] = hashed
        return True

    def _grow(self) -> None:
        old, self._slots = self._slots, array("Q", [0]) * (2 * len(self._slots))
        for hashed in old:
            if hashed:
                self._put(hashed)
