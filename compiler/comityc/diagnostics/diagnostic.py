"""A code, a place and the facts come in; one finding goes out, as plain data that `render.py` turns into text.

A message states the fact: lowercase, names in backticks, no full stop. `help` alone suggests.
"""

from typing import Literal

from comityc.diagnostics.span import Span
from comityc.records import dataclass

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Label:
    """A second place that matters, and what to know about it: `first here`."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. `caret` is what stands behind the caret; `notes` are further facts, one line each."""

    code: "Code"
    span: Span
    message: str
    labels: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: str | None = None
    caret: str = ""

    @property
    def is_error(self) -> bool:
        """Say whether this stops the compiler; a warning does not."""
        return self.code.severity == "error"


@dataclass(frozen=True, slots=True)
class Code:
    """A row of the registry: what kind of finding this is. A number is never used again for something else."""

    number: str
    name: str
    severity: Severity
    sentence: str

    def at(
        self,
        span: Span,
        message: str,
        *,
        caret: str = "",
        help: str | None = None,
        labels: tuple[Label, ...] = (),
        notes: tuple[str, ...] = (),
    ) -> Diagnostic:
        """Make a finding of this kind."""
        return Diagnostic(self, span, message, labels, notes, help, caret)
