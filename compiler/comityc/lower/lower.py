"""A protocol as written comes in; the machine goes out, or None, with everything that is wrong with it."""

from collections.abc import Sequence

from comityc.diagnostics.bag import Bag
from comityc.diagnostics.codes_names import UNUSED_DEFINITION
from comityc.diagnostics.diagnostic import Diagnostic
from comityc.lower.behaviour.ghosts import ghosts_that_decide
from comityc.lower.behaviour.roles import lower_role, with_states
from comityc.lower.behaviour.senders import find_senders, receivers_by_message
from comityc.lower.cases import lower_bounds, lower_case, lower_clock, lower_envelope, lower_network
from comityc.lower.causes import one_for_each_cause
from comityc.lower.context import Lowering
from comityc.lower.outcomes import lower_outcomes
from comityc.lower.promises import known_properties, lower_properties, lower_scenario, lower_simulation
from comityc.lower.typecheck import check
from comityc.lower.variables import lower_assumptions, lower_parameters, lower_variables
from comityc.machine.model import Act, Machine, Message, Role, VariableDeclaration
from comityc.machine.value_types import RecordField, TimeType
from comityc.machine.walk import definitions_of
from comityc.resolve.names import all_defines, resolve_names
from comityc.resolve.scopes import Declarations
from comityc.syntax import nodes


def lower_protocol(protocol: nodes.Protocol) -> tuple[Machine | None, tuple[Diagnostic, ...]]:
    """Return what a protocol means; nothing is returned when any part of it is wrong."""
    bag = Bag()
    declarations, types = resolve_names(protocol, bag)
    lowering = Lowering(declarations, types, bag, check)
    lowering.senders = find_senders(declarations)
    machine = _machine(declarations, lowering)
    if not bag.has_errors:
        # What is wrong elsewhere may be why a define seems to be used nowhere, or a ghost to decide something.
        definitions = definitions_of(machine)
        bag.extend(finding for role in machine.roles for finding in ghosts_that_decide(role, definitions))
        _report_unused(lowering)
    return (None if bag.has_errors else machine), one_for_each_cause(bag.diagnostics)


def _machine(declarations: Declarations, lowering: Lowering) -> Machine:
    protocol = declarations.protocol
    parameters = lower_parameters(lowering)
    assumptions = lower_assumptions(lowering)
    shared = None if protocol.shared is None else lower_variables(declarations.shared, None, lowering)
    lowered = [lower_role(symbol, lowering) for symbol in declarations.roles.values()]
    roles = tuple(with_states(role, lowering) for role in lowered)
    tolerates = lower_envelope(protocol.tolerates, lowering)
    network = lower_network(protocol.network, lowering)
    acts = _acts(lowering)
    later = _needs_later(roles, shared, acts)
    properties = lower_properties(roles, network, lowering)
    cases = tuple(lower_case(case, known_properties(lowering), later, lowering) for case in protocol.cases)
    scenarios = tuple(lower_scenario(scenario, roles, lowering) for scenario in protocol.scenarios)
    simulations = tuple(made for node in protocol.simulations for made in lower_simulation(node, later, lowering))
    return Machine(
        protocol=protocol.name.text,
        doc=protocol.doc,
        file=protocol.span.file,
        source=protocol.source,
        parameters=parameters,
        assumptions=assumptions,
        types=declarations.declared_types,
        messages=_messages(declarations, lowering),
        acts=acts,
        shared=shared,
        roles=roles,
        definitions=tuple(lowering.definitions.values()),
        properties=properties,
        tolerates=tolerates,
        network=network,
        bounds=lower_bounds(protocol.bounds, lowering),
        cases=cases,
        scenarios=scenarios,
        simulations=simulations,
        survives=tuple((name.text, reason, name.span) for name, reason in protocol.survives),
        clock=lower_clock(protocol.clock, protocol.skew, lowering),
        outcomes=lower_outcomes(lowering),
        later=later,
    )


def _messages(declarations: Declarations, lowering: Lowering) -> tuple[Message, ...]:
    receivers = receivers_by_message(declarations)
    roles = list(declarations.roles)
    return tuple(
        Message(
            name=name,
            fields=symbol.fields,
            fifo=symbol.node.fifo,
            senders=tuple(role for role in roles if role in lowering.sends.get(name, {})),
            receivers=receivers.get(name, ()),
            doc=symbol.node.doc,
            span=symbol.node.span,
        )
        for name, symbol in declarations.messages.items()
    )


def _acts(lowering: Lowering) -> tuple[Act, ...]:
    return tuple(
        Act(
            name=name,
            arguments=tuple(RecordField(argument, kind) for argument, kind in signature.arguments.items()),
            outcomes=tuple(signature.outcomes),
            keyed=signature.keyed,
            undoes=signature.undoes,
            span=signature.name.span,
        )
        for name, signature in lowering.acts.items()
    )


def _needs_later(
    roles: Sequence[Role], shared: Sequence[VariableDeclaration] | None, acts: Sequence[Act]
) -> str | None:
    """Return what every case needs that no engine has yet."""
    if any(isinstance(variable.type, TimeType) for variable in shared or ()):
        return "shared variables of type time"
    fields = [field for act in acts for field in act.arguments]
    return "times as arguments of acts" if any(isinstance(field.type, TimeType) for field in fields) else None


def _report_unused(lowering: Lowering) -> None:
    """A define that nothing uses is never read, so nothing is known of it but its name."""
    for role, define in all_defines(lowering.declarations):
        if (role, define.name.text) not in lowering.used_defines:
            lowering.bag.add(
                UNUSED_DEFINITION.at(
                    define.name.span, f"nothing uses `{define.name.text}`", caret="so it was not checked either"
                )
            )
