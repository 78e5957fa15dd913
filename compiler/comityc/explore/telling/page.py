"""Traces in; one self-contained HTML page out: nothing of it is fetched, and it works without a script, on paper, in the dark.

Everything is written into the page beforehand, each state of each instance too; the script only chooses what to show.
"""

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from comityc.explore.telling.drawing import ROW, Drawing, draw
from comityc.explore.telling.scene import Mark, Scene, UnderWay
from comityc.explore.telling.story import Story, StoryStep
from comityc.explore.telling.trace import Trace
from comityc.output import GENERATED_BY
from comityc.records import dataclass

_TEMPLATES = Path(__file__).parent / "template"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of an instance's card: its control state (no name) or a variable, with what it was before when that changed."""

    name: str
    value: str
    before: str | None


@dataclass(frozen=True, slots=True)
class Card:
    """An instance at one moment."""

    name: str
    status: str
    status_changed: bool
    acts: bool
    state: Row
    variables: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message at one moment: under way, just sent, or gone with this step."""

    message: UnderWay
    mark: str


@dataclass(frozen=True, slots=True)
class Moment:
    """What the page shows at once: the state after a step (`step` is None at the start), and what the step changed."""

    number: int
    step: StoryStep | None
    cards: tuple[Card, ...]
    shared: tuple[Row, ...]
    envelopes: tuple[Envelope, ...]
    acts: tuple[tuple[str, bool], ...]
    refused: bool
    repeats: bool

    @property
    def changes_nothing(self) -> bool:
        """Whether the step leaves everything as it was."""
        if self.step is None or self.step.changes or self.refused:
            return False
        return not any(card.status_changed for card in self.cards) and not any(one.mark for one in self.envelopes)


@dataclass(frozen=True, slots=True)
class Chapter:
    """One counterexample of the page."""

    number: int
    trace: Trace
    drawing: Drawing
    moments: tuple[Moment, ...]
    faults: int
    changes: int

    @property
    def story(self) -> Story:
        """The story that is told."""
        return self.trace.story


def html_page(traces: Sequence[Trace]) -> str:
    """Return the page that shows these counterexamples; those that nobody expects come first."""
    ordered = sorted(traces, key=lambda trace: trace.expected)
    chapters = [_chapter(number, trace) for number, trace in enumerate(ordered, 1)]
    template = _environment().get_template("page.html.jinja")
    return template.render(chapters=chapters, generated_by=GENERATED_BY, row=ROW)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["code"] = _with_code
    environment.filters["depth"] = lambda line: (len(line) - len(line.lstrip())) // 2
    environment.globals["text_of"] = lambda name: Markup((_TEMPLATES / name).read_text(encoding="utf-8"))
    return environment


def _with_code(text: str) -> Markup:
    """Return a line with what stands in backticks set as code."""
    parts = re.split(r"`([^`]*)`", text.strip())
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part) for number, part in enumerate(parts)
    )


def _chapter(number: int, trace: Trace) -> Chapter:
    story = trace.story
    actors = [step.actor for step in story.steps if step.actor]
    return Chapter(
        number,
        trace,
        draw(story),
        tuple(_moments(story)),
        sum(step.fault for step in story.steps),
        sum(left != right for left, right in itertools.pairwise(actors)),
    )


def _moments(story: Story) -> Iterator[Moment]:
    for number in range(len(story.steps) + 1):
        step = story.steps[number - 1] if number else None
        refused = number >= len(story.scenes)
        now = story.scenes[min(number, len(story.scenes) - 1)] if story.scenes else Scene(())
        before = story.scenes[number - 1] if 0 < number < len(story.scenes) else now
        marks = {(mark.instance, mark.variable): mark for mark in step.marks} if step is not None else {}
        repeats = story.loop_from is not None and number > story.loop_from
        yield Moment(
            number,
            step,
            tuple(_cards(before, now, marks, step.actor if step is not None else "")),
            tuple(_row(name, value, marks.get(("", name))) for name, value in now.shared),
            tuple(_envelopes(before, now)),
            tuple((act, at >= len(before.acts) or before.acts[at] != act) for at, act in enumerate(now.acts)),
            refused,
            repeats,
        )


def _cards(before: Scene, now: Scene, marks: dict[tuple[str, str], Mark], actor: str) -> Iterator[Card]:
    statuses = {one.name: one.status for one in before.standings}
    for one in now.standings:
        yield Card(
            one.name,
            one.status,
            statuses.get(one.name, one.status) != one.status,
            one.name == actor,
            _row("", one.state, marks.get((one.name, ""))),
            tuple(_row(name, value, marks.get((one.name, name))) for name, value in one.variables),
        )


def _row(name: str, value: str, mark: Mark | None) -> Row:
    return Row(name, value, None if mark is None else mark.before)


def _envelopes(before: Scene, now: Scene) -> Iterator[Envelope]:
    """Yield the messages under way; first those that were there already, then what was sent, then what is gone."""
    old, new = Counter(before.messages), Counter(now.messages)
    for message in dict.fromkeys((*now.messages, *before.messages)):
        stays = min(old[message], new[message])
        yield from [Envelope(message, "")] * stays
        yield from [Envelope(message, "sent")] * (new[message] - stays)
        yield from [Envelope(message, "gone")] * (old[message] - stays)
