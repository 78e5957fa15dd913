"""`comity diagram`: the state diagrams of all roles are printed."""

from comityc.commands.shared import FINDINGS, FINE, checked


def diagram_command(file: str) -> int:
    """Print the state diagrams of all roles."""
    from comityc.backends.diagram.mermaid import state_diagrams

    result = checked(file)
    if result.machine is None:
        return FINDINGS
    print(state_diagrams(result.machine), end="")
    return FINE
