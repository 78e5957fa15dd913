"""A method or function that a value does not have comes in; what to write instead goes out, where other languages tell what was meant."""

from comityc.machine.value_types import ListType, MapType, SetType, ValueType

_SIZES = frozenset(("size", "length", "len", "count"))
_QUESTIONS = frozenset(("has", "contains", "includes", "has_key", "exists"))


def meant_method(found: ValueType | None, name: str) -> str | None:
    """Say how to write a method of another language, or of another kind of collection."""
    if name in _SIZES:
        return "how many there are is `len(...)`"
    if name in _QUESTIONS:
        return "write `x in ...`"
    match found, name:
        case SetType(), "append" | "push" | "insert" | "put":
            return "write `add`"
        case SetType(), "delete":
            return "write `remove`, or `discard` where it need not be there"
        case SetType(), "update" | "union" | "extend":
            return "write `s = s | t`"
        case ListType(), "add" | "push" | "insert" | "put":
            return "write `append`"
        case ListType(), "extend":
            return "write `l = l + m`"
        case ListType(), "first" | "last":
            return f"write `[{'0' if name == 'first' else '-1'}]`"
        case MapType(), "remove" | "delete" | "discard":
            return "write `del m[k]`"
        case MapType(), "add" | "put" | "set" | "insert" | "update" | "append":
            return "write `m[k] = v`"
        case _:
            return None


def meant_function(name: str) -> str | None:
    """Say how to write a function of another language."""
    if name in _SIZES:
        return "how many there are is `len(...)`"
    match name:
        case "forall" | "every":
            return "write `all(... for x in xs)`"
        case "some":
            return "write `any(... for x in xs)`"
        case "filter" | "map":
            return "write a comprehension: `[... for x in xs if ...]`"
        case "str" | "int" | "bool" | "float":
            return "values keep their type"
        case _:
            return None
