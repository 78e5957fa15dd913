"""Every form of expression becomes one line of Python, with no parenthesis too many."""

import typing
from fractions import Fraction
from typing import Any

import pytest

from comityc.backends.python.contexts import FreshIds, MachineContext, WorldContext
from comityc.backends.python.expressions import emit, emit_iterable, emit_negated
from comityc.backends.python.names import Names
from comityc.machine import expressions as ir
from comityc.machine import value_types as types
from comityc.machine.expressions import DefinitionName

from .machines import GOLDEN, machine_of

BOOL, INT, FRACTION, TEXT, DURATION, TIME = (
    types.BoolType(),
    types.IntType(),
    types.FractionType(),
    types.TextType(),
    types.DurationType(),
    types.TimeType(),
)
HAND, FOREMAN, LEVEL = types.InstanceType(("hand",)), types.InstanceType(("foreman",)), types.EnumType("Level", ())
JOBS, MARK = types.ListType(INT), types.RecordType("Mark", (types.RecordField("level", LEVEL),))

MACHINE = machine_of(GOLDEN / "workshop.yaml")


def here() -> MachineContext:
    return MachineContext(Names(MACHINE), MACHINE.roles[0], fresh_names=FreshIds(counted=True))


def outside() -> WorldContext:
    return WorldContext(Names(MACHINE))


def num(value: int) -> ir.Constant:
    return ir.Constant(type=INT, value=value)


def truth(value: bool) -> ir.Constant:
    return ir.Constant(type=BOOL, value=value)


def var(name: str, kind: Any = INT) -> ir.Variable:
    return ir.Variable(type=kind, name=name)


def loc(name: str, kind: Any = INT) -> ir.Local:
    return ir.Local(type=kind, name=name)


def add(left: Any, right: Any, operator: Any = "+", kind: Any = INT) -> ir.Arithmetic:
    return ir.Arithmetic(type=kind, operator=operator, left=left, right=right)


def compare(left: Any, *rest: Any) -> ir.Comparison:
    return ir.Comparison(type=BOOL, first=left, rest=tuple(rest))


def over(element: Any, iterable: Any, *conditions: Any, kind: Any = "generator", value: Any = None) -> ir.Comprehension:
    clause = ir.Clause(targets=(("x", INT),), iterable=iterable, conditions=conditions)
    return ir.Comprehension(type=JOBS, kind=kind, element=element, value=value, clauses=(clause,))


def call(name: Any, *arguments: Any, kind: Any = INT, **options: Any) -> ir.Function:
    return ir.Function(type=kind, name=name, arguments=arguments, **options)


A, B, C, X = var("a"), var("b"), var("c"), loc("x")
P, Q, R = var("p", BOOL), var("q", BOOL), var("r", BOOL)
SET, LIST, MAP = types.SetType(INT), JOBS, types.MapType(INT, INT)
S, L, M = var("s", SET), var("li", LIST), var("m", MAP)
H = loc("h", HAND)
RANK = DefinitionName("foreman", "rank")
LAST = DefinitionName(None, "last")

HERE = [
    (num(3), "3"),
    (ir.Constant(type=INT, value=-3), "-3"),
    (truth(True), "True"),
    (ir.Constant(type=FRACTION, value=Fraction(1, 3)), "Fraction(1, 3)"),
    (ir.Constant(type=TEXT, value='say "no"\n'), "'say \"no\"\\n'"),
    (ir.DurationConstant(type=DURATION, milliseconds=90_000), "timedelta(seconds=90)"),
    (ir.DurationConstant(type=DURATION, milliseconds=7_200_000), "timedelta(hours=2)"),
    (ir.Word(type=LEVEL, word="low"), "Level.LOW"),
    (ir.Parameter(type=INT, name="hands"), "self.parameters.hands"),
    (var("tired"), "state.tired"),
    (var("index"), "state.index_"),
    (ir.SharedVariable(type=INT, name="token"), "self.world.shared.token"),
    (ir.InstanceVariable(type=INT, instance=H, name="job"), 'self.world.states["hand"][h.number].job'),
    (ir.Self(type=FOREMAN), "self.me"),
    (ir.Sender(type=HAND), "event.sender"),
    (ir.Received(type=types.MessageType(("Take",))), "message"),
    (ir.Now(type=TIME), "event.now"),
    (ir.Others(type=types.ListType(HAND)), "self._others"),
    (ir.RoleInstances(type=types.ListType(HAND), role="hand"), "self._each_hand"),
    (ir.SingleInstance(type=FOREMAN, role="foreman"), "FOREMAN"),
    (ir.InstanceAt(type=HAND, role="hand", index=add(A, num(1))), "self._each_hand[state.a + 1]"),
    (ir.Unwrap(type=INT, value=A), "some(state.a)"),
    (ir.Field(type=INT, value=ir.Received(type=types.MessageType(("Take",))), name="job"), "message.job"),
    (ir.InstanceIndex(type=INT, instance=H), "h.number"),
    (ir.Item(type=INT, value=M, key=X), "state.m[x]"),
    (ir.Slice(type=LIST, value=L, start=num(1), stop=None, step=None), "state.li[1:]"),
    (ir.Slice(type=LIST, value=L, start=None, stop=None, step=num(-1)), "state.li[::-1]"),
    (ir.Slice(type=LIST, value=L, start=A, stop=None, step=None), "state.li[state.a :]"),
    (ir.Slice(type=LIST, value=L, start=None, stop=A, step=None), "state.li[: state.a]"),
    (ir.Not(type=BOOL, value=compare(A, ("==", B))), "state.a != state.b"),
    (ir.Not(type=BOOL, value=compare(A, ("<", B))), "state.a >= state.b"),
    (ir.Not(type=BOOL, value=compare(S, ("<=", S))), "not state.s <= state.s"),
    (ir.Not(type=BOOL, value=ir.BoolOperation(type=BOOL, operator="or", operands=(P, Q))), "not (state.p or state.q)"),
    (ir.Negative(type=INT, value=add(A, B)), "-(state.a + state.b)"),
    (add(A, add(B, C, "-"), "-"), "state.a - (state.b - state.c)"),
    (add(add(A, B, "-"), C, "-"), "state.a - state.b - state.c"),
    (add(add(A, B), C, "*"), "(state.a + state.b) * state.c"),
    (add(A, B, "/", FRACTION), "Fraction(state.a, state.b)"),
    (add(var("f", FRACTION), B, "/", FRACTION), "state.f / state.b"),
    (add(ir.Now(type=TIME), var("d", DURATION), kind=TIME), "event.now + state.d.total_seconds()"),
    (add(var("t", TIME), var("u", TIME), "-", DURATION), "timedelta(seconds=state.t - state.u)"),
    (add(S, var("t", SET), "&", SET), "state.s & state.t"),
    (compare(A, ("<", B), ("<=", C)), "state.a < state.b <= state.c"),
    (compare(A, ("==", ir.Constant(type=types.NothingType(), value=None))), "state.a is None"),
    (compare(P, ("!=", truth(True))), "state.p is not True"),
    (compare(A, ("in", ir.SetOf(type=SET, items=(num(1), B)))), "state.a in {1, state.b}"),
    (compare(A, ("not in", call("range", num(0), B, kind=LIST))), "state.a not in range(state.b)"),
    (
        ir.BoolOperation(
            type=BOOL, operator="and", operands=(ir.BoolOperation(type=BOOL, operator="or", operands=(P, Q)), R)
        ),
        "(state.p or state.q) and state.r",
    ),
    (ir.Implies(type=BOOL, left=compare(A, ("==", B)), right=P), "state.a != state.b or state.p"),
    (
        ir.Implies(type=BOOL, left=P, right=ir.Implies(type=BOOL, left=Q, right=R)),
        "not state.p or not state.q or state.r",
    ),
    (
        ir.Conditional(type=INT, condition=P, then=A, otherwise=add(B, num(1))),
        "state.a if state.p else state.b + 1",
    ),
    (
        ir.Conditional(
            type=INT, condition=compare(X, ("in", M)), then=ir.Item(type=INT, value=M, key=X), otherwise=num(0)
        ),
        "state.m.get(x, 0)",
    ),
    (
        add(ir.Conditional(type=INT, condition=P, then=A, otherwise=B), num(1)),
        "(state.a if state.p else state.b) + 1",
    ),
    (
        ir.InState(type=BOOL, instance=ir.Self(type=FOREMAN), role="foreman", states=("paying",)),
        "state.at == FOREMAN_PAYING",
    ),
    (ir.InCondition(type=BOOL, instance=H, condition="crashed"), "h in self.world.crashed"),
    (ir.ListOf(type=LIST, items=(A,)), "(state.a,)"),
    (ir.SetOf(type=SET, items=()), "frozenset()"),
    (ir.SetOf(type=SET, items=(A, B)), "frozenset({state.a, state.b})"),
    (ir.MapOf(type=MAP, pairs=((A, B),)), "Map({state.a: state.b})"),
    (ir.TupleOf(type=types.TupleType((INT, INT)), items=(A, B)), "(state.a, state.b)"),
    (ir.RecordOf(type=MARK, fields=(("level", ir.Word(type=LEVEL, word="low")),)), "Mark(level=Level.LOW)"),
    (over(X, L, compare(X, (">", num(0))), kind="list"), "tuple(x for x in state.li if x > 0)"),
    (over(X, S, kind="list"), "tuple(x for x in ordered(state.s))"),
    (over(X, S, kind="set"), "frozenset(x for x in state.s)"),
    (over(X, S, kind="map", value=A), "Map({x: state.a for x in state.s})"),
    (call("all", over(P, S)), "all(state.p for x in state.s)"),
    (
        call("any", over(ir.Item(type=BOOL, value=M, key=X), S)),
        "any(state.m[x] for x in ordered(state.s))",
    ),
    (call("count", over(compare(X, ("==", A)), M, P)), "sum(1 for x in state.m if state.p and x == state.a)"),
    (call("sum", over(X, L)), "sum(x for x in state.li)"),
    (call("sum", over(loc("x", DURATION), L), kind=DURATION), "sum([x for x in state.li], timedelta())"),
    (call("min", A, B), "min(state.a, state.b)"),
    (call("max", over(X, S), default=num(0)), "max((x for x in state.s), default=0)"),
    (
        call("max", S, key=RANK),
        "max(ordered(state.s), key=lambda h: self._rank(h, state.done, state.tired))",
    ),
    (call("len", over(X, L, kind="list")), "sum(1 for x in state.li)"),
    (call("len", M), "len(state.m)"),
    (call("abs", A), "abs(state.a)"),
    (call("range", A, B, kind=LIST), "tuple(range(state.a, state.b))"),
    (call("list", S, kind=LIST), "tuple(ordered(state.s))"),
    (call("set", L, kind=SET), "frozenset(state.li)"),
    (call("sorted", L, kind=LIST), "tuple(ordered(state.li))"),
    (ir.DefinitionCall(type=INT, definition=RANK, arguments=(H,)), "self._rank(h, state.done, state.tired)"),
    (ir.DefinitionCall(type=INT, definition=LAST), "self._last()"),
    (ir.MapMethod(type=INT, name="get", value=M, arguments=(X,)), "state.m.get(x)"),
    (ir.MapMethod(type=SET, name="keys", value=M), "frozenset(state.m)"),
    (ir.MapMethod(type=LIST, name="values", value=M), "tuple(state.m.values())"),
    (ir.Digest(type=types.DigestType(), arguments=(A,)), "self._digest((state.a,))"),
    (ir.Fresh(type=types.IdType()), "event.fresh[0]"),
]

VOTER_STATE = ir.InState(type=BOOL, instance=H, role="hand", states=("idle", "thinking"))
OUTSIDE = [
    (ir.Parameter(type=INT, name="hands"), "world.parameters.hands"),
    (ir.RoleInstances(type=types.ListType(HAND), role="hand"), '_honest(world, "hand")'),
    (VOTER_STATE, 'world.states["hand"][h.number].at in (HAND_IDLE, HAND_THINKING)'),
    (ir.Not(type=BOOL, value=VOTER_STATE), 'world.states["hand"][h.number].at not in (HAND_IDLE, HAND_THINKING)'),
    (
        ir.Old(type=INT, value=ir.InstanceVariable(type=INT, instance=ir.SingleInstance(type=FOREMAN, role="foreman"), name="level")),
        'old.states["foreman"][0].level',
    ),
    (ir.DefinitionCall(type=INT, definition=LAST), "_define_last(world)"),
    (ir.ActQuery(type=BOOL, name="happened", act="pay"), 'len(_acts(world, "pay")) > 0'),
    (ir.ActQuery(type=INT, name="times", act="pay", arguments=(("to", H),)), 'len(_acts(world, "pay", to=h))'),
    (ir.ActQuery(type=BOOL, name="stands", act="pay"), 'any(not act.undone for act in _acts(world, "pay"))'),
    (ir.ActQuery(type=LIST, name="happenings", act="pay"), 'tuple(act.arguments for act in _acts(world, "pay"))'),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "expected"), HERE, ids=[text for _, text in HERE])
def test_in_a_handler(expression: Any, expected: str) -> None:
    assert emit(expression, here()) == expected


@pytest.mark.parametrize(("expression", "expected"), OUTSIDE, ids=[text for _, text in OUTSIDE])
def test_in_a_property(expression: Any, expected: str) -> None:
    assert emit(expression, outside()) == expected


def test_every_form_is_shown_here() -> None:
    shown = {type(expression) for expression, _ in [*HERE, *OUTSIDE]} | {ir.Local}
    assert shown == set(typing.get_args(ir.Expression))


def test_every_function_of_the_language_is_shown_here() -> None:
    shown = {expression.name for expression, _ in HERE if isinstance(expression, ir.Function)}
    assert shown == set(typing.get_args(ir.FunctionName)) - {"mean"}
    with pytest.raises(TypeError, match="a mean is taken over runs"):
        emit(call("mean", A, kind=FRACTION), here())


def test_what_is_iterated_loses_the_copy() -> None:
    assert emit_iterable(call("range", num(0), A, kind=LIST), here(), in_order=True) == "range(state.a)"
    assert emit_iterable(ir.MapMethod(type=LIST, name="items", value=M), here(), in_order=True) == "state.m.items()"
    assert emit_iterable(S, here(), in_order=False) == "state.s"
    assert emit_iterable(ir.SetOf(type=SET, items=(A, B)), here(), in_order=True) == "ordered({state.a, state.b})"


def test_a_negation_of_a_negation_is_plain() -> None:
    assert emit_negated(ir.Not(type=BOOL, value=P), here()) == "state.p"


def test_a_property_without_an_acting_instance_cannot_read_its_variables() -> None:
    with pytest.raises(LookupError, match="there is no variable `a`"):
        emit(A, outside())
