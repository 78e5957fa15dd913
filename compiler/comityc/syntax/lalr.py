"""Terminals and a parse table come in; what the actions make of them, bottom up, goes out, or where they stop to fit the grammar.

The table is made by lark (`grammar.py`) and says all there is to know, so that lark itself need not be imported to use it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from comityc.records import dataclass

END = "$END"
Row = Mapping[str, int]
"""What a state does about each symbol: go on to state n, or (-1 - n) reduce by rule n."""
Action = Callable[[list[Any]], Any]


class Terminal(Protocol):
    """What is parsed: all that is asked of it is which terminal of the grammar it is."""

    @property
    def type(self) -> str:
        """Its name in the grammar."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: what it makes, of how many symbols, the action, whether a single child passes through, whose children are ours."""

    origin: str
    length: int
    action: str
    single: bool
    inlined: frozenset[int]


@dataclass(frozen=True, slots=True)
class Table:
    """The automaton: for each state its row; for each start, the states where it begins and ends."""

    rows: Sequence[Row]
    rules: Sequence[Rule]
    starts: Mapping[str, int]
    ends: Mapping[str, int]
    terminals: Mapping[str, str]  # the words and operators of the grammar, by their texts

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> "Table":
        """Return the table that `grammar.py` has written."""
        rows, rules = written["rows"], written["rules"]
        return cls(
            [rows[number] for number in written["states"]],
            [
                Rule(origin, length, action, single, frozenset(inlined))
                for origin, length, action, single, inlined in rules
            ],
            written["starts"],
            written["ends"],
            written["terminals"],
        )


class Unexpected(Exception):
    """Here the text stops to fit the grammar. Without a terminal it is the end that does not fit."""

    def __init__(self, terminal: Terminal | None, accepted: frozenset[str]) -> None:
        super().__init__(terminal, accepted)
        self.terminal, self.accepted = terminal, accepted


class Parser:
    """Parses by a table. `actions` has a method for each rule that makes something of its own; the others pass on a list."""

    def __init__(self, table: Table, actions: object) -> None:
        """Look the methods up once."""
        self._table = table
        self._reductions = [_reduction(rule, getattr(actions, rule.action, None)) for rule in table.rules]

    def parse(self, terminals: Sequence[Terminal], start: str) -> Any:
        """Return what is made of the terminals; raise `Unexpected` where they do not fit."""
        rows, reductions = self._table.rows, self._reductions
        end = self._table.ends[start]
        states = [self._table.starts[start]]
        values: list[Any] = []
        for terminal in _with_end(terminals):
            symbol = END if terminal is None else terminal.type
            while True:
                step = rows[states[-1]].get(symbol)
                if step is None:
                    raise Unexpected(terminal, self._accepted(states, end))
                if step >= 0:
                    states.append(step)
                    values.append(terminal)
                    break
                origin, length, made = reductions[-1 - step]
                if made is None:  # most reductions are of one child that passes through
                    states[-1] = rows[states[-2]][origin]
                else:
                    children = values[len(values) - length :]
                    del values[len(values) - length :], states[len(states) - length :]
                    states.append(rows[states[-1]][origin])
                    values.append(made(children))
                if terminal is None and states[-1] == end:
                    return values[-1]
        raise AssertionError("a text ends")

    def _accepted(self, states: Sequence[int], end: int) -> frozenset[str]:
        """Return the terminals that could have come next."""
        return frozenset(
            symbol for symbol in self._table.rows[states[-1]] if symbol.isupper() and self._accepts(states, symbol, end)
        )

    def _accepts(self, states: Sequence[int], symbol: str, end: int) -> bool:
        """Say whether a terminal is shifted after some reductions, or brings the text to its end."""
        rows, ahead = self._table.rows, list(states)
        while True:
            step = rows[ahead[-1]].get(symbol)
            if step is None:
                return False
            if step >= 0:
                return True
            rule = self._table.rules[-1 - step]
            del ahead[len(ahead) - rule.length :]
            ahead.append(rows[ahead[-1]][rule.origin])
            if symbol == END and ahead[-1] == end:
                return True


def _with_end(terminals: Sequence[Terminal]) -> Iterator[Terminal | None]:
    yield from terminals
    yield None


def _reduction(rule: Rule, action: Action | None) -> tuple[str, int, Action | None]:
    """Return what to do with the values of the symbols of a rule; None where the only one passes through."""
    if rule.single and rule.length == 1 and not rule.inlined:
        return rule.origin, rule.length, None

    def reduced(values: list[Any]) -> Any:
        children = _inlined(values, rule.inlined) if rule.inlined else values
        if action is None or (rule.single and len(children) == 1):
            return children[0] if rule.single else children
        return action(children)

    return rule.origin, rule.length, reduced


def _inlined(values: list[Any], places: frozenset[int]) -> list[Any]:
    """Put the children of helping rules, such as those of a repetition, in their places."""
    children: list[Any] = []
    for place, value in enumerate(values):
        if place in places:
            children += value
        else:
            children.append(value)
    return children
