"""Where something stands in a source file: files, lines and columns count from 1."""

from comityc.records import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one file, from its first character to just behind its last.

    `file` is shown to people as it was given on the command line. Lines and columns count from 1;
    `end_column` is the column behind the last character.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def through(self, other: "Span") -> "Span":
        """Return the span from the start of this one to the end of the other."""
        return Span(self.file, self.line, self.column, other.end_line, other.end_column)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


NOWHERE = Span("<built in>", 1, 1, 1, 1)
"""The span of what no file says: generic properties, implied defaults."""
