"""Which types go together: a type and the type of its place come in, whether and how they fit goes out.

Three questions are kept apart. `fits`: may a value of this type stand where that type is needed (`int` for `fraction`,
`T` for `T?`)? `join`: which type holds both (the branches of a conditional)? `overlap`: could two values ever be equal?
A type that was reported already (`UNKNOWN`) always fits.
"""

from dataclasses import replace

from comityc.machine import expressions as ir
from comityc.machine.value_types import (
    BoolType,
    DurationType,
    EnumType,
    FractionType,
    InstanceType,
    IntType,
    ListType,
    MapType,
    MessageType,
    NothingType,
    OptionalType,
    SetType,
    TimeType,
    TupleType,
    ValueType,
    without_optional,
)
from comityc.resolve.types import UNKNOWN


def is_unknown(value_type: ValueType | None) -> bool:
    """Say whether a type was reported already, in whole or in part."""
    match value_type:
        case OptionalType(item=item) | SetType(item=item) | ListType(item=item):
            return is_unknown(item)
        case MapType(key=key, value=value):
            return is_unknown(key) or is_unknown(value)
        case TupleType(items=items):
            return any(is_unknown(item) for item in items)
        case _:
            return value_type == UNKNOWN


def fits(found: ValueType | None, needed: ValueType | None) -> bool:
    """Say whether a value of the one type may stand where the other is needed. None: of an empty collection."""
    if found is None or needed is None:
        return found is None
    if found == needed or is_unknown(found) or is_unknown(needed):
        return True
    match found, needed:
        case NothingType(), OptionalType():
            return True
        case OptionalType(item=item), OptionalType(item=needed_item):
            return fits(item, needed_item)
        case _, OptionalType(item=needed_item):
            return fits(found, needed_item)
        case IntType(), FractionType():
            return True
        case InstanceType(roles=roles), InstanceType(roles=needed_roles):
            return set(roles) <= set(needed_roles)
        case MessageType(names=names), MessageType(names=needed_names):
            return set(names) <= set(needed_names)
        case (SetType(item=item), SetType(item=needed_item)) | (ListType(item=item), ListType(item=needed_item)):
            return fits(item, needed_item)
        case MapType(key=key, value=value), MapType(key=needed_key, value=needed_value):
            return fits(key, needed_key) and fits(value, needed_value)
        case TupleType(items=items), TupleType(items=needed_items):
            return len(items) == len(needed_items) and all(map(fits, items, needed_items))
        case _:
            return False


def join(left: ValueType | None, right: ValueType | None) -> ValueType | None:
    """Return the narrowest type that holds values of both, or None when there is none."""
    if left is None or right is None:
        return right if left is None else left
    if is_unknown(left) or is_unknown(right):
        return UNKNOWN
    if isinstance(left, NothingType | OptionalType) or isinstance(right, NothingType | OptionalType):
        return _join_optionals(left, right)
    match left, right:
        case InstanceType(roles=roles), InstanceType(roles=others):
            return InstanceType(tuple(sorted({*roles, *others})))
        case MessageType(names=names), MessageType(names=others):
            return MessageType(tuple(sorted({*names, *others})))
        case SetType(item=item), SetType(item=other):
            return SetType(join(item, other)) if _joins(item, other) else None
        case ListType(item=item), ListType(item=other):
            return ListType(join(item, other)) if _joins(item, other) else None
        case MapType(key=key, value=value), MapType(key=other_key, value=other_value):
            if not (_joins(key, other_key) and _joins(value, other_value)):
                return None
            return MapType(join(key, other_key), join(value, other_value))
        case TupleType(items=items), TupleType(items=others) if len(items) == len(others):
            joined = [join(item, other) for item, other in zip(items, others, strict=True)]
            return TupleType(tuple(item for item in joined if item is not None)) if None not in joined else None
        case _:
            if fits(left, right):
                return right
            return left if fits(right, left) else None


def _joins(left: ValueType | None, right: ValueType | None) -> bool:
    return left is None or right is None or join(left, right) is not None


def _join_optionals(left: ValueType, right: ValueType) -> ValueType | None:
    if isinstance(left, NothingType) and isinstance(right, NothingType):
        return left
    if isinstance(left, NothingType) or isinstance(right, NothingType):
        item: ValueType | None = without_optional(right if isinstance(left, NothingType) else left)
    else:
        item = join(without_optional(left), without_optional(right))
    return OptionalType(item) if item is not None and not is_unknown(item) else item


def overlap(left: ValueType | None, right: ValueType | None) -> bool:
    """Say whether values of the two types could be equal."""
    if left is None or right is None or is_unknown(left) or is_unknown(right):
        return True
    if isinstance(left, NothingType) or isinstance(right, NothingType):
        return isinstance(left, NothingType | OptionalType) and isinstance(right, NothingType | OptionalType)
    match without_optional(left), without_optional(right):
        case InstanceType(roles=roles), InstanceType(roles=others):
            return not set(roles).isdisjoint(others)
        case MessageType(names=names), MessageType(names=others):
            return not set(names).isdisjoint(others)
        case (SetType(item=item), SetType(item=other)) | (ListType(item=item), ListType(item=other)):
            return overlap(item, other)
        case MapType(key=key, value=value), MapType(key=other_key, value=other_value):
            return overlap(key, other_key) and overlap(value, other_value)
        case TupleType(items=items), TupleType(items=others):
            return len(items) == len(others) and all(map(overlap, items, others))
        case first, second:
            return fits(first, second) or fits(second, first)


def ordered(left: ValueType, right: ValueType) -> bool:
    """Say whether `<` means something between values of the two types; for sets it is "subset"."""
    if is_unknown(left) or is_unknown(right):
        return True
    match left, right:
        case (IntType() | FractionType(), IntType() | FractionType()):
            return True
        case (DurationType(), DurationType()) | (TimeType(), TimeType()) | (BoolType(), BoolType()):
            return True
        case EnumType(), EnumType():
            return left == right
        case InstanceType(), InstanceType():
            return overlap(left, right)
        case SetType(), SetType():
            return overlap(left, right)
        case TupleType(items=items), TupleType(items=others):
            return len(items) == len(others) and all(map(ordered, items, others))
        case _:
            return False


def content(value_type: ValueType) -> ValueType | None:
    """Return what iterating over a collection yields (the keys of a map), or None for what is no collection."""
    match value_type:
        case SetType(item=item) | ListType(item=item):
            return item
        case MapType(key=key):
            return key
        case TupleType(items=items):
            joined: ValueType | None = None
            for item in items:
                joined = join(joined, item)
                if joined is None:
                    return None
            return joined
        case _:
            return UNKNOWN if is_unknown(value_type) else None


def is_collection(value_type: ValueType) -> bool:
    """Say whether a value holds others: a list, a set or a map."""
    return isinstance(value_type, SetType | ListType | MapType)


def unwrapped(value: ir.Expression) -> ir.Expression:
    """Return an optional read as if it were there, and anything else as it is."""
    if isinstance(value.type, OptionalType):
        return ir.Unwrap(value=value, type=value.type.item, span=value.span)
    return value


def coerced(value: ir.Expression, needed: ValueType) -> ir.Expression | None:
    """Return the value as its place needs it: unwrapped where it is optional, or None when it does not fit."""
    if fits(value.type, needed):
        if isinstance(value, ir.SetOf | ir.ListOf | ir.MapOf) and is_collection(without_optional(needed)):
            return replace(value, type=without_optional(needed))
        return value
    if isinstance(value.type, OptionalType) and fits(value.type.item, needed):
        return unwrapped(value)
    return None


def poison(value: ir.Expression | None = None) -> ir.Expression:
    """Return what stands for an expression that was reported."""
    if value is not None:
        return ir.Constant(value=None, type=UNKNOWN, span=value.span)
    return ir.Constant(value=None, type=UNKNOWN)
