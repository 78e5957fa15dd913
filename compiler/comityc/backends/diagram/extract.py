"""A role of the machine in, its state diagram as plain data out: states, and arrows with what triggers them."""

from collections.abc import Iterable, Iterator

from comityc.machine.model import Role, State, Transition
from comityc.records import dataclass


@dataclass(frozen=True, slots=True)
class Arrow:
    """A way from one state to another (or the same), with all triggers that take it."""

    source: str
    target: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StateDiagram:
    """The diagram of one role. The first state is where an instance starts."""

    role: str
    states: tuple[str, ...]
    final: tuple[str, ...]
    resting: tuple[str, ...]
    arrows: tuple[Arrow, ...]


def extract_diagram(role: Role) -> StateDiagram:
    """Return the diagram of a role: without what is ignored or deferred, and one arrow for each pair of states."""
    labels: dict[tuple[str, str], dict[str, None]] = {}
    for state in role.states:
        for label, transition in _labelled(state):
            if transition.kind not in ("ignore", "defer"):
                labels.setdefault((state.name, transition.goto or state.name), {})[label] = None
    return StateDiagram(
        role=role.name,
        states=tuple(state.name for state in role.states),
        final=tuple(state.name for state in role.states if state.final),
        resting=tuple(state.name for state in role.states if state.resting),
        arrows=tuple(Arrow(source, target, tuple(names)) for (source, target), names in labels.items()),
    )


def _labelled(state: State) -> Iterator[tuple[str, Transition]]:
    """Yield each transition of a state with the words for its trigger."""
    for reception in state.receptions:
        yield from _with(reception.message, reception.candidates)
    for timer in state.timers:
        yield from _with(timer.name.partition(": ")[2] or timer.name, timer.candidates)  # `waiting: after patience`
    for decision in state.decisions:
        yield from _with(f"decide {decision.name}", decision.candidates)
    for request in state.requests:
        for outcome, candidates in request.outcomes:
            yield from _with(f"{request.act} -> {outcome}", candidates)
    for rule in state.spontaneous:
        yield from _with("when", rule.candidates)


def _with(label: str, transitions: Iterable[Transition]) -> Iterator[tuple[str, Transition]]:
    return ((label, transition) for transition in transitions)
