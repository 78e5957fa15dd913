"""Whatever a `doc` says stays text: no quote or backslash of it ends a docstring."""

import ast
from itertools import product

import pytest

from comityc.backends.python.literals import docstring


def test_no_text_ends_its_docstring() -> None:
    for length in range(1, 6):
        for characters in product('"\\a\n', repeat=length):
            text = "".join(characters)
            (statement,) = ast.parse("\n".join(docstring(text))).body
            assert isinstance(statement, ast.Expr)
            assert isinstance(statement.value, ast.Constant)
            assert str(statement.value.value).split() == text.split()


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Plain.", '"""Plain."""'),
        ('He said "hi"', '"""He said "hi\\""""'),
        ('three """', '"""three \\"\\"\\""""'),
        ('a backslash and a quote \\"', '"""a backslash and a quote \\\\\\""""'),
        ("{{ 7*7 }} %s ${HOME}", '"""{{ 7*7 }} %s ${HOME}"""'),
    ],
)
def test_a_docstring_reads_like_its_text(text: str, written: str) -> None:
    assert docstring(text) == [written]
