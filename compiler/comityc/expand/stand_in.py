"""A whole comes in, and what is known of the ends of some parts; a smaller whole goes out, in which that stands for the parts.

Where a role ran the part it now waits in `sale_running`, decides at any time on one of the ends that the part can come to
given how it has ended for the others, and goes on from `sale_over` as the whole says. The ends of all are looked at
together, so what one hears and what another hears go together as they do in the part.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from comityc.diagnostics.span import Span
from comityc.expand.by_outcome import is_for_others
from comityc.expand.compose import Composition, Entry, boundable, flat, host, with_section
from comityc.expand.host import Hosted
from comityc.expand.inline import Inlined, continued, declared_states
from comityc.expand.part import Part, entries, mapping
from comityc.expand.tokens import placed
from comityc.records import dataclass
from comityc.source.tree import Mapping as MappingTree
from comityc.source.tree import Sequence, Tree

LONGEST_LIST = 3_000
"""How many characters of an expression may list what is reachable; what is longer goes on in a define of its own."""


@dataclass(frozen=True, slots=True)
class Ends:
    """What is known of the ends of a part.

    `seats` are those who play in it, as the whole writes them. `reachable` holds, for what a run may be told, combinations
    of one end of each of them, "" while it is not over for it. `values` says what an end means: an outcome, as the whole
    writes it. `surely` are the roles of the whole for which it surely ends once all are in it.
    """

    seats: tuple[tuple[str, str], ...]  # the role of the whole, and the instance: ("seller", "seller[1]")
    reachable: tuple[tuple[tuple[str, ...], tuple[tuple[str, ...], ...]], ...]
    values: Mapping[str, Mapping[str, str]]  # by role of the whole, then by end
    surely: frozenset[str]


def stand_in(composition: Composition, ends: Mapping[str, Ends], case: str) -> MappingTree:
    """Return the whole with the ends of some parts in their places, and with one case."""
    hosted, _ = host(composition)
    made = {
        role: [_in_place(one, ends[one.part.name], role) if one.part.name in ends else one for one in ones]
        for role, ones in hosted.items()
    }
    tree = flat(composition, made, frozenset(ends))
    for name, known in ends.items():
        part = composition.parts[name]
        place = part.place.span
        words = ["open", *dict.fromkeys(end for of_role in known.values.values() for end in of_role)]
        listed = Sequence(tuple(placed(_word(part, word), place) for word in words), place, flow=True)
        tree = with_section(
            tree, "types", (*entries(tree, "types"), (placed(_type(part), place), listed)), before="roles"
        )
        tree = with_section(tree, "define", (*entries(tree, "define"), *_defines(part, known)), before="roles")
        tree = _with_variables(tree, composition, part)
    promised = tuple((key, prop) for key, prop in entries(tree, "properties") if not is_for_others(prop, case))
    tree = with_section(tree, "properties", promised)
    tree = with_section(tree, "bounds", _bounds(tree, tree))
    chosen = tuple((key, _the_case(value, tree)) for key, value in entries(tree, "verify") if key.text == case)
    tree = with_section(tree, "verify", chosen)
    kept = tuple((k, v) for k, v in tree.entries if k.text not in ("scenarios", "simulate"))
    tree = MappingTree(kept, tree.span)
    if tree.get("shared") is None:
        nothing: Entry = (placed("shared", tree.span), MappingTree((), tree.span, flow=True))
        place_of_roles = next(i for i, (key, _) in enumerate(tree.entries) if key.text == "roles")
        tree = MappingTree((*tree.entries[:place_of_roles], nothing, *tree.entries[place_of_roles:]), tree.span)
    return tree


def _the_case(case: Tree, whole: MappingTree) -> Tree:
    tree = with_section(mapping(case), "bounds", _bounds(mapping(case), whole))
    return MappingTree(tuple((k, v) for k, v in tree.entries if k.text != "abstract"), tree.span, tree.flow)


def _bounds(tree: MappingTree, whole: MappingTree) -> tuple[Entry, ...]:
    """Return the bounds that are still about something; those about the inside of a part are the part's alone."""
    known = boundable(whole, [mapping(role) for _, role in entries(whole, "roles")])
    return tuple((key, value) for key, value in entries(tree, "bounds") if key.text in known)


def _word(part: Part, end: str) -> str:
    """Return the word for an end, which is no parameter's name."""
    taken = {key.text for key, _ in entries(part.tree, "parameters")}
    while end in taken:
        end += "_end"
    return part.own(end)


def _type(part: Part) -> str:
    return part.own("Ends")


# ---- the states


def _in_place(one: Hosted, known: Ends, role: str) -> Hosted:
    return replace(one, inlined=_inlined(one, known, role), entering=(f"{one.part.own('started')} = true",))


def _inlined(one: Hosted, known: Ends, role: str) -> Inlined:
    part, stage, place = one.part, one.stage, one.stage.place
    running, over = part.own("running"), part.own("over")
    own = known.values.get(role, {})
    words = ", ".join(_word(part, end) for end in own)
    decisions: list[Tree] = [placed("resting", place.span)]
    if own:
        reachable = _reachable(part, known, role, part.own("end"))
        if role in known.surely:
            sure = f"{_all_in_it(part, known)} and {reachable}"
            decisions.append(_decision(part, part.own("end"), words, sure, place.span, prompt=True))
        early = _reachable(part, known, role, part.own("early_end"))
        if role in known.surely:
            early = f"not ({_all_in_it(part, known)}) and {early}"
        decisions.append(_decision(part, part.own("early_end"), words, early, place.span))
    layers = [(placed(running, place.span), tuple(decisions))]
    value = _value(part, own)
    outcome = None if value is None else placed(value, place.span)
    going_on = tuple(continued(run, item, outcome) for run, item in stage.goes_on if own)
    layers.append((placed(over, place.span), going_on or (placed("resting", place.span),)))
    if stage.meanwhile:
        layers.append((placed(f"{running}, {over}", place.span), stage.meanwhile))
    return Inlined(tuple(layers), (running, over), running, (), (), one.inlined.role, (running, over))


def _decision(part: Part, name: str, words: str, guard: str, place: Span, *, prompt: bool = False) -> MappingTree:
    made: list[tuple[str, str]] = [("decide", f"{name} in [{words}]"), ("if", guard)]
    if prompt:
        made.insert(1, ("prompt", "true"))
    if name != part.own("end"):
        made.append(("do", f"{part.own('end')} = {name}"))
    made.append(("goto", part.own("over")))
    return MappingTree(tuple((placed(key, place), placed(value, place)) for key, value in made), place)


def _value(part: Part, own: Mapping[str, str]) -> str | None:
    """Return the outcome as an expression over the end that was come to."""
    if not own or any(value == "" for value in own.values()):
        return None
    *others, (_, last) = own.items()
    chosen = "".join(f"{value} if {part.own('end')} == {_word(part, end)} else " for end, value in others)
    return f"{chosen}{last}"


# ---- what is reachable


def _reachable(part: Part, known: Ends, role: str, chosen: str) -> str:
    arguments = [part.own(name) for name in told_parameters(part)]
    for seated, instance in known.seats:
        theirs = f"{instance}.{part.own('end')}"
        if seated != role:
            arguments.append(theirs)
        elif "[" in instance:
            arguments.append(f"{chosen} if self == {instance} else {theirs}")
        else:
            arguments.append(chosen)
    return f"{part.own('can_be')}({', '.join(arguments)})"


def _all_in_it(part: Part, known: Ends) -> str:
    # Who is down for good and has not begun is, to the others, one who went down before its first step.
    started = part.own("started")
    return " and ".join(f"({instance}.{started} or {instance} in crashed)" for _, instance in known.seats)


def told_parameters(part: Part) -> tuple[str, ...]:
    """Return the parameters that each run says anew."""
    return tuple(name for name in part.arguments if name not in part.seats)


def _defines(part: Part, known: Ends) -> Iterator[Entry]:
    """List the reachable combinations of ends, in as many defines as it takes."""
    place = part.place.span
    told = [f"t{number}" for number in range(len(told_parameters(part)))]
    names = [f"e{number}" for number in range(len(known.seats))]
    head = ", ".join([*told, *names])
    bodies = []
    for values, combinations in known.reachable:
        given = "".join(f"{name} == {value} and " for name, value in zip(told, values, strict=True))
        for listed in _in_pieces(part, combinations):
            bodies.append(f"{given}[{', '.join(names)}] in [{listed}]")
    for number, body in enumerate(bodies):
        name = part.own("can_be") + (f"_{number}" if number else "")
        further = f" or {part.own('can_be')}_{number + 1}({head})" if number + 1 < len(bodies) else ""
        yield placed(f"{name}({head})", place), placed(body + further, place)


def _in_pieces(part: Part, combinations: tuple[tuple[str, ...], ...]) -> Iterator[str]:
    pieces, size = list[str](), 0
    for combination in combinations:
        text = f"[{', '.join(_word(part, end or 'open') for end in combination)}]"
        if pieces and size + len(text) > LONGEST_LIST:
            yield ", ".join(pieces)
            pieces, size = [], 0
        pieces.append(text)
        size += len(text) + 2
    yield ", ".join(pieces)


def _with_variables(tree: MappingTree, composition: Composition, part: Part) -> MappingTree:
    roles = []
    for key, below in entries(tree, "roles"):
        stage = next((s for s in composition.stages[key.text].values() if s.part == part.name), None)
        if stage is not None:
            role = mapping(below)
            place = stage.place.span
            at_once = declared_states(role)[0] == part.own("running")
            added = (
                (placed(part.own("started"), place), placed(f"bool = {'true' if at_once else 'false'}", place)),
                (placed(part.own("end"), place), placed(_type(part), place)),
            )
            below = with_section(role, "variables", (*entries(role, "variables"), *added), before="states")
        roles.append((key, below))
    return with_section(tree, "roles", tuple(roles))
