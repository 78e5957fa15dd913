"""Networks, faults, bounds and the cases of `verify` as written come in; their typed forms go out, all defaults filled in."""

from collections.abc import Iterable
from typing import Literal

from comityc.diagnostics.codes_names import (
    TYPE_MISMATCH,
    UNKNOWN_PARAMETER,
    UNKNOWN_PROPERTY,
    UNKNOWN_ROLE,
    UNKNOWN_SETTING,
    WRONG_ENVELOPE,
)
from comityc.diagnostics.diagnostic import Diagnostic
from comityc.diagnostics.suggest import did_you_mean
from comityc.lower.constants import constant, duration_range
from comityc.lower.context import Lowering
from comityc.lower.variables import LONGEST, constants
from comityc.machine import expressions as ir
from comityc.machine.model import ANY, Bounds, Budget, Case, Clock, Envelope, NetworkKind, Partition
from comityc.machine.value_types import DurationType, IdType, IntType, TextType, type_name
from comityc.resolve.words import FAULTS, NETWORKS, PLAIN_TYPES
from comityc.syntax import nodes

MOST_VALUES = 100_000
"""More runs than this in one case are a slip, not a wish."""

_SIMPLE = ("lose", "duplicate", "late_act", "repeat_act")
_BY_ROLE = ("crash", "restart", "amnesia", "pause", "byzantine")


# ---- faults


def lower_envelope(node: nodes.EnvelopeNode | None, lowering: Lowering) -> Envelope:
    """Return which faults may strike, and how often."""
    if node is None:
        return Envelope()
    simple: dict[str, Budget] = {}
    for word, budget in node.simple:
        if word.text in _SIMPLE:
            simple[word.text] = ANY if budget.amount is None else budget.amount
        else:
            _report_fault(word, "by_role" if word.text in _BY_ROLE else "unknown", lowering)
    by_role: dict[str, tuple[tuple[str, Budget], ...]] = {}
    for word, budgets in node.by_role:
        if word.text in _BY_ROLE:
            by_role[word.text] = _budgets(budgets, lowering)
        else:
            _report_fault(word, "simple" if word.text in _SIMPLE else "unknown", lowering)
    return Envelope(
        lose=simple.get("lose", 0),
        duplicate=simple.get("duplicate", 0),
        reorder=node.reorder,
        crash=by_role.get("crash", ()),
        restart=by_role.get("restart", ()),
        amnesia=by_role.get("amnesia", ()),
        pause=by_role.get("pause", ()),
        byzantine=_liars(node, by_role.get("byzantine", ()), lowering),
        late_act=simple.get("late_act", 0),
        repeat_act=simple.get("repeat_act", 0),
        partition=_partition(node.partition, lowering),
    )


def _partition(node: nodes.PartitionNode | None, lowering: Lowering) -> Partition | None:
    if node is None:
        return None
    roles = lowering.declarations.roles
    for name in node.isolates:
        if name.text not in roles:
            _unknown_role(name, lowering)
    times: Budget = ANY if node.times.amount is None else node.times.amount
    if times == 0:
        return None
    isolates = tuple(name.text for name in node.isolates if name.text in roles)
    return Partition(times=times, one_way=node.one_way, heals=node.heals, keeps=node.keeps, isolates=isolates)


def _budgets(
    budgets: Iterable[tuple[nodes.Name, nodes.BudgetNode]], lowering: Lowering
) -> tuple[tuple[str, Budget], ...]:
    roles = lowering.declarations.roles
    found: list[tuple[str, Budget]] = []
    for role, budget in budgets:
        if role.text not in roles:
            _unknown_role(role, lowering)
        else:
            found.append((role.text, ANY if budget.amount is None else budget.amount))
    return tuple(found)


def _unknown_role(role: nodes.Name, lowering: Lowering) -> None:
    known = lowering.declarations.roles
    lowering.bag.add(UNKNOWN_ROLE.at(role.span, f"unknown role `{role.text}`", help=did_you_mean(role.text, known)))


def _liars(
    node: nodes.EnvelopeNode, budgets: Iterable[tuple[str, Budget]], lowering: Lowering
) -> tuple[tuple[str, int], ...]:
    found: list[tuple[str, int]] = []
    for role, budget in budgets:
        if budget == ANY:
            lowering.bag.add(
                WRONG_ENVELOPE.at(node.span, f"`byzantine` needs a number of instances of {role}, not `any`")
            )
        else:
            found.append((role, budget))
    return tuple(found)


def _report_fault(word: nodes.Name, wrong: Literal["by_role", "simple", "unknown"], lowering: Lowering) -> None:
    if wrong == "unknown":
        finding = UNKNOWN_SETTING.at(word.span, f"unknown fault `{word.text}`", help=did_you_mean(word.text, FAULTS))
    elif wrong == "by_role":
        role = next(iter(lowering.declarations.roles), "role")
        finding = WRONG_ENVELOPE.at(
            word.span, f"`{word.text}` says of which role", help=f"write `{word.text}: {{{role}: 1}}`"
        )
    else:
        finding = WRONG_ENVELOPE.at(word.span, f"`{word.text}` is one number for all", help=f"write `{word.text}: 1`")
    lowering.bag.add(finding)


# ---- network and bounds


def lower_network(node: nodes.Name | None, lowering: Lowering) -> NetworkKind:
    """Return the network as the spec has it: queues, unless it says otherwise. That messages overtake each other is a fault of its own."""
    match node:
        case nodes.Name(text="sent_set" | "none" | "unordered" | "fifo" as network):
            return network
        case None:
            return "fifo"
        case unknown:
            lowering.bag.add(
                UNKNOWN_SETTING.at(
                    unknown.span,
                    f"unknown network `{unknown.text}`",
                    caret=f"one of {', '.join(NETWORKS)} is needed",
                    help=did_you_mean(unknown.text, NETWORKS),
                )
            )
            return "fifo"


def lower_bounds(bounds: Iterable[nodes.BoundNode], lowering: Lowering) -> Bounds:
    """Return the bounds; a range limits numbers, a single number says how many texts or ids there are."""
    ranges: list[tuple[str, int, int]] = []
    sizes: list[tuple[str, int]] = []
    copies: int | None = None
    under_way: int | None = None
    for bound in bounds:
        name = bound.name
        if name.text == "copies":
            copies = bound.last
        elif name.text == "under_way":
            under_way = bound.last
        elif not _boundable(name, lowering):
            continue
        elif bound.first is None:
            sizes.append((name.text, bound.last))
            _check_size(bound, lowering)
        elif bound.first > bound.last:
            lowering.bag.add(WRONG_ENVELOPE.at(bound.span, f"nothing lies between {bound.first} and {bound.last}"))
        else:
            ranges.append((name.text, bound.first, bound.last))
    return Bounds(ranges=tuple(ranges), sizes=tuple(sizes), copies=copies, under_way=under_way)


def _boundable(name: nodes.Name, lowering: Lowering) -> bool:
    known = boundable_names(lowering)
    if name.text in known:
        return True
    lowering.bag.add(
        UNKNOWN_SETTING.at(
            name.span,
            f"`{name.text}` is no type, variable or field that could be bounded",
            help=did_you_mean(name.text, [*known, "copies", "under_way"]),
        )
    )
    return False


def boundable_names(lowering: Lowering) -> set[str]:
    """Return what bounds may be given for: types, variables, fields and decided values."""
    declarations = lowering.declarations
    known = {*PLAIN_TYPES, *declarations.types, *declarations.shared}
    for role in declarations.roles.values():
        known |= set(role.variables)
        triggers = [t.trigger for state in role.node.states for t in state.transitions]
        known |= {t.name.text for t in triggers if isinstance(t, nodes.DecideTrigger) and t.domain is not None}
    for message in declarations.messages.values():
        known |= {field.name for field in message.fields}
    for node in declarations.protocol.types:
        known |= {field.name.text for field in node.fields or ()}
    return known


def _check_size(bound: nodes.BoundNode, lowering: Lowering) -> None:
    declared = lowering.declarations.types.get(bound.name.text)
    if bound.name.text == "int" or isinstance(declared, IntType):
        lowering.bag.add(
            WRONG_ENVELOPE.at(
                bound.span, f"`{bound.name.text}` needs a range", help=f"write `{bound.name.text}: 0..{bound.last}`"
            )
        )
    elif bound.last < 1:
        lowering.bag.add(WRONG_ENVELOPE.at(bound.span, f"`{bound.name.text}` needs at least one value"))
    elif declared is not None and not isinstance(declared, TextType | IdType):
        lowering.bag.add(
            WRONG_ENVELOPE.at(bound.span, f"a number of values is for text and ids, not for {type_name(declared)}")
        )


# ---- cases

Values = tuple[tuple[str, tuple[ir.Expression, ...]], ...]


def lower_case(node: nodes.CaseNode, known_properties: Iterable[str], later: str | None, lowering: Lowering) -> Case:
    """Return a case; its faults and bounds stand in place of the spec's."""
    protocol = lowering.declarations.protocol
    faults_node = node.faults if node.faults is not None else protocol.tolerates
    faults = lower_envelope(faults_node, lowering)
    known = list(known_properties)
    for name in node.violates:
        if name.text not in known:
            lowering.bag.add(unknown_property(name, known))
    clocked = node if node.clock is not None else protocol
    return Case(
        name=node.name.text,
        values=case_values(node.values, lowering),
        faults=faults,
        bounds=lower_bounds(node.bounds if node.bounds is not None else protocol.bounds, lowering),
        network=lower_network(node.network if node.network is not None else protocol.network, lowering),
        violates=tuple(name.text for name in node.violates),
        states=node.states,
        levels=node.levels,
        orbits=node.orbits,
        clock=lower_clock(clocked.clock, clocked.skew, lowering),
        later=later,
        abstract=tuple(name.text for name in node.abstract),
        span=node.span,
    )


def lower_clock(word: nodes.Name | None, skew: nodes.Expression | None, lowering: Lowering) -> Clock | None:
    """Return what clocks promise; None where they promise nothing."""
    if word is None or word.text == "none":
        return None
    return Clock(skew=None if skew is None else constants(lowering).fit(skew, DurationType()))


def unknown_property(name: nodes.Name, known: Iterable[str]) -> Diagnostic:
    """A property that nothing promises."""
    return UNKNOWN_PROPERTY.at(name.span, f"unknown property `{name.text}`", help=did_you_mean(name.text, known))


def case_values(values: Iterable[tuple[nodes.Name, nodes.Value]], lowering: Lowering) -> Values:
    """Return the values of each parameter; several make several runs."""
    return tuple(entry for name, value in values for entry in _parameter_values(name, value, lowering))


def _parameter_values(name: nodes.Name, value: nodes.Value, lowering: Lowering) -> Values:
    parameters = lowering.declarations.parameters
    if name.text not in parameters:
        lowering.bag.add(
            UNKNOWN_PARAMETER.at(
                name.span, f"unknown parameter `{name.text}`", help=did_you_mean(name.text, parameters)
            )
        )
        return ()
    symbol, context = parameters[name.text], constants(lowering)
    if symbol.ranged:
        ends = duration_range(value, context)
        if ends is None:
            lowering.bag.add(TYPE_MISMATCH.at(value.span, "expected a duration, or a range of durations"))
            return ()
        return ((name.text, (ends[0],)), (LONGEST.format(name.text), (ends[1],)))
    if isinstance(value.content, nodes.Range):
        return ((name.text, _range_values(value.content, symbol.type, lowering)),)
    return ((name.text, (constant(value, symbol.type, context, f"`{name.text}`"),)),)


def _range_values(node: nodes.Range, needed: object, lowering: Lowering) -> tuple[ir.Expression, ...]:
    context = constants(lowering)
    first, last = context.fit(node.first, IntType()), context.fit(node.last, IntType())
    if not isinstance(needed, IntType):
        lowering.bag.add(TYPE_MISMATCH.at(node.span, "only a parameter of type int takes every value of a range"))
        return ()
    if not (isinstance(first, ir.Constant) and isinstance(last, ir.Constant)):
        lowering.bag.add(TYPE_MISMATCH.at(node.span, "both ends of this range have to be plain numbers"))
        return ()
    low, high = first.value, last.value
    if not (isinstance(low, int) and isinstance(high, int)):
        return ()
    if not 0 <= high - low < MOST_VALUES:
        message = (
            f"nothing lies between {low} and {high}" if high < low else f"{low}..{high} would be {high - low + 1} runs"
        )
        lowering.bag.add(WRONG_ENVELOPE.at(node.span, message))
        return ()
    return tuple(ir.Constant(value=v, type=needed, span=node.span) for v in range(low, high + 1))
