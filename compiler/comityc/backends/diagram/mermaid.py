"""State diagrams in, Mermaid text out."""

from comityc.backends.diagram.extract import StateDiagram, extract_diagram
from comityc.machine.model import Machine

_CODES = {"#": "#35;", ";": "#59;", ":": "#58;", "<": "#lt;", ">": "#gt;", '"': "#quot;"}


def draw_diagrams(machine: Machine) -> dict[str, str]:
    """Return the state diagram of each role, by its name."""
    return {role.name: draw_diagram(extract_diagram(role)) for role in machine.roles}


def draw_diagram(diagram: StateDiagram) -> str:
    """Return one diagram. States where an instance may stay for ever are drawn with a thin dashed border."""
    names = {state: f"s{i}" for i, state in enumerate(diagram.states)}
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{_escape(state)}" as {name}' for state, name in names.items()]
    if diagram.states:
        lines.append(f"    [*] --> {names[diagram.states[0]]}")
    for arrow in diagram.arrows:
        label = "<br/>".join(map(_escape, arrow.labels))
        lines.append(f"    {names[arrow.source]} --> {names[arrow.target]} : {label}")
    lines += [f"    {names[state]} --> [*]" for state in diagram.final]
    if diagram.resting:
        lines.append("    classDef resting stroke-dasharray: 4 3")
        lines.append(f"    class {','.join(names[state] for state in diagram.resting)} resting")
    return "\n".join(lines) + "\n"


def _escape(text: str) -> str:
    """Write out what Mermaid would read as its own."""
    return "".join(_CODES.get(character, character) for character in text)
