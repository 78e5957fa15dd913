"""A machine and a case in; why what is asked of them together cannot be decided soundly, out. Such a case is refused.

Most combinations that would be unsound are explored in a way that is not: docs/liveness.md has the table.
"""

from collections.abc import Iterator

from comityc.machine.model import Case, Machine, Property, Role, Transition


def unsound(machine: Machine, case: Case) -> str | None:
    """Say what makes a case unsound; None when nothing does."""
    promised = [prop.name for prop in machine.properties if _rests_on_fairness(prop, case)]
    said = [(role, transition) for role in machine.roles for transition in _receptions_said_fair(role)]
    if not (promised and said and loses_unseen(machine, case)):
        return None
    role, transition = said[0]
    return (
        f"with `lose: any` and `duplicate: any` a loss is no step of its own, so `fairness: {transition.fairness}` of `{transition.name}` "
        f"of {role.name} would promise that nothing is lost, and {_listed(promised)} would rest on that: count the losses or the "
        "duplicates, or leave the fairness out"
    )


def loses_unseen(machine: Machine, case: Case) -> bool:
    """Say whether losses are part of what a sent set is: what was sent may arrive at any time, again, or never.

    A sent set lets an old message come after a new one, which those that keep their order never do.
    """
    faults = case.faults
    if faults.lose != "any" or faults.duplicate != "any":
        return False
    ordered = any(message.fifo for message in machine.messages)
    overtakes = faults.reorder or case.network == "unordered"
    return case.network == "sent_set" or (overtakes and not ordered)


def _rests_on_fairness(prop: Property, case: Case) -> bool:
    return prop.is_promised_in(case) and prop.waived is None and prop.kind in ("eventually", "leads_to")


def _receptions_said_fair(role: Role) -> Iterator[Transition]:
    for transition in role.transitions:
        if transition.kind == "receive" and transition.fairness in ("weak", "strong"):
            yield transition


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
