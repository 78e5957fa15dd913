"""The steps of a model from one state in; the same steps, with the timers that they disarm forgotten, out.

In a model, one instance's step may take away what another's timers stand for (`for: m in queue`). Such a timer is gone, and when its
element comes back it is armed anew: that it had fired before is no part of the state any more.
"""

from typing import TYPE_CHECKING

from comityc.explore.engine.records import LOCAL_BITS
from comityc.explore.engine.setting import Setting

if TYPE_CHECKING:
    from comityc.explore.engine.successors import Steps, Successors


def disarms_others(setting: Setting) -> bool:
    """Say whether there are timers that another instance's step may disarm."""
    return setting.is_model and any(
        rule.loop is not None for role in setting.machine.roles for state in role.states for rule in state.timers
    )


class Rearming:
    """Corrects the states that steps lead to; remembers what became of each."""

    def __init__(self, successors: "Successors") -> None:
        self._all = successors
        self._settled: dict[int, int] = {}

    def settle(self, steps: "Steps") -> None:
        """Let each step lead to where the timers that it disarmed are forgotten. The machines are left seeing some other state."""
        steps[:] = [(self._settled.get(target) or self._settle(target), label) for target, label in steps]

    def _settle(self, packed: int) -> int:
        everything, finder = self._all, self._all.finder
        settled, looked = packed, False
        for who, shift in enumerate(everything.shifts):
            number = (packed >> shift) & ((1 << LOCAL_BITS) - 1)
            local = finder.locals[who][number]
            if not any(mark[0] == "timer" for mark in local.spent):
                continue
            if not looked:
                everything.look_around(packed)
                looked = True
            settled += (finder.number(who, finder.with_marks_of_offered(who, local)) - number) << shift
        self._settled[packed] = settled
        return settled
