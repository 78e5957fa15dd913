"""What a mutant is: a machine with one slip in it, with a name that stays the same while the spec is edited elsewhere."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from comityc.diagnostics.span import NOWHERE, Span
from comityc.machine.model import Machine, Role, Transition
from comityc.machine.rewrite import rewritten
from comityc.records import dataclass

_LONGEST_NAME = 60
_OUTSIDE_OF_NAMES = re.compile(r"[^A-Za-z0-9_.]+")


@dataclass(frozen=True, slots=True)
class Slip:
    """One way to get the machine wrong.

    `kind` is its word, `where` the place that it is named after. At `span` the spec says something else: `instead`, or what the text
    says of it where nothing takes its place. `recast` names a role and its variable that holds a list instead of a set.
    """

    kind: str
    where: str
    machine: Machine
    span: Span = NOWHERE
    instead: str | None = None
    text: str = ""
    recast: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Mutant:
    """A slip with its name. `before` and `after` are a line of the spec as it is and as it would be; `after` may be a remark."""

    name: str
    kind: str
    machine: Machine
    line: int
    before: str
    after: str
    recast: tuple[str, str] | None = None


def named(slips: Iterable[Slip]) -> Iterator[Mutant]:
    """Name the slips: their kind and their place, with a number where that is not enough."""
    used: Counter[str] = Counter()
    taken: set[str] = set()
    for slip in slips:
        where = _OUTSIDE_OF_NAMES.sub(" ", slip.where).strip()[:_LONGEST_NAME].strip()
        base = f"{slip.kind} {where}"
        used[base] += 1
        name = base if used[base] == 1 else f"{base} {used[base]}"
        while name in taken:  # the second slip of a transition, and the first of the second transition of that name
            used[base] += 1
            name = f"{base} {used[base]}"
        taken.add(name)
        before = _line(slip.span)
        yield Mutant(
            name, slip.kind, slip.machine, slip.span.line, before.strip(), _changed(before, slip).strip(), slip.recast
        )


def _changed(before: str, slip: Slip) -> str:
    span = slip.span
    if slip.instead is not None and span.line == span.end_line and span.end_column - 1 <= len(before):
        return before[: span.column - 1] + slip.instead + before[span.end_column - 1 :]
    return f"# {slip.text or slip.instead or 'changed'}"


_LINES: dict[str, list[str]] = {}


def _line(span: Span) -> str:
    """Return the line of the file that a span is in; a place that no file says has none."""
    if span.file not in _LINES:
        try:
            _LINES[span.file] = Path(span.file).read_text(encoding="utf-8").splitlines()
        except OSError:
            _LINES[span.file] = []
    lines = _LINES[span.file]
    return lines[span.line - 1] if 0 < span.line <= len(lines) else ""


# ---- changes of a machine


def with_transition(machine: Machine, role: Role, old: Transition, new: Transition) -> Machine:
    """Return a machine in which a transition is another, wherever it stands in its role."""

    def change(node: object) -> object:
        return new if isinstance(node, Transition) and node.number == old.number else node

    return with_role(machine, role, rewritten(role, change))


def with_role(machine: Machine, old: Role, new: Role) -> Machine:
    """Return a machine in which a role is another."""
    return replace(machine, roles=tuple(new if role is old else role for role in machine.roles))


def place(role: Role, transition: Transition) -> str:
    """Name a transition of a role."""
    return f"{role.name} {transition.name}"
