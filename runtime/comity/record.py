"""What happened in a run: one `Entry` per event, and the words in which it is told."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Any, Literal, NamedTuple

from comity.machine import Send
from comity.values import Instance, ordered

EntryKind = Literal[
    "receive",  # a message was handled; `subject` its type, `value` the message
    "ignore",  # a message was taken and changed nothing
    "drop",  # a message came to an instance that is final or down for good
    "timer",  # a timer fired
    "decide",  # the agent decided `value`
    "perform",  # an act came to the outcome `value`
    "when",  # a spontaneous step was taken; `subject` is its condition
    "ask",  # a decision is asked of the agent
    "request",  # an act is asked of the world; `value` holds its arguments
    "late",  # an answer came back after the state had moved on; it was dropped
    "refuse",  # a decided value was refused; `value` says why
    "fail",  # the handler of an act raised the error `value`; the act is tried again
    "unknown",  # an act stays without an outcome
    "lose",  # a fault: the message `value` is lost on its way to `instance`
    "duplicate",  # a fault: the message `value` will arrive twice
    "crash",  # a fault: the instance stops
    "restart",  # the instance is back
    "pause",  # a fault: the instance sleeps
    "wake",  # the instance goes on as if nothing had been
    "problem",  # the protocol was violated here; `value` says how
]


class Entry(NamedTuple):
    """One thing that happened to one instance. `before` and `after` are its states, and `sends` what it sent."""

    time: float
    kind: EntryKind
    instance: Instance
    subject: str = ""
    value: Any = None
    element: Any = None
    sender: Instance | None = None
    before: Any = None
    after: Any = None
    sends: tuple[Send, ...] = ()

    def __str__(self) -> str:
        return f"{describe_time(self.time)} {self.instance} {describe_entry(self)}"


Observer = Callable[[Entry], None]
"""Called with each entry, as it happens."""

_LONGEST_CONDITION = 50
_PHRASES: Mapping[EntryKind, str] = {
    "drop": "does not hear {value} any more",
    "timer": "{subject}{element} fires",
    "ask": "is asked for {subject}{element}",
    "perform": "{subject}{element} -> {value}",
    "late": "answer to {subject} came too late",
    "refuse": "refused: {value}",
    "fail": "{subject}{element} failed: {value}",
    "unknown": "{subject}{element} stays without an outcome",
    "lose": "{value} is lost",
    "duplicate": "{value} is sent twice",
    "crash": "crashes",
    "restart": "is back",
    "pause": "is paused",
    "wake": "goes on after its pause",
    "problem": "{value}",
}


def describe_entry(entry: Entry) -> str:
    """Return what happened, in the words of the spec, without time and instance."""
    element = "" if entry.element is None else f"[{describe(entry.element)}]"
    match entry.kind:
        case "receive" | "ignore":
            verb = "receives" if entry.kind == "receive" else "ignores"
            return f"{verb} {describe(entry.value)} from {entry.sender}"
        case "decide":
            done = entry.value is True
            return f"decides {entry.subject}{element}" + ("" if done else f" = {describe(entry.value)}")
        case "when":
            return f"goes on{element}" + (f", as {_cut(entry.subject)}" if entry.subject not in ("", "true") else "")
        case "request":
            return f"asks for {entry.subject}{describe_arguments(entry.value)}"
        case _:
            value = entry.value if entry.kind in ("problem", "refuse", "fail") else describe(entry.value)
            subject = entry.subject.partition(": ")[2] or entry.subject  # `waiting: after patience`
            return _PHRASES[entry.kind].format(subject=subject, element=element, value=value)


def condition_of(machine: Any, transition: int) -> str:
    """Return the condition of a `when` of a machine, by the number of the transition."""
    names = machine.TRANSITIONS
    name = str(names[transition]) if 0 <= transition < len(names) else ""
    return name.partition(": ")[2].removeprefix("when ")


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_CONDITION else text[: _LONGEST_CONDITION - 3] + "..."


def describe(value: object) -> str:
    """Return a value as a spec would write it: `yes`, `none`, `{voter[0]: yes}`, `Ballot(choice=yes)`."""
    match value:
        case None:
            return "none"
        case bool():
            return "true" if value else "false"
        case Instance() | int() | StrEnum():
            return str(value)
        case str():
            return value if value.isidentifier() else f'"{value}"'
        case Fraction():
            return f"{value.numerator}/{value.denominator}" if value.denominator != 1 else str(value.numerator)
        case timedelta():
            return describe_time(value.total_seconds())
        case float():
            return describe_time(value)
        case Mapping():
            return _listed("{", (f"{describe(key)}: {describe(item)}" for key, item in value.items()), "}")
        case frozenset() | set():
            return _listed("{", map(describe, ordered(value)), "}")
        case _:
            return _describe_structure(value)


def describe_arguments(arguments: object) -> str:
    """Return what an act is asked to do: `(to=seller, amount=3)`."""
    return _listed("(", (f"{name}={describe(item)}" for name, item in fields_of(arguments) or ()), ")")


def _describe_structure(value: object) -> str:
    fields = fields_of(value)
    if fields is not None:
        if not fields:
            return type(value).__name__
        return type(value).__name__ + _listed("(", (f"{name}={describe(item)}" for name, item in fields), ")")
    if isinstance(value, tuple | list):
        return _listed("[", map(describe, value), "]")
    return str(value)


def fields_of(value: object) -> list[tuple[str, Any]] | None:
    """Return the fields of a message, a record or a state with their names in the spec; None for any other value."""
    names = getattr(value, "_fields", None)
    if names is None and not isinstance(value, tuple | list | Mapping):
        names = getattr(value, "__match_args__", None)
    if names is None:
        return None
    return [(name.rstrip("_"), getattr(value, name)) for name in names]


def _listed(opening: str, items: Iterable[str], closing: str) -> str:
    return opening + ", ".join(items) + closing


def describe_time(seconds: float) -> str:
    """Return a time as a spec would write a duration: `0s`, `150ms`, `1m30s`, `2h`."""
    milliseconds = round(seconds * 1000)
    text = ""
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        count, milliseconds = divmod(milliseconds, size)
        text += f"{count}{unit}" if count else ""
    return text or "0s"
