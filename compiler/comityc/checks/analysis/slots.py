"""A role comes in; the places of its transitions go out, each with the rule in which it competes.

A transition may stand in the rules of many states, and of several messages. A *slot* is one such place: order
decides among the candidates of one rule, so a slot knows the candidates before it.
"""

from collections.abc import Iterator

from comityc.machine.expressions import Clause
from comityc.machine.model import Role, State, Transition
from comityc.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One place of a transition: `message` is what it waits for there, if it waits for one."""

    state: State
    transition: Transition
    earlier: tuple[Transition, ...]
    message: str | None = None
    loop: Clause | None = None
    prompt: bool = False

    @property
    def leads_to(self) -> str:
        """The state after it."""
        return self.transition.goto or self.state.name


def slots_of(role: Role) -> Iterator[Slot]:
    """Yield the slots of all states of a role."""
    for state in role.states:
        yield from slots_of_state(state)


def slots_of_state(state: State) -> Iterator[Slot]:
    """Yield the slots of one state, rule by rule."""
    for reception in state.receptions:
        yield from _slots(state, reception.candidates, message=reception.message)
    for timer in state.timers:
        yield from _slots(state, timer.candidates, loop=timer.loop)
    for decision in state.decisions:
        yield from _slots(state, decision.candidates, loop=decision.loop, prompt=decision.prompt)
    for request in state.requests:
        for _, candidates in request.outcomes:
            yield from _slots(state, candidates, loop=request.loop)
    for rule in state.spontaneous:
        yield from _slots(state, rule.candidates, loop=rule.loop)


def _slots(
    state: State,
    candidates: tuple[Transition, ...],
    *,
    message: str | None = None,
    loop: Clause | None = None,
    prompt: bool = False,
) -> Iterator[Slot]:
    for position, transition in enumerate(candidates):
        yield Slot(
            state=state,
            transition=transition,
            earlier=candidates[:position],
            message=message,
            loop=loop,
            prompt=prompt,
        )
