"""What a command takes, said in the annotations of its function: `quick` reads them, and Typer is told of them when it is needed."""

from enum import StrEnum
from typing import Annotated, Any


class Argument:
    """A value that is known by its place; `how` is what Typer is told of it."""

    def __init__(self, **how: Any) -> None:
        """Take note of it."""
        self.how = how


class Option:
    """A value that is known by its name, as `--json`, `--output` or `-o`, `--symmetry/--no-symmetry`; `how` is what Typer is told."""

    def __init__(self, *names: str, **how: Any) -> None:
        """Take note of it."""
        self.names, self.how = names, how


class Chart(StrEnum):
    """How counterexamples are drawn."""

    TEXT = "text"
    MERMAID = "mermaid"
    NONE = "none"


class Engine(StrEnum):
    """What explores the states."""

    AUTO = "auto"
    REFERENCE = "reference"
    NATIVE = "native"
    COLUMNS = "columns"


Files = Annotated[list[str], Argument(metavar="FILE", help="Specs, or folders of them.")]
File = Annotated[str, Argument(metavar="FILE", help="A spec.")]
Json = Annotated[bool, Option("--json", help="Print JSON for a machine to read.")]
With = Annotated[
    list[str] | None, Option("--with", metavar="NAME=VALUE", help="Give a parameter this value; may be repeated.")
]
Html = Annotated[
    str | None, Option("--html", metavar="FILE", help="Write a page that shows the counterexamples in a browser.")
]
SaveTrace = Annotated[
    str | None, Option("--save-trace", metavar="DIR", help="Write each counterexample to a file, for `explain`.")
]
SaveTest = Annotated[
    str | None,
    Option("--save-test", metavar="FILE", help="Write the counterexamples as tests: a .py file, or the spec itself."),
]
