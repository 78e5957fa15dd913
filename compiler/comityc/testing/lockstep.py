"""Two generated modules of one protocol in: the one that is imported in production, and the checked one. Out: whether they agree.

The production machines take every step that the checked machines take. State, messages and transition have to be the same, ghosts aside.
"""

from collections.abc import Sequence
from types import ModuleType
from typing import Any

from comity.errors import ComityError
from comity.machine import Step
from comity.values import Instance, Map, Word
from comityc.explore.engine.replay import event_of
from comityc.explore.engine.setting import Setting
from comityc.explore.graph import Label


class Disagreement(Exception):
    """The production machine did something else than the checked one."""


class Lockstep:
    """Steps the production machines beside the checked ones."""

    def __init__(self, setting: Setting, production: ModuleType) -> None:
        self._production = production
        parameters = translate(setting.parameters, production)
        self._numbers = setting.numbers
        self._machines = [
            production.ROLES[instance.role](parameters, index=instance.number, digest=setting.machines[number]._digest)
            for instance, number in setting.numbers.items()
        ]
        self._checked = setting.machines

    def take(self, label: Label, before: Any) -> None:
        """Let both machines of an instance take a step from a state, and compare what comes of it."""
        if label.instance is None or label.transition is None:
            return
        number = self._numbers[label.instance]
        event = event_of(label)
        checked: Step[Any] = self._checked[number].step(before, event)
        try:
            made = self._machines[number].step(self._state(before, number), translate(event, self._production))
        except ComityError as error:
            raise Disagreement(f"the generated machine of {label.instance} refuses the step: {error}") from error
        except Exception as error:
            raise Disagreement(
                f"the generated machine of {label.instance} fails: {type(error).__name__}: {error}"
            ) from error
        for what, mine, theirs in (
            ("state", self._state(checked.state, number), made.state),
            ("messages", translate(checked.sends, self._production), made.sends),
            ("transition", checked.transition, made.transition),
            ("entered", checked.entered, made.entered),
        ):
            if mine != theirs:
                raise Disagreement(
                    f"the generated machine of {label.instance} does not do what the spec says: {what}\n"
                    f"  spec:      {mine}\n  generated: {theirs}"
                )

    def _state(self, state: Any, number: int) -> Any:
        """Return a checked state as the production machine has it: without ghosts."""
        wanted = type(self._machines[number].start())
        return wanted(**{name: translate(getattr(state, name), self._production) for name in wanted._fields})


def translate(value: Any, module: ModuleType) -> Any:
    """Return a value with the classes of another module generated from the same spec."""
    if isinstance(value, Instance) or value is None:
        return value
    if isinstance(value, Word):
        return getattr(module, type(value).__name__)(value.value)
    if isinstance(value, Map):
        return Map([(translate(key, module), translate(item, module)) for key, item in value.items()])
    if isinstance(value, frozenset):
        return frozenset(translate(item, module) for item in value)
    if isinstance(value, tuple):
        items: Sequence[Any] = [translate(item, module) for item in value]
        if hasattr(value, "_fields"):
            return _class_in(module, value)(*items)
        return tuple(items)
    if hasattr(type(value), "__dataclass_fields__"):
        names = type(value).__dataclass_fields__
        return _class_in(module, value)(*(translate(getattr(value, name), module) for name in names))
    return value


def _class_in(module: ModuleType, value: Any) -> Any:
    """Return the class of that name in a module; those of the runtime are the same everywhere, whatever a spec calls its own."""
    kind = type(value)
    return kind if kind.__module__.startswith("comity.") else getattr(module, kind.__name__)
