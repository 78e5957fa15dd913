"""Findings come in as the stages meet them; they go out in the order of the text, each once."""

from collections.abc import Iterable

from comityc.diagnostics.diagnostic import Diagnostic


class Bag:
    """Collects findings while a stage runs."""

    def __init__(self, diagnostics: Iterable[Diagnostic] = ()) -> None:
        self._diagnostics: dict[Diagnostic, None] = dict.fromkeys(diagnostics)

    def add(self, diagnostic: Diagnostic) -> None:
        """Keep a finding, unless the same one is here already."""
        self._diagnostics[diagnostic] = None

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Keep several findings."""
        for diagnostic in diagnostics:
            self.add(diagnostic)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All findings, by file, line and column."""
        return tuple(sorted(self._diagnostics, key=_place))

    @property
    def has_errors(self) -> bool:
        """Say whether one of the findings is an error."""
        return any(diagnostic.is_error for diagnostic in self._diagnostics)

    def __len__(self) -> int:
        return len(self._diagnostics)


def _place(diagnostic: Diagnostic) -> tuple[str, int, int, str, str]:
    span = diagnostic.span
    return span.file, span.line, span.column, diagnostic.code.number, diagnostic.message
