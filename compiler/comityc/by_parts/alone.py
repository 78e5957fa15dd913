"""A part of a whole and a case come in; the part as a protocol of its own goes out, with that case as its only one.

Values, faults and bounds are those that the whole has in the case, in the part's own words. Three promises for each role say
where it is over, what it then knows, and that it comes to an end.
"""

from collections.abc import Iterator, Mapping

from comityc.expand.compose import Composition, Entry, boundable, bounds_with_parts, with_section
from comityc.expand.part import End, Part, entries, mapping
from comityc.expand.tokens import own_names, placed
from comityc.source.tree import Mapping as MappingTree
from comityc.source.tree import Scalar, Sequence, Tree

ALONE = "alone"
OVER, OUTCOME, ENDS = "part_over_{}", "part_outcome_{}", "part_ends_{}"
"""What the promises are called that are added for each role."""

CARRIED_GENERIC = (
    "final_is_final",
    "decide_once",
    "no_unhandled_message",
    "no_undefined_value",
    "duplicates_are_harmless",
)
"""Promises that come for free, and of which no counterexample is lost when the ends of a part stand for it."""

_LEFT_OUT = ("verify", "scenarios", "simulate", "tolerates", "bounds", "waive")
_NOT_OF_ONE_CASE = ("reachable",)


class NotByParts(Exception):
    """Why a case cannot be decided by parts, in words of the spec."""


def alone(composition: Composition, part: Part, title: str) -> MappingTree:
    """Return the part as a protocol of its own, in the circumstances of a case of the whole."""
    whole = composition.tree
    case = mapping(mapping(whole.get("verify")).get(title))
    tree = MappingTree(tuple((k, v) for k, v in part.tree.entries if k.text not in _LEFT_OUT), part.tree.span)
    promises = [entry for entry in entries(tree, "properties") if _counts(entry[1])]
    promises += [entry for role in part.seats for entry in _promises(part, role)]
    tree = with_section(tree, "properties", tuple(promises))
    tree = with_section(tree, "waive", tuple(_waived(part.tree, whole)))
    place = part.place.span
    settings: list[Entry] = []
    bounds = _bounds(composition, part, case)
    if values := tuple(_values(composition, part, case, dict(bounds_by_name(bounds)))):
        settings.append((placed("with", place), MappingTree(values, place)))
    faults = mapping(case.get("faults") if case.get("faults") is not None else whole.get("tolerates"))
    settings.append((placed("faults", place), _faults(part, faults)))
    if bounds:
        settings.append((placed("bounds", place), MappingTree(bounds, place)))
    network = case.get("network") or whole.get("network")
    if network is not None:
        settings.append((placed("network", place), network))
    return with_section(tree, "verify", ((placed(ALONE, place), MappingTree(tuple(settings), place)),))


def _counts(prop: Tree) -> bool:
    """What is promised in some cases alone, or has to be reached in one of several, is for the part's own cases."""
    tree = mapping(prop)
    return tree.get("only") is None and all(tree.get(kind) is None for kind in _NOT_OF_ONE_CASE)


def _waived(own: MappingTree, whole: MappingTree) -> Iterator[Entry]:
    """Yield what is waived: of what comes for free and is carried over to the whole, what the whole waives, and nothing else."""
    yield from (entry for entry in entries(own, "waive") if entry[0].text not in CARRIED_GENERIC)
    yield from (entry for entry in entries(whole, "waive") if entry[0].text in CARRIED_GENERIC)


# ---- promises about the ends


def _promises(part: Part, role: str) -> Iterator[Entry]:
    ends = part.ends[role]
    many = part.role(role).get("count") is not None
    who = "x" if many else role
    place = part.place.span
    states = ", ".join(state for end in ends for state in end.states)
    if not states:
        return
    over = f"{who} in ({states})" if "," in states else f"{who} in {states}"
    promised = [(OVER, "stable", over), (ENDS, "eventually", f"{over} or {who} in crashed")]
    if any(end.outcome is not None for end in ends):
        promised.append((OUTCOME, "stable", _outcome(part, role, who, ends)))
    for name, kind, text in promised:
        made = [(placed(kind, place), placed(text, place))]
        if many:
            made.insert(0, (placed("for", place), placed(f"{who} in {role}", place)))
        yield placed(name.format(role), place), MappingTree(tuple(made), place)


def _outcome(part: Part, role: str, who: str, ends: tuple[End, ...]) -> str:
    variables = {key.text: f"{who}.{key.text}" for key, _ in entries(part.role(role), "variables")}
    text = "none"
    for end in reversed(ends):
        states = ", ".join(end.states)
        value = "none" if end.outcome is None else own_names(end.outcome, variables).text
        text = f"({value}) if {who} in ({states},) else {text}"
    return text


# ---- circumstances


def _values(composition: Composition, part: Part, case: MappingTree, limits: Mapping[str, str]) -> Iterator[Entry]:
    """Yield what the whole gives each parameter of the part in a case; what a run tells may be anything within the bounds."""
    here = {key.text: value for key, value in entries(case, "with")}
    for key, declared in entries(part.tree, "parameters"):
        name = key.text
        if name in part.arguments:
            written = mapping(declared).get("type") if isinstance(declared, MappingTree) else declared
            kind = written.text.partition("=")[0].strip() if isinstance(written, Scalar) else ""
            if kind not in limits:
                raise NotByParts(
                    f"`{name}` of `{part.name}` is told by a run, and `bounds` do not say what `{kind}` may be"
                )
            yield key, placed(limits[kind], key.span)
        elif (given := here.get(part.own(name))) is not None:
            yield key, given
        elif (alias := part.aliases.get(name)) is not None:
            yield key, here.get(alias) or _default(composition, alias)
        elif (given := part.values.get(name)) is not None:
            yield key, given


def _default(composition: Composition, name: str) -> Tree:
    declared = next(value for key, value in entries(composition.tree, "parameters") if key.text == name)
    if isinstance(declared, Scalar):
        _, _, text = declared.text.partition("=")
        return placed(text.strip(), declared.span)
    default = mapping(declared).get("default")
    if default is None:
        raise NotByParts(f"`{name}` has no value: give it under `with`")
    return default


def bounds_by_name(bounds: tuple[Entry, ...]) -> Iterator[tuple[str, str]]:
    """Yield the bounds that are ranges."""
    for key, value in bounds:
        if isinstance(value, Scalar):
            yield key.text, value.text


def _bounds(composition: Composition, part: Part, case: MappingTree) -> tuple[Entry, ...]:
    """Return the bounds of a case in the part's own words, as far as they are about anything in it."""
    tree = case if case.get("bounds") is not None else composition.tree
    known = boundable(part.tree, map(part.role, part.seats))
    back = {part.own(name): name for name in known}
    found: dict[str, Entry] = {}
    for key, value in bounds_with_parts(tree, composition.parts.values()):
        name = back.get(key.text, key.text if key.text in known else "")
        if name:
            found[name] = (placed(name, key.span), value)
    return tuple(found.values())


def _faults(part: Part, faults: MappingTree) -> MappingTree:
    """Return the faults of the whole as they strike the part."""
    seats = {seat.host: role for role, seat in part.seats.items()}
    made: list[Entry] = []
    for key, budget in faults.entries:
        if key.text.startswith("x-"):
            continue
        if isinstance(budget, Scalar):
            made.append((key, budget))
        elif isinstance(budget, MappingTree) and key.text != "partition":
            of_roles = tuple(
                (placed(seats[role.text], role.span), n) for role, n in budget.entries if role.text in seats
            )
            if of_roles:
                made.append((key, MappingTree(of_roles, budget.span)))
        elif isinstance(budget, MappingTree | Sequence):
            raise NotByParts(f"a fault `{key.text}` with conditions of its own is not carried over to parts")
    return MappingTree(tuple(made), faults.span)
