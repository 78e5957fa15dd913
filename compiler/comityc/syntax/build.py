"""The located tree of a spec comes in; the protocol as it was written goes out, with everything that cannot be read.

roles:                                 Protocol(roles=(
  voter:                                 RoleNode(name=Name("voter"), states=(
    states:                 becomes        StateNode(names=(Name("done"),), final=True, ...),
      done: final                        ), ...),
                                       ), ...)
"""

from comityc.diagnostics.diagnostic import Diagnostic
from comityc.source.tree import Mapping, Source, Tree
from comityc.syntax.build_declarations import (
    build_assumption,
    build_define,
    build_message,
    build_parameter,
    build_type,
    build_variable,
)
from comityc.syntax.build_parts import build_outcome, build_stages
from comityc.syntax.build_promises import (
    build_bounds,
    build_case,
    build_clock,
    build_envelope,
    build_property,
    build_scenario,
)
from comityc.syntax.build_roles import build_role
from comityc.syntax.nodes import Name, Protocol, VariableNode
from comityc.syntax.reading import Reader


def build_protocol(tree: Tree, source: Source) -> tuple[Protocol | None, tuple[Diagnostic, ...]]:
    """Read a whole spec; without a protocol there are findings, or its shape was wrong to begin with."""
    if not isinstance(tree, Mapping):
        return None, ()
    protocol, findings = build_what_can_be_read(tree, source)
    return (None if findings or not protocol.name.text else protocol), findings


def build_what_can_be_read(tree: Mapping, source: Source) -> tuple[Protocol, tuple[Diagnostic, ...]]:
    """Read a whole spec, and leave out the parts that cannot be read."""
    reader = Reader()
    name = reader.name(tree.get("protocol"))
    protocol = _protocol(reader, tree, name or Name("", tree.span), source)
    return protocol, tuple(reader.findings)


def _protocol(reader: Reader, tree: Mapping, name: Name, source: Source) -> Protocol:
    parts = {key.text: reader.entries(value) for key, value in tree.entries}
    clock, skew = build_clock(reader, tree.get("clock"))
    return Protocol(
        name=name,
        doc=reader.text(tree.get("doc")),
        parameters=reader.made(build_parameter(reader, *entry) for entry in parts.get("parameters", ())),
        assumptions=reader.made(build_assumption(reader, *entry) for entry in parts.get("assume", ())),
        types=reader.made(build_type(reader, *entry) for entry in parts.get("types", ())),
        messages=reader.made(build_message(reader, *entry) for entry in parts.get("messages", ())),
        network=reader.phrase(tree.get("network")),
        clock=clock,
        skew=skew,
        bounds=build_bounds(reader, tree.get("bounds")),
        shared=_shared(reader, tree),
        defines=reader.made(build_define(reader, *entry) for entry in parts.get("define", ())),
        roles=reader.made(build_role(reader, *entry) for entry in parts.get("roles", ())),
        properties=reader.made(build_property(reader, *entry) for entry in parts.get("properties", ())),
        waive=_waive(reader, tree),
        survives=tuple((Name(key.text, key.span), reader.text(reason)) for key, reason in parts.get("survives", ())),
        tolerates=build_envelope(reader, tree.get("tolerates")),
        cases=tuple(build_case(reader, *entry) for entry in parts.get("verify", ())),
        scenarios=tuple(build_scenario(reader, *entry) for entry in parts.get("scenarios", ())),
        simulations=tuple(build_case(reader, *entry) for entry in parts.get("simulate", ())),
        span=name.span,
        source=source.text,
        stages=tuple(build_stages(reader, tree.get("parts"))),
        outcomes=reader.made(build_outcome(reader, *entry) for entry in parts.get("outcome", ())),
    )


def _shared(reader: Reader, tree: Mapping) -> tuple[VariableNode, ...] | None:
    shared = tree.get("shared")
    if shared is None:
        return None
    return reader.made(build_variable(reader, *entry) for entry in reader.entries(shared))


def _waive(reader: Reader, tree: Mapping) -> tuple[tuple[Name, str], ...]:
    waived = [(reader.name(key), reader.text(reason)) for key, reason in reader.entries(tree.get("waive"))]
    return tuple((name, reason) for name, reason in waived if name is not None)
