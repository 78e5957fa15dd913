"""Questions to the tables, many at a time, in; the answers as arrays out. What is not known yet is asked, once.

Several threads may ask. Only one is answered at a time, and an answer can be seen no sooner than all that it speaks of.
"""

from collections.abc import Callable, Iterable
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
    """Asks the tables. `learn` is told, before anybody sees an answer, that the tables may have grown, and whose moves were added."""

    def __init__(self, tables: Tables, learn: Callable[[int], None]) -> None:
        self.tables, self._learn = tables, learn
        self.lock = Lock()

    def ask(self, kind: int, a: int, b: int, c: int = 0) -> int:
        """Ask one question, with the lock held."""
        answer = self.tables.ask(kind, a, b, c)
        if self.tables.error is not None:
            raise self.tables.error
        return answer

    def settle(self, who: int = -1) -> None:
        """Take in what the answers brought, moves of this instance among it, before they are seen."""
        self._learn(who)
        if self.tables.new_layout:
            raise NewLayout


class Row:
    """Answers by one small number. `known` reads what the tables hold; `find` has them find out; `who` is whose moves come of it."""

    def __init__(self, asker: Asker, known: Callable[[int], int], find: Callable[[int], Any], who: int = -1) -> None:
        self._asker, self._known, self._find, self._who = asker, known, find, who
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
            with self._asker.lock:
                self._learn(np.unique(numbers[found == _UNKNOWN]).tolist())
            found = self._table[numbers]
        return found

    def _learn(self, numbers: list[int]) -> None:
        """Find answers, if nobody did meanwhile."""
        unknown = [number for number in numbers if self._table[number] == _UNKNOWN]
        for number in unknown:
            if self._known(number) == _UNKNOWN:
                self._find(number)
            if self._asker.tables.new_layout:
                break
        self._asker.settle(self._who)
        for number in unknown:
            self._table[number] = self._known(number)


class Pairs:
    """Answers by two numbers: in a table while they are small, else one by one."""

    def __init__(self, asker: Asker, find: Callable[[int, int], int], who: int = -1) -> None:
        self._asker, self._find, self._who = asker, find, who
        self._table = np.full((16, 16), _UNKNOWN, dtype=np.int32)
        self._others: dict[tuple[int, int], int] = {}

    def of(self, a: Numbers, b: Numbers) -> Answered:
        """Return an answer for each pair."""
        if not len(a):
            return np.zeros(0, dtype=np.int32)
        if not self._reserve(int(a.max()) + 1, int(b.max()) + 1):
            return self._one_by_one(a, b)
        found: Answered = self._table[a, b]
        unknown = found == _UNKNOWN
        if unknown.any():
            pairs = _distinct(a[unknown], b[unknown])
            with self._asker.lock:
                answers = self._ask([pair for pair in pairs if self._table[pair] == _UNKNOWN])
                for pair, answer in answers.items():
                    self._table[pair] = answer
            found = self._table[a, b]
        return found

    def _reserve(self, rows: int, columns: int) -> bool:
        high, wide = self._table.shape
        if rows <= high and columns <= wide:
            return True
        with self._asker.lock:
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

    def _ask(self, pairs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], int]:
        """Have the tables answer, with the lock held."""
        answers = {}
        for one, other in pairs:
            answers[one, other] = self._find(one, other)
            if self._asker.tables.new_layout:
                break
        self._asker.settle(self._who)
        return answers

    def _one_by_one(self, a: Numbers, b: Numbers) -> Answered:
        order = np.lexsort((b, a))
        new = np.ones(len(a), dtype=np.bool_)
        new[1:] = (a[order][1:] != a[order][:-1]) | (b[order][1:] != b[order][:-1])
        pairs = list(zip(a[order[new]].tolist(), b[order[new]].tolist(), strict=True))
        with self._asker.lock:
            self._others.update(self._ask([pair for pair in pairs if pair not in self._others]))
        found = np.empty(len(a), dtype=np.int32)
        found[order] = np.array([self._others[pair] for pair in pairs], dtype=np.int32)[np.cumsum(new) - 1]
        return found


def _distinct(a: Numbers, b: Numbers) -> list[tuple[int, int]]:
    return sorted(set(zip(a.tolist(), b.tolist(), strict=True)))


def blocked(answers: Answered) -> NDArray[np.bool_]:
    """Say which operations the world does not allow."""
    refused: NDArray[np.bool_] = answers == k.BLOCKED
    return refused
