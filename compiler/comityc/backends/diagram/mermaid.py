"""State diagrams in, Mermaid text out."""

from collections.abc import Iterator, Mapping

from comityc.backends.diagram.extract import StateDiagram, extract_diagram
from comityc.machine.model import Machine

_CODES = {"#": "#35;", ";": "#59;", ":": "#58;", "<": "#lt;", ">": "#gt;", '"': "#quot;"}


def state_diagrams(machine: Machine) -> str:
    """Return one diagram with a box for each role of the machine, and its states inside."""
    lines, resting = ["stateDiagram-v2"], []
    for number, role in enumerate(machine.roles):
        diagram = extract_diagram(role)
        names = {state: f"r{number}s{i}" for i, state in enumerate(diagram.states)}
        lines.append(f'    state "{_escape(role.name)}" as r{number} {{')
        lines += [f"        {line}" for line in _parts(diagram, names)]
        lines.append("    }")
        resting += [names[state] for state in diagram.resting]
    return "\n".join([*lines, *_resting(resting)]) + "\n"


def draw_diagram(diagram: StateDiagram) -> str:
    """Return the diagram of one role. States where an instance may stay for ever are drawn with a dashed border."""
    names = {state: f"s{i}" for i, state in enumerate(diagram.states)}
    lines = [f"    {line}" for line in _parts(diagram, names)]
    return "\n".join(["stateDiagram-v2", *lines, *_resting([names[state] for state in diagram.resting])]) + "\n"


def _parts(diagram: StateDiagram, names: Mapping[str, str]) -> Iterator[str]:
    for state, name in names.items():
        yield f'state "{_escape(state)}" as {name}'
    if diagram.states:
        yield f"[*] --> {names[diagram.states[0]]}"
    for arrow in diagram.arrows:
        label = "<br/>".join(map(_escape, arrow.labels))
        yield f"{names[arrow.source]} --> {names[arrow.target]} : {label}"
    for state in diagram.final:
        yield f"{names[state]} --> [*]"


def _resting(names: list[str]) -> list[str]:
    if not names:
        return []
    return ["    classDef resting stroke-dasharray: 4 3", f"    class {','.join(names)} resting"]


def _escape(text: str) -> str:
    """Write out what Mermaid would read as its own."""
    return "".join(_CODES.get(character, character) for character in text)
