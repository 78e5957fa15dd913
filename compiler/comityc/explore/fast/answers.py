"""Questions to the tables, many at a time, in; the answers as arrays out. What is not known yet is asked, once for each question that comes up.

Several threads may ask. Only one is answered at a time, and an answer can be seen no sooner than all that it speaks of.
"""

from collections.abc import Callable
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comityc.explore.fast import structures as k
from comityc.explore.fast.tables import Tables

Numbers = NDArray[np.int64]
Answered = NDArray[np.int32]

_MOST_ENTRIES = 1 << 24
"""A table by pairs is no larger; more pairs are kept by themselves."""
_UNKNOWN = -1


class NewLayout(Exception):
    """What was asked for does not fit the layout: the states have to be laid out anew before the search goes on."""


class Asker:
    """Asks the tables. `learn` is told, before anybody sees an answer, that the tables may have grown."""

    def __init__(self, tables: Tables, learn: Callable[[int], None]) -> None:
        self.tables, self._learn = tables, learn
        self.lock = Lock()

    def ask(self, kind: int, a: int, b: int, c: int = 0, *, who: int = -1) -> int:
        """Ask one question, with the lock held; `who` is whose moves an answer may bring."""
        tables = self.tables
        answer = tables.ask(kind, a, b, c)
        if tables.error is not None:
            raise tables.error
        self._learn(who)
        if tables.new_layout:
            raise NewLayout
        return answer


class Row:
    """Answers by one small number. `known` reads what the tables hold already; `find` has them find out."""

    def __init__(self, lock: Lock, known: Callable[[int], int], find: Callable[[int], Any]) -> None:
        self._lock, self._known, self._find = lock, known, find
        self._table = np.full(16, _UNKNOWN, dtype=np.int32)

    def reserve(self, length: int) -> None:
        """Make room for so many questions."""
        if length > len(self._table):
            grown = np.full(max(length, 2 * len(self._table)), _UNKNOWN, dtype=np.int32)
            grown[: len(self._table)] = self._table
            self._table = grown

    def of(self, numbers: Numbers) -> Answered:
        """Return an answer for each number."""
        found: Answered = self._table[numbers]
        if len(found) and found.min() == _UNKNOWN:
            for number in np.unique(numbers[found == _UNKNOWN]).tolist():
                self.learn(number)
            found = self._table[numbers]
        return found

    def learn(self, number: int) -> None:
        """Find one answer, if nobody did meanwhile."""
        with self._lock:
            if self._table[number] == _UNKNOWN:
                if self._known(number) == _UNKNOWN:
                    self._find(number)
                self._table[number] = self._known(number)


class Pairs:
    """Answers by two numbers: in a table while they are small, else one by one."""

    def __init__(self, lock: Lock, find: Callable[[int, int], int]) -> None:
        self._lock, self._find = lock, find
        self._table = np.full((16, 16), _UNKNOWN, dtype=np.int32)
        self._others: dict[tuple[int, int], int] = {}

    def of(self, a: Numbers, b: Numbers) -> Answered:
        """Return an answer for each pair."""
        if not len(a):
            return np.zeros(0, dtype=np.int32)
        rows, columns = int(a.max()) + 1, int(b.max()) + 1
        if not self._reserve(rows, columns):
            return self._one_by_one(a, b)
        found: Answered = self._table[a, b]
        unknown = found == _UNKNOWN
        if unknown.any():
            for one, other in _distinct(a[unknown], b[unknown]):
                self._learn(one, other)
            found = self._table[a, b]
        return found

    def _reserve(self, rows: int, columns: int) -> bool:
        high, wide = self._table.shape
        if rows <= high and columns <= wide:
            return True
        with self._lock:
            high, wide = self._table.shape
            while high < rows:
                high *= 2
            while wide < columns:
                wide *= 2
            if high * wide > _MOST_ENTRIES:
                return False
            grown = np.full((high, wide), _UNKNOWN, dtype=np.int32)
            grown[: self._table.shape[0], : self._table.shape[1]] = self._table
            self._table = grown
            return True

    def _learn(self, one: int, other: int) -> None:
        with self._lock:
            if self._table[one, other] == _UNKNOWN:
                self._table[one, other] = self._find(one, other)

    def _one_by_one(self, a: Numbers, b: Numbers) -> Answered:
        order = np.lexsort((b, a))
        new = np.ones(len(a), dtype=np.bool_)
        new[1:] = (a[order][1:] != a[order][:-1]) | (b[order][1:] != b[order][:-1])
        answers = [self._other(int(a[at]), int(b[at])) for at in order[new].tolist()]
        found = np.empty(len(a), dtype=np.int32)
        found[order] = np.array(answers, dtype=np.int32)[np.cumsum(new) - 1]
        return found

    def _other(self, one: int, other: int) -> int:
        known = self._others.get((one, other))
        if known is None:
            with self._lock:
                known = self._others[one, other] = self._find(one, other)
        return known


def _distinct(a: Numbers, b: Numbers) -> list[tuple[int, int]]:
    return sorted(set(zip(a.tolist(), b.tolist(), strict=True)))


def blocked(answers: Answered) -> NDArray[np.bool_]:
    """Say which operations the world does not allow."""
    return answers == k.BLOCKED
