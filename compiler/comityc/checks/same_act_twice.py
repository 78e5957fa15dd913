"""Find states that ask for one act in two ways: with other arguments, or for the elements of another loop.

An outcome names its act and its element, and nothing else, so nobody could tell which of the two requests it answers.
"""

from collections.abc import Iterator

from comityc.diagnostics.codes_backends import SAME_ACT_TWICE
from comityc.diagnostics.diagnostic import Diagnostic, Label
from comityc.diagnostics.span import Span
from comityc.machine.model import Machine, RequestRule, State


def same_act_twice(machine: Machine) -> Iterator[Diagnostic]:
    """Yield a finding for each request of a state whose act an earlier request of that state asks for too."""
    blamed: set[Span] = set()
    for role in machine.roles:
        for state in role.states:
            first: dict[str, Span] = {}
            for request in state.requests:
                span = _span(request, state)
                earlier = first.setdefault(request.act, span)
                if earlier == span or span in blamed:
                    continue
                blamed.add(span)
                yield SAME_ACT_TWICE.at(
                    span,
                    f"`{state.name}` asks for `{request.act}` in two ways",
                    caret="other arguments, or another `for`, than above",
                    labels=(Label(earlier, "first asked for here"),),
                    help="ask in one state after the other, or give the acts different names",
                )


def _span(request: RequestRule, state: State) -> Span:
    return next((each.span for _, candidates in request.outcomes for each in candidates), state.span)
