"""A whole with cases that say `abstract` comes in; what is not sound about them goes out.

In such a case a part is replaced by what is known of its ends. That says nothing about its inside, so nothing that is looked at
in the case may look there; and what the whole does with the part has to be what was proved of the part alone.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from comityc.diagnostics.codes_parts import INSIDE_A_PART, NOT_BY_PARTS, UNKNOWN_PART
from comityc.diagnostics.diagnostic import Diagnostic, Label
from comityc.diagnostics.span import Span
from comityc.diagnostics.suggest import did_you_mean
from comityc.expand.host import items_of
from comityc.expand.part import Part, entries, mapping, state_names
from comityc.expand.run import Stage
from comityc.source.tree import Mapping as MappingTree
from comityc.source.tree import Scalar, Sequence, Tree
from comityc.syntax.scanner import names_in

if TYPE_CHECKING:
    from comityc.expand.compose import Composition


def abstract_cases(tree: MappingTree) -> Iterator[tuple[Scalar, MappingTree, tuple[Scalar, ...]]]:
    """Yield the cases of a spec that put outcomes for parts, with the parts that they name."""
    for title, case in entries(tree, "verify"):
        named = mapping(case).get("abstract")
        items = items_of(named) if isinstance(named, Scalar | Sequence) else ()
        if names := tuple(item for item in items if isinstance(item, Scalar)):
            yield title, mapping(case), names


def refused(composition: "Composition", names_of: dict[str, frozenset[str]]) -> Iterator[Diagnostic]:
    """Yield why a case may not put outcomes for the parts that it names; `names_of` holds what each part calls its own."""
    for title, case, names in abstract_cases(composition.tree):
        yield from _unsound(composition, title, case, names)
        for name in names:
            part = composition.parts.get(name.text)
            if part is None:
                help_text = did_you_mean(name.text, list(composition.parts))
                yield UNKNOWN_PART.at(name.span, f"there is no part `{name.text}`", help=help_text)
                continue
            if part.runs > 1:
                yield NOT_BY_PARTS.at(
                    name.span, f"`{name.text}` may run {part.runs} times, and its outcome is that of one run"
                )
            for seat in part.seats.values():
                if (key := mapping(mapping(composition.tree.get("roles")).get(seat.host)).key("dynamic")) is not None:
                    yield NOT_BY_PARTS.at(
                        name.span,
                        f"`{seat.host}` may join later or leave, and all who play in `{part.name}` alone are there from the start",
                        labels=(Label(key.span, "here"),),
                    )
            yield from _restarted(composition, part, case, name)
            yield from _left_early(composition, part, name)
            yield from _inside(composition.tree, part, title, name, names_of[name.text])


def _unsound(
    composition: "Composition", title: Scalar, case: MappingTree, names: tuple[Scalar, ...]
) -> Iterator[Diagnostic]:
    violates = case.key("violates")
    if violates is not None:
        yield NOT_BY_PARTS.at(
            violates.span,
            "by its parts a whole may seem to fail where it does not, so such a case states no violation",
            help="state it in a case that explores the whole",
        )
    for word in ("states", "levels", "orbits"):
        if (key := case.key(word)) is not None:
            yield NOT_BY_PARTS.at(key.span, f"`{word}` of a case by parts are not those of the protocol")
    faults = _faults(composition, case)
    for word in ("amnesia",):
        if (key := faults.key(word)) is not None:
            yield NOT_BY_PARTS.at(
                names[0].span,
                f"an instance that forgets (`{word}`) may come to the same part twice",
                labels=(Label(key.span, "the fault"),),
            )
    clock = case.get("clock") if case.get("clock") is not None else composition.tree.get("clock")
    if clock is not None and not (isinstance(clock, Scalar) and clock.text == "none"):
        yield NOT_BY_PARTS.at(
            names[0].span,
            "with a clock a part that is started later by some is another protocol than the part alone",
            labels=(Label(clock.span, "the clock"),),
        )
    for key, value in entries(case, "with"):
        if not isinstance(value, Scalar) or ".." in value.text:
            yield NOT_BY_PARTS.at(
                key.span, "a case by parts has one value for each parameter", help="make several cases of it"
            )


def _faults(composition: "Composition", case: MappingTree) -> MappingTree:
    return mapping(case.get("faults") or composition.tree.get("tolerates"))


def _restarted(composition: "Composition", part: Part, case: MappingTree, name: Scalar) -> Iterator[Diagnostic]:
    """Who restarts may leave a part by that, or forget what it came to: alone it is over then, and no fault strikes it any more."""
    struck = mapping(_faults(composition, case).get("restart"))
    for seat in part.seats.values():
        fault = struck.key(seat.host)
        if fault is None:
            continue
        elsewhere = mapping(mapping(composition.tree.get("roles")).get(seat.host)).key("restart_in")
        if elsewhere is not None:
            yield NOT_BY_PARTS.at(
                name.span,
                f"`{seat.host}` leaves `{part.name}` when it restarts, and may come to it again",
                labels=(Label(elsewhere.span, "here"), Label(fault.span, "the fault")),
                help="explore the whole in this case",
            )
        for variable, declared in entries(part.role(seat.role), "variables"):
            durable = mapping(declared).get("durable")
            if isinstance(durable, Scalar) and durable.text == "false":
                yield NOT_BY_PARTS.at(
                    name.span,
                    f"a restart of `{seat.host}` may lose `{variable.text}` of `{part.name}` after the end, before it is read",
                    labels=(Label(fault.span, "the fault"),),
                    help="let the part keep it (`durable`), or explore the whole in this case",
                )


def _left_early(composition: "Composition", part: Part, name: Scalar) -> Iterator[Diagnostic]:
    """A part that somebody leaves is another one than was verified alone."""
    for role, stages in composition.stages.items():
        for stage in stages.values():
            if stage.part != part.name:
                continue
            for item in (*stage.meanwhile, *_always_possible(composition.tree, role, stage)):
                goto = mapping(item).key("goto")
                if goto is not None:
                    yield NOT_BY_PARTS.at(
                        name.span,
                        f"`{role}` may leave `{part.name}` before it is over, which was not looked at in the part alone",
                        labels=(Label(goto.span, "here"),),
                        help="explore the whole in this case, or let the part end by itself",
                    )


def _always_possible(tree: MappingTree, role: str, stage: Stage) -> Iterator[Tree]:
    for key, below in entries(mapping(tree.get("roles")).get(role), "states"):
        names = state_names(key)
        if names == ("any",) or (len(names) > 1 and stage.state in names):
            yield from items_of(below)


def _inside(tree: MappingTree, part: Part, title: Scalar, name: Scalar, own: frozenset[str]) -> Iterator[Diagnostic]:
    """Report what looks inside a part: by a name that the part has in the whole."""
    # Types and parameters of a part are known outside of it, or nobody could say what its outcome is.
    own -= {*part.type_names().values(), *(part.own(key.text) for key, _ in entries(part.tree, "parameters"))}
    own |= {part.own(key.text) for key, _ in entries(part.tree, "messages")}
    for section in ("properties", "define", "roles"):
        for key, below in entries(tree, section):
            if section == "properties" and is_for_others(below, title.text):
                continue
            found = next(_used(below, own), None)
            if found is not None:
                yield INSIDE_A_PART.at(
                    found[0],
                    f"`{found[1]}` is inside the part `{part.name}`, and the case `{title.text}` knows its outcome alone",
                    labels=(Label(name.span, "its outcome stands for it here"),),
                    help=f"promise `{key.text}` with `only:` in cases that explore the whole"
                    if section == "properties"
                    else "let the part hand it over in its `outcome`",
                )


def is_for_others(prop: Tree, case: str) -> bool:
    """Say whether a property is promised in other cases alone."""
    only = mapping(prop).get("only")
    return isinstance(only, Sequence) and case not in [item.text for item in only.items if isinstance(item, Scalar)]


def _used(tree: Tree, own: frozenset[str]) -> Iterator[tuple[Span, str]]:
    match tree:
        case Scalar(text):
            for start, end in names_in(text):
                if text[start:end] in own:
                    yield tree.span_between(start, end), text[start:end]
        case Sequence(items):
            for item in items:
                yield from _used(item, own)
        case MappingTree(below):
            for key, part in below:
                if key.text != "only":
                    yield from _used(part, own)
