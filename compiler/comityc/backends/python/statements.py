"""The statements of one transition come in, the Python that computes the next state and the messages goes out.

A variable is read from the state until it is written for the first time; from then on a local of its name holds it.
Variables that an `if` or a `for` writes get their local before it. At the end one step is built from all of it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from comityc.backends.python.contexts import MachineContext
from comityc.backends.python.expressions import ATOM, NOT, PRODUCT, clause_targets, emit, emit_as, emit_iterable
from comityc.backends.python.layout import WIDTH
from comityc.backends.python.names import Names
from comityc.backends.python.reads import locals_used, sends, walk, written
from comityc.backends.python.writer import Writer
from comityc.machine import expressions as ir
from comityc.machine import value_types as types
from comityc.machine.expressions import Statement
from comityc.machine.model import Role, Transition, VariableDeclaration
from comityc.machine.value_types import ValueType, without_optional
from comityc.naming import value_name

Change = Callable[[str, ValueType], str]
"""Takes the text of a place and its type, and returns the text of its new value."""


@dataclass(slots=True)
class Method:
    """What the transitions of one method share: `assigned` counts how often each local is bound, for its annotation."""

    assigned: dict[str, int] = field(default_factory=dict)
    annotated: set[str] = field(default_factory=set)

    @staticmethod
    def of(transitions: list[Transition]) -> "Method":
        """Look through all statements that one method will hold."""
        method = Method()
        for node in walk(tuple(transition.body for transition in transitions)):
            match node:
                case ir.Target(variable=name) | ir.Let(name=name):
                    method.assigned[name] = method.assigned.get(name, 0) + 1
                case _:
                    pass
        return method


def without_ghosts(statements: tuple[Statement, ...], ghosts: frozenset[str]) -> tuple[Statement, ...]:
    """Leave out what only changes ghosts, which generated code does not have."""
    kept: list[Statement] = []
    for statement in statements:
        match statement:
            case ir.Assign(target=target) | ir.Delete(target=target) | ir.Mutate(target=target):
                if target.shared or target.variable not in ghosts:
                    kept.append(statement)
            case ir.If(branches=branches, otherwise=otherwise):
                inner = tuple((condition, without_ghosts(body, ghosts)) for condition, body in branches)
                rest = without_ghosts(otherwise, ghosts)
                if rest or any(body for _, body in inner):
                    kept.append(ir.If(branches=inner, otherwise=rest))
            case ir.For(clause=clause, body=body):
                if inside := without_ghosts(body, ghosts):
                    kept.append(ir.For(clause=clause, body=inside))
            case _:
                kept.append(statement)
    return tuple(kept)


class Body:
    """Writes one transition's statements and its step."""

    def __init__(
        self, writer: Writer, context: MachineContext, method: Method, variables: tuple[VariableDeclaration, ...]
    ) -> None:
        self._writer = writer
        self._context = context
        self._method = method
        self._variables = variables
        self._types = {variable.name: variable.type for variable in variables}
        shared = context.names.machine.shared
        self._shared = shared or ()
        self._sends_begun = False
        self._inside_branch = False

    @property
    def _names(self) -> Names:
        return self._context.names

    def write(self, transition: Transition, body: tuple[Statement, ...]) -> None:
        """Write the statements, and `return Step(...)`."""
        used = locals_used(body)
        for statement in body:
            if isinstance(statement, ir.Let) and statement.name not in used:
                continue
            self._statement(statement)
        self._step(transition)

    # ---- statements

    def _statement(self, statement: Statement) -> None:
        match statement:
            case ir.Assign():
                self._assign(statement)
            case ir.Delete(target=target):
                *way, key = target.path
                self._store(target, self._along(target, tuple(way), lambda place, kind: self._delete(place, kind, key)))
            case ir.Mutate(target=target):
                change = self._along(target, target.path, lambda place, kind: self._mutated(statement, place, kind))
                self._store(target, change)
            case ir.If():
                self._prepare((statement,))
                with self._branch():
                    self._if(statement)
            case ir.For(clause=clause, body=body):
                self._prepare((statement,))
                targets = clause_targets(clause, self._context, locals_used((body, clause.conditions)))
                iterable = emit_iterable(clause.iterable, self._context, in_order=True)
                self._writer.add(f"for {targets} in ", iterable, ":")
                with self._branch(), self._writer.block():
                    self._filtered(clause, body)
            case ir.Send():
                self._send(statement)
            case ir.Let(name=name, value=value, type=value_type):
                self._bind(
                    self._context.local(name), name, emit_as(value, value_type, self._context), value, value_type
                )

    @contextmanager
    def _branch(self) -> Iterator[None]:
        """What is known in a branch may not be so behind it; what a loop writes is not known in it either."""
        outside, self._inside_branch = self._inside_branch, True
        yield
        self._inside_branch = outside

    def _filtered(self, clause: ir.Clause, body: tuple[Statement, ...]) -> None:
        if not clause.conditions:
            self._all(body)
            return
        condition = " and ".join(emit(c, self._context, NOT) for c in clause.conditions)
        self._writer.add("if ", condition, ":")
        with self._writer.block():
            self._all(body)

    def _all(self, statements: tuple[Statement, ...]) -> None:
        if not statements:
            self._writer.add("pass")
        for statement in statements:
            self._statement(statement)

    def _if(self, statement: ir.If) -> None:
        word = "if "
        for condition, body in statement.branches:
            self._writer.add(word, emit(condition, self._context), ":")
            with self._writer.block():
                self._all(body)
            word = "elif "
        if statement.otherwise:
            self._writer.add("else:")
            with self._writer.block():
                self._all(statement.otherwise)

    def _prepare(self, statements: tuple[Statement, ...]) -> None:
        """Before a branch or a loop, give each variable that is written in it a local."""
        for name in written(statements):
            self._context.known.discard(name)
            if name not in self._context.written:
                self._writer.add(f"{value_name(name)} = {self._context.variable(name)}")
                self._context.written[name] = value_name(name)
        for name in written(statements, shared=True):
            if name not in self._context.shared_written:
                self._writer.add(f"{self._shared_local(name)} = {self._context.shared(name)}")
                self._context.shared_written[name] = self._shared_local(name)
        if sends(statements) and not self._sends_begun:
            self._writer.add(f"sends = {self._names.runtime('NO_SENDS')}")
            self._sends_begun = True

    def _assign(self, statement: ir.Assign) -> None:
        target, value = statement.target, statement.value
        if statement.operator != "=":
            operator = statement.operator[0]

            def change(place: str, kind: ValueType) -> str:
                return self._sum(place, kind, operator, value)

        else:

            def change(place: str, kind: ValueType) -> str:
                return emit_as(value, kind, self._context)

        text = self._along(target, target.path, change)
        if target.path:
            self._store(target, text)
        else:
            self._store(target, text, value)

    def _sum(self, place: str, kind: ValueType, operator: str, value: ir.Expression) -> str:
        if isinstance(kind, types.OptionalType):
            place, kind = f"{self._names.values('some')}({place})", kind.item
        if isinstance(kind, types.TimeType) and isinstance(value.type, types.DurationType):
            return f"{place} {operator} {emit(value, self._context, ATOM)}.total_seconds()"
        if isinstance(kind, types.SetType):
            return f"{place} {'|' if operator == '+' else '-'} {emit(value, self._context, PRODUCT)}"
        return f"{place} {operator} {emit(value, self._context, PRODUCT)}"

    def _delete(self, place: str, kind: ValueType, key: str | ir.Expression) -> str:
        assert not isinstance(key, str), "only a key can be deleted"
        text = emit(key, self._context)
        if isinstance(kind, types.MapType):
            return f"{place}.without({text})"
        return f"{self._names.values('without_item')}({place}, {text})"

    def _mutated(self, statement: ir.Mutate, place: str, kind: ValueType) -> str:
        arguments = [emit(argument, self._context) for argument in statement.arguments]
        match kind, statement.method:
            case types.SetType(), "add":
                return f"{place} | {{{arguments[0]}}}"
            case types.SetType(), "discard":
                return f"{place} - {{{arguments[0]}}}"
            case types.SetType(), _:
                return f"{self._names.values('without_member')}({place}, {arguments[0]})"
            case types.ListType(), "append":
                return f"(*{place}, {arguments[0]})"
            case types.ListType(), "pop":
                return f"{self._names.values('without_item')}({', '.join([place, *arguments])})"
            case types.ListType(), _:
                return f"{self._names.values('without_first')}({place}, {arguments[0]})"
            case _:
                return f"{place}.{'discard' if len(arguments) > 1 else 'without'}({arguments[0]})"

    def _along(self, target: ir.Target, path: tuple[str | ir.Expression, ...], change: Change) -> str:
        """Return the new value of a variable of which a part, at the end of a path, is changed."""
        if target.shared:
            kind = next(variable.type for variable in self._shared if variable.name == target.variable)
            return self._inside(self._context.shared(target.variable), kind, path, change)
        return self._inside(self._context.variable(target.variable), self._types[target.variable], path, change)

    def _inside(self, place: str, kind: ValueType, path: tuple[str | ir.Expression, ...], change: Change) -> str:
        if not path:
            return change(place, kind)
        if isinstance(kind, types.OptionalType):
            place, kind = f"{self._names.values('some')}({place})", without_optional(kind)
        step, *rest = path
        match kind:
            case types.RecordType(fields=fields) if isinstance(step, str):
                inner = next(f.type for f in fields if f.name == step)
                python = value_name(step)
                return f"{place}._replace({python}={self._inside(f'{place}.{python}', inner, tuple(rest), change)})"
            case types.MapType(value=inner_type) if inner_type is not None and not isinstance(step, str):
                key = emit(step, self._context)
                return f"{place}.put({key}, {self._inside(f'{place}[{key}]', inner_type, tuple(rest), change)})"
            case types.ListType(item=inner_type) if inner_type is not None and not isinstance(step, str):
                key = emit(step, self._context)
                new = self._inside(f"{place}[{key}]", inner_type, tuple(rest), change)
                return f"{self._names.values('replaced')}({place}, {key}, {new})"
            case _:
                raise TypeError(f"{kind} has no part {step}")

    def _store(self, target: ir.Target, text: str, value: ir.Expression | None = None) -> None:
        name = target.variable
        if target.shared:
            local = self._shared_local(name)
            kind = next(variable.type for variable in self._shared if variable.name == name)
            self._context.shared_written[name] = local
        else:
            local, kind = value_name(name), self._types[name]
            self._context.written[name] = local
        self._bind(local, name, text, value, kind)

    def _bind(self, local: str, name: str, text: str, value: ir.Expression | None, kind: ValueType) -> None:
        """Write `local = text`, with an annotation when the value alone would tell less than the declared type."""
        again = self._method.assigned.get(name, 0) > 1
        vague = value is not None and (text in _EMPTY or _is_vague(value.type) or (again and value.type != kind))
        if vague and local not in self._method.annotated:
            self._method.annotated.add(local)
            self._writer.add(f"{local}: {self._names.annotation(kind)} = ", text)
        else:
            self._method.annotated.add(local)
            self._writer.add(f"{local} = ", text)
        if name in self._types:
            self._context.known.discard(name)
            if value is not None and not self._inside_branch and _is_there(value.type):
                self._context.known.add(name)

    def _shared_local(self, name: str) -> str:
        plain = value_name(name)
        return f"shared_{plain}" if name in self._types else plain

    def _send(self, statement: ir.Send) -> None:
        fields = {f.name: f.type for m in self._names.machine.messages if m.name == statement.message for f in m.fields}
        given = ", ".join(
            f"{value_name(name)}={emit_as(value, fields[name], self._context)}" for name, value in statement.fields
        )
        message = f"{self._names.message(statement.message)}({given})"
        if isinstance(without_optional(statement.to.type), types.InstanceType):
            text = f"{self._names.runtime('to_one')}({emit(statement.to, self._context)}, {message})"
        else:
            receivers = emit_iterable(statement.to, self._context, in_order=True)
            text = f"{self._names.runtime('to_all')}({receivers}, {message})"
        self._writer.add("sends += " if self._sends_begun else "sends = ", text)
        self._sends_begun = True

    # ---- the step

    def _step(self, transition: Transition) -> None:
        sent = "sends" if self._sends_begun else "()"
        how = self._names.runtime("stay" if transition.goto is None else "enter")
        shared = f", {self._next_shared()}" if self._names.machine.shared is not None else ""
        state = self._next_state(transition.goto)
        rest = f"{sent}, {transition.number}{shared})"
        if 4 * self._writer.depth + len(f"return {how}({state}, {rest}") > WIDTH:
            self._writer.add("next_state = ", state)
            state = "next_state"
        self._writer.add("return ", f"{how}({state}, {rest}")

    def _next_state(self, goto: str | None) -> str:
        context = self._context
        if goto is None and not context.written:
            return context.state
        role = context.role.name
        at = context.names.control_state(role, goto) if goto is not None else f"{context.state}.at"
        values = [context.variable(variable.name) for variable in self._variables]
        return f"{context.names.state(role)}({', '.join([at, *values])})"  # by place: keywords take half as long again

    def _next_shared(self) -> str:
        context = self._context
        if not context.shared_written:
            return "self.world.shared"
        values = [
            f"{value_name(v.name)}={context.shared(v.name)}" for v in self._shared if v.name in context.shared_written
        ]
        return f"self.world.shared._replace({', '.join(values)})"


_EMPTY = ("frozenset()", "()", "Map()")


def _is_there(kind: ValueType) -> bool:
    return not isinstance(kind, types.OptionalType | types.NothingType)


def _is_vague(kind: ValueType) -> bool:
    match kind:
        case types.SetType(item=None) | types.ListType(item=None) | types.MapType(key=None):
            return True
        case types.NothingType():
            return True
        case _:
            return False


def visible_variables(role: Role, *, checking: bool) -> tuple[VariableDeclaration, ...]:
    """Return the variables that a generated state has: ghosts only for checking."""
    return tuple(variable for variable in role.variables if checking or not variable.ghost)
