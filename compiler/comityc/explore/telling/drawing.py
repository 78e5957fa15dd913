"""A story in; its sequence chart as lines, arrows and texts with their coordinates out, for a page to draw.

Units are CSS pixels. One row per step, below the names of the lanes; x grows to the right, y downwards.
"""

import itertools
from collections.abc import Iterator
from typing import Literal

from comityc.explore.telling.scene import Status
from comityc.explore.telling.story import Story, StoryStep
from comityc.records import dataclass

ROW = 38
"""The height of a row."""
TOP = 46
"""Where the rows begin, below the names of the lanes."""
_GUTTER = 44
"""The room for the numbers of the steps."""
_LETTER = 7.3
"""How wide a letter of a label is, on average."""
_LEAST, _MOST = 104, 300
"""How far two neighbouring lanes are apart."""
_LONGEST_NOTE = 46
_RIGHT = 26

_Kind = Literal["message", "lost", "itself", "note"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A lane between two heights; `status` says whether the instance is up there."""

    top: float
    bottom: float
    status: Status


@dataclass(frozen=True, slots=True)
class Lane:
    """An instance, with the pieces of its line."""

    name: str
    x: float
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class DrawnRow:
    """A step: an arrow from `x` to `to`, or a mark at `x`. `shown` is its label, cut to the room there is; `text` is all of it."""

    number: int
    kind: _Kind
    y: float
    x: float
    to: float
    text: str
    shown: str
    label_x: float
    label_width: float
    fault: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole chart. `loop` is the height at which the part begins that repeats for ever."""

    width: float
    height: float
    lanes: tuple[Lane, ...]
    rows: tuple[DrawnRow, ...]
    loop: float | None


def draw(story: Story) -> Drawing:
    """Place everything."""
    names = _named(story)
    columns = _columns(story, names)
    height = TOP + ROW * max(len(story.steps), 1) + 14
    lanes = tuple(Lane(name, columns[name], tuple(_pieces(story, name, height))) for name in names)
    rows = tuple(_row(number, step, columns) for number, step in enumerate(story.steps, 1))
    ends = [column + _LEAST / 2 for column in columns.values()]
    ends += [row.label_x + row.label_width / (1 if row.kind in ("note", "itself") else 2) for row in rows]
    loop = None
    if story.loop_from is not None and story.loop_from < len(story.steps):
        loop = TOP + ROW * story.loop_from
    return Drawing(max(ends, default=_LEAST) + _RIGHT, height, lanes, rows, loop)


def _named(story: Story) -> tuple[str, ...]:
    """Return the instances that do something in the story, or all when nobody does."""
    named = {name for step in story.steps for name in (step.arrow.source, step.arrow.target)}
    return tuple(lane for lane in story.lanes if lane in named) or story.lanes


def _width(text: str) -> float:
    return len(text) * _LETTER + 12


def _columns(story: Story, names: tuple[str, ...]) -> dict[str, float]:
    """Place the lanes so far apart that arrows between neighbours have room for their labels, within reason."""
    apart = [max(_LEAST, (_width(left) + _width(right)) / 2 + 14) for left, right in itertools.pairwise(names)]
    for step in story.steps:
        arrow = step.arrow
        if arrow.kind != "note" and arrow.source in names and arrow.target in names:
            left, right = sorted((names.index(arrow.source), names.index(arrow.target)))
            missing = min(_width(arrow.text) + 26, _MOST * (right - left)) - sum(apart[left:right])
            for place in range(left, right if missing > 0 else left):
                apart[place] += missing / (right - left)
    columns: dict[str, float] = {}
    x = _GUTTER + max((_width(names[0]) if names else 0) / 2, 30)
    for name, gap in zip(names, [*apart, 0.0], strict=False):
        columns[name] = round(x, 1)
        x += gap
    return columns


def _pieces(story: Story, name: str, height: float) -> Iterator[Piece]:
    """Yield the line of a lane, piece by piece as the instance goes down and comes back."""
    statuses: list[Status] = []
    for scene in story.scenes:
        statuses += [one.status for one in scene.standings if one.name == name]
    top, status = 30.0, statuses[0] if statuses else "up"
    for number, now in enumerate(statuses):
        if now != status:
            bottom = TOP + ROW * (number - 0.5)
            yield Piece(top, bottom, status)
            top, status = bottom, now
    yield Piece(top, height - 6, status)


def _row(number: int, step: StoryStep, columns: dict[str, float]) -> DrawnRow:
    y = TOP + ROW * (number - 0.5)
    arrow = step.arrow
    x = columns.get(arrow.source)
    if x is None:
        x = min(columns.values(), default=float(_GUTTER))
    to = columns.get(arrow.target, x)
    if arrow.kind == "note" or x == to:
        kind: _Kind = "note" if arrow.kind == "note" else "itself"
        shown = _cut(arrow.text.replace("`", ""), _LONGEST_NOTE)
        return DrawnRow(number, kind, y, x, to, arrow.text, shown, x + 12, _width(shown), step.fault)
    shown = _cut(arrow.text, int((abs(to - x) - 34) / _LETTER))
    return DrawnRow(number, arrow.kind, y, x, to, arrow.text, shown, (x + to) / 2, _width(shown), step.fault)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: max(most - 1, 1)].rstrip() + "…"
