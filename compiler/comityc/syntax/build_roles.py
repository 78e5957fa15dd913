"""The trees under `roles` come in; roles with their states and transitions go out."""

from dataclasses import replace

from comityc.diagnostics.codes_syntax import NOT_A_NUMBER, ONE_TRIGGER
from comityc.diagnostics.diagnostic import Label
from comityc.source.tree import Mapping, Scalar, Tree
from comityc.syntax.build_declarations import build_define, build_variable
from comityc.syntax.nodes import (
    Duration,
    Number,
    Range,
    ReceiveTrigger,
    RoleNode,
    StateNode,
    TimerTrigger,
    TransitionNode,
    Trigger,
    Truth,
    Unary,
    WhenTrigger,
)
from comityc.syntax.parser import (
    parse_decide,
    parse_draw,
    parse_loop,
    parse_perform,
    parse_statements,
)
from comityc.syntax.reading import Reader

TRIGGERS = ("receive", "ignore", "defer", "after", "every", "at", "decide", "perform", "when")


def build_role(reader: Reader, key: Scalar, tree: Tree) -> RoleNode | None:
    """Read a role: how many, its variables, its states."""
    name = reader.name(key)
    if not isinstance(tree, Mapping):
        return None
    role = {part: reader.entries(tree.get(part)) for part in ("variables", "define", "states")}
    count = reader.expression(tree.get("count"))
    if isinstance(count, Unary) and isinstance(count.operand, Number):
        reader.findings.append(NOT_A_NUMBER.at(count.span, "a negative number of instances", help="the least is 0"))
    if count is None and (unread := tree.get("count")) is not None:
        count = Number(1, unread.span)  # a role of several instances, however many
    variables = reader.made(build_variable(reader, *entry) for entry in role["variables"])
    defines = reader.made(build_define(reader, *entry) for entry in role["define"])
    states = tuple(build_state(reader, *entry) for entry in role["states"])
    restart_in = reader.name(tree.get("restart_in"))
    if name is None:
        return None
    dynamic, doc = reader.truth(tree.get("dynamic")), reader.text(tree.get("doc"))
    return RoleNode(name, count, dynamic, restart_in, variables, defines, states, doc, key.span)


def build_state(reader: Reader, key: Scalar, tree: Tree) -> StateNode:
    """Read what stands under a state, a list of states, or `any`: words such as `resting`, and transitions."""
    items = reader.items(tree)
    words = {item.text for item in items if isinstance(item, Scalar)}
    transitions = reader.made(build_transition(reader, item) for item in items if isinstance(item, Mapping))
    return StateNode(reader.comma_list(key), "final" in words, "resting" in words, transitions, "", key.span)


def build_transition(reader: Reader, tree: Mapping) -> TransitionNode | None:
    """Read one transition; its place is that of its trigger.

    Where a condition or a time cannot be read something stands for it, so that the rest of the transition is still looked at.
    """
    triggers = [key for key, _ in tree.entries if key.text in TRIGGERS]
    if len(triggers) != 1:
        _report_triggers(reader, tree, triggers)
    trigger = _trigger(reader, triggers[0], tree) if triggers else None
    guard = reader.expression(tree.get("if"))
    loop = reader.parsed(parse_loop, tree.get("for"))
    draw = reader.parsed(parse_draw, tree.get("draw"))
    body = reader.parsed(parse_statements, tree.get("do"))
    goto = reader.name(tree.get("goto"))
    fairness = reader.phrase(tree.get("fairness"))  # `none` is a word of the language, so no name
    if trigger is None:
        return None
    return TransitionNode(trigger, guard, loop, draw, body or (), goto, fairness, trigger.span)


def _report_triggers(reader: Reader, tree: Mapping, triggers: list[Scalar]) -> None:
    if not triggers:
        place = tree.entries[0][0].span if tree.entries else tree.span
        reader.findings.append(
            ONE_TRIGGER.at(place, "a transition without a trigger", help=f"begin with one of {', '.join(TRIGGERS)}")
        )
        return
    first, second = triggers[:2]
    reader.findings.append(
        ONE_TRIGGER.at(
            second.span,
            f"a transition has both `{first.text}` and `{second.text}`",
            labels=(Label(first.span, "the first trigger"),),
            help="make two transitions of it",
        )
    )


def _trigger(reader: Reader, key: Scalar, tree: Mapping) -> Trigger | None:
    value = tree.get(key.text)
    assert value is not None
    span = key.span.through(value.span)
    match key.text:
        case "receive" | "ignore" | "defer" as kind:
            messages = reader.names(value)
            return ReceiveTrigger(kind, messages, span) if messages else None
        case "after" | "every" | "at" as kind:
            match reader.domain(value):
                case None:
                    return TimerTrigger(kind, Duration(1, span), None, span) if isinstance(value, Scalar) else None
                case Range(shortest, longest):
                    return TimerTrigger(kind, shortest, longest, span)
                case duration:
                    return TimerTrigger(kind, duration, None, span)
        case "decide":
            decision = reader.parsed(parse_decide, value)
            return decision and replace(decision, prompt=reader.truth(tree.get("prompt")), span=span)
        case "perform":
            request = reader.parsed(parse_perform, value)
            act_key = reader.expression(tree.get("key"))
            undoes = reader.name(tree.get("undoes"))
            return request and replace(request, key=act_key, undoes=undoes, span=span)
        case _:
            condition = reader.expression(value)
            if condition is None and not isinstance(value, Scalar):
                return None
            return WhenTrigger(condition or Truth(True, span), span)
