"""The entries of a run in, the rows of its sequence chart and the lines of its outcome out."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from comity.record import Entry, describe, describe_entry, describe_time, fields_of
from comityc.backends.diagram.chart import Row, draw_text, lost, message, note
from comityc.machine.model import Machine

Ghosts = Mapping[str, frozenset[str]]
"""The names of ghost variables, by role."""
NO_GHOSTS: Ghosts = {}
_SHORTEST_PAUSE = 0.1
"""Time that passes between two rows is told from so many seconds on."""
_LONGEST_BEGINNING, _LONGEST_END = 120, 40
"""So many rows of a chart are drawn; of a longer one, the middle is left out."""
_UNTOLD = ("ask", "request", "duplicate")


def rows_of(entries: Iterable[Entry]) -> tuple[Row, ...]:
    """Return the rows of a sequence chart: messages as they arrive, everything else as a note."""
    rows: list[Row] = []
    told = 0.0
    for entry in entries:
        if entry.kind in _UNTOLD:
            continue
        if entry.time - told >= _SHORTEST_PAUSE:
            rows.append(note("", f"{describe_time(entry.time - told)} later"))
        told = entry.time
        rows.append(_row(entry))
    return tuple(rows)


def _row(entry: Entry) -> Row:
    here, sender = str(entry.instance), str(entry.sender)
    match entry.kind:
        case "receive":
            return message(sender, here, describe(entry.value))
        case "ignore":
            return message(sender, here, f"{describe(entry.value)} (ignored)")
        case "drop":
            return message(sender, here, f"{describe(entry.value)} (not heard any more)")
        case "lose":
            return lost(sender, here, describe(entry.value))
        case _:
            return note(here, describe_entry(entry) + _move(entry))


def _move(entry: Entry) -> str:
    if entry.before is None or entry.after is None or entry.before.at == entry.after.at:
        return ""
    return f", now {entry.after.at}"


def chart_of(states: Mapping[str, Any], entries: Iterable[Entry], *, width: int = 100, plain: bool = False) -> str:
    """Return the sequence chart of a run as text, with a lane for each instance that takes part."""
    rows = _shortened(rows_of(entries))
    taking_part = {name for row in rows for name in (row.source, row.target)}
    return draw_text([name for name in states if name in taking_part], rows, width=width, plain=plain)


def _shortened(rows: Sequence[Row]) -> Sequence[Row]:
    """Leave out the middle of what nobody would read to the end."""
    left_out = len(rows) - _LONGEST_BEGINNING - _LONGEST_END
    if left_out <= 0:
        return rows
    return (*rows[:_LONGEST_BEGINNING], note("", f"... {left_out} more ..."), *rows[-_LONGEST_END:])


def ghosts_of(machine: Machine) -> Ghosts:
    """Return the variables of each role that exist for properties alone; a person who watches a run is spared them."""
    return {role.name: frozenset(v.name for v in role.variables if v.ghost) for role in machine.roles}


def changes(name: str, first: Any, last: Any, ghosts: Ghosts) -> tuple[tuple[str, Any], ...]:
    """Return the variables of an instance that are no longer as they were at the start, with their values."""
    before = dict(fields_of(first) or ())
    left_out = {"at", *ghosts.get(name.partition("[")[0], ())}
    after = fields_of(last) or ()
    return tuple(
        (variable, value) for variable, value in after if variable not in left_out and before[variable] != value
    )


def outcome_lines(first: Mapping[str, Any], last: Mapping[str, Any], ghosts: Ghosts) -> tuple[str, ...]:
    """Return one line for each instance: where it is, and what is no longer as at the start."""
    width = max(map(len, last), default=0)
    lines = []
    for name, state in last.items():
        variables = ", ".join(
            f"{variable} = {describe(value)}" for variable, value in changes(name, first[name], state, ghosts)
        )
        lines.append(f"{name.ljust(width)}  {state.at}" + (f"  ({variables})" if variables else ""))
    return tuple(lines)


def variables_of(state: Any) -> str:
    """Return all variables of a state in one line."""
    return ", ".join(f"{name} = {describe(value)}" for name, value in fields_of(state) or () if name != "at")
