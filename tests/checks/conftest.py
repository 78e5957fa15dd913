"""The text of a spec comes in, what the static checks find in it goes out.

`INQUIRY` is a spec with nothing to find in it; a test changes a part of it and says what is found then.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from comityc.diagnostics.diagnostic import Diagnostic
from comityc.driver import check_file

Check = Callable[..., tuple[Diagnostic, ...]]

INQUIRY = """
comity: "1"
protocol: inquiry
messages:
  Question: {}
  Answer: {}
roles:
  client:
    states:
      start:
        - decide: ask
          do: send Question() to server
          goto: waiting
        - after: 1h
          goto: done
      waiting:
        - receive: Answer
          goto: done
        - after: 30s
          goto: done
      done: final
  server:
    states:
      ready:
        - resting
        - receive: Question
          do: send Answer() to sender
"""


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Return a function from a spec to its findings; without one, from changes to `INQUIRY`: `check(("30s", "1m"))`."""

    def run(*changes: tuple[str, str], text: str = INQUIRY) -> tuple[Diagnostic, ...]:
        for before, after in changes:
            assert text.count(before) == 1, f"{before!r} stands {text.count(before)} times in the spec"
            text = text.replace(before, after)
        file = tmp_path / "spec.yaml"
        file.write_text(text, encoding="utf-8")
        result = check_file(str(file))
        earlier = [finding for finding in result.diagnostics if not finding.code.number.startswith("CMY05")]
        assert result.machine is not None, earlier
        return tuple(finding for finding in result.diagnostics if finding not in earlier)

    return run


@pytest.fixture
def messages(check: Check) -> Callable[..., list[str]]:
    """Return a function like `check` to the messages of the findings alone."""
    return lambda *changes, **spec: [finding.message for finding in check(*changes, **spec)]
