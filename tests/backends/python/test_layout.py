"""Long lines are broken as `ruff format` would, which is asked here and nowhere else."""

import subprocess
import sys

import pytest

from comityc.backends.python.layout import wrap, wrap_signature

N = "a_rather_long_name_that_fills_a_line"
STATEMENTS = [
    ("return ", f"{N}({N}, {N}, {N}, {N})", ""),
    ("return ", f"{N}({N}({N}, {N}), {N}({N}, {N}, x=1), y={N}({N}, {N}), z={N})", ""),
    ("return ", f"{N}.{N}[0].{N}({N}, {N})", ""),
    ("return ", f"{N} and {N} and {N} and {N}", ""),
    ("return ", f"{N} and {N} or {N} and {N} or not {N}", ""),
    ("return ", f"({N} or {N}) and ({N} or {N} or {N} or {N})", ""),
    ("if ", f"{N} not in {N} and {N}({N}, {N}, {N})", ":"),
    ("if ", f"{N}.{N} == {N}({N}, {N}) or {N}[0]", ":"),
    ("if ", f"not all({N} == {N} for {N} in {N} if {N})", ":"),
    ("x = ", f"{N} + {N} - {N} * {N} + {N}", ""),
    ("x = ", f"sum(1 for x in {N} if {N} == {N}) > {N} * {N}", ""),
    ("x = ", f"tuple({N} for x in {N} for y in {N} if {N} if {N})", ""),
    ("x = ", f"max(({N} for x in {N} if {N}), key={N}, default=None)", ""),
    ("x = ", f"{N} if {N} else {N} if {N} else {N}", ""),
    ("x = ", f"({N}, {N}, {N}, {N})", ""),
    ("x = ", f"frozenset({{{N}, {N}, {N}, {N}}})", ""),
    ("x = ", f"{{{N}: {{{N}: {N}, x: {N}}}, y: {{z: {N}}}}}", ""),
    ("x = ", f'{{({N}, "{N} and some more text"): {N}, ({N}, {N}): {N}.{N}_{N}}}', ""),
    ("x = ", f"Map({{{N}: {N} + {N} for {N} in {N} if {N}}})", ""),
    ("x: int = ", f"{N}({N} and {N} and {N} and {N} and {N})", ""),
    ("x = ", f"{N}({N} if {N} and {N} else {N} if {N} else {N}, {N})", ""),
    ("x = ", f"{N}.put({N}, {N}[{N}]._replace({N}={N}))", ""),
    ("x = ", f"{N}({N})[{N} + {N} :]", ""),
    ("for x in ", f"ordered({N} | {N} | {N} | {N})", ":"),
    ("sends += ", f"to_all({N}, Übung({N}={N}, größe={N}))", ""),
    ("raise ", f'{N}("{"long text " * 12}")', ""),
    ("return ", f"-{N} < {N} <= {N}({N}) < {N} < {N}", ""),
    ("return ", f"{N} in ({N}, {N}) or {N} in ({N}, {N}, {N})", ""),
    ("return ", f"not ({N} and {N} and {N}) or all({N} < {N} for x in {N})", ""),
    ("", f"{N}.append({N}({N}, None, {N}, True, {N}))", ""),
]


@pytest.mark.parametrize("indent", [4, 8, 16])
def test_ruff_has_nothing_to_change(indent: int) -> None:
    blocks: list[str] = []
    for depth in range(4, indent + 1, 4):
        blocks.append(" " * (depth - 4) + ("def f(x):" if depth == 4 else "while x:"))
    for prefix, expression, suffix in STATEMENTS:
        blocks += wrap(prefix, expression, suffix, indent=indent)
        if suffix:
            blocks.append(" " * indent + "    pass")
    text = "\n".join(blocks) + "\n"
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", "120", "--diff", "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_line_that_fits_stays_one_line() -> None:
    assert wrap("return ", "a + b", indent=4) == ["    return a + b"]


def test_a_signature_is_broken_only_as_far_as_needed() -> None:
    short, long = (
        ["self", "state: S"],
        [f"{name}: frozenset[Instance]" for name in ("self", "first", "second", "third")],
    )
    assert wrap_signature("f", short, "None", indent=4) == ["    def f(self, state: S) -> None:"]
    assert len(wrap_signature("f" * 40, long, "None", indent=4)) == 3
    assert len(wrap_signature("f" * 40, long * 2, "None", indent=4)) == 10
