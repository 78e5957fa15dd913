"""Short specs as text in; machines and searches of them out, for tests."""

import textwrap
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from comityc.diagnostics.bag import Bag
from comityc.diagnostics.diagnostic import Diagnostic
from comityc.driver import check_file, checking_module, read_tree
from comityc.explore.engine.search import explore
from comityc.explore.fast.explore import EngineName
from comityc.explore.fast.native import compiler
from comityc.explore.graph import Graph
from comityc.explore.telling.report import to_text
from comityc.explore.verify import verify_machine
from comityc.lower.lower import lower_protocol
from comityc.machine.model import Bounds, Case, Envelope, Machine, NetworkKind
from comityc.syntax.build import build_protocol


class Spec(NamedTuple):
    """A machine with its generated module and its default parameters."""

    machine: Machine
    module: Any
    parameters: Any


def load_spec(text: str, *, unchecked: bool = False) -> Spec:
    """Compile the text of a spec in memory; its head may be left out. What the static checks say of it can be passed over."""
    text = textwrap.dedent(text)
    if "comity:" not in text:
        text = 'comity: "1"\nprotocol: tried\n' + text
    with TemporaryDirectory() as folder:
        path = Path(folder) / "tried.yaml"
        path.write_text(text, encoding="utf-8")
        return lower_spec(str(path)) if unchecked else compile_spec(str(path))


def lower_spec(path: str) -> Spec:
    """Compile a spec file in memory, whatever the checks on its machine would say."""
    bag = Bag()
    tree, source = read_tree(path, bag)
    assert tree is not None, _said(bag.diagnostics)
    assert source is not None
    protocol, findings = build_protocol(tree, source)
    bag.extend(findings)
    assert protocol is not None, _said(bag.diagnostics)
    machine, findings = lower_protocol(protocol)
    bag.extend(findings)
    if machine is None or bag.has_errors:
        raise AssertionError(_said(bag.diagnostics))
    module = checking_module(machine)
    return Spec(machine, module, module.Parameters())


def compile_spec(path: str) -> Spec:
    """Compile a spec file in memory."""
    result = check_file(path)
    if result.machine is None or result.has_errors:
        raise AssertionError(_said(result.diagnostics))
    module = checking_module(result.machine)
    return Spec(result.machine, module, module.Parameters())


def _said(findings: Iterable[Diagnostic]) -> str:
    return "\n".join(f"{d.span}: {d.code.number} {d.message}" for d in findings)


def a_case(
    faults: Envelope | None = None,
    *,
    network: NetworkKind = "unordered",
    bounds: Bounds | None = None,
    exact: bool = True,
) -> Case:
    """Make a case. An exact one keeps messages that nobody has a use for."""
    return Case(
        name="tried",
        values=(),
        faults=faults or Envelope(),
        bounds=bounds or Bounds(),
        network=network,
        violates=(),
        states=1 if exact else None,
    )


def search(spec: Spec, case: Case | None = None, **parameters: Any) -> Graph:
    """Explore a spec in a case."""
    given = spec.parameters._replace(**parameters)
    return explore(spec.machine, case or a_case(), given, spec.module, max_states=200_000)


def states_and_levels(spec: Spec, case: Case | None = None, **parameters: Any) -> tuple[int, int]:
    """Explore a spec in a case and count."""
    return search(spec, case, **parameters).counts


def broken(graph: Graph) -> set[str]:
    """Return the generic properties that a search found broken."""
    return {violation.property for violation in graph.violations}


def with_bounds(case: Case, **ranges: tuple[int, int]) -> Case:
    """Limit a case."""
    return replace(case, bounds=Bounds(ranges=tuple((name, *ends) for name, ends in ranges.items())))


def assert_as_stated(text: str) -> None:
    """Verify a spec with each engine, and fail with the report when a figure or a verdict is not what its cases state."""
    spec = load_spec(text)
    engines: tuple[EngineName, ...] = ("reference", "native") if compiler() is not None else ("reference",)
    for engine in engines:
        verdict = verify_machine(spec.machine, spec.module, engine=engine)
        assert verdict.as_expected, f"{engine}: {to_text([verdict], chart='none')}"
