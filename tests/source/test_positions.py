"""Every character of a scalar is traced back to its place in the file, whatever YAML did to it."""

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from comityc.source.tree import Mapping, Scalar, Source
from comityc.source.yaml_tree import parse


def scalar(text: str) -> tuple[Scalar, list[str]]:
    """Parse a file of one key and return its value, and the lines of the file."""
    tree, diagnostics = parse(Source("spec.yaml", text))
    assert not diagnostics, diagnostics
    assert isinstance(tree, Mapping)
    value = tree.entries[0][1]
    assert isinstance(value, Scalar)
    return value, text.split("\n")


def in_file(text: str) -> str:
    """Read the value back character by character; a place behind the end of a line is a line end."""
    value, lines = scalar(text)
    seen = ""
    for offset in range(len(value.text)):
        line, column = value.position(offset)
        seen += (lines[line - 1] + "\n")[column - 1 : column] or "\n"
    return seen


def test_plain_text_stands_as_it_is() -> None:
    assert in_file("key:   a == b  # why\n") == "a == b"


def test_a_plain_value_may_go_on_in_the_next_line() -> None:
    value, _ = scalar("key: a implies\n      b == c\n")
    assert value.text == "a implies b == c"
    assert value.position(value.text.index("b")) == (2, 7)
    assert value.position(len(value.text)) == (2, 13)
    assert value.span_between(10, 11).line == 2


def test_quotes_do_not_count() -> None:
    assert in_file('key: "a == b"\n') == "a == b"
    assert in_file("key: 'a == b'\n") == "a == b"


def test_escapes_are_wider_in_the_file_than_in_the_text() -> None:
    value, _ = scalar('key: "a\\tb \\u00e9 c"\n')
    assert value.text == "a\tb \u00e9 c"
    assert [value.position(offset)[1] for offset in range(7)] == [7, 8, 10, 11, 12, 18, 19]
    value, _ = scalar("key: 'it''s'\n")
    assert value.position(3) == (1, 11)


def test_a_quoted_value_may_be_folded() -> None:
    value, _ = scalar('key: "one\n   two\n\n   three \\\n   four"\n')
    assert value.text == "one two\nthree four"
    assert value.position(4) == (2, 4)
    assert value.position(8) == (4, 4)
    assert value.position(14) == (5, 4)


def test_lines_of_a_block_keep_their_places() -> None:
    value, _ = scalar("key: |  # statements\n  a = 1\n  if b:\n      c = 2\n\n  d = 3\n\nnext: 1\n")
    assert value.text == "a = 1\nif b:\n    c = 2\n\nd = 3\n"
    assert value.position(value.text.index("c")) == (4, 7)
    assert value.position(value.text.index("d")) == (6, 3)
    assert value.position(len(value.text)) == (6, 8)
    assert (value.span.line, value.span.end_line, value.span.end_column) == (1, 6, 8)


def test_lines_of_a_folded_block_keep_their_places() -> None:
    value, _ = scalar("key: >\n  (a,\n  b)\n\n  c\n    more\n  d\n")
    assert value.text == "(a, b)\nc\n  more\nd\n"
    assert value.position(value.text.index("b")) == (3, 3)
    assert value.position(value.text.index("more")) == (6, 5)
    assert value.position(value.text.index("d")) == (7, 3)


def test_a_block_may_say_its_indentation() -> None:
    value, _ = scalar("key: |2\n    a\n  b\n")
    assert value.text == "  a\nb\n"
    assert value.position(2) == (2, 5)
    assert value.position(4) == (3, 3)


def test_windows_line_ends_change_no_place() -> None:
    from comityc.source.loader import decode

    source, _ = decode("spec.yaml", b"key: |\r\n  a\r\n  b\r\n")
    assert source is not None
    value, _ = scalar(source.text)
    assert value.position(2) == (3, 3)


_TEXT = st.text(st.sampled_from("ab \n'\"\\#:-[]{}\u00e9\U0001f600\t"), min_size=1, max_size=40)


@settings(max_examples=400, deadline=None)
@given(_TEXT, st.sampled_from(["'", '"', "|", ">", None]), st.sampled_from([8, 80]))
def test_what_stands_at_a_place_is_what_the_text_says(text: str, style: str | None, width: int) -> None:
    written = yaml.dump({"key": text}, default_style=style, width=width, allow_unicode=True)
    tree, _ = parse(Source("spec.yaml", written))
    if not isinstance(tree, Mapping):  # YAML refuses a few of these, such as tabs before text
        return
    value = tree.entries[0][1]
    assert isinstance(value, Scalar)
    lines = written.split("\n")
    for offset, character in enumerate(value.text):
        line, column = value.position(offset)
        there = (lines[line - 1] + "\n")[column - 1 : column]
        assert there == character or there in ("\\", "\n", "", " ") or character in " \n", (written, offset)
    # Were the replay of YAML's ways to fail, there would be but one run; that is enough only for texts of one line.
    assert len(value.runs) > 1 or len({value.position(o)[0] for o in range(len(value.text))}) == 1
