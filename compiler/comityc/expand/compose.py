"""The tree of a protocol with `parts:` comes in; the tree of the one flat protocol that it stands for goes out.

Each instance plays its role of a part itself, in place of the state that runs the part: there is no second instance that
could crash alone, and no hand-over that could be lost. Every back end sees an ordinary protocol. What is left of `parts:`
says which states belong to which part, for stories.
"""

from collections.abc import Iterable, Iterator, Mapping

from comityc.diagnostics.codes_parts import PART_CLASH, UNKNOWN_PART
from comityc.diagnostics.diagnostic import Diagnostic
from comityc.diagnostics.span import Span
from comityc.expand.agreement import agreement
from comityc.expand.by_outcome import refused
from comityc.expand.host import Hosted, composed_states, items_of, run_again
from comityc.expand.inline import NOTHING_INLINED, Inliner, declared_states, numbered
from comityc.expand.part import Load, Part, entries, head, mapping, read_part, texts, words
from comityc.expand.run import Stage, find_stages, told_arguments
from comityc.expand.tokens import own_names, placed, renamed
from comityc.records import dataclass
from comityc.source.tree import Mapping as MappingTree
from comityc.source.tree import Scalar, Sequence, Tree
from comityc.syntax.scanner import names_in

Entry = tuple[Scalar, Tree]


@dataclass(frozen=True, slots=True)
class Composition:
    """A whole with its parts, read and found fit."""

    tree: MappingTree
    parts: Mapping[str, Part]
    stages: Mapping[str, Mapping[str, Stage]]  # by role of the whole, then by state


def compose(tree: MappingTree, load: Load) -> tuple[MappingTree, tuple[Diagnostic, ...]]:
    """Return the flat protocol that a composed one stands for: the protocol itself, if it has no parts to run."""
    composition, findings = read_composition(tree, load)
    if composition is None or findings:
        return tree, tuple(findings)
    hosted, findings = host(composition)
    findings += refused(composition, {name: part_names(part) for name, part in composition.parts.items()})
    if findings:
        return tree, tuple(findings)
    return flat(composition, hosted), ()


def read_composition(tree: MappingTree, load: Load) -> tuple[Composition | None, list[Diagnostic]]:
    """Read the parts of a whole and where it runs them; None where there are no parts, and none are run."""
    declared = [(key, value) for key, value in entries(tree, "parts") if mapping(value).get("use") is not None]
    if not declared:
        return None, list(_run_without_parts(tree))
    parts: dict[str, Part] = {}
    findings: list[Diagnostic] = []
    for key, value in declared:
        part, wrong = read_part(key, value, tree, load)
        findings += wrong
        if part is not None:
            parts[key.text] = part
    if findings:
        return None, findings
    stages: dict[str, dict[str, Stage]] = {}
    for role, below in entries(tree, "roles"):
        stages[role.text], wrong = find_stages(role.text, mapping(below), parts)
        findings += wrong
    if not findings:
        findings += told_arguments(parts, stages)
        findings += _clashes(tree, parts.values())
    return Composition(tree, parts, stages), findings


def _run_without_parts(tree: MappingTree) -> Iterator[Diagnostic]:
    for _, role in entries(tree, "roles"):
        for _, below in entries(role, "states"):
            for item in items_of(below):
                if isinstance(run := mapping(item).get("run"), Scalar):
                    yield UNKNOWN_PART.at(
                        run.span, "there are no `parts` that could be run", help="declare the protocol under `parts`"
                    )


def _clashes(tree: MappingTree, parts: Iterable[Part]) -> Iterator[Diagnostic]:
    """Report names of a part that the whole declares for something of its own."""
    declared = {key.text: key for section in _DECLARING for key, _ in entries(tree, section)}
    for _, role in entries(tree, "roles"):
        declared |= {
            key.text: key for section in ("variables", "define", "states") for key, _ in entries(role, section)
        }
    for part in parts:
        for name in sorted(part_names(part)):
            if name in declared:
                yield PART_CLASH.at(
                    declared[name].span,
                    f"`{name}` is what the part `{part.name}` calls something of its own",
                    help="give this, or the part, another name",
                )


_DECLARING = ("parameters", "types", "messages", "define", "shared")


def part_names(part: Part) -> frozenset[str]:
    """Return everything that a part brings into the whole, as it is called there."""
    names = set(part.type_names().values()) - {seat.host for seat in part.seats.values()}
    for role in part.seats:
        names |= {
            value
            for name, value in part.value_names(role).items()
            if name not in part.seats and value == part.own(name)
        }
        names |= {part.own(state) for key, _ in entries(part.role(role), "states") for state in key.text.split(", ")}
    names |= {part.own(name) for name in (*part.arguments, "run", *_OF_STAND_INS)}
    return frozenset(names) - {part.own("any")}


_OF_STAND_INS = ("running", "over", "started", "end", "early_end", "can_be", "Ends")
"""What a part brings along where its outcome stands for it."""


# ---- the roles


def host(composition: Composition) -> tuple[dict[str, list[Hosted]], list[Diagnostic]]:
    """Return the stages of each role with what stands in their places."""
    hosted: dict[str, list[Hosted]] = {}
    findings: list[Diagnostic] = []
    for role, below in entries(composition.tree, "roles"):
        hosted[role.text] = []
        for stage in composition.stages[role.text].values():
            inliner = Inliner(composition.parts[stage.part], stage, role.text)
            wrong = inliner.missing_outcome()
            one = Hosted(stage, composition.parts[stage.part], inliner.inlined() if wrong is None else NOTHING_INLINED)
            again = run_again(mapping(below), one)
            findings += [finding for finding in (wrong, again) if finding is not None]
            hosted[role.text].append(one)
    return hosted, findings


def flat(
    composition: Composition, hosted: Mapping[str, list[Hosted]], by_outcome: frozenset[str] = frozenset()
) -> MappingTree:
    """Lay the parts and the whole together; of parts that their outcomes stand for nothing but types and parameters is needed."""
    tree = composition.tree
    used = [
        part for part in composition.parts.values() if any(part is one.part for ones in hosted.values() for one in ones)
    ]
    roles = tuple((key, _role(mapping(below), hosted[key.text], by_outcome)) for key, below in entries(tree, "roles"))
    tree = with_section(tree, "roles", roles)
    for section in ("parameters", "assume", "types", "messages", "define"):
        outside = section in ("parameters", "types")
        inlined = [part for part in used if outside or part.name not in by_outcome]
        added = tuple(entry for part in inlined for entry in _section(part, section))
        tree = with_section(tree, section, (*entries(tree, section), *added), before="roles")
    tree = with_section(tree, "bounds", bounds_with_parts(tree, used), before="roles")
    tree = with_section(tree, "verify", tuple((key, _case(case, used)) for key, case in entries(tree, "verify")))
    tree = with_section(
        tree, "properties", (*entries(tree, "properties"), *agreement(used, hosted, frozenset(words(tree))))
    )
    return with_section(tree, "parts", tuple(_left(part, hosted) for part in used), before="roles")


def with_section(tree: MappingTree, section: str, made: tuple[Entry, ...], before: str = "") -> MappingTree:
    """Return a tree with other entries in a section; one that was not there comes before another."""
    there = tree.get(section)
    if not made:
        return tree
    if isinstance(there, MappingTree):
        part: Tree = MappingTree(made, there.span, there.flow and len(made) == len(there.entries))
        return MappingTree(tuple((k, part if k.text == section else v) for k, v in tree.entries), tree.span)
    new = placed(section, made[0][0].span), MappingTree(made, made[0][0].span)
    place = next((i for i, (key, _) in enumerate(tree.entries) if key.text == before), len(tree.entries))
    return MappingTree((*tree.entries[:place], new, *tree.entries[place:]), tree.span)


def _case(case: Tree, used: Iterable[Part]) -> Tree:
    """A case with bounds of its own needs those of the parts too."""
    tree = mapping(case)
    return case if tree.get("bounds") is None else with_section(tree, "bounds", bounds_with_parts(tree, used))


def _role(tree: MappingTree, hosted: list[Hosted], by_outcome: frozenset[str]) -> MappingTree:
    if not hosted:
        return tree
    inlined = [one for one in hosted if one.part.name not in by_outcome]
    frames = (entry for one in inlined for entry in _frame(one))
    told = (entry for one in hosted for entry in _told(one, tree))
    variables = (*entries(tree, "variables"), *frames, *told)
    defines = (*entries(tree, "define"), *(entry for one in inlined for entry in _role_defines(one)))
    made = with_section(tree, "variables", variables, before="states")
    made = with_section(made, "define", defines, before="states")
    states = composed_states(tree, hosted)
    return MappingTree(tuple((k, states if k.text == "states" else v) for k, v in made.entries), tree.span)


def _frame(one: Hosted) -> Iterator[Entry]:
    """Yield the variables of the part's role."""
    part, role = one.part, one.inlined.role
    for key, value in entries(part.role(role), "variables"):
        yield placed(part.own(key.text), key.span), _declaration(part, role, value)


def _told(one: Hosted, host: MappingTree) -> Iterator[Entry]:
    """Yield the variables for what a run is told, and for its number."""
    part, place = one.part, one.stage.first.written.span
    at_once = declared_states(host)[:1] == (one.stage.state,)
    for name in part.arguments:
        start = one.stage.first.arguments.get(name, placed("self", place)) if at_once else None
        yield placed(part.own(name), place), _typed(f"{argument_type(part, name)}?", start, place)
    if part.runs > 1:
        yield placed(part.own("run"), place), placed(f"int = {1 if at_once else 0}", place)


def _typed(written: str, start: Scalar | None, place: Span) -> Tree:
    return placed(written, place) if start is None else placed(f"{written} = {start.text}", start.span)


def argument_type(part: Part, name: str) -> str:
    """Return the type of what a run is told, as the whole calls it."""
    if name in part.seats:
        return part.seats[name].host
    declared = next(value for key, value in entries(part.tree, "parameters") if key.text == name)
    written = declared.get("type") if isinstance(declared, MappingTree) else declared
    text = written if isinstance(written, Scalar) else placed("int", declared.span)
    return renamed(text, part.type_names()).text.partition("=")[0].strip()


def _declaration(part: Part, role: str | None, value: Tree) -> Tree:
    """A variable or parameter: its type, and the expressions of its start value and its limits."""
    if isinstance(value, Scalar):
        written, sign, default = value.text.partition("=")
        if not sign:
            return renamed(value, part.type_names())
        return placed(
            renamed(placed(written, value.span), part.type_names()).text
            + sign
            + own_names(placed(default, value.span), part.value_names(role)).text,
            value.span,
        )
    made: list[Entry] = []
    for key, below in mapping(value).entries:
        if key.text == "once" and part.runs > 1:
            continue
        if isinstance(below, Scalar) and key.text == "type":
            below = renamed(below, part.type_names())
        elif isinstance(below, Scalar) and key.text in ("default", "start_in", "range"):
            below = own_names(below, part.value_names(role))
        made.append((key, below))
    return MappingTree(tuple(made), value.span, mapping(value).flow)


# ---- defines: those that behaviour rests on; what only the part's own properties read stays in the part


def _role_defines(one: Hosted) -> Iterator[Entry]:
    part, role = one.part, one.inlined.role
    wanted = needed_defines(part)
    values = dict(part.value_names(role))
    if part.seats[role].one_of:
        values[role] = "self"
    for key, value in entries(part.role(role), "define"):
        if head(key) in wanted:
            yield own_names(key, values), _text(value, values, part)


def _text(value: Tree, values: Mapping[str, str], part: Part) -> Tree:
    if not isinstance(value, Scalar):
        return value
    made = own_names(value, values)
    return numbered(made, part) if part.runs > 1 else made


def needed_defines(part: Part) -> frozenset[str]:
    """Return the defines that transitions, outcomes and assumptions of a part use, directly or through others."""
    bodies: dict[str, list[str]] = {}
    waiting = [text for _, value in entries(part.tree, "assume") for text in texts(value)]
    waiting += [text for _, value in entries(part.tree, "outcome") for text in texts(value)]
    for key, value in entries(part.tree, "define"):
        bodies.setdefault(head(key), []).extend(texts(value))
    for role in part.seats:
        tree = part.role(role)
        for key, value in entries(tree, "define"):
            bodies.setdefault(head(key), []).extend(texts(value))
        waiting += [text for section in ("variables", "states") for text in texts(tree.get(section) or tree)]
    needed: set[str] = set()
    while waiting:
        text = waiting.pop()
        for name in {text[start:end] for start, end in names_in(text)} & bodies.keys() - needed:
            needed.add(name)
            waiting += bodies[name]
    return frozenset(needed)


# ---- what a part brings at the top


def _section(part: Part, section: str) -> Iterator[Entry]:
    names, types = part.value_names(None), part.type_names()
    for key, value in entries(part.tree, section):
        match section:
            case "parameters":
                if key.text not in part.aliases and key.text not in part.arguments:
                    yield placed(part.own(key.text), key.span), _parameter(part, key.text, value)
            case "assume":
                yield placed(f"{key.text} in {part.name}", key.span), _named(value, names)
            case "types":
                if key.text not in part.shared_types:
                    yield placed(part.own(key.text), key.span), _type(value, types)
            case "messages":
                yield placed(part.own(key.text), key.span), _message(part, value, types)
            case _:
                if head(key) in needed_defines(part):
                    yield own_names(key, names), _text(value, names, part)


def _named(value: Tree, names: Mapping[str, str]) -> Tree:
    return own_names(value, names) if isinstance(value, Scalar) else value


def _parameter(part: Part, name: str, value: Tree) -> Tree:
    declared = _declaration(part, None, value)
    given = part.values.get(name)
    if given is None:
        return declared
    if isinstance(declared, MappingTree):
        made = [(key, below) for key, below in declared.entries if key.text != "default"]
        place = next((i + 1 for i, (key, _) in enumerate(made) if key.text == "type"), 0)
        made.insert(place, (placed("default", given.span), given))
        return MappingTree(tuple(made), declared.span, declared.flow)
    text = declared.text.partition("=")[0].strip() if isinstance(declared, Scalar) else ""
    made = [(placed("type", value.span), placed(text, value.span)), (placed("default", given.span), given)]
    return MappingTree(tuple(made), value.span, flow=True)


def _type(value: Tree, types: Mapping[str, str]) -> Tree:
    match value:
        case Scalar():
            return renamed(value, types)
        case MappingTree(fields, span, flow):
            return MappingTree(tuple((key, _type(below, types)) for key, below in fields), span, flow)
        case Sequence():
            return value


def _message(part: Part, value: Tree, types: Mapping[str, str]) -> Tree:
    tree = mapping(value)
    fields = tree.get("fields")
    made = _type(fields if isinstance(fields, MappingTree) else tree, types)
    if part.runs > 1:
        counter = placed(part.own("run"), tree.span), placed("int", tree.span)
        made = MappingTree((*mapping(made).entries, counter), tree.span, mapping(made).flow)
    if isinstance(fields, MappingTree):
        return MappingTree(tuple((k, made if k.text == "fields" else v) for k, v in tree.entries), tree.span, tree.flow)
    return made


_BOUNDS_OF_ALL = ("copies", "under_way", "text", "id", "digest", "duration", "fraction", "int", "time")


def bounds_with_parts(tree: MappingTree, used: Iterable[Part]) -> tuple[Entry, ...]:
    """Return the bounds of the whole, and below them those of its parts under their new names."""
    found: dict[str, Entry] = {key.text: (key, value) for key, value in entries(tree, "bounds")}
    for part in used:
        renaming = {**part.type_names(), **{k: v for role in part.seats for k, v in part.value_names(role).items()}}
        fields = _fields(part.tree)
        for key, value in entries(part.tree, "bounds"):
            if key.text in _BOUNDS_OF_ALL:
                found.setdefault(key.text, (key, value))
                continue
            name = renaming.get(key.text, key.text)
            if key.text in fields or name == key.text:
                found.setdefault(key.text, (key, value))
            if name != key.text:
                found.setdefault(name, (placed(name, key.span), value))
        if part.runs > 1:
            counter = placed(part.own("run"), part.place.span)
            found.setdefault(counter.text, (counter, placed(f"0..{part.runs + 1}", counter.span)))
    return tuple(found.values())


def boundable(tree: MappingTree, roles: Iterable[MappingTree]) -> frozenset[str]:
    """Return the names in a protocol that a bound may go by."""
    variables = {key.text for role in roles for key, _ in entries(role, "variables")}
    declared = {key.text for key, _ in entries(tree, "types")}
    return frozenset({*_BOUNDS_OF_ALL, *variables, *declared, *_fields(tree)})


def _fields(tree: MappingTree) -> frozenset[str]:
    declared = [*entries(tree, "types"), *entries(tree, "messages")]
    return frozenset(
        key.text
        for _, value in declared
        for fields in (mapping(value), mapping(mapping(value).get("fields")))
        for key, _ in fields.entries
    )


# ---- what is left of `parts:`


def _left(part: Part, hosted: Mapping[str, list[Hosted]]) -> Entry:
    place = part.place.span
    roles = []
    for role, ones in hosted.items():
        stages = tuple(
            (one.stage.place, Sequence(tuple(placed(name, place) for name in one.inlined.stay), place, flow=True))
            for one in ones
            if one.part is part
        )
        if stages:
            roles.append((placed(role, place), MappingTree(stages, place)))
    return part.place, MappingTree(((placed("stages", place), MappingTree(tuple(roles), place)),), place)
