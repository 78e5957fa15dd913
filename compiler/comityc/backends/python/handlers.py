"""A rule of a control state comes in (what a message, a timer, a decision, an outcome or a `when` does), a method goes out.

States with the same candidates share a method. The candidates stand in it in order, each as `if guard:` with the
statements and the step; after one without a guard nothing follows.
"""

from dataclasses import replace

from comityc.backends.python.contexts import FreshIds, MachineContext
from comityc.backends.python.expressions import CONDITIONAL, NOT, clause_targets, emit
from comityc.backends.python.names import Names, method_part
from comityc.backends.python.reads import locals_used, reads, walk
from comityc.backends.python.statements import Body, Method, visible_variables, without_ghosts
from comityc.backends.python.values import can_be_empty, decided, finite_values, is_always, listing, moment
from comityc.backends.python.writer import Writer
from comityc.machine import expressions as ir
from comityc.machine.model import (
    DecisionRule,
    RequestRule,
    Role,
    SpontaneousRule,
    TimerRule,
    Transition,
)
from comityc.machine.value_types import OptionalType
from comityc.naming import value_name
from comityc.records import dataclass

Rule = TimerRule | DecisionRule | RequestRule | SpontaneousRule


@dataclass(frozen=True, slots=True)
class Handler:
    """A method to write. `key` tells equal ones apart from others; `messages` are those that a reception is for.

    `event` is the class of the event, `rule` is None for a reception.
    """

    name: str
    doc: str
    event: str
    candidates: tuple[Transition, ...]
    rule: Rule | None = None
    messages: tuple[str, ...] = ()


class HandlerWriter:
    """Writes the methods of one role; `conditions` are the guards of `when`s, which are methods of their own."""

    def __init__(self, names: Names, role: Role, *, checking: bool) -> None:
        self._names = names
        self._role = role
        self._variables = visible_variables(role, checking=checking)
        self._ghosts = frozenset() if checking else frozenset(v.name for v in role.variables if v.ghost)
        self._separate: dict[int, str] = {}
        self.fresh = 0

    # ---- transitions that several methods take

    def separate(self, handlers: list[Handler]) -> list[Handler]:
        """Return a handler of its own for each transition with statements that more than one method would repeat."""
        users: dict[int, list[Handler]] = {}
        for handler in handlers:
            for transition in handler.candidates:
                users.setdefault(transition.number, []).append(handler)
        found: list[Handler] = []
        for using in users.values():
            transition = next(t for t in using[0].candidates if users[t.number] is using)
            if len(using) < 2 or transition.draw or not without_ghosts(transition.body, self._ghosts):
                continue
            name = f"_take_{method_part(transition.name)}"
            self._separate[transition.number] = name
            messages = tuple(dict.fromkeys(message for handler in using for message in handler.messages))
            doc = f"Take the transition `{transition.name}`."
            unguarded = replace(transition, guard=None)
            found.append(Handler(name, doc, using[0].event, (unguarded,), using[0].rule, messages))
        return found

    # ---- methods

    def write(self, writer: Writer, handler: Handler) -> None:
        """Write the method."""
        state, event = self._names.state(self._role.name), self._names.runtime(handler.event)
        step = f"{self._names.runtime('Step')}[{state}]"
        context, inside = self._method(handler, writer.depth + 1)
        body = Writer(writer.depth + 1)
        is_separate = handler.name in self._separate.values()
        candidates = handler.candidates
        if isinstance(handler.rule, RequestRule) and not is_separate:
            closed = self._outcomes(body, handler.rule, context, inside)
        else:
            closed = self._candidates(body, handler, candidates, context, inside, is_separate)
        if not closed:
            body.add(f"raise self._refusal({context.state}, event)")
        with writer.function(handler.name, ["self", f"state: {state}", f"event: {event}"], step):
            writer.doc(handler.doc)
            self._preamble(writer, handler, context)
            if context.fresh_names is not None and context.fresh_names.needs_iterator:
                writer.add("fresh = iter(event.fresh)")
            writer.extend(body.lines)

    def write_draws(self, writer: Writer, handler: Handler, name: str) -> None:
        """Write the method that says from what a handler's transition draws."""
        state, event = self._names.state(self._role.name), self._names.runtime(handler.event)
        context, _ = self._method(handler, writer.depth + 1)
        returns = f"tuple[{self._names.any()}, ...] | None"
        with writer.function(name, ["self", f"state: {state}", f"event: {event}"], returns):
            writer.doc("Return the values to draw from, or None when the transition draws nothing.")
            self._preamble(writer, handler, context, reading=self._guards(handler))
            self._draw_steps(writer, handler, context)

    def write_condition(self, writer: Writer, name: str, transition: Transition, loop: ir.Clause | None) -> None:
        """Write the guard of a `when` as a method."""
        assert transition.guard is not None
        context = MachineContext(self._names, self._role)
        arguments = ["self", f"state: {self._names.state(self._role.name)}"]
        if loop is not None:
            arguments += [f"{context.local(n)}: {self._names.annotation(kind)}" for n, kind in loop.targets]
        with writer.function(name, arguments, "bool"):
            writer.doc(f"Say whether the condition of `{transition.name}` holds.")
            writer.add("return ", emit(transition.guard, context))

    def kept(self, transition: Transition) -> tuple[ir.Statement, ...]:
        """Return the statements of a transition that are written."""
        return without_ghosts(transition.body, self._ghosts)

    def draws(self, handler: Handler) -> bool:
        """Say whether a transition of this method draws at random."""
        return any(transition.draw is not None for transition in handler.candidates)

    # ---- what stands before the candidates

    def _method(self, handler: Handler, depth: int) -> tuple[MachineContext, Method]:
        bodies = tuple(without_ghosts(t.body, self._ghosts) for t in handler.candidates)
        fresh = FreshIds(counted=not _fresh_in_branches(bodies))
        written: dict[str, str] = {}
        known: set[str] = set()
        if isinstance(handler.rule, DecisionRule) and handler.rule.stores and handler.rule.domain is not None:
            written = {handler.rule.name: value_name(handler.rule.name)}
            known = set() if isinstance(handler.rule.domain.type, OptionalType) else set(written)
        self.fresh = max([self.fresh, *(_count_fresh(body) for body in bodies)])
        context = MachineContext(self._names, self._role, written=written, fresh_names=fresh, known=known)
        kept = [replace(t, body=b) for t, b in zip(handler.candidates, bodies, strict=True)]
        return context, Method.of(kept)

    def _guards(self, handler: Handler) -> tuple[object, ...]:
        drawn = [t.draw[1] for t in handler.candidates if t.draw is not None]
        domains = tuple(d.values for d in drawn if hasattr(d, "values"))
        return (*(t.guard for t in handler.candidates if t.guard is not None), *domains)

    def _preamble(
        self, writer: Writer, handler: Handler, context: MachineContext, reading: tuple[object, ...] | None = None
    ) -> None:
        """Bind the message, the element and the decided value, as far as the candidates read them."""
        if reading is None:
            bodies = [
                without_ghosts(t.body, self._ghosts) for t in handler.candidates if t.number not in self._separate
            ]
            if handler.name in self._separate.values():
                bodies = [without_ghosts(t.body, self._ghosts) for t in handler.candidates]
            reading = (*self._guards(handler), *bodies)
        used = locals_used(reading)
        if handler.messages and reads(reading, self._names.definitions).messages:
            kinds = " | ".join(self._names.message(message) for message in handler.messages)
            writer.add(f"message: {kinds} = event.message")
        rule = handler.rule
        loop = None if rule is None else rule.loop
        domain = rule.domain if isinstance(rule, DecisionRule) else None
        if domain is not None and hasattr(domain, "values"):
            used |= locals_used(domain.values)
        if isinstance(rule, TimerRule) and rule.kind == "at":
            used |= locals_used(rule.duration)
        if loop is not None:
            targets = clause_targets(loop, context, used)
            elements = f"{self._names.domains('element_of')}(event, {listing(loop, context)})"
            bound = targets.replace("_", "").replace(",", "").strip()
            writer.add(f"{targets} = " if bound else "", elements)
        if isinstance(rule, TimerRule) and rule.kind == "at":
            writer.add("if ", f"{moment(rule.duration, context)} is None", ":")
            with writer.block():
                writer.add(f"raise self._refusal({context.state}, event)")
        if isinstance(rule, DecisionRule) and handler.name not in self._separate.values():
            self._bind_decided(writer, rule, context, rule.name in used or rule.stores)
        elif isinstance(rule, DecisionRule) and (rule.name in used or rule.stores):
            self._bind_decided(writer, rule, context, True)

    def _bind_decided(self, writer: Writer, rule: DecisionRule, context: MachineContext, is_used: bool) -> None:
        text, annotation = decided(rule.domain, context)
        if is_used and rule.domain is not None:
            name = value_name(rule.name) if rule.stores else context.local(rule.name)
            writer.add(f"{name}{annotation} = ", text)
        else:
            writer.add("", text)

    # ---- candidates

    def _outcomes(self, body: Writer, rule: RequestRule, context: MachineContext, method: Method) -> bool:
        """Write the candidates by outcome. Return False: an outcome that is not listed is always left over."""
        for outcome, candidates in rule.outcomes:
            handler = Handler("", "", "Performed", candidates, rule)
            asked = f'event.outcome == "{outcome}"'
            only = candidates[0] if len(candidates) == 1 else None
            guard = None if only is None else self._condition(only, handler, context, NOT)
            if only is not None and guard is not None:
                body.add("if ", f"{asked} and {guard}", ":")
                with body.block():
                    self._taken(body, only, context, method, False)
                continue
            body.add(f"if {asked}:")
            with body.block():
                self._candidates(body, handler, candidates, context, method, False)
        return False

    def _candidates(
        self,
        body: Writer,
        handler: Handler,
        candidates: tuple[Transition, ...],
        context: MachineContext,
        method: Method,
        is_separate: bool,
    ) -> bool:
        """Write the candidates in order; return whether the last one is taken whatever the state."""
        for transition in candidates:
            condition = self._condition(transition, handler, context)
            if condition is None:
                if self._taken(body, transition, context, method, is_separate):
                    return True
            else:
                body.add("if ", condition, ":")
                with body.block():
                    self._taken(body, transition, context, method, is_separate)
        return False

    def _condition(
        self, transition: Transition, handler: Handler, context: MachineContext, binding: int = CONDITIONAL
    ) -> str | None:
        """Return the guard of a candidate, or None when it has none."""
        guard = transition.guard
        if guard is None or is_always(guard):
            return None
        if transition.kind == "when":
            loop = handler.rule.loop if handler.rule is not None else None
            targets = [context.local(name) for name, _ in loop.targets] if loop is not None else []
            return f"self.{condition_name(self._role, transition)}({', '.join([context.state, *targets])})"
        return emit(guard, context, binding)

    def _taken(
        self, body: Writer, transition: Transition, context: MachineContext, method: Method, is_separate: bool
    ) -> bool:
        """Write what becomes of a candidate that is taken; return whether nothing can come after it."""
        if transition.kind == "ignore":
            body.add(f"return {self._names.use('comity.base', 'ignored')}({context.state})")
            return True
        if transition.kind == "defer":
            body.add(f"raise self._deferral({context.state}, event)")
            return True
        if transition.number in self._separate and not is_separate:
            body.add(f"return self.{self._separate[transition.number]}({context.state}, event)")
            return True
        inner = replace(context, written=dict(context.written), shared_written={}, known=set(context.known))
        if transition.draw is None:
            self._body(body, transition, inner, method)
            return True
        name = context.local(transition.draw[0])
        values, drawn = f"values_of_{name}", self._names.domains("drawn_from")
        taken = f"{name} = " if transition.draw[0] in locals_used(transition.body) else ""
        if not can_be_empty(transition.draw[1]):
            body.add(taken, f"{drawn}(event, {self._drawn_from(transition, context)})")
            self._body(body, transition, inner, method)
            return True
        body.add(f"{values} = ", self._drawn_from(transition, context))
        body.add(f"if {values}:")
        with body.block():
            body.add(taken, f"{drawn}(event, {values})")
            self._body(body, transition, inner, method)
        return False

    def _body(self, body: Writer, transition: Transition, context: MachineContext, method: Method) -> None:
        statements = without_ghosts(transition.body, self._ghosts)
        if context.fresh_names is not None:
            context.fresh_names.restart()
        Body(body, context, method, self._variables).write(transition, statements)

    def _drawn_from(self, transition: Transition, context: MachineContext) -> str:
        """Return the values to draw from."""
        assert transition.draw is not None
        values = finite_values(transition.draw[1], context)
        if values is None:
            raise LookupError(f"`{transition.name}` draws from a type without an end")
        return values

    def _draw_steps(self, writer: Writer, handler: Handler, context: MachineContext) -> None:
        last = max(place for place, t in enumerate(handler.candidates) if t.draw is not None)
        for place, transition in enumerate(handler.candidates):
            if place > last:
                break
            condition = self._condition(transition, handler, context)
            if transition.draw is None:
                if condition is None:
                    writer.add("return None")
                    return
                writer.add("if ", condition, ":")
                with writer.block():
                    writer.add("return None")
                continue
            if condition is None:
                if self._offer_draw(writer, transition, context):
                    return
            else:
                writer.add("if ", condition, ":")
                with writer.block():
                    self._offer_draw(writer, transition, context)
        writer.add("return None")

    def _offer_draw(self, writer: Writer, transition: Transition, context: MachineContext) -> bool:
        """Write what returns the values to draw from; return whether it always does."""
        assert transition.draw is not None
        values = self._drawn_from(transition, context)
        if not can_be_empty(transition.draw[1]):
            writer.add("return ", values)
            return True
        local = f"values_of_{context.local(transition.draw[0])}"
        writer.add(f"{local} = ", values)
        writer.add(f"if {local}:")
        with writer.block():
            writer.add(f"return {local}")
        return False


def condition_name(role: Role, transition: Transition) -> str:
    """Return the method that holds the guard of a `when`: named after where it stands, numbered when there are several."""
    alike = [t for t in role.transitions if t.stands_in == transition.stands_in and not is_always(t.guard)]
    alike = [t for t in alike if t.kind == "when"]
    stands = "_or_".join(method_part(state) for state in transition.stands_in[:_NAMED_STATES])
    number = f"_{alike.index(transition) + 1}" if len(alike) > 1 else ""
    return f"_{stands}_when{number}_holds"


_NAMED_STATES = 3


def _fresh_in_branches(bodies: tuple[tuple[ir.Statement, ...], ...]) -> bool:
    nodes = [node for node in walk(bodies) if isinstance(node, ir.If | ir.For | ir.Comprehension | ir.Conditional)]
    return any(isinstance(inner, ir.Fresh) for node in nodes for inner in walk(node))


_FRESH_IN_A_LOOP = 64
"""So many ids are at hand for a `fresh()` within a loop, of which nobody knows beforehand how often it runs."""


def _count_fresh(statements: tuple[ir.Statement, ...]) -> int:
    count = sum(isinstance(node, ir.Fresh) for node in walk(statements))
    loops = [node for node in walk(statements) if isinstance(node, ir.For | ir.Comprehension)]
    in_a_loop = any(isinstance(inner, ir.Fresh) for loop in loops for inner in walk(loop))
    return count * _FRESH_IN_A_LOOP if in_a_loop else count
