"""Plain rows of what happened in, a sequence chart out: as text for a terminal, or as Mermaid.

chair           voter[0]
  |--CallVote(motion=buy)-->|
  |               * decides choice = yes
"""

from collections.abc import Iterable, Sequence
from typing import Literal

from comityc.records import dataclass

RowKind = Literal["message", "lost", "note"]

_PLAIN = str.maketrans({"│": "|", "─": "-", "▶": ">", "◀": "<", "✗": "x", "●": "*", "↩": "@"})
_GAP = 3
"""The least number of blanks between the names of two lanes."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a chart: a message that arrives (`lost`: that never does), or a note about one lane.

    `source` and `target` are names of lanes. A note stands at `source`; with an empty `source` it is about all of them.
    """

    kind: RowKind
    source: str
    target: str
    text: str


def message(source: str, target: str, text: str) -> Row:
    """Return the row of a message that arrives."""
    return Row("message", source, target, text)


def lost(source: str, target: str, text: str) -> Row:
    """Return the row of a message that never arrives."""
    return Row("lost", source, target, text)


def note(lane: str, text: str) -> Row:
    """Return the row of something that happens at one lane, or (with an empty name) to all."""
    return Row("note", lane, "", text)


def draw_text(lanes: Sequence[str], rows: Sequence[Row], *, width: int = 100, plain: bool = False) -> str:
    """Return the chart as lines of text, with the labels on the arrows where that fits the width, else at the right.

    `plain` keeps to ASCII.
    """
    lanes = _with_unknown_lanes(lanes, rows)
    columns = _columns_for_labels(lanes, rows)
    on_arrows = _extent(columns, lanes, rows) <= width
    if not on_arrows:
        columns = _narrow_columns(lanes)
    lines = [_heading(lanes, columns)]
    lines += [_draw_row(row, lanes, columns, on_arrows=on_arrows) for row in rows]
    text = "".join(line.rstrip() + "\n" for line in lines)
    return text.translate(_PLAIN) if plain else text


def draw_mermaid(lanes: Sequence[str], rows: Sequence[Row]) -> str:
    """Return the chart as a Mermaid sequence diagram."""
    lanes = _with_unknown_lanes(lanes, rows)
    names = {lane: f"p{i}" for i, lane in enumerate(lanes)}
    lines = ["sequenceDiagram"]
    lines += [f"    participant {names[lane]} as {_escape(lane)}" for lane in lanes]
    for row in rows:
        text = _escape(row.text) or " "
        if row.kind == "message":
            lines.append(f"    {names[row.source]}->>{names[row.target]}: {text}")
        elif row.kind == "lost":
            lines.append(f"    {names[row.source]}-x{names[row.target]}: {text}")
        elif row.source:
            lines.append(f"    Note over {names[row.source]}: {text}")
        else:
            ends = [names[lanes[0]], names[lanes[-1]]] if lanes else []
            lines.append(f"    Note over {','.join(dict.fromkeys(ends))}: {text}")
    return "\n".join(lines) + "\n"


def _with_unknown_lanes(lanes: Sequence[str], rows: Iterable[Row]) -> list[str]:
    """Add lanes that only the rows name, so that a chart never fails for want of one."""
    named = list(lanes)
    for row in rows:
        named += [name for name in (row.source, row.target) if name and name not in named]
    return named


def _columns_for_labels(lanes: Sequence[str], rows: Sequence[Row]) -> list[int]:
    """Place the lanes so far apart that each arrow has room for its label."""
    needs: dict[tuple[int, int], int] = {}
    for row in rows:
        if row.kind != "note" and row.source != row.target:
            left, right = sorted((lanes.index(row.source), lanes.index(row.target)))
            needs[left, right] = max(needs.get((left, right), 0), len(row.text) + 7)
    columns = _narrow_columns(lanes)
    for right in range(1, len(lanes)):
        apart = columns[right] - columns[right - 1]
        for left in range(right):
            apart = max(apart, columns[left] + needs.get((left, right), 0) - columns[right - 1])
        shift = columns[right - 1] + apart - columns[right]
        columns[right:] = [column + shift for column in columns[right:]]
    return columns


def _narrow_columns(lanes: Sequence[str]) -> list[int]:
    """Place the lanes side by side, each under the middle of its name."""
    columns, edge = [], 0
    for lane in lanes:
        columns.append(edge + len(lane) // 2)
        edge += len(lane) + _GAP
    return columns


def _extent(columns: Sequence[int], lanes: Sequence[str], rows: Sequence[Row]) -> int:
    ends = [column + len(lane) for column, lane in zip(columns, lanes, strict=True)]
    for row in rows:
        if row.kind == "note" or row.source == row.target:
            column = columns[lanes.index(row.source)] if row.source else 0
            ends.append(column + len(row.text) + 6)
    return max(ends, default=0)


def _heading(lanes: Sequence[str], columns: Sequence[int]) -> str:
    line = ""
    for lane, column in zip(lanes, columns, strict=True):
        line = line.ljust(column - len(lane) // 2) + lane
    return line


def _draw_row(row: Row, lanes: Sequence[str], columns: Sequence[int], *, on_arrows: bool) -> str:
    cells = [" "] * (columns[-1] + 1 if columns else 0)
    for column in columns:
        cells[column] = "│"
    margin = len(cells) + 3
    if not row.source:
        return row.text if on_arrows else "".join(cells).ljust(margin) + row.text
    source = columns[lanes.index(row.source)]
    if row.kind == "note":
        return _with_note(cells, source, "●", row.text, None if on_arrows else margin)
    target = columns[lanes.index(row.target)]
    if source == target:
        mark = "✗" if row.kind == "lost" else "↩"
        return _with_note(cells, source, mark, row.text, None if on_arrows else margin)
    _arrow(cells, source, target, lost=row.kind == "lost")
    if not on_arrows:
        return "".join(cells).ljust(margin) + row.text
    left, right = sorted((source, target))
    label = f" {row.text} "
    start = left + 1 + (right - left - 1 - len(label)) // 2
    cells[start : start + len(label)] = label
    return "".join(cells)


def _with_note(cells: list[str], column: int, mark: str, text: str, margin: int | None) -> str:
    cells[column] = mark
    if margin is not None:
        return "".join(cells).ljust(margin) + text
    behind = f" {text} "
    cells[column + 1 : column + 1 + len(behind)] = behind
    return "".join(cells)


def _arrow(cells: list[str], source: int, target: int, *, lost: bool) -> None:
    left, right = sorted((source, target))
    for column in range(left + 1, right):
        cells[column] = "─"
    head = target - 1 if target > source else target + 1
    cells[head] = "✗" if lost else "▶" if target > source else "◀"


def _escape(text: str) -> str:
    """Write out what Mermaid would read as its own."""
    codes = {"#": "#35;", ";": "#59;", "<": "#lt;", ">": "#gt;", "\n": "<br/>"}
    return "".join(codes.get(character, character) for character in text)
