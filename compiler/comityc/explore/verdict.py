"""What was found in each case comes in; verdicts on the spec come out, as plain data for reports and tests.

A verdict never claims more than was done: `holds` (complete, within the bounds named), `fails` (with the story), `cut`
(no counterexample among the states that were seen), `not_tested` (nothing put it to the test, and why).
"""

from dataclasses import field
from typing import Any, Literal

from comityc.explore.telling.story import Story
from comityc.records import dataclass

Verdict = Literal["holds", "fails", "cut", "not_tested"]


@dataclass(frozen=True, slots=True)
class PropertyVerdict:
    """The verdict on one property in one case. `expected` says whether that is what the spec says of it.

    `reason` tells what the verdict rests on, or why there is none; `instance` names the values of the property's `for`
    that it fails for, as `b = bidder[1]`.
    """

    name: str
    kind: str
    verdict: Verdict
    expected: bool
    reason: str = ""
    instance: str | None = None
    counterexample: Story | None = None


@dataclass(frozen=True, slots=True)
class CaseVerdict:
    """The verdict on one case, with one combination of its parameters. `findings` say what is not as the spec says.

    `orbits` is how many of the states were looked at, one for all that come of it by renaming instances of the roles in
    `symmetry`; None where every state was, or nobody asked. `every_state` says in a line each why other instances are not alike,
    and why a case was explored in full although some are. `states` is None where they are too many to be counted beside orbits.
    """

    name: str
    values: tuple[tuple[str, Any], ...]
    as_expected: bool
    verdict: Verdict
    states: int | None
    levels: int
    seconds: float
    bounds: str
    properties: tuple[PropertyVerdict, ...]
    findings: tuple[str, ...] = ()
    engine: str = "reference"
    orbits: int | None = None
    symmetry: tuple[str, ...] = ()
    every_state: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SpecVerdict:
    """The verdicts on all cases of one spec that were run. `remarks` say what is idle in it: no promise is broken by that."""

    file: str
    protocol: str
    cases: tuple[CaseVerdict, ...] = field(default=())
    remarks: tuple[str, ...] = ()

    @property
    def as_expected(self) -> bool:
        """Whether every case came out as the spec says."""
        return all(case.as_expected for case in self.cases)


def overall(verdicts: list[Verdict]) -> Verdict:
    """Return the verdict on a case from those on its properties: the worst of them."""
    for worst in ("fails", "cut"):
        if worst in verdicts:
            return worst
    return "holds" if "holds" in verdicts or not verdicts else "not_tested"
