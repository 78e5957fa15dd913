"""A control state comes in; what it offers beside receiving messages goes out, as an `Open` or a method that finds it out."""

from collections.abc import Iterator
from contextlib import contextmanager

from comityc.backends.python.contexts import MachineContext
from comityc.backends.python.expressions import ATOM, OR, clause_targets, clause_text, emit, emit_as, emit_iterable
from comityc.backends.python.handlers import condition_name
from comityc.backends.python.literals import text_literal
from comityc.backends.python.names import Names, method_part
from comityc.backends.python.reads import is_constant, locals_used
from comityc.backends.python.values import can_be_empty, choices, finite_values, is_always, moment
from comityc.backends.python.writer import Writer
from comityc.machine import expressions as ir
from comityc.machine.expressions import Expression
from comityc.machine.model import (
    DecisionRule,
    ExpressionDomain,
    RequestRule,
    Role,
    SpontaneousRule,
    State,
    TimerRule,
    Transition,
)
from comityc.naming import value_name


class OpenWriter:
    """Writes what the states of one role offer. Constant timers become attributes, of which `attributes` keeps the texts."""

    def __init__(self, names: Names, role: Role) -> None:
        self._names = names
        self._role = role
        self._context = MachineContext(names, role)
        self.attributes: dict[str, str] = {}

    def constant(self, state: State) -> str | None:
        """Return an `Open` that holds whatever the variables are; None when there is none such."""
        timers = [self._constant_timer(rule) for rule in state.timers]
        decisions = [self._constant_decision(rule) for rule in state.decisions]
        requests = [self._constant_request(rule) for rule in state.requests]
        spontaneous = [
            f"({place}, None)" if rule.loop is None and any(_is_free(t) for t in rule.candidates) else None
            for place, rule in enumerate(state.spontaneous)
        ]
        groups = [timers, decisions, requests, spontaneous]
        if any(item is None for group in groups for item in group):
            return None
        parts = [_tuple([item for item in group if item is not None]) for group in groups]
        return self._open(*parts)

    def method_name(self, state: State) -> str:
        """Return the method that finds out what a state offers."""
        return f"_{method_part(state.name)}_open"

    def write(self, writer: Writer, state: State) -> None:
        """Write the method for a state whose offer depends on the variables."""
        parameters = ["self", f"state: {self._names.state(self._role.name)}"]
        with writer.function(self.method_name(state), parameters, self._names.runtime("Open")):
            writer.doc(f"Return what `{state.name}` offers with these variables.")
            timers = self._timers(writer, state)
            decisions = self._decisions(writer, state)
            requests = self._requests(writer, state)
            spontaneous = self._spontaneous(writer, state)
            writer.add("return ", self._open(timers, decisions, requests, spontaneous))

    def _open(self, timers: str, decisions: str, requests: str, spontaneous: str) -> str:
        given = f"timers={timers}, decisions={decisions}, requests={requests}, spontaneous={spontaneous}"
        return f"{self._names.runtime('Open')}({given})"

    # ---- timers

    def _constant_timer(self, rule: TimerRule) -> str | None:
        steady = is_constant(rule.duration, self._names.definitions) and is_constant(
            rule.longest, self._names.definitions
        )
        return self._timer(rule) if rule.loop is None and rule.kind != "at" and steady else None

    def _timer(self, rule: TimerRule) -> str:
        element = self._element(rule.loop)
        if rule.kind == "at":
            due = moment(rule.duration, self._context)
            lengths = f"after=0.0, longest=0.0, every=False, lasting={rule.scope == 'instance'}, moment={due}"
        else:
            after = self._seconds(rule.duration)
            longest = after if rule.longest is None else self._seconds(rule.longest)
            every, lasting = rule.kind == "every", rule.scope == "instance"
            lengths = f"after={after}, longest={longest}, every={every}, lasting={lasting}"
        return f"{self._names.runtime('Timer')}({text_literal(rule.name)}, {element}, {lengths})"

    def _seconds(self, duration: Expression) -> str:
        if isinstance(duration, ir.DurationConstant):
            return str(duration.milliseconds / 1000)
        text = emit(duration, self._context, ATOM)
        return f"{text}.total_seconds()"

    def _timers(self, writer: Writer, state: State) -> str:
        constants = [self._constant_timer(rule) for rule in state.timers]
        known = [text for text in constants if text is not None]
        if len(known) == len(constants):
            if not known:
                return "()"
            name = next((n for n, text in self.attributes.items() if text == _tuple(known)), None)
            name = name or f"_{method_part(state.name)}_timers"
            self.attributes[name] = _tuple(known)
            return f"self.{name}"
        self._begin(writer, "timers", "Timer", known)
        for rule, text in zip(state.timers, constants, strict=True):
            if text is not None:
                continue
            due = f"{moment(rule.duration, self._context)} is not None" if rule.kind == "at" else None
            self._add(writer, "timers", rule.loop, due, self._timer(rule))
        return "tuple(timers)"

    # ---- decisions

    def _constant_decision(self, rule: DecisionRule) -> str | None:
        if rule.loop is not None or not any(_is_free(t) for t in rule.candidates):
            return None
        if isinstance(rule.domain, ExpressionDomain):
            return None
        domain = None if rule.domain is None else finite_values(rule.domain, self._context)
        return self._decision(rule, domain)

    def _decision(self, rule: DecisionRule, domain: str | None) -> str:
        has_value = rule.domain is not None
        given = f"{text_literal(rule.name)}, {self._element(rule.loop)}, {domain}"
        decision = self._names.runtime("Decision")
        return f"{decision}({given}, has_value={has_value}, prompt={rule.prompt})"

    def _decisions(self, writer: Writer, state: State) -> str:
        constants = [self._constant_decision(rule) for rule in state.decisions]
        known = [text for text in constants if text is not None]
        if len(known) == len(constants):
            return _tuple(known)
        self._begin(writer, "decisions", "Decision", known)
        for rule, text in zip(state.decisions, constants, strict=True):
            if text is None:
                self._open_decision(writer, rule)
        return "tuple(decisions)"

    def _open_decision(self, writer: Writer, rule: DecisionRule) -> None:
        """Offer a decision while some value of it would be taken: values for which no guard holds are left out."""
        guards = [t.guard for t in rule.candidates if t.guard is not None]
        free = any(is_always(t.guard) for t in rule.candidates)
        of_the_value = [guard for guard in guards if rule.name in locals_used(guard)]
        domain = None if rule.domain is None else choices(rule.domain, self._context)
        condition: str | None = None
        if not free and not of_the_value:
            condition = self._any_of(guards)
        if domain is not None and not free and of_the_value:
            local = self._context.local(rule.name)
            domain = f"tuple({local} for {local} in {domain} if {self._any_of(guards)})"
        can_be_empty = isinstance(rule.domain, ExpressionDomain) or bool(of_the_value and not free)
        with self._looped(writer, rule.loop), self._guarded(writer, condition):
            if domain is not None and can_be_empty:
                values = f"values_of_{value_name(rule.name)}"
                writer.add(f"{values} = ", domain)
                writer.add(f"if {values}:")
                with writer.block():
                    writer.add("", f"decisions.append({self._decision(rule, values)})")
            else:
                writer.add("", f"decisions.append({self._decision(rule, domain)})")

    def _any_of(self, guards: list[Expression]) -> str:
        if len(guards) == 1:
            return emit(guards[0], self._context)
        return " or ".join(emit(guard, self._context, OR + 1) for guard in guards)

    # ---- requests

    def _constant_request(self, rule: RequestRule) -> str | None:
        definitions = self._names.definitions
        parts = [*(value for _, value in rule.arguments), *([rule.key] if rule.key is not None else [])]
        if rule.loop is not None or not all(is_constant(part, definitions) for part in parts):
            return None
        if not all(any(is_always(t.guard) for t in candidates) for _, candidates in rule.outcomes):
            return None
        return self._request(rule)

    def _request(self, rule: RequestRule) -> str:
        act = next(act for act in self._names.machine.acts if act.name == rule.act)
        kinds = {field.name: field.type for field in act.arguments}
        given = [f"{value_name(name)}={emit_as(value, kinds[name], self._context)}" for name, value in rule.arguments]
        arguments = f"{self._names.arguments(rule.act)}({', '.join(given)})" if given else "()"
        key = "None" if rule.key is None else emit(rule.key, self._context)
        outcomes: list[str] = []
        for outcome, candidates in rule.outcomes:
            if any(is_always(t.guard) for t in candidates):
                outcomes.append(text_literal(outcome))
            else:
                guards = [t.guard for t in candidates if t.guard is not None]
                outcomes.append(f"*(({text_literal(outcome)},) if {self._any_of(guards)} else ())")
        request = self._names.runtime("Request")
        texts = [text_literal(rule.act), self._element(rule.loop), arguments, key, _tuple(outcomes)]
        return f"{request}({', '.join(texts)})"

    def _requests(self, writer: Writer, state: State) -> str:
        constants = [self._constant_request(rule) for rule in state.requests]
        known = [text for text in constants if text is not None]
        if len(known) == len(constants):
            return _tuple(known)
        if all(rule.loop is None for rule in state.requests):
            return _tuple([self._request(rule) for rule in state.requests])
        self._begin(writer, "requests", "Request", known)
        for rule, text in zip(state.requests, constants, strict=True):
            if text is None:
                self._add(writer, "requests", rule.loop, None, self._request(rule))
        return "tuple(requests)"

    # ---- spontaneous steps

    def _spontaneous(self, writer: Writer, state: State) -> str:
        if not state.spontaneous:
            return "()"
        kind = self._names.any()
        writer.add(f"spontaneous: list[tuple[int, {kind}]] = []")
        for place, rule in enumerate(state.spontaneous):
            free = any(_is_free(t) for t in rule.candidates)
            condition = None if free else " or ".join(self._holds(rule, t) for t in rule.candidates)
            self._add(writer, "spontaneous", rule.loop, condition, f"({place}, {self._element(rule.loop)})")
        return "tuple(spontaneous)"

    def _holds(self, rule: SpontaneousRule, transition: Transition) -> str:
        """Return the condition for taking a `when`; one that draws needs something to draw from."""
        targets = [] if rule.loop is None else [self._context.local(name) for name, _ in rule.loop.targets]
        parts: list[str] = []
        if not is_always(transition.guard):
            parts.append(f"self.{condition_name(self._role, transition)}({', '.join([self._context.state, *targets])})")
        if transition.draw is not None and can_be_empty(transition.draw[1]):
            parts.append(f"len({finite_values(transition.draw[1], self._context)}) > 0")
        return " and ".join(parts)

    # ---- pieces

    def _element(self, loop: ir.Clause | None) -> str:
        if loop is None:
            return "None"
        names = [self._context.local(name) for name, _ in loop.targets]
        return names[0] if len(names) == 1 else f"({', '.join(names)})"

    def _begin(self, writer: Writer, name: str, kind: str, known: list[str]) -> None:
        """Begin a list with what is always there."""
        if known:
            writer.add(f"{name} = ", f"[{', '.join(known)}]")
        else:
            writer.add(f"{name}: list[{self._names.runtime(kind)}] = []")

    def _add(self, writer: Writer, name: str, loop: ir.Clause | None, condition: str | None, item: str) -> None:
        """Add an item to a list: when a condition holds, or once for each element of a loop."""
        with self._looped(writer, loop), self._guarded(writer, condition):
            writer.add("", f"{name}.append({item})")

    @contextmanager
    def _guarded(self, writer: Writer, condition: str | None) -> Iterator[None]:
        if condition is None:
            yield
            return
        writer.add("if ", condition, ":")
        with writer.block():
            yield

    @contextmanager
    def _looped(self, writer: Writer, loop: ir.Clause | None) -> Iterator[None]:
        if loop is None:
            yield
            return
        iterable = emit_iterable(loop.iterable, self._context, in_order=True)
        if loop.conditions:
            iterable = f"[{self._element(loop)} {clause_text(loop, self._context, in_order=True)}]"
        writer.add(f"for {clause_targets(loop, self._context)} in ", iterable, ":")
        with writer.block():
            yield


def _is_free(transition: Transition) -> bool:
    """Say whether a transition can be taken whatever the state."""
    draws = transition.draw is not None and can_be_empty(transition.draw[1])
    return is_always(transition.guard) and not draws


def _tuple(items: list[str]) -> str:
    return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"
