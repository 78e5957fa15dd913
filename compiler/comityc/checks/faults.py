"""Find faults that can strike nothing: what a case says it stands would be said for nothing."""

from collections.abc import Iterator

from comityc.diagnostics.codes_checks import FAULT_WITHOUT_TARGET
from comityc.diagnostics.diagnostic import Diagnostic
from comityc.machine.model import Case, Machine


def faults_without_target(machine: Machine) -> Iterator[Diagnostic]:
    """Yield a finding for each fault that can strike nothing, in the first case that has it."""
    said: set[str] = set()
    for case in machine.cases:
        for fault, why, cure in _without_target(machine, case):
            if fault not in said:
                said.add(fault)
                yield FAULT_WITHOUT_TARGET.at(
                    case.span, f"`{fault}` can strike nothing in `{case.name}`", caret=why, help=cure
                )


def _without_target(machine: Machine, case: Case) -> Iterator[tuple[str, str, str]]:
    """Yield the faults of a case that can strike nothing, each with the reason and what would change that."""
    faults = case.faults
    if faults.repeat_act != 0 and not any(act.keyed for act in machine.acts):
        yield (
            "repeat_act",
            "no act has a `key`",
            "an act takes effect twice under one key: say what the key is, `key: order`",
        )
    if faults.late_act != 0 and not any(act.undoes for act in machine.acts):
        yield (
            "late_act",
            "no act undoes another",
            "a late act takes effect after it was undone: say which act undoes it, `undoes: charge`",
        )
    if not machine.messages or case.network == "none":
        for fault, budget in (("lose", faults.lose), ("duplicate", faults.duplicate)):
            if budget != 0:
                yield fault, "there are no messages", "leave it out"
