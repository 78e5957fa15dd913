"""A role of the whole comes in, with the stages in which it runs parts; the role goes out with the parts' states in it.

Messages of a part that reach an instance before it has come to its stage wait in the network; those that reach it
behind the stage are answered as the part's ends answer them, or change nothing, as in a final state.
"""

from collections.abc import Iterable, Iterator, Mapping

from comityc.diagnostics.codes_parts import RUN_AGAIN
from comityc.diagnostics.diagnostic import Diagnostic, Label
from comityc.expand.inline import Inlined, Layer, declared_states, final_states, idle, merged
from comityc.expand.part import Part, entries, mapping, state_names
from comityc.expand.reset import resets
from comityc.expand.run import Stage
from comityc.expand.tokens import joined, placed
from comityc.records import dataclass
from comityc.source.tree import Mapping as MappingTree
from comityc.source.tree import Scalar, Sequence, Tree


@dataclass(frozen=True, slots=True)
class Hosted:
    """One stage of a role of the whole, with what stands in its place."""

    stage: Stage
    part: Part
    inlined: Inlined
    entering: tuple[str, ...] = ()  # what else is noted on the way in


def composed_states(tree: MappingTree, hosted: Iterable[Hosted]) -> MappingTree:
    """Return the states of a role with the parts in it."""
    by_state = {one.stage.state: one for one in hosted}
    layers: list[Layer] = []
    for key, below in entries(tree, "states"):
        names = state_names(key)
        if len(names) == 1 and names[0] in by_state:
            layers += by_state[names[0]].inlined.layers
            continue
        flat = ", ".join(_flat(name, by_state) for name in names)
        layers.append((key if flat == key.text else placed(flat, key.span), items_of(below)))
    layers = [(key, tuple(_entering(item, by_state) for item in items)) for key, items in layers]
    for one in by_state.values():
        layers += _beside(tree, one, by_state)
    made = tuple((key, _below(key, items)) for key, items in merged(layers))
    return MappingTree(made, mapping(tree.get("states")).span)


def items_of(below: Tree) -> tuple[Tree, ...]:
    """Return what stands under a state; one word is a list of one."""
    return below.items if isinstance(below, Sequence) else (below,)


def _below(key: Scalar, items: tuple[Tree, ...]) -> Tree:
    if len(items) == 1 and isinstance(items[0], Scalar):
        return items[0]
    return Sequence(items, key.span)


def _flat(name: str, by_state: Mapping[str, Hosted]) -> str:
    return ", ".join(by_state[name].inlined.states) if name in by_state else name


# ---- entering a stage


def _entering(item: Tree, by_state: Mapping[str, Hosted]) -> Tree:
    """Lead a `goto` of a stage to where the part begins, and set what this run is told."""
    goto = mapping(item).get("goto")
    if not isinstance(item, MappingTree) or not isinstance(goto, Scalar) or goto.text not in by_state:
        return item
    one = by_state[goto.text]
    entry = placed(one.inlined.entry, goto.span)
    made = [(key, entry if key.text == "goto" else value) for key, value in item.entries]
    statements = list(_set_up(one))
    if statements:
        done = item.get("do")
        if isinstance(done, Scalar):
            text = joined([done, *([] if done.text.endswith("\n") else [placed("\n", done.span)])], done)
            done = joined([text, *statements], done)
            made = [(key, done if key.text == "do" else value) for key, value in made]
        else:
            place = next(index for index, (key, _) in enumerate(made) if key.text == "goto")
            made.insert(place, (placed("do", goto.span), joined(statements, placed("", goto.span))))
    return MappingTree(tuple(made), item.span, item.flow and not statements)


def _set_up(one: Hosted) -> Iterator[Scalar]:
    part, stage, place = one.part, one.stage, one.stage.first.written.span
    for name, value in told(part, stage):
        yield joined([placed(f"{part.own(name)} = ", value.span), value, placed("\n", value.span)], placed("", place))
    if part.runs > 1:
        for statement in resets(part, one.inlined.role):
            yield placed(f"{statement}\n", place)
        yield placed(f"{part.own('run')} += 1\n", place)
    for statement in one.entering:
        yield placed(f"{statement}\n", place)


def told(part: Part, stage: Stage) -> Iterator[tuple[str, Scalar]]:
    """Yield what a run says of each argument; who sits on a seat is itself."""
    for name in part.arguments:
        yield name, stage.first.arguments.get(name, placed("self", stage.first.written.span))


# ---- the other states


def _beside(tree: MappingTree, one: Hosted, by_state: Mapping[str, Hosted]) -> Iterator[Layer]:
    """Say what becomes of the part's messages while the instance is elsewhere."""
    stage, part, hears = one.stage, one.part, one.inlined.hears
    if not hears:
        return
    before = states_before(tree, stage.state)
    final = final_states(tree)
    others = [state for state in declared_states(tree) if state != stage.state and state not in final]
    counter = part.own("run")
    early = [state for state in others if state in before]
    late = [state for state in others if state not in before]
    if early:
        key = placed(", ".join(_flat(state, by_state) for state in early), stage.place.span)
        if part.runs > 1:
            guard = f"msg.{counter} > {counter}"
            yield (
                key,
                (idle("defer", hears, stage.place, guard), *one.inlined.answers, idle("ignore", hears, stage.place)),
            )
        else:
            yield key, (idle("defer", hears, stage.place),)
    if late:
        key = placed(", ".join(_flat(state, by_state) for state in late), stage.place.span)
        yield key, (*one.inlined.answers, idle("ignore", hears, stage.place))


def states_before(tree: MappingTree, stage: str) -> frozenset[str]:
    """Return the states of a role from which a state can still be reached, itself if it can be entered again."""
    ways = _ways(tree)
    before: set[str] = set()
    waiting = [stage]
    while waiting:
        state = waiting.pop()
        for origin, goals in ways.items():
            if state in goals and origin not in before:
                before.add(origin)
                waiting.append(origin)
    return frozenset(before)


def states_behind(tree: MappingTree, stage: str) -> frozenset[str]:
    """Return the states of a role that can be reached from a state."""
    ways = _ways(tree)
    behind: set[str] = set()
    waiting = [stage]
    while waiting:
        for goal in ways.get(waiting.pop(), ()):
            if goal not in behind:
                behind.add(goal)
                waiting.append(goal)
    return frozenset(behind)


def _ways(tree: MappingTree) -> dict[str, set[str]]:
    """Return where each state leads."""
    final = final_states(tree)
    ways: dict[str, set[str]] = {state: set() for state in declared_states(tree)}
    for key, below in entries(tree, "states"):
        goals = {goto.text for item in items_of(below) if isinstance(goto := mapping(item).get("goto"), Scalar)}
        names = state_names(key)
        for state in [state for state in ways if state not in final] if names == ("any",) else names:
            ways.setdefault(state, set()).update(goals)
    return ways


def run_again(tree: MappingTree, one: Hosted) -> Diagnostic | None:
    """Say that a part may be started again where its declaration does not."""
    if one.part.runs > 1 or one.stage.state not in states_before(tree, one.stage.state):
        return None
    return RUN_AGAIN.at(
        one.stage.first.written.span,
        f"`{one.part.name}` may be started again: `{one.stage.state}` leads back to itself",
        labels=(Label(one.part.place.span, "one run is declared"),),
        help="say how many runs there are at most: `runs: 2`",
    )
