"""Properties that no protocol could break are told from those that merely look harmless."""

from pathlib import Path

import pytest

from comityc.driver import check_file

SPEC = """
comity: "1"
protocol: lamp
define:
  lit_or_not: lamp in on or lamp not in on
roles:
  lamp:
    variables:
      n: int
      mode: bool
      best: int?
    states:
      off:
        - decide: turn
          do: n += 1
          goto: on
        - after: 1h
          goto: broken
      on:
        - after: 1m
          do: mode = not mode
          goto: off
        - after: 1h
          do: best = n
          goto: broken
      broken: final
bounds: {n: 0..3}
properties:
  claim:
    CLAIM
"""

CERTAIN = [
    "always: lamp in on or lamp not in on",
    "always: lamp in on implies lamp in (on, off)",
    "always: lamp in (on, off, broken)",
    "always: lit_or_not",
    "always: lamp.n < 2 or lamp.n >= 2",
    "always: lamp.n == 1 or lamp.n != 1",
    "always: lamp.n > 0 and lamp.mode implies lamp.mode",
    "always: lamp.best is none or lamp.best is not none",
    "always: all(x == 1 or x != 1 for x in [lamp.n])",
    "never: lamp in on and lamp in off",
    "never: lamp.n < 1 and lamp.n > 1",
    "eventually: lamp in on or lamp in off or lamp in broken",
    "leads_to: [lamp in on, not lamp in broken]",
    "step: old(lamp.mode) or not old(lamp.mode)",
    "reachable: lamp.mode or not lamp.mode",
]

UNCERTAIN = [
    "always: lamp in on or lamp in off",
    "always: lamp.n < 2 or lamp.n > 2",
    "always: lamp.n >= 0",
    "always: lamp.mode implies lamp in on",
    "never: lamp in on and lamp.n < 1",
    "eventually: lamp in broken",
    "leads_to: [lamp in on, lamp in off]",
    "step: old(lamp.mode) or not lamp.mode",
    "stable: lamp.best",
    "always: all(x > 0 for x in [lamp.n])",
]


def found(folder: Path, claim: str) -> list[str]:
    path = folder / "lamp.yaml"
    path.write_text(SPEC.replace("CLAIM", claim).lstrip("\n"))
    result = check_file(str(path))
    assert not result.has_errors, result.diagnostics
    return [diagnostic.message for diagnostic in result.diagnostics if diagnostic.code.number == "CMY0535"]


@pytest.mark.parametrize("claim", CERTAIN)
def test_what_nothing_can_break_is_found(claim: str, tmp_path: Path) -> None:
    assert found(tmp_path, claim) == ["`claim` is true whatever the state"]


@pytest.mark.parametrize("claim", UNCERTAIN)
def test_what_something_could_break_is_not(claim: str, tmp_path: Path) -> None:
    assert found(tmp_path, claim) == []
