"""A file that should be a trace in; the trace out, or a finding that says what is wrong with it. Nothing in the file is trusted."""

import json
from collections.abc import Callable
from typing import Any, TypeVar, get_args

from comityc.diagnostics.codes_traces import NOT_A_TRACE, UNKNOWN_TRACE
from comityc.diagnostics.diagnostic import Diagnostic
from comityc.diagnostics.span import Span
from comityc.explore.telling.scene import Mark, Scene, Standing, Status, UnderWay
from comityc.explore.telling.story import Arrow, ArrowKind, Story, StoryStep
from comityc.explore.telling.trace import SCHEMA, Trace
from comityc.records import dataclass
from comityc.source.loader import find_forbidden, load

MOST_BYTES = 1 << 26
_HELP = "traces are written by `comity verify --save-trace DIR`"
_MOST_SHOWN = 40

T = TypeVar("T")


class _Wrong(Exception):
    """Something in the file is not as a trace has it."""


def read_trace(path: str) -> tuple[Trace | None, tuple[Diagnostic, ...]]:
    """Read a trace from a file."""
    source, findings = load(path, MOST_BYTES)
    if source is None:
        return None, findings
    try:
        data = json.loads(source.text)
    except json.JSONDecodeError as error:
        span = Span(path, error.lineno, error.colno, error.lineno, error.colno + 1)
        return None, (NOT_A_TRACE.at(span, f"this is not JSON: {error.msg.lower()}", help=_HELP),)
    except (ValueError, RecursionError):
        return None, (_not_a_trace(path, "its JSON holds numbers or lists beyond any trace"),)
    if not isinstance(data, dict) or not str(data.get("schema", "")).startswith("comity.trace/"):
        return None, (_not_a_trace(path, f"`schema` is not `{SCHEMA}`"),)
    if data["schema"] != SCHEMA:
        shown = str(data["schema"])[:_MOST_SHOWN]
        message = f"the trace is written in `{shown}`, and this comity knows `{SCHEMA}`"
        return None, (
            UNKNOWN_TRACE.at(_start(path), message, help="write it anew with `comity verify --save-trace DIR`"),
        )
    try:
        return _trace(_Object(data, "")), ()
    except _Wrong as wrong:
        return None, (_not_a_trace(path, str(wrong)),)


def _not_a_trace(path: str, what: str) -> Diagnostic:
    return NOT_A_TRACE.at(_start(path), what, help=_HELP)


def _start(path: str) -> Span:
    return Span(path, 1, 1, 1, 1)


@dataclass(frozen=True, slots=True)
class _Object:
    """A JSON object at a place of the file, and what is to be found in it."""

    data: dict[str, Any]
    place: str

    def text(self, key: str) -> str:
        return _text(self._found(key), self._at(key))

    def optional_text(self, key: str) -> str | None:
        value = self._found(key)
        return None if value is None else _text(value, self._at(key))

    def word(self, key: str, words: tuple[str, ...]) -> Any:
        value = self.text(key)
        if value not in words:
            raise _Wrong(f"`{self._at(key)}` is none of {', '.join(words)}")
        return value

    def number(self, key: str, below: int) -> int:
        value = self._found(key)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < below:
            raise _Wrong(f"`{self._at(key)}` is no number below {below}")
        return value

    def truth(self, key: str) -> bool:
        value = self._found(key)
        if not isinstance(value, bool):
            raise _Wrong(f"`{self._at(key)}` is not true or false")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        return self._list(key, _text)

    def pairs(self, key: str) -> tuple[tuple[str, str], ...]:
        inside = _object(self._found(key), self._at(key))
        return tuple((_text(name, inside.place), inside.text(name)) for name in inside.data)

    def object(self, key: str) -> "_Object":
        return _object(self._found(key), self._at(key))

    def objects(self, key: str, read: "Callable[[_Object], T]") -> tuple[T, ...]:
        return self._list(key, lambda item, place: read(_object(item, place)))

    def _list(self, key: str, read: Callable[[Any, str], T]) -> tuple[T, ...]:
        value = self._found(key)
        if not isinstance(value, list):
            raise _Wrong(f"`{self._at(key)}` is not a list")
        return tuple(read(item, f"{self._at(key)}[{number}]") for number, item in enumerate(value))

    def _found(self, key: str) -> Any:
        if key not in self.data:
            raise _Wrong(f"`{self._at(key)}` is missing")
        return self.data[key]

    def _at(self, key: str) -> str:
        return f"{self.place}.{key[:_MOST_SHOWN]}" if self.place else key[:_MOST_SHOWN]


def _object(value: Any, place: str) -> _Object:
    if not isinstance(value, dict):
        raise _Wrong(f"`{place}` is not an object")
    return _Object(value, place)


def _text(value: Any, place: str) -> str:
    if not isinstance(value, str):
        raise _Wrong(f"`{place}` is not a text")
    if find_forbidden(value) is not None:
        raise _Wrong(f"`{place}` holds a character that cannot be seen")
    return value


def _trace(top: _Object) -> Trace:
    steps, scenes = top.objects("steps", _step), top.objects("scenes", _scene)
    if scenes and len(scenes) not in (len(steps), len(steps) + 1):
        raise _Wrong(f"`scenes` has {len(scenes)} items beside {len(steps)} steps")
    story = Story(
        lanes=top.texts("lanes"),
        beginning=top.texts("beginning"),
        steps=steps,
        loop_from=None if top.data.get("loop_from") is None else top.number("loop_from", len(steps) + 1),
        why=top.texts("why"),
        scenes=scenes,
        start=top.number("start", 1 << 32),
    )
    return Trace(
        file=top.text("file"),
        protocol=top.text("protocol"),
        spec_hash=top.text("spec_hash"),
        case=top.text("case"),
        values=top.pairs("with"),
        prop=top.text("property"),
        kind=top.text("kind"),
        expected=top.truth("expected"),
        reason=top.text("reason"),
        instance=top.optional_text("instance"),
        story=story,
    )


def _step(step: _Object) -> StoryStep:
    return StoryStep(
        label=step.text("label"),
        changes=step.texts("changes"),
        arrow=_arrow(step.object("arrow")),
        kind=step.text("kind"),
        fault=step.truth("fault"),
        actor=step.text("actor"),
        marks=step.objects("marks", _mark),
    )


def _arrow(arrow: _Object) -> Arrow:
    kind, source, target = arrow.word("kind", get_args(ArrowKind)), arrow.text("source"), arrow.text("target")
    if kind != "note" and not (source and target):
        raise _Wrong(f"`{arrow.place}` goes from nobody, or to nobody")
    return Arrow(kind, source, target, arrow.text("text"))


def _mark(mark: _Object) -> Mark:
    return Mark(mark.text("instance"), mark.text("variable"), mark.text("before"), mark.text("after"))


def _scene(scene: _Object) -> Scene:
    return Scene(
        standings=scene.objects("instances", _standing),
        shared=scene.pairs("shared"),
        messages=scene.objects("messages", lambda one: UnderWay(*map(one.text, ("sender", "receiver", "message")))),
        acts=scene.texts("acts"),
    )


def _standing(one: _Object) -> Standing:
    status = one.word("status", get_args(Status))
    return Standing(one.text("name"), one.text("state"), status, one.pairs("variables"))
