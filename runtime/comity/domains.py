"""Values that were chosen outside a machine come in; they go out typed, or are refused when they are not in their domain."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from fractions import Fraction
from typing import Any, TypeVar

from comity.errors import NotEnabled, RefusedDecision
from comity.machine import Decided, Happened, Performed, Received, TimerFired
from comity.values import Instance, Map, Word

T = TypeVar("T")
W = TypeVar("W", bound=Word)
Check = Callable[[Any], bool]
"""Says whether a value is one of a type."""


_MOST_SHOWN = 10
"""So many numbers of a range are named when one is refused, and the last of all."""

# ---- what an agent decided


def agreed(event: Decided) -> None:
    """Refuse anything but True for a decision without a value."""
    if event.value is not True:
        raise _refusal(event, "there is nothing to choose, so only True will do")


def decided_word(event: Decided, words: type[W]) -> W:
    """Return the decided word of an enum; its text will do."""
    try:
        return words(event.value)
    except ValueError:
        raise _refusal(event, f"it is not one of {', '.join(words)}") from None


def decided_from(event: Decided, values: Iterable[T]) -> T:
    """Return the decided value, which has to be one of these."""
    if isinstance(values, range):
        found: T = _decided_in(event, values)
        return found
    known = tuple(values)
    try:
        return known[known.index(event.value)]  # of thousands, found far sooner than by a loop
    except ValueError:
        pass
    raise _refusal(
        event, f"it is not one of {', '.join(map(str, known))}" if known else "there is nothing to choose from"
    )


def _decided_in(event: Decided, values: range) -> Any:
    """Return the decided number, without going through all that there are."""
    if is_int(event.value) and event.value in values:
        return event.value
    shown = [*values] if len(values) <= _MOST_SHOWN else [*values[:_MOST_SHOWN], "...", values[-1]]
    raise _refusal(
        event, f"it is not one of {', '.join(map(str, shown))}" if shown else "there is nothing to choose from"
    )


def decided_as(event: Decided, check: Check) -> Any:
    """Return the decided value, which has to pass a check of its type."""
    if not check(event.value):
        raise _refusal(event, "it is not of the right type")
    return event.value


def decided_int(event: Decided) -> int:
    """Return the decided whole number."""
    if not is_int(event.value):
        raise _refusal(event, "it is not a whole number")
    return int(event.value)


def decided_text(event: Decided) -> str:
    """Return the decided text."""
    if not is_text(event.value):
        raise _refusal(event, "it is not a text")
    return str(event.value)


def decided_bool(event: Decided) -> bool:
    """Return the decided truth value."""
    if not is_bool(event.value):
        raise _refusal(event, "it is neither True nor False")
    return bool(event.value)


def decided_fraction(event: Decided) -> Fraction:
    """Return the decided ratio; a whole number will do."""
    if not (is_fraction(event.value) or is_int(event.value)):
        raise _refusal(event, "it is not a Fraction")
    return Fraction(event.value)


def _refusal(event: Decided, why: str) -> RefusedDecision:
    return RefusedDecision(f"{event.value!r} cannot be decided for `{event.decision}`: {why}")


# ---- what else comes with an event


def element_of(event: TimerFired | Decided | Performed | Happened, elements: Iterable[T]) -> T:
    """Return the element that the event is about, which has to be one of these."""
    for element in elements:
        if element == event.element:
            return element
    raise NotEnabled(f"there is nothing for {event.element} now")


def drawn_from(event: Received | TimerFired | Decided | Performed | Happened, values: Iterable[T]) -> T:
    """Return the value that was drawn, which has to be one of these."""
    among = tuple(values)
    try:
        return among[among.index(event.draw)]  # of thousands, found far sooner than by a loop
    except ValueError:
        raise NotEnabled(f"{event.draw} cannot be drawn now") from None


# ---- checks of types


def is_bool(value: object) -> bool:
    """Say whether it is True or False."""
    return isinstance(value, bool)


def is_int(value: object) -> bool:
    """Say whether it is a whole number; True and False are not."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_fraction(value: object) -> bool:
    """Say whether it is an exact ratio."""
    return isinstance(value, Fraction)


def is_text(value: object) -> bool:
    """Say whether it is a text, an id or a digest."""
    return isinstance(value, str)


def is_duration(value: object) -> bool:
    """Say whether it is a length of time."""
    return isinstance(value, timedelta)


def is_time(value: object) -> bool:
    """Say whether it is a moment."""
    return isinstance(value, float)


def is_a(kind: type) -> Check:
    """Check for a word of an enum, or a message."""
    return lambda value: isinstance(value, kind)


def is_instance_of(*roles: str) -> Check:
    """Check for an instance of one of these roles."""
    return lambda value: isinstance(value, Instance) and value.role in roles


def is_optional(item: Check) -> Check:
    """Check for None, or what passes."""
    return lambda value: value is None or item(value)


def is_record(kind: type[tuple[Any, ...]], *fields: Check) -> Check:
    """Check for a record, each of whose fields passes its own check."""

    def check(value: Any) -> bool:
        return isinstance(value, kind) and all(field(part) for field, part in zip(fields, value, strict=True))

    return check


def is_set(item: Check) -> Check:
    """Check for a set of what passes."""
    return lambda value: isinstance(value, frozenset) and all(map(item, value))


def is_list(item: Check) -> Check:
    """Check for a list, which is a tuple here, of what passes."""
    return lambda value: type(value) is tuple and all(map(item, value))


def is_map(key: Check, item: Check) -> Check:
    """Check for a map of what passes."""
    return lambda value: isinstance(value, Map) and all(key(k) and item(v) for k, v in value.items())
