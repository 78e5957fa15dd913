"""An expression of constants comes in; its value goes out, or None where it is not known before a run.

Just enough for the questions of the checks: is there anything in this list, which number is this.
"""

from fractions import Fraction

from comityc.machine.expressions import (
    Arithmetic,
    Comprehension,
    Constant,
    DurationConstant,
    Expression,
    Function,
    ListOf,
    Negative,
    SetOf,
    TupleOf,
    Unwrap,
)

Number = int | Fraction


def number_of(expression: Expression | None) -> Number | None:
    """Return the number, or the length of the duration in milliseconds."""
    match expression:
        case Constant(value=bool()):
            return None
        case Constant(value=int() | Fraction() as number):
            return number
        case DurationConstant(milliseconds=milliseconds):
            return milliseconds
        case Negative(value=inner):
            value = number_of(inner)
            return None if value is None else -value
        case Unwrap(value=inner):
            return number_of(inner)
        case Arithmetic(operator="+" | "-" | "*" | "/" as operator, left=left, right=right):
            return _calculated(operator, number_of(left), number_of(right))
        case Function(name="len", arguments=(collection,)):
            return size_of(collection)
        case _:
            return None


def _calculated(operator: str, left: Number | None, right: Number | None) -> Number | None:
    if left is None or right is None:
        return None
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case _:
            return Fraction(left) / right if right else None


def size_of(collection: Expression) -> int | None:
    """Return how many elements there are; of a set that is not empty, at most so many."""
    match collection:
        case ListOf(items=items) | SetOf(items=items) | TupleOf(items=items):
            return len(items)
        case Function(name="range", arguments=arguments):
            return _size_of_range([number_of(argument) for argument in arguments])
        case Function(name="list" | "set" | "sorted", arguments=()):
            return 0
        case Function(name="list" | "set" | "sorted", arguments=(inner,)):
            return size_of(inner)
        case Comprehension(clauses=clauses):
            return 0 if any(size_of(clause.iterable) == 0 for clause in clauses) else None
        case _:
            return None


def _size_of_range(ends: list[Number | None]) -> int | None:
    numbers = [end for end in ends if isinstance(end, int)]
    if not numbers or len(numbers) < len(ends) or (len(numbers) == 3 and numbers[2] == 0):
        return None
    return len(range(*numbers))
