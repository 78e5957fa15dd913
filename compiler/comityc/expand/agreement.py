"""Parts whose runs are told something come in; the promises go out that all who run the same part were told the same.

deal_agreed:
  always: all(x.deal_seller == buyer.deal_seller or x.deal_seller == none or buyer.deal_seller == none for x in seller)
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from itertools import combinations_with_replacement, count

from comityc.expand.host import Hosted
from comityc.expand.part import Part, entries, mapping
from comityc.expand.tokens import own_names, placed
from comityc.source.tree import Mapping as MappingTree
from comityc.source.tree import Scalar, Tree


def agreement(
    parts: Iterable[Part], hosted: Mapping[str, list[Hosted]], taken: Container[str]
) -> Iterator[tuple[Scalar, Tree]]:
    """Yield a promise for each part that needs one: what is told must not differ, and runs must not be more than declared.

    Instances are called by names that are not `taken`.
    """
    names = next(pair for pair in _pairs() if not any(name in taken for name in pair))
    for part in parts:
        hosts = [role for role, ones in hosted.items() if any(one.part is part for one in ones)]
        place = part.place
        conditions = [_same(part, one, other, names) for one, other in combinations_with_replacement(hosts, 2)]
        conditions += [
            _in_range(part, role, name, names[0]) for role in hosts for name in part.arguments if name not in part.seats
        ]
        if part.arguments and any(conditions):
            text = " and ".join(condition for condition in conditions if condition)
            yield placed(part.own("agreed"), place.span), _always(text, place)
        if part.runs > 1:
            counter = part.own("run")
            text = " and ".join(_each(part, role, names[0], f"{{}}.{counter} <= {part.runs}") for role in hosts)
            yield placed(part.own("runs"), place.span), _always(text, place)


def _pairs() -> Iterator[tuple[str, str]]:
    yield "x", "y"
    yield from ((f"x{number}", f"y{number}") for number in count(1))


def _always(text: str, place: Scalar) -> Tree:
    return MappingTree(((placed("always", place.span), placed(text, place.span)),), place.span)


def _in_range(part: Part, role: str, name: str, called: str) -> str:
    """Say of what a run is told for a parameter that it is in the parameter's range."""
    declared = next(value for key, value in entries(part.tree, "parameters") if key.text == name)
    limits = mapping(declared).get("range")
    first, dots, last = limits.text.partition("..") if isinstance(limits, Scalar) else ("", "", "")
    if not dots:
        return ""
    told = f"{{0}}.{part.own(name)}"
    ends = own_names(
        placed(f"{_grouped(first)} <= {told} <= {_grouped(last)}", declared.span), part.value_names(None)
    ).text
    return _each(part, role, called, f"({told} == none or {ends})")


def _grouped(text: str) -> str:
    return text.strip() if text.strip().isalnum() else f"({text.strip()})"


def _many(part: Part, role: str) -> bool:
    seat = next(seat for seat in part.seats.values() if seat.host == role)
    return seat.one_of or part.role(seat.role).get("count") is not None


def _each(part: Part, role: str, name: str, condition: str) -> str:
    if not _many(part, role):
        return condition.format(role)
    return f"all({condition.format(name)} for {name} in {role})"


def _same(part: Part, one: str, other: str, names: tuple[str, str]) -> str:
    if one == other and not _many(part, one):
        return ""
    first = names[0] if _many(part, one) else one
    second = names[1] if _many(part, other) else other
    told = [part.own(name) for name in part.arguments]
    same = [
        f"({first}.{name} == {second}.{name} or {first}.{name} == none or {second}.{name} == none)" for name in told
    ]
    condition = " and ".join(same)
    if part.runs > 1:
        counter = part.own("run")
        condition = f"({condition} or {first}.{counter} != {second}.{counter})"
    clauses = "".join(f" for {name} in {role}" for name, role in ((first, one), (second, other)) if name in names)
    return f"all({condition}{clauses})" if clauses else condition
