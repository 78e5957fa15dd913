"""Classes of data come in, as the standard `@dataclass` takes them; the same classes go out, made in a fifteenth of the time.

The standard decorator writes and compiles six functions for each frozen class with slots, as soon as its module is imported:
most of a millisecond, and a command imports some two hundred of these classes. Here each function is written when it is called
for the first time; most never are. For everybody else, the type checker too, nothing is different.
"""

import dataclasses
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(*, frozen: bool = False, slots: bool = False, kw_only: bool = False) -> Callable[[type], type]:
        """Make a class of data; those that are frozen and have slots cost little."""
        if not (frozen and slots):
            return dataclasses.dataclass(frozen=frozen, slots=slots, kw_only=kw_only)
        return lambda cls: _record(cls, kw_only=kw_only)


def _record(plain: type, *, kw_only: bool) -> type:
    own = frozenset(vars(plain))
    plain.__doc__ = (
        plain.__doc__ or plain.__name__
    )  # else the standard decorator makes one, of a signature that it looks up
    cls: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True, kw_only=kw_only)(plain)
    for name, write in (("__init__", _written_init), ("__eq__", _written_eq), ("__hash__", _written_hash)):
        if name not in own or (name == "__hash__" and vars(plain)[name] is None):
            setattr(cls, name, _written_when_called(cls, name, write))
    if "__repr__" not in own:
        cls.__repr__ = _shown
    cls.__setattr__, cls.__delattr__ = _not_set, _not_deleted
    cls.__getstate__, cls.__setstate__ = _values, _with_values
    made: type = cls
    return made


def _written_when_called(cls: Any, name: str, write: Callable[[Any], Callable[..., Any]]) -> Callable[..., Any]:
    def first_call(self: Any, *values: Any, **named: Any) -> Any:
        method = write(cls)
        method.__qualname__ = f"{cls.__qualname__}.{name}"
        setattr(cls, name, method)
        return method(self, *values, **named)

    return first_call


def _field_names(cls: type) -> tuple[str, ...] | None:
    return tuple(field.name for field in dataclasses.fields(cls)) if dataclasses.is_dataclass(cls) else None


field_names: Callable[[type], tuple[str, ...] | None] = lru_cache(maxsize=1024)(_field_names)
"""Return the names of the fields of a class of data, in order; None for any other class.

Walks over whole machines ask this of every node, so it is looked up once for each class.
"""


# ---- what is written


def _written_init(cls: Any) -> Callable[..., Any]:
    scope: dict[str, Any] = {"_absent": _ABSENT}
    positional: list[str] = []
    by_name: list[str] = []
    body: list[str] = []
    for field in dataclasses.fields(cls):
        name, value = field.name, field.name
        parameter = name
        if field.default is not dataclasses.MISSING:
            scope[f"_default_{name}"] = field.default
            parameter = f"{name}=_default_{name}"
        elif field.default_factory is not dataclasses.MISSING:
            scope[f"_make_{name}"] = field.default_factory
            parameter = f"{name}=_absent"
            value = f"_make_{name}() if {name} is _absent else {name}"
        (by_name if field.kw_only else positional).append(parameter)
        scope[f"_set_{name}"] = getattr(cls, name).__set__  # the slot itself, past `__setattr__`
        body.append(f"_set_{name}(self, {value})")
    if hasattr(cls, "__post_init__"):
        body.append("self.__post_init__()")
    parameters = ", ".join(["self", *positional, *(["*", *by_name] if by_name else [])])
    return _written("__init__", parameters, "; ".join(body) or "pass", scope)


def _written_eq(cls: Any) -> Callable[..., Any]:
    names = _compared(cls)
    mine, theirs = _tuple_of("self", names), _tuple_of("other", names)
    return _written(
        "__eq__",
        "self, other",
        f"return {mine} == {theirs} if other.__class__ is self.__class__ else NotImplemented",
        {},
    )


def _written_hash(cls: Any) -> Callable[..., Any]:
    return _written("__hash__", "self", f"return hash({_tuple_of('self', _compared(cls))})", {})


def _compared(cls: Any) -> list[str]:
    return [field.name for field in dataclasses.fields(cls) if field.compare]


def _tuple_of(whose: str, names: list[str]) -> str:
    return "(" + "".join(f"{whose}.{name}, " for name in names) + ")"


def _written(name: str, parameters: str, body: str, scope: dict[str, Any]) -> Callable[..., Any]:
    exec(f"def {name}({parameters}): {body}", scope)
    method: Callable[..., Any] = scope[name]
    return method


class _Absent:
    """Stands for an argument that was not given, where a default is made anew each time."""


_ABSENT = _Absent()


# ---- what is the same for all


def _shown(self: Any) -> str:
    values = (f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
    return f"{type(self).__qualname__}({', '.join(values)})"


def _not_set(self: Any, name: str, value: object) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _not_deleted(self: Any, name: str) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _values(self: Any) -> list[Any]:
    return [getattr(self, name) for name in field_names(type(self)) or ()]


def _with_values(self: Any, values: list[Any]) -> None:
    for name, value in zip(field_names(type(self)) or (), values, strict=True):
        object.__setattr__(self, name, value)
