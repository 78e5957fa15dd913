"""A small spec that would become an endless one is refused at once."""

import time

import pytest

from .specs import lowered

SPEC = """
comity: "1"
protocol: growing
{top}
roles:
  counter:
    variables:
      n: int
    states:
      counting:
        - when: {guard}
          do: |
            {body}
"""


def _doubled(head: str, lines: list[str], last: str) -> str:
    return "\n".join([head, *lines, last])


GROWING = {
    "records of records": (
        _doubled("types:", [f"  T{i}: {{a: T{i + 1}, b: T{i + 1}}}" for i in range(40)], "  T40: int"),
        "n > 0",
        "n = 1",
    ),
    "a row of types": (_doubled("types:", [f"  T{i}: T{i + 1}" for i in range(900)], "  T900: int"), "n > 0", "n = 1"),
    "a row of defines": (
        _doubled("define:", [f"  d{i}: d{i + 1} + 1" for i in range(500)], "  d500: n"),
        "d0 > 0",
        "n = 1",
    ),
    "deep defines": (
        _doubled("define:", [f"  d{i}: 1 + (2 + (3 + (4 + (5 + d{i + 1}))))" for i in range(25)], "  d25: n"),
        "d0 > 0",
        "n = 1",
    ),
    "tuples of tuples": (
        _doubled("define:", [f"  d{i}(x): d{i + 1}((x, x))" for i in range(29)], "  d29(x): 1"),
        "d0(n) > 0",
        "n = 1",
    ),
    "blocks of blocks": (
        _doubled("define:", [f"  b{i}: |\n    b{i + 1}()\n    b{i + 1}()" for i in range(28)], "  b28: |\n    n = 1"),
        "n > 0",
        "b0()",
    ),
    "a row of blocks": (
        _doubled("define:", [f"  b{i}: |\n    b{i + 1}()" for i in range(800)], "  b800: |\n    n = 1"),
        "n > 0",
        "b0()",
    ),
}


@pytest.mark.parametrize("name", GROWING)
def test_what_grows_beyond_measure_is_refused_at_once(name: str) -> None:
    top, guard, body = GROWING[name]
    text = SPEC.format(top=top, guard=guard, body=body)
    start = time.perf_counter()
    made, findings = lowered(text)
    assert time.perf_counter() - start < 1
    assert made is None
    assert {finding.code.number for finding in findings} == {"CMY0222"}


def test_words_that_many_enums_share_are_not_tried_for_ever() -> None:
    enums = "\n".join(f"  E{i}: [w, x{i}]" for i in range(30))
    chain = "\n".join(f"  d{i}(x): d{i + 1}(w) and x == x" for i in range(25))
    text = SPEC.format(top=f"types:\n{enums}\ndefine:\n{chain}\n  d25(x): x == x", guard="d0(w)", body="n = 1")
    start = time.perf_counter()
    made, findings = lowered(text)
    assert time.perf_counter() - start < 2
    assert made is None
    assert {finding.code.number for finding in findings} == {"CMY0215"}
