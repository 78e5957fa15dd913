"""A role comes in, the class of its machines goes out: tables of handlers by state and trigger, and the handlers."""

import re
from collections.abc import Iterable

from comityc.backends.python.contexts import MachineContext, ParameterContext, each
from comityc.backends.python.definitions import write_definition
from comityc.backends.python.expressions import emit, emit_as
from comityc.backends.python.handlers import Handler, HandlerWriter, condition_name
from comityc.backends.python.literals import text_literal
from comityc.backends.python.names import Names, method_part
from comityc.backends.python.opening import OpenWriter
from comityc.backends.python.reads import used_definitions
from comityc.backends.python.statements import visible_variables
from comityc.backends.python.values import can_be_empty, finite_values, is_always
from comityc.backends.python.writer import Writer
from comityc.machine.expressions import DefinitionName, Expression
from comityc.machine.model import ExpressionDomain, Role, State, Transition
from comityc.naming import value_name

_MANY_STATES = 3
_TABLES = ("_receptions", "_timers", "_decisions", "_requests", "_spontaneous", "_draws")


class RoleWriter:
    """Writes the machine class of one role. `fresh` is the most ids that one step takes, `used_of_parameters` what it calls."""

    def __init__(self, names: Names, role: Role, *, checking: bool) -> None:
        self._names = names
        self._role = role
        self._checking = checking
        self._variables = visible_variables(role, checking=checking)
        self._handlers = HandlerWriter(names, role, checking=checking)
        self._opening = OpenWriter(names, role)
        self._tables: dict[str, dict[str, dict[str, str]]] = {}
        self._passed: dict[str, list[str]] = {"IGNORED": [], "DEFERRED": []}
        self._found: dict[tuple[object, ...], Handler] = {}
        self._places: dict[tuple[object, ...], list[tuple[str, str, str]]] = {}
        self._stands: dict[tuple[object, ...], list[str]] = {}
        self.used_of_parameters: dict[DefinitionName, None] = {}

    @property
    def fresh(self) -> int:
        """The most fresh ids that one step takes."""
        return self._handlers.fresh

    def write(self, writer: Writer) -> None:
        """Write the class."""
        role, names = self._role, self._names
        self._find_handlers()
        handlers = list(self._named())
        body = Writer(writer.depth + 1)
        self._start(body)
        self._crashed(body)
        self._opens(body)
        self._write_handlers(body, handlers)
        self._conditions(body)
        self._definitions(body)
        if self._checking:
            self._start_domains(body)
        base = f"{names.use('comity.base', 'RoleMachine')}[{names.state(role.name)}]"
        writer.add(f"class {names.role(role.name)}({base}):")
        with writer.block():
            writer.doc(f"The machine of {_a(role.name)}.")
            writer.blank()
            self._class_attributes(writer)
            self._init(writer, "\n".join(body.lines))
        writer.blank()
        writer.extend(body.lines)

    # ---- what handlers there are

    def _find_handlers(self) -> None:
        for state in self._role.states:
            for reception in state.receptions:
                self._receive(state, reception.message, _reachable(reception.candidates))
            for timer in state.timers:
                self._add("_timers", "TimerFired", state, text_literal(timer.name), timer, timer.candidates)
            for decision in state.decisions:
                self._add("_decisions", "Decided", state, text_literal(decision.name), decision, decision.candidates)
            for request in state.requests:
                candidates = tuple(t for _, group in request.outcomes for t in group)
                self._add("_requests", "Performed", state, text_literal(request.act), request, candidates)
            for number, when in enumerate(state.spontaneous):
                self._add("_spontaneous", "Happened", state, str(number), when, when.candidates)

    def _receive(self, state: State, message: str, candidates: tuple[Transition, ...]) -> None:
        if not candidates:
            return
        at = self._names.control_state(self._role.name, state.name)
        place = self._names.message(message)
        first = candidates[0]
        if first.kind in ("ignore", "defer") and is_always(first.guard):
            self._passed["IGNORED" if first.kind == "ignore" else "DEFERRED"].append(f"({at}, {place})")
            return
        self._add("_receptions", "Received", state, place, None, candidates, message)

    def _add(
        self,
        table: str,
        event: str,
        state: State,
        place: str,
        rule: object,
        candidates: tuple[Transition, ...],
        message: str | None = None,
    ) -> None:
        """Note a handler, or one more place for one that has the same candidates."""
        kept = _reachable(candidates) if event != "Performed" else candidates
        what = getattr(rule, "name", None) or getattr(rule, "act", None)
        key = (table, what, tuple(t.number for t in candidates), getattr(rule, "loop", None))
        known = self._found.get(key)
        messages = () if message is None else (message,)
        if known is not None:
            messages = tuple(dict.fromkeys((*known.messages, *messages)))
        self._found[key] = Handler("", "", event, kept, rule, messages)  # type: ignore[arg-type]  # one of the four rules
        at = self._names.control_state(self._role.name, state.name)
        self._places.setdefault(key, []).append((table, at, place))
        stands = self._stands.setdefault(key, [])
        if state.name not in stands:
            stands.append(state.name)

    def _named(self) -> Iterable[Handler]:
        """Name the handlers, fill the tables, and add those for transitions that several of them take."""
        used: set[str] = set()
        named: list[Handler] = []
        for key, handler in self._found.items():
            trigger, doc = self._trigger(handler, self._stands[key])
            name = _unique(f"_{self._where(handler, self._stands[key])}_{trigger}", used)
            handler = Handler(name, doc, handler.event, handler.candidates, handler.rule, handler.messages)
            named.append(handler)
            for table, at, place in self._places[key]:
                self._tables.setdefault(table, {}).setdefault(at, {})[place] = f"self.{name}"
                if self._handlers.draws(handler):
                    trigger = _trigger_of_draw(handler, place)
                    self._tables.setdefault("_draws", {}).setdefault(at, {})[trigger] = f"self.{name}_draws"
        return [*named, *self._handlers.separate(named)]

    def _where(self, handler: Handler, states: list[str]) -> str:
        if len(states) == 1:
            return method_part(states[0])
        if all(t.stands_in == ("any",) for t in handler.candidates):
            return "any"
        if len(states) <= _MANY_STATES:
            return "_or_".join(method_part(state) for state in states)
        return f"{method_part(states[0])}_and_others"

    def _trigger(self, handler: Handler, states: list[str]) -> tuple[str, str]:
        where = _one_of(states)
        rule = handler.rule
        match handler.event:
            case "Received":
                listed = " or ".join(_a(message) for message in handler.messages)
                part = "_or_".join(method_part(message) for message in handler.messages)
                return f"receive_{part}", f"Receive {listed} in {where}."
            case "TimerFired":
                name = str(getattr(rule, "name", ""))
                name = name.partition(": ")[2] or name
                part = re.split(r" for |\.\.", name)[0]
                return method_part(part), f"The timer `{name}` fires in {where}."
            case "Decided":
                name = str(getattr(rule, "name", ""))
                return f"decide_{method_part(name)}", f"`{name}` is decided in {where}."
            case "Performed":
                act = str(getattr(rule, "act", ""))
                return f"perform_{method_part(act)}", f"The act `{act}` comes to an outcome in {where}."
            case _:
                return "when", f"Take a step of its own in {where}."

    # ---- the parts of the class

    def _class_attributes(self, writer: Writer) -> None:
        role = self._role
        writer.add("ROLE = ", text_literal(role.name))
        listed = [text_literal(transition.name) for transition in role.transitions]
        writer.add("TRANSITIONS = ", _tuple(listed))
        for attribute, states in (
            ("FINAL", [state for state in role.states if state.final]),
            ("RESTING", [state for state in role.states if state.resting]),
        ):
            if states:
                members = ", ".join(self._names.control_state(role.name, state.name) for state in states)
                writer.add(f"{attribute} = ", f"frozenset({{{members}}})")
        for attribute, places in self._passed.items():
            if places:
                writer.add(f"{attribute} = ", f"frozenset({{{', '.join(places)}}})")
        writer.blank()

    def _init(self, writer: Writer, body: str) -> None:
        role, names = self._role, self._names
        digester = names.use("comity.seal", "digester")
        digest = f"digest: {names.values('Digester')} | None = None"
        with writer.function("__init__", ["self", "parameters: Parameters", "index: int = 0", digest], "None"):
            me = names.single(role.name)
            if role.count is not None:
                me = f'{names.values("Instance")}("{role.name}", index)'
            writer.add("", f"super().__init__({me}, digest or {digester}(PROTOCOL))")
            writer.add("self.parameters = parameters")
            attributes = "\n".join(self._opening.attributes.values())
            needs_others = "self._others" in body + attributes
            for other in names.machine.roles:
                if other.count is not None and re.search(rf"self\.{each(other.name)}\b", body + attributes):
                    writer.add(f"self.{each(other.name)} = ", self.all_of(other, "parameters"))
            if needs_others and role.count is None:
                writer.add(f"self._others: tuple[{names.values('Instance')}, ...] = ()")
            for name, text in self._opening.attributes.items():
                writer.add(f"self.{name} = ", text)
            for table in _TABLES:
                entries = self._tables.get(table)
                if entries is None:
                    continue
                by_state = [
                    f"{at}: {{{', '.join(f'{place}: {handler}' for place, handler in handlers.items())}}}"
                    for at, handlers in entries.items()
                ]
                writer.add(f"self.{table} = ", f"{{{', '.join(by_state)}}}")
            offers = self._offers()
            if offers:
                writer.add("self._open = ", f"{{{', '.join(offers)}}}")
        if needs_others and role.count is not None:
            writer.blank()
            writer.add("@property")
            with writer.function("_others", ["self"], f"tuple[{names.values('Instance')}, ...]"):
                writer.add(
                    "return ", f"{names.values('all_but')}({self._counted(role, 'self.parameters')}, self.me.number)"
                )

    def all_of(self, role: Role, parameters: str) -> str:
        """Return the tuple of all instances of a role."""
        return f"{self._names.values('everyone')}({self._counted(role, parameters)})"

    def _counted(self, role: Role, parameters: str) -> str:
        """Return the name of a role and how many instances it has."""
        assert role.count is not None
        context = ParameterContext(self._names, parameters)
        count = emit(role.count, context)
        self.used_of_parameters.update(context.used)
        return f'"{role.name}", {count}'

    def _offers(self) -> list[str]:
        offers: list[str] = []
        for state in self._role.states:
            if not (state.timers or state.decisions or state.requests or state.spontaneous):
                continue
            at = self._names.control_state(self._role.name, state.name)
            constant = self._opening.constant(state)
            offers.append(f"{at}: {constant or f'self.{self._opening.method_name(state)}'}")
        return offers

    def _opens(self, writer: Writer) -> None:
        for state in self._role.states:
            if self._opening.constant(state) is None:
                writer.blank()
                self._opening.write(writer, state)

    def _write_handlers(self, writer: Writer, handlers: list[Handler]) -> None:
        for handler in handlers:
            writer.blank()
            self._handlers.write(writer, handler)
            if self._handlers.draws(handler):
                writer.blank()
                self._handlers.write_draws(writer, handler, f"{handler.name}_draws")

    def _conditions(self, writer: Writer) -> None:
        written: set[int] = set()
        for state in self._role.states:
            for rule in state.spontaneous:
                for transition in rule.candidates:
                    if transition.number not in written and not is_always(transition.guard):
                        written.add(transition.number)
                        writer.blank()
                        name = condition_name(self._role, transition)
                        self._handlers.write_condition(writer, name, transition, rule.loop)

    def _start(self, writer: Writer) -> None:
        """Write `start`; values that `start_in` leaves open are its arguments."""
        names, role = self._names, self._role
        context = MachineContext(names, role)
        parameters, values = ["self"], []
        for variable in self._variables:
            default = emit_as(variable.default, variable.type, context)
            if variable.start_in is None:
                values.append(f"{value_name(variable.name)}={default}")
                continue
            kind, name = names.annotation(variable.type), value_name(variable.name)
            if "self" in default:
                parameters.append(f"{name}: {kind} | None = None")
                values.append(f"{name}={default} if {name} is None else {name}")
            else:
                parameters.append(f"{name}: {kind} = {default}")
                values.append(f"{name}={name}")
        with writer.function("start", parameters, names.state(role.name)):
            writer.doc("Return the state at the start.")
            at = f"at={names.control_state(role.name, role.states[0].name)}"
            writer.add("return ", f"{names.state(role.name)}({', '.join([at, *values])})")

    def _crashed(self, writer: Writer) -> None:
        names, role = self._names, self._role
        if role.restart_in is None and all(variable.durable or variable.ghost for variable in self._variables):
            return
        context = MachineContext(names, role)
        at = "state.at" if role.restart_in is None else names.control_state(role.name, role.restart_in)
        values = [f"at={at}"]
        for variable in self._variables:
            kept = variable.durable or variable.ghost
            text = context.variable(variable.name) if kept else emit_as(variable.default, variable.type, context)
            values.append(f"{value_name(variable.name)}={text}")
        state = names.state(role.name)
        writer.blank()
        with writer.function("crashed", ["self", f"state: {state}"], state):
            writer.doc("Return the state as it is after a crash: what was not durable is lost.")
            writer.add("return ", f"{state}({', '.join(values)})")

    # ---- definitions

    def _definitions(self, writer: Writer) -> None:
        for name in self._used():
            writer.blank()
            write_definition(writer, self._names, self._role, name)

    def _used(self) -> list[DefinitionName]:
        parts: list[object] = [variable.default for variable in self._variables]
        for state in self._role.states:
            parts.extend((t.duration, t.longest, t.loop) for t in state.timers)
            parts.extend((d.loop, _values(d.domain)) for d in state.decisions)
            parts.extend((r.arguments, r.key, r.loop) for r in state.requests)
            parts.extend(w.loop for w in state.spontaneous)
        for t in self._role.transitions:
            parts.append((t.guard, _values(t.draw[1] if t.draw else None), self._handlers.kept(t)))
        found: dict[DefinitionName, None] = {}
        for part in parts:
            found.update(used_definitions(part, self._names.definitions))
        order = list(self._names.definitions)
        return sorted(found, key=order.index)

    # ---- for checking

    def _start_domains(self, writer: Writer) -> None:
        """Write what a checker needs to know of `start_in`: the values to start with, None for all of a type."""
        open_values = [variable for variable in self._variables if variable.start_in is not None]
        if not open_values:
            return
        context = MachineContext(self._names, self._role)
        kind = self._names.any()
        writer.blank()
        with writer.function("start_domains", ["self"], f"dict[str, tuple[{kind}, ...] | None]"):
            writer.doc("Return the values that the variables with `start_in` may start with; None for all of the type.")
            items: list[str] = []
            for variable in open_values:
                assert variable.start_in is not None
                text = None
                if isinstance(variable.start_in, ExpressionDomain):
                    text = finite_values(variable.start_in, context)
                items.append(f"{text_literal(value_name(variable.name))}: {text}")
            writer.add("return ", f"{{{', '.join(items)}}}")


def _reachable(candidates: tuple[Transition, ...]) -> tuple[Transition, ...]:
    """Leave out what stands behind a candidate that always fits."""
    for place, transition in enumerate(candidates):
        draws = transition.draw is not None and can_be_empty(transition.draw[1])
        if is_always(transition.guard) and not draws:
            return candidates[: place + 1]
    return candidates


def _unique(name: str, used: set[str]) -> str:
    number, chosen = 1, name
    while chosen in used:
        number += 1
        chosen = f"{name}_{number}"
    used.add(chosen)
    return chosen


def _trigger_of_draw(handler: Handler, place: str) -> str:
    """Return the key of a trigger in the table of draws, as `comity.base` makes it of an event."""
    kinds = {"TimerFired": "timer", "Decided": "decide", "Performed": "perform", "Happened": "when"}
    return place if handler.event == "Received" else f'("{kinds[handler.event]}", {place})'


def _values(domain: object) -> Expression | None:
    return domain.values if isinstance(domain, ExpressionDomain) else None


def _tuple(items: list[str]) -> str:
    return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"


def _one_of(states: list[str]) -> str:
    quoted = [f"`{state}`" for state in states]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiouAEIOU' else 'a'} {noun}"
