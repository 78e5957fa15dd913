"""Specs that are spoilt at random get findings, never a traceback."""

import random
import time
from pathlib import Path

import pytest

from comityc.diagnostics.render import to_text
from comityc.driver import check_file

SPECS = sorted((Path(__file__).parent.parent.parent / "specs").glob("*/*.yaml"))
PIECES = [
    b"",
    b":",
    b" ",
    b"\n",
    b"[",
    b"}",
    b"#",
    b"?",
    b"'",
    b'"',
    b"- ",
    b", ",
    b"\t",
    b"\x00",
    b"\xff",
    b"(",
    b"1" * 50,
    b"none",
    b"any",
]
ROUNDS = 20
SEEDS = range(40)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_spoilt_spec_is_judged_without_a_traceback(seed: int, tmp_path: Path) -> None:
    chooser = random.Random(seed)
    file = tmp_path / "spec.yaml"
    for _ in range(ROUNDS):
        file.write_bytes(_spoilt(chooser.choice(SPECS).read_bytes(), chooser))
        began = time.perf_counter()
        for diagnostic in check_file(str(file)).diagnostics:
            assert diagnostic.span.line >= 1
            assert to_text(diagnostic)
        assert time.perf_counter() - began < 5


def _spoilt(data: bytes, chooser: random.Random) -> bytes:
    """Change a few bytes, or move, drop or repeat lines, or swap words."""
    for _ in range(chooser.randint(1, 3)):
        lines = data.split(b"\n")
        first, second = chooser.randrange(len(lines)), chooser.randrange(len(lines))
        match chooser.randrange(6):
            case 0 | 1:
                at = chooser.randrange(len(data))
                data = data[:at] + chooser.choice(PIECES) + data[at + 1 :]
            case 2:
                lines[first], lines[second] = lines[second], lines[first]
                data = b"\n".join(lines)
            case 3:
                data = b"\n".join([*lines[:first], *lines[first + 1 :]])
            case 4:
                data = b"\n".join([*lines[:first], lines[second], *lines[first:]])
            case _:
                words = data.split(b" ")
                one, other = chooser.randrange(len(words)), chooser.randrange(len(words))
                words[one], words[other] = words[other], words[one]
                data = b" ".join(words)
    return data
