"""Ladders in; a matrix of protocols by faults out, as a table for people."""

from collections.abc import Iterable, Sequence
from io import StringIO

from rich import box
from rich.console import Console
from rich.table import Table

from comityc.explore.ladder.climb import LadderVerdict, RungVerdict
from comityc.explore.ladder.report import MARKS, cell
from comityc.explore.ladder.rungs import COLUMNS, Column
from comityc.explore.verdict import Verdict

_HEADS: dict[Column, str] = {
    "none": "no faults",
    "early": "early timers",
    "late_act": "late act",
    "repeat_act": "repeated act",
}
_WIDE = 200
"""As wide as a matrix may be where nobody watches."""
_ORDER: tuple[Verdict, ...] = ("fails", "cut", "holds", "not_tested")


def legend() -> str:
    """Say what the marks of a matrix mean."""
    words = {
        "holds": "holds",
        "fails": "fails",
        "cut": "cut: nothing seen against it",
        "not_tested": "nothing to decide",
    }
    said = ", ".join(f"{MARKS[verdict]} {words[verdict]}" for verdict in MARKS)
    return f"what never happens / what comes in the end: {said}"


def matrix(ladders: Sequence[LadderVerdict]) -> Table:
    """Return the matrix: a row for each protocol, a column for each kind of rung that one of them has."""
    columns = [column for column in COLUMNS if any(ladder.of(column) for ladder in ladders)]
    table = Table(
        "protocol",
        *(_HEADS.get(column, column) for column in columns),
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    for ladder in ladders:
        table.add_row(ladder.protocol, *(matrix_cell(ladder.of(column)) for column in columns))
    return table


def matrix_text(ladders: Sequence[LadderVerdict], *, width: int = _WIDE) -> str:
    """Return the matrix with its legend as text, without colours."""
    console = Console(file=StringIO(), width=width, highlight=False, no_color=True)
    console.print(matrix(ladders))
    drawn: str = console.file.getvalue()  # type: ignore[attr-defined]  # the StringIO that it was given
    lines = [line.rstrip() for line in drawn.split("\n")]
    return "\n".join([*(line for line in lines if line), "", legend()])


def matrix_cell(verdicts: Sequence[RungVerdict]) -> str:
    """Return what stands in one cell: one verdict where all roles (or pairs) have the same, else one for each."""
    cells = {verdict.rung.name: cell(verdict) for verdict in verdicts}
    if len(set(cells.values())) <= 1:
        return next(iter(cells.values()), "")
    if verdicts[0].rung.column == "pairs":
        return f"{MARKS[_worst(v.safety for v in verdicts)]}/{MARKS[_worst(v.liveness for v in verdicts)]}"
    return "\n".join(
        f"{cell(verdict)} {', '.join(fault.role or '' for fault in verdict.rung.faults)}" for verdict in verdicts
    )


def _worst(verdicts: Iterable[Verdict]) -> Verdict:
    return min(verdicts, key=_ORDER.index)
