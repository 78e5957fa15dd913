"""The trees of `parts` and `outcome` come in; stages and outcomes go out.

Of `parts` only what is left after expansion is read: which states stand for the stay of a role in a part.
"""

from collections.abc import Iterator

from comityc.diagnostics.codes_parts import NO_OUTCOME
from comityc.source.tree import Mapping, Scalar, Tree
from comityc.syntax.nodes import Comparison, Display, Expression, Name
from comityc.syntax.nodes_beside import OutcomeNode, StageNode
from comityc.syntax.reading import Reader


def build_stages(reader: Reader, tree: Tree | None) -> Iterator[StageNode]:
    """Read the stages of all parts."""
    for part, below in reader.entries(tree):
        stages = below.get("stages") if isinstance(below, Mapping) else None
        for role, of_role in reader.entries(stages):
            for stage, states in reader.entries(of_role):
                names = reader.name(part), reader.name(role), reader.name(stage)
                if names[0] and names[1] and names[2]:
                    yield StageNode(names[0], names[1], names[2], reader.names(states))


def build_outcome(reader: Reader, key: Scalar, value: Tree) -> OutcomeNode | None:
    """Read one line of `outcome:`, such as `chair in (closed, gone): verdict`."""
    ends, outcome = reader.expression(key), reader.expression(value)
    match ends:
        case None:
            return None
        case Comparison(first=Name() as role, rest=(("in", states),)) if named := _names(states):
            return None if outcome is None else OutcomeNode(role, named, outcome, key.span)
        case _:
            reader.findings.append(
                NO_OUTCOME.at(
                    key.span, "this does not say which role is done in which state", help="write `chair in closed: ...`"
                )
            )
            return None


def _names(node: Expression) -> tuple[Name, ...]:
    match node:
        case Name():
            return (node,)
        case Display(items=items) if all(isinstance(item, Name) for item in items):
            return tuple(item for item in items if isinstance(item, Name))
        case _:
            return ()
