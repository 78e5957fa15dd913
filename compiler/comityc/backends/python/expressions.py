"""A typed expression and a context come in, one line of Python goes out; the context says how names are reached.

Every form of the machine has its branch in `_Emitter.emit`, which returns the text with how tightly it binds; parentheses
are put only where they are needed. Order is the one thing that Python would get wrong: a set is iterated in ascending
order wherever the order can be seen.

The file is longer than others because all forms stand in one place, next to each other.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import assert_never

from comityc.backends.python.context import Context
from comityc.backends.python.literals import duration_literal, fraction_literal, text_literal
from comityc.backends.python.reads import may_be_undefined
from comityc.machine import expressions as ir
from comityc.machine import value_types as types
from comityc.machine.expressions import Expression
from comityc.machine.value_types import ValueType, without_optional
from comityc.naming import member_name, value_name

CONDITIONAL, OR, AND, NOT, COMPARISON, BIT_OR, BIT_AND, SUM, PRODUCT, SIGN, ATOM = range(11)
"""How tightly a text binds, loosest first."""

_ARITHMETIC = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "//": PRODUCT, "%": PRODUCT, "&": BIT_AND, "|": BIT_OR}
_OPPOSITES: dict[str, ir.ComparisonOperator] = {
    "==": "!=",
    "!=": "==",
    "in": "not in",
    "not in": "in",
    "<": ">=",
    ">=": "<",
    ">": "<=",
    "<=": ">",
}
_TOTALLY_ORDERED = (types.IntType, types.FractionType, types.DurationType, types.TimeType, types.EnumType)


def emit(expression: Expression, context: Context, binding: int = CONDITIONAL) -> str:
    """Return an expression as Python, in parentheses when it binds less tightly than asked."""
    return _Emitter(context).text(expression, binding)


def emit_as(expression: Expression, target: ValueType, context: Context) -> str:
    """Return an expression as a value of a type: a whole number becomes a Fraction where one is expected."""
    text = emit(expression, context)
    if isinstance(without_optional(target), types.FractionType) and isinstance(expression.type, types.IntType):
        return f"{context.names.fraction()}({text})"
    return text


def emit_iterable(expression: Expression, context: Context, *, in_order: bool) -> str:
    """Return what to iterate over; `in_order` says that the order can be seen."""
    return _Emitter(context).iterable(expression, in_order=in_order)


def emit_negated(expression: Expression, context: Context, binding: int = CONDITIONAL) -> str:
    """Return `not` of a condition, as people would write it."""
    return _Emitter(context).negated(expression, binding)


def emit_conjunction(conditions: Sequence[Expression], context: Context) -> str:
    """Return conditions that all have to hold, joined."""
    if len(conditions) == 1:
        return emit(conditions[0], context)
    return " and ".join(emit(condition, context, NOT) for condition in conditions)


def clause_targets(clause: ir.Clause, context: Context, used: set[str] | None = None) -> str:
    """Return the names that a `for` binds, `_` for those that nothing reads."""
    names = [context.local(name) if used is None or name in used else "_" for name, _ in clause.targets]
    return ", ".join(names)


def clause_text(clause: ir.Clause, context: Context, *, in_order: bool) -> str:
    """Return a clause of a comprehension: `for b in self._each_voter if ...`."""
    iterable = emit_iterable(clause.iterable, context, in_order=in_order)
    conditions = [f" if {emit(condition, context, OR)}" for condition in clause.conditions]
    if len(clause.conditions) > 1:
        conditions = [f" if {' and '.join(emit(condition, context, NOT) for condition in clause.conditions)}"]
    return f"for {clause_targets(clause, context)} in {iterable}{''.join(conditions)}"


class _Emitter:
    def __init__(self, context: Context) -> None:
        self._context = context
        self._names = context.names

    def text(self, expression: Expression, binding: int = CONDITIONAL) -> str:
        text, own = self.emit(expression)
        number = self._names.watched.get(id(expression))
        if number is not None:
            return f"_seen({number}, {text})"
        return text if own >= binding else f"({text})"

    def emit(self, expression: Expression) -> tuple[str, int]:
        context = self._context
        match expression:
            case ir.Constant(value=value):
                return self._constant(value)
            case ir.DurationConstant(milliseconds=milliseconds):
                return duration_literal(milliseconds, self._names.timedelta()), ATOM
            case ir.Word(word=word, type=types.EnumType(name=name)):
                return f"{self._names.type(name)}.{member_name(word)}", ATOM
            case ir.Word():
                raise TypeError("the type of a word is its enum")
            case ir.Parameter(name=name):
                return context.parameter(name), ATOM
            case ir.Variable(name=name):
                return context.variable(name), ATOM
            case ir.SharedVariable(name=name):
                return context.shared(name), ATOM
            case ir.InstanceVariable(instance=instance, name=name):
                return f"{context.state_of(instance, _role_of(instance))}.{value_name(name)}", ATOM
            case ir.Local(name=name):
                return context.local(name), ATOM
            case ir.Self():
                return context.me(), ATOM
            case ir.Sender():
                return context.sender(), ATOM
            case ir.Received():
                return context.received(), ATOM
            case ir.Now():
                return context.now(), ATOM
            case ir.Others():
                return context.others(), ATOM
            case ir.RoleInstances(role=role):
                return context.instances(role), ATOM
            case ir.SingleInstance(role=role):
                return self._names.single(role), ATOM
            case ir.InstanceAt(role=role, index=index):
                return context.instance_at(role, self.text(index)), ATOM
            case ir.Unwrap(value=ir.Variable(name=name)) if context.is_known(name):
                return context.variable(name), ATOM
            case ir.Unwrap(value=value):
                return f"{self._names.values('some')}({self.text(value)})", ATOM
            case ir.Field(value=value, name=name):
                return f"{self.text(value, ATOM)}.{value_name(name)}", ATOM
            case ir.InstanceIndex(instance=instance):
                return f"{self.text(instance, ATOM)}.number", ATOM
            case ir.Item(value=value, key=key):
                return f"{self.text(value, ATOM)}[{self.text(key)}]", ATOM
            case ir.Slice():
                return self._slice(expression), ATOM
            case ir.Not(value=value):
                return self._not(value)
            case ir.Negative(value=value):
                return f"-{self.text(value, SIGN)}", SIGN
            case ir.Arithmetic():
                return self._arithmetic(expression)
            case ir.Comparison():
                return self._comparison(expression), COMPARISON
            case ir.BoolOperation(operator=operator, operands=operands):
                own = OR if operator == "or" else AND
                return f" {operator} ".join(self.text(operand, own + 1) for operand in operands), own
            case ir.Implies(left=left, right=right):
                return f"{self.negated(left, AND)} or {self.text(right, OR)}", OR
            case ir.Conditional() if (found := self._looked_up(expression)) is not None:
                return found, ATOM
            case ir.Conditional(condition=condition, then=then, otherwise=otherwise):
                first = f"{self.text(then, OR)} if {self.text(condition, OR)}"
                return f"{first} else {self.text(otherwise, CONDITIONAL)}", CONDITIONAL
            case ir.InState():
                return self._in_state(expression, negated=False), COMPARISON
            case ir.InCondition(instance=instance, condition=struck):
                return f"{self.text(instance, BIT_OR)} in {context.struck(struck)}", COMPARISON
            case ir.ListOf(items=items) | ir.TupleOf(items=items):
                return self._tuple([self.text(item) for item in items]), ATOM
            case ir.SetOf(items=items):
                return f"frozenset({self._set(items)})" if items else "frozenset()", ATOM
            case ir.MapOf(pairs=pairs):
                entries = ", ".join(f"{self.text(key)}: {self.text(value)}" for key, value in pairs)
                return (
                    f"{self._names.values('Map')}({{{entries}}})" if entries else f"{self._names.values('Map')}()",
                    ATOM,
                )
            case ir.RecordOf(fields=fields, type=types.RecordType(name=name, fields=declared)):
                kinds = {field.name: field.type for field in declared}
                given = [f"{value_name(field)}={emit_as(value, kinds[field], context)}" for field, value in fields]
                return f"{self._names.type(name)}({', '.join(given)})", ATOM
            case ir.RecordOf():
                raise TypeError("the type of a record is its declaration")
            case ir.Comprehension():
                return self._comprehension(expression), ATOM
            case ir.Function():
                return self._function(expression), ATOM
            case ir.DefinitionCall(definition=definition, arguments=arguments):
                return context.call(definition, [self.text(argument) for argument in arguments]), ATOM
            case ir.MapMethod():
                return self._map_method(expression), ATOM
            case ir.Old(value=value):
                return _Emitter(context.before()).emit(value)
            case ir.Digest(arguments=arguments):
                return f"{context.digest()}({self._tuple([self.text(argument) for argument in arguments])})", ATOM
            case ir.Fresh():
                return context.fresh(), ATOM
            case ir.ActQuery():
                return self._act_query(expression)
            case _:
                assert_never(expression)

    # ---- constants and operators

    def _constant(self, value: bool | int | Fraction | str | None) -> tuple[str, int]:
        match value:
            case bool() | None:
                return str(value), ATOM
            case int():
                return str(value), ATOM if value >= 0 else SIGN
            case Fraction():
                return fraction_literal(value, self._names.fraction()), ATOM
            case str():
                return text_literal(value), ATOM
            case _:
                assert_never(value)

    def _tuple(self, items: Sequence[str]) -> str:
        return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"

    def _set(self, items: Sequence[Expression]) -> str:
        return "{" + ", ".join(self.text(item) for item in items) + "}"

    def _slice(self, expression: ir.Slice) -> str:
        """Write a slice with the spaces that ruff wants: none around the colon between simple ends."""
        parts = [expression.start, expression.stop, *([expression.step] if expression.step is not None else [])]
        texts = ["" if part is None else self.text(part) for part in parts]
        simple = all(text.lstrip("-").isidentifier() or text.lstrip("-").isdigit() or not text for text in texts)
        joined = texts[0]
        for text in texts[1:]:
            joined += ":" if simple else f"{' ' if joined and not joined.endswith(':') else ''}:{' ' if text else ''}"
            joined += text
        return f"{self.text(expression.value, ATOM)}[{joined}]"

    def _not(self, value: Expression) -> tuple[str, int]:
        match value:
            case ir.InState():
                return self._in_state(value, negated=True), COMPARISON
            case ir.Old(value=before):
                return _Emitter(self._context.before())._not(before)
            case ir.InCondition(instance=instance, condition=struck):
                return f"{self.text(instance, BIT_OR)} not in {self._context.struck(struck)}", COMPARISON
            case ir.Comparison(first=first, rest=((operator, second),)) if _can_be_turned(operator, first, second):
                turned = ir.Comparison(type=value.type, first=first, rest=((_OPPOSITES[operator], second),))
                return self._comparison(turned), COMPARISON
            case _:
                return f"not {self.text(value, NOT)}", NOT

    def negated(self, value: Expression, binding: int) -> str:
        if isinstance(value, ir.Not):
            return self.text(value.value, binding)
        text, own = self._not(value)
        return text if own >= binding else f"({text})"

    def _arithmetic(self, expression: ir.Arithmetic) -> tuple[str, int]:
        operator, left, right = expression.operator, expression.left, expression.right
        if (timed := self._of_times(expression)) is not None:
            return timed
        if operator == "/" and _is_number(left) and _is_number(right):
            fraction = self._names.fraction()
            if isinstance(left.type, types.IntType) and isinstance(right.type, types.IntType):
                return f"{fraction}({self.text(left)}, {self.text(right)})", ATOM
        own = _ARITHMETIC[operator]
        return f"{self.text(left, own)} {operator} {self.text(right, own + 1)}", own

    def _of_times(self, expression: ir.Arithmetic) -> tuple[str, int] | None:
        """Write arithmetic with moments, which are seconds, while lengths of time are not."""
        operator, left, right = expression.operator, expression.left, expression.right
        match left.type, right.type:
            case types.TimeType(), types.TimeType():
                return (
                    f"{self._names.timedelta()}(seconds={self.text(left, SUM)} {operator} {self.text(right, SUM + 1)})",
                    ATOM,
                )
            case types.TimeType(), types.DurationType():
                return f"{self.text(left, SUM)} {operator} {self.text(right, ATOM)}.total_seconds()", SUM
            case types.DurationType(), types.TimeType():
                return f"{self.text(left, ATOM)}.total_seconds() {operator} {self.text(right, SUM + 1)}", SUM
            case _:
                return None

    def _comparison(self, expression: ir.Comparison) -> str:
        text = self.text(expression.first, BIT_OR)
        left = expression.first
        for operator, right in expression.rest:
            match operator:
                case "in" | "not in":
                    text += f" {operator} {self._container(right)}"
                case "==" | "!=" if _is_singleton(left) or _is_singleton(right):
                    text += f" {'is' if operator == '==' else 'is not'} {self.text(right, BIT_OR)}"
                case _:
                    text += f" {operator} {self.text(right, BIT_OR)}"
            left = right
        return text

    def _container(self, expression: Expression) -> str:
        """Write what stands behind `in`, without making a collection only to look into it."""
        match expression:
            case ir.SetOf(items=items) if items:
                return self._set(items)
            case ir.Function(name="range", arguments=arguments):
                return self._range(arguments)
            case ir.MapMethod(name="keys", value=value):
                return self.text(value, BIT_OR)
            case ir.MapMethod(name="values", value=value):
                return f"{self.text(value, ATOM)}.values()"
            case _:
                return self.text(expression, BIT_OR)

    def _in_state(self, expression: ir.InState, *, negated: bool) -> str:
        at = f"{self._context.state_of(expression.instance, expression.role)}.at"
        states = [self._names.control_state(expression.role, state) for state in expression.states]
        possible = types.without_optional(expression.instance.type)
        if (
            isinstance(possible, types.InstanceType) and len(possible.roles) > 1
        ):  # an instance of another role is in none
            role = f'{self.text(expression.instance, ATOM)}.role == "{expression.role}"'
            return f"{'not ' if negated else ''}({role} and {at} in {self._tuple(states)})"
        if len(states) == 1:
            return f"{at} {'!=' if negated else '=='} {states[0]}"
        return f"{at} {'not in' if negated else 'in'} {self._tuple(states)}"

    def _looked_up(self, expression: ir.Conditional) -> str | None:
        """Write `m[k] if k in m else x` as `m.get(k, x)`, where x can be looked at in any case."""
        match expression.condition:
            case ir.Comparison(first=key, rest=(("in" | "not in" as operator, where),)):
                there, absent = expression.then, expression.otherwise
                if operator == "not in":
                    there, absent = absent, there
                same = isinstance(there, ir.Item) and there.value == where and there.key == key
                if same and isinstance(where.type, types.MapType) and not self._order_shows(absent):
                    return f"{self.text(where, ATOM)}.get({self.text(key)}, {self.text(absent)})"
            case _:
                pass
        return None

    # ---- collections

    def iterable(self, expression: Expression, *, in_order: bool) -> str:
        match expression:
            case ir.Function(name="range", arguments=arguments):
                return self._range(arguments)
            case ir.Function(name="list", arguments=(inner,)):
                return self.iterable(inner, in_order=True)
            case ir.Function(name="sorted", arguments=(inner,), key=None):
                return self._ordered(inner)
            case ir.MapMethod(name="keys", value=value):
                return self.text(value, BIT_OR)
            case ir.MapMethod(name="values" | "items" as name, value=value):
                return f"{self.text(value, ATOM)}.{name}()"
            case ir.Comprehension(kind="list" | "generator"):
                return f"[{self._generated(expression, in_order=in_order)}]"
            case ir.SetOf(items=items) if items:
                return f"{self._names.values('ordered')}({self._set(items)})" if in_order else self._set(items)
            case _ if isinstance(expression.type, types.SetType) and in_order:
                return f"{self._names.values('ordered')}({self.text(expression)})"
            case _:
                return self.text(expression, OR)

    def _range(self, arguments: Sequence[Expression]) -> str:
        texts = [self.text(argument) for argument in arguments]
        return f"range({', '.join(texts[1:] if len(texts) == 2 and texts[0] == '0' else texts)})"

    def _ordered(self, inner: Expression) -> str:
        return f"{self._names.values('ordered')}({self._argument(inner, in_order=False)})"

    def _argument(self, expression: Expression, *, in_order: bool) -> str:
        """Write an iterable as the only argument of a function: a comprehension loses its brackets."""
        if isinstance(expression, ir.Comprehension) and expression.kind in ("list", "generator"):
            return self._generated(expression, in_order=in_order)
        return self.iterable(expression, in_order=in_order)

    def _generated(self, expression: ir.Comprehension, *, in_order: bool) -> str:
        clauses = " ".join(clause_text(clause, self._context, in_order=in_order) for clause in expression.clauses)
        return f"{self.text(expression.element)} {clauses}"

    def _comprehension(self, expression: ir.Comprehension) -> str:
        match expression.kind:
            case "list" | "generator":
                return f"tuple({self._generated(expression, in_order=True)})"
            case "set":
                return f"frozenset({self._generated(expression, in_order=False)})"
            case "map":
                assert expression.value is not None
                clauses = " ".join(clause_text(c, self._context, in_order=False) for c in expression.clauses)
                pair = f"{self.text(expression.element)}: {self.text(expression.value)}"
                return f"{self._names.values('Map')}({{{pair} {clauses}}})"
            case _:
                assert_never(expression.kind)

    def _map_method(self, expression: ir.MapMethod) -> str:
        value = self.text(expression.value, ATOM)
        match expression.name:
            case "get":
                return f"{value}.get({', '.join(self.text(argument) for argument in expression.arguments)})"
            case "keys":
                kind = "frozenset" if isinstance(expression.type, types.SetType) else "tuple"
                return f"{kind}({self.text(expression.value)})"
            case "values" | "items":
                return f"tuple({value}.{expression.name}())"
            case _:
                assert_never(expression.name)

    # ---- functions

    def _function(self, expression: ir.Function) -> str:
        arguments = expression.arguments
        match expression.name:
            case "all" | "any":
                return f"{expression.name}({self._argument(arguments[0], in_order=self._order_shows(arguments[0]))})"
            case "count":
                return f"sum({self._counted(arguments[0])})"
            case "sum":
                return self._sum(expression)
            case "min" | "max":
                return self._extreme(expression)
            case "len":
                return self._length(arguments[0])
            case "abs":
                return f"abs({self.text(arguments[0])})"
            case "range":
                return f"tuple({self._range(arguments)})"
            case "list":
                return f"tuple({self._argument(arguments[0], in_order=True)})" if arguments else "()"
            case "set":
                return f"frozenset({self._argument(arguments[0], in_order=False)})" if arguments else "frozenset()"
            case "sorted":
                if expression.key is None:
                    return f"tuple({self._ordered(arguments[0])})"
                items = self.iterable(arguments[0], in_order=True)
                return f"tuple(sorted({items}, key={self._context.key_function(expression.key)}))"
            case "mean":
                raise TypeError("a mean is taken over runs: whoever simulates puts its value in place")
            case _:
                assert_never(expression.name)

    def _order_shows(self, expression: Expression) -> bool:
        """Say whether it matters when an expression is looked at, because that could be a violation."""
        return may_be_undefined(expression, self._names.definitions)

    def _counted(self, expression: Expression) -> str:
        if not isinstance(expression, ir.Comprehension):
            return f"1 for item in {self.iterable(expression, in_order=False)} if item"
        *before, last = expression.clauses
        last = ir.Clause(
            targets=last.targets, iterable=last.iterable, conditions=(*last.conditions, expression.element)
        )
        clauses = [clause_text(clause, self._context, in_order=False) for clause in (*before, last)]
        return f"1 {' '.join(clauses)}"

    def _sum(self, expression: ir.Function) -> str:
        inner = expression.arguments[0]
        if isinstance(expression.type, types.DurationType):
            delta = self._names.timedelta()
            return f"sum({self.iterable(inner, in_order=False)}, {delta}())"
        text = f"sum({self._argument(inner, in_order=False)})"
        return f"{self._names.fraction()}({text})" if isinstance(expression.type, types.FractionType) else text

    def _extreme(self, expression: ir.Function) -> str:
        arguments = expression.arguments
        options: list[str] = []
        if expression.key is not None:
            options.append(f"key={self._context.key_function(expression.key)}")
        if expression.default is not None:
            options.append(f"default={self.text(expression.default)}")
        in_order = expression.key is not None
        if len(arguments) > 1:
            given = [self.text(argument) for argument in arguments]
        elif isinstance(arguments[0], ir.Comprehension) and arguments[0].kind in ("list", "generator") and options:
            given = [f"({self._generated(arguments[0], in_order=in_order)})"]
        else:
            given = [self._argument(arguments[0], in_order=in_order)]
        return f"{expression.name}({', '.join([*given, *options])})"

    def _length(self, inner: Expression) -> str:
        match inner:
            case ir.Comprehension(kind="list" | "generator", clauses=clauses):
                return f"sum(1 {' '.join(clause_text(clause, self._context, in_order=False) for clause in clauses)})"
            case ir.Function(name="list", arguments=(ir.Comprehension() as generated,)):
                return self._length(generated)
            case ir.MapMethod(name="keys" | "values" | "items", value=value):
                return f"len({self.text(value)})"
            case _:
                return f"len({self.text(inner)})"

    def _act_query(self, expression: ir.ActQuery) -> tuple[str, int]:
        arguments = [(value_name(name), self.text(value)) for name, value in expression.arguments]
        acts = self._context.acts(expression.act, arguments)
        match expression.name:
            case "happened":
                return f"len({acts}) > 0", COMPARISON
            case "times":
                return f"len({acts})", ATOM
            case "stands":
                return f"any(not act.undone for act in {acts})", ATOM
            case "happenings":
                return f"tuple(act.arguments for act in {acts})", ATOM
            case _:
                assert_never(expression.name)


def _role_of(instance: Expression) -> str:
    value_type = without_optional(instance.type)
    if isinstance(value_type, types.InstanceType) and len(value_type.roles) == 1:
        return value_type.roles[0]
    raise TypeError(f"{instance} is not an instance of one role")


def _is_singleton(expression: Expression) -> bool:
    return isinstance(expression, ir.Constant) and (expression.value is None or isinstance(expression.value, bool))


def _is_number(expression: Expression) -> bool:
    return isinstance(expression.type, types.IntType | types.FractionType)


def _can_be_turned(operator: str, left: Expression, right: Expression) -> bool:
    if operator in ("==", "!=", "in", "not in"):
        return True
    return isinstance(left.type, _TOTALLY_ORDERED) and isinstance(right.type, _TOTALLY_ORDERED)
