"""A machine in, the slips that people make in its states and timers out: no timeout, no compensation, no end, no deadline."""

from collections.abc import Iterator
from dataclasses import replace

from comityc.machine.model import Machine, Reception, RequestRule, Role, State, TimerRule, Transition
from comityc.machine.rewrite import rewritten
from comityc.mutate.mutant import Slip, place, with_role


def slips_in_structure(machine: Machine) -> Iterator[Slip]:
    """Yield the slips in what states offer."""
    for role in machine.roles:
        yield from _without_timeouts(machine, role)
        yield from _after_the_deadline(machine, role)
        yield from _without_end(machine, role)
    yield from _without_compensation(machine)


def _without_timeouts(machine: Machine, role: Role) -> Iterator[Slip]:
    for transition in role.transitions:
        if transition.kind == "timer":
            changed = with_role(machine, role, _left_out(role, transition))
            yield Slip("drop-timeout", place(role, transition), changed, transition.span, None, "without this timer")


def _left_out(role: Role, gone: Transition) -> Role:
    """Return a role without a transition; the others are numbered anew."""
    states = tuple(replace(state, timers=_timers_without(state.timers, gone)) for state in role.states)
    kept = tuple(transition for transition in role.transitions if transition.number != gone.number)
    numbers = {transition.number: number for number, transition in enumerate(kept)}

    def change(node: object) -> object:
        return replace(node, number=numbers[node.number]) if isinstance(node, Transition) else node

    return rewritten(replace(role, states=states, transitions=kept), change)


def _timers_without(timers: tuple[TimerRule, ...], gone: Transition) -> tuple[TimerRule, ...]:
    left = (replace(rule, candidates=tuple(t for t in rule.candidates if t.number != gone.number)) for rule in timers)
    return tuple(rule for rule in left if rule.candidates)


def _after_the_deadline(machine: Machine, role: Role) -> Iterator[Slip]:
    """Go on receiving, where a timer led, what was received before it."""
    by_name = {state.name: state for state in role.states}
    for before in role.states:
        for timer in before.timers:
            for candidate in timer.candidates:
                after = by_name.get(candidate.goto or "")
                if after is None or after is before:
                    continue
                for reception in before.receptions:
                    if reception.candidates[0].kind == "receive" and _turns_away(after, reception.message):
                        yield _late(machine, role, after, reception, candidate)


def _turns_away(state: State, message: str) -> bool:
    known = next((reception for reception in state.receptions if reception.message == message), None)
    if known is None:
        return state.final
    return all(candidate.kind == "ignore" for candidate in known.candidates)


def _late(machine: Machine, role: Role, after: State, reception: Reception, timer: Transition) -> Slip:
    others = tuple(known for known in after.receptions if known.message != reception.message)
    open_ = replace(after, receptions=(*others, reception))
    states = tuple(open_ if state is after else state for state in role.states)
    where = f"{role.name} {reception.message} in {after.name}"
    text = f"`{reception.message}` is still received in `{after.name}`"
    return Slip("accept-late", where, with_role(machine, role, replace(role, states=states)), timer.span, None, text)


def _without_end(machine: Machine, role: Role) -> Iterator[Slip]:
    for state in role.states:
        if state.final:
            open_ = replace(state, final=False)
            states = tuple(open_ if other is state else other for other in role.states)
            changed = with_role(machine, role, replace(role, states=states))
            yield Slip(
                "not-final", f"{role.name} {state.name}", changed, state.span, None, f"`{state.name}` is not final"
            )


def _without_compensation(machine: Machine) -> Iterator[Slip]:
    for act in machine.acts:
        if act.undoes is None:
            continue

        def change(node: object, name: str = act.name) -> object:
            return replace(node, undoes=None) if isinstance(node, RequestRule) and node.act == name else node

        acts = tuple(replace(other, undoes=None) if other is act else other for other in machine.acts)
        changed = rewritten(replace(machine, acts=acts), change)
        text = f"`{act.name}` does not undo `{act.undoes}`"
        yield Slip("skip-compensation", act.name, changed, act.span, None, text)
