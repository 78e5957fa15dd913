"""The faults that a case allows come in; which of them have struck before some state that was looked at, and how often, goes out.

This says how much of the envelope a search has seen that is not over. It is an estimate: that a fault was met does not say that it was
met everywhere it can strike, and not all that the budgets allow together need be possible. What takes no step is not counted: overtaking,
and a loss that nobody can tell from a message that is slow.
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from math import prod

from comityc.explore.engine.setting import budgets_by_role
from comityc.explore.engine.successors import Successors
from comityc.explore.graph import Label, is_fault
from comityc.machine.model import Budget

_Fault = tuple[str, str]
"""Its name in the spec, and the role that it strikes, or nothing."""


class FaultsMet:
    """What was met, read off from what the search has numbered."""

    def __init__(self, successors: Successors, budgets: tuple[int, ...]) -> None:
        """Begin with nothing met; `budgets` are those of the start, by the places that `successors` gives them."""
        self._successors, self._at_first = successors, budgets
        self._labels_seen = 0
        self._struck: set[_Fault] = set()
        self._allowed = tuple(_allowed(successors))
        self._budgets = [budgets[successors.slots[fault]] for fault, _ in self._allowed if fault in successors.slots]

    def share(self) -> float | None:
        """Return how much of the envelope was met, from 0 to 1, or None where nothing may strike.

        It is how many combinations of faults have struck, of all that the budgets allow. What has no budget that is used up, as liars,
        counts as one more.
        """
        self._look()
        others = [fault in self._struck for fault, _ in self._allowed if fault not in self._successors.slots]
        if not self._allowed:
            return None
        return (len(self._together) + sum(others)) / (self._combinations() + len(others))

    def text(self) -> str:
        """Return what was met of each fault, as `lose 1 of 1, crash voter 0 of 2, pause voter not yet`."""
        self._look()
        said = ", ".join(
            " ".join(filter(None, (*fault, self._how_often(fault, budget)))) for fault, budget in self._allowed
        )
        if len(self._budgets) < 2:
            return said
        return f"{said} ({len(self._together):,} of {self._combinations():,} combinations)"

    def _combinations(self) -> int:
        return prod(budget + 1 for budget in self._budgets)

    def _how_often(self, fault: _Fault, budget: Budget) -> str:
        """Say how often a fault was met, where that is counted: of liars, and of what may happen any number of times, it is not."""
        met = self._met(fault)
        if fault in self._successors.slots:
            return f"{met} of {budget}"
        return "" if met else "not yet"

    def _met(self, fault: _Fault) -> int:
        place = self._successors.slots.get(fault)
        if place is None:
            return int(fault in self._struck)
        return self._at_first[place] - min((left[place] for left in self._together), default=self._at_first[place])

    def _look(self) -> None:
        """Read the steps that were numbered since the last time."""
        labels = self._successors.labels.labels
        for label in labels[self._labels_seen :]:
            self._struck.update(_struck(label))
        self._labels_seen = len(labels)

    @property
    def _together(self) -> AbstractSet[tuple[int, ...]]:
        strikes = self._successors.strikes
        return set() if strikes is None else strikes.left_together


def _allowed(successors: Successors) -> Iterator[tuple[_Fault, Budget]]:
    """Yield the faults that a step may be the doing of, with their budgets, in the order in which the language has them."""
    faults, strikes = successors.setting.faults, successors.strikes
    if strikes is not None and strikes.loses:
        yield ("lose", ""), faults.lose
    if strikes is not None and strikes.doubles:
        yield ("duplicate", ""), faults.duplicate
    roles = {role.name for role in successors.setting.machine.roles}
    for name, by_role in (*budgets_by_role(faults), ("byzantine", faults.byzantine)):
        yield from (((name, role), budget) for role, budget in by_role if budget and role in roles)
    times = 0 if faults.partition is None else faults.partition.times
    for name, budget in (("late_act", faults.late_act), ("repeat_act", faults.repeat_act), ("partition", times)):
        if budget:
            yield (name, ""), budget


_NAMES = {"repeat_effect": "repeat_act", "late_effect": "late_act", "part": "partition"}


def _struck(label: Label) -> Iterator[_Fault]:
    """Yield the fault that a step is the doing of."""
    if not is_fault(label):
        return
    if label.kind == "forge" and label.sender is not None:
        yield "byzantine", label.sender.role
    elif label.kind in ("crash", "down") and label.instance is not None:
        yield label.name or label.kind, label.instance.role
    else:
        yield _NAMES.get(label.kind, label.kind), ""
