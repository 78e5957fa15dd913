"""A spec of the library and a few changes of its text in; the wrong variant that the catalogue of known mistakes lists out.

Each variant goes with a small case, which stands in place of all cases of the spec, and with the properties that have to fail in it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SPECS = Path(__file__).parents[2] / "specs"
CASE = "a small case"


@dataclass(frozen=True, slots=True)
class Change:
    """A piece of the spec's text and what stands there instead; `times` says how often the piece has to occur."""

    old: str
    new: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class WrongVariant:
    """A well-known way to get a protocol wrong, as changes of the right one.

    `case` is the body of the one case, as YAML in one line. `breaks` names the properties that fail in it, and hold for the right spec.
    `trimmed` are changes of either spec, right and wrong, that make it smaller where that does not matter for the mistake.
    With `refused_by` the right spec does not even take the values: it names the assumption that the variant drops.
    """

    id: str
    title: str
    spec: str
    changes: tuple[Change, ...]
    case: str
    breaks: tuple[str, ...]
    refused_by: str | None = None
    trimmed: tuple[Change, ...] = ()

    @property
    def right(self) -> str:
        """The text of the right spec, with the small case alone."""
        return with_case(changed(read(self.spec), self.trimmed), self.case)

    @property
    def wrong(self) -> str:
        """The text of the variant, with the same case."""
        return with_case(changed(read(self.spec), (*self.trimmed, *self.changes)), self.case)


def read(spec: str) -> str:
    """Return the text of a spec of the library."""
    return (SPECS / spec).read_text(encoding="utf-8")


def changed(text: str, changes: Sequence[Change]) -> str:
    """Return a text with changes made one after the other; each old piece occurs exactly as often as it says."""
    for change in changes:
        found = text.count(change.old)
        if found != change.times:
            raise ValueError(f"found {found} times instead of {change.times}:\n{change.old}")
        text = text.replace(change.old, change.new)
    return text


def with_case(text: str, case: str) -> str:
    """Return a spec's text with one case in place of its own; `only:` names cases that are gone, so those lines go too."""
    text = re.sub(r"^    only: .*\n", "", text, flags=re.MULTILINE)
    return re.sub(r"^verify:.*\n(?:(?:  .*)?\n)*", lambda _: f"verify:\n  {CASE}: {case}\n\n", text, flags=re.MULTILINE)


def lines(text: str, indent: int) -> str:
    """Return some lines of a spec, indented as they stand there."""
    return "".join(" " * indent + line + "\n" if line else "\n" for line in text.strip("\n").split("\n"))
