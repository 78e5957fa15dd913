"""The located tree: what YAML says and where, and what it makes of expressions shown as it should be."""

import random
from pathlib import Path

import pytest
import yaml

from comityc.source import yaml_tree
from comityc.source.tree import Mapping, Scalar, Source, Tree
from comityc.source.yaml_tree import parse

SPECS = sorted((Path(__file__).parent.parent.parent / "specs").glob("*/*.yaml"))


def tree_of(text: str) -> Tree:
    tree, diagnostics = parse(Source("spec.yaml", text))
    assert tree is not None, diagnostics
    return tree


def found(text: str) -> list[tuple[str, int, int, str | None]]:
    """Codes, lines, columns and helps of what is wrong with a text."""
    return [(d.code.number, d.span.line, d.span.column, d.help) for d in parse(Source("spec.yaml", text))[1]]


def test_words_stay_words() -> None:
    tree = tree_of("a: [yes, no, on, null, ~, 017, 1_000, 1:59:59, .nan, 2024-01-01]\n")
    assert isinstance(tree, Mapping)
    words = tree.entries[0][1]
    assert not isinstance(words, Scalar | Mapping)
    assert [word.text for word in words.items if isinstance(word, Scalar)] == (
        ["yes", "no", "on", "null", "~", "017", "1_000", "1:59:59", ".nan", "2024-01-01"]
    )


def test_a_block_ends_with_its_last_value() -> None:
    tree = tree_of("a:\n  b: 1\n  c: [x,\n      y]\n\n\nd: 1\n")
    assert isinstance(tree, Mapping)
    span = tree.entries[0][1].span
    assert (span.line, span.column, span.end_line, span.end_column) == (2, 3, 4, 9)


def test_duplicate_keys_name_both_places() -> None:
    (finding,) = parse(Source("spec.yaml", "a: 1\nb: 2\na: 3\n"))[1]
    assert (finding.span.line, finding.labels[0].span.line) == (3, 1)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("a: {type: set[int], x: 1}  # why", 'a: {type: "set[int]", x: 1}'),
        ("a: {value: Text?}", 'a: {value: "Text?"}'),
        ("a: {value: map[k, T]?}", 'a: {value: "map[k, T]?"}'),
        ("a: {pass: max(a, b) > 1}", 'a: {pass: "max(a, b) > 1"}'),
        ("a: [x in (b, c), y[0] == 1]", 'a: ["x in (b, c)", "y[0] == 1"]'),
        ("a: [x for x in y] + 1", 'a: "[x for x in y] + 1"'),
        ("a: {x for x in y} | z", 'a: "{x for x in y} | z"'),
        ('a: "red" == x', "a: '\"red\" == x'"),
        ("a: {k: 1 for k in x}[0]", 'a: "{k: 1 for k in x}[0]"'),
        ("a: x == y: z  # why", 'a: "x == y: z"'),
        ("a: @x", 'a: "@x"'),
        ("a: %x", 'a: "%x"'),
        ("a: > x", 'a: "> x"'),
        ("a: x == # y", 'a: "x == # y"'),
        ('a: x == "b # c"', "a: 'x == \"b # c\"'"),
        ("- a: [b(c, d)]", '- a: ["b(c, d)"]'),
        ('a: map[b, bool] = "{p: 1 for p in b}"\n', 'a: "map[b, bool] = {p: 1 for p in b}"'),
    ],
)
def test_the_line_is_shown_as_it_should_be(wrong: str, right: str) -> None:
    findings = found(wrong + "\n")
    assert [help_text for *_, help_text in findings] == [f"write `{right}`"]
    assert not found(right + "\n")


def test_slips_on_several_lines_are_found_in_one_run() -> None:
    text = "a: {b: set[int]}\nc: [max(a, b)]\nd: x: y\ne: {f: T?}\n\n  g: @h\n"
    assert [line for _, line, _, _ in found(text)] == [1, 2, 3, 4, 6]


def test_a_comment_is_no_slip() -> None:
    assert not found("a: b == c   # (why\nd: e in (f, g)  # and\nh: 'i' # j\nk: # l\n  m: 1\n")


def test_words_for_people_may_end_as_they_like() -> None:
    assert not found("doc: this and  # that\n")


def test_a_comment_within_a_value_is_named() -> None:
    code, line, _, help_text = found("a: b implies c   # why\n   and d\n")[0]
    assert (code, line) == ("CMY0023", 1)
    assert help_text == "move the comment to a line of its own above"


def test_a_missing_colon_is_shown() -> None:
    assert found("roles\n  a: 1\n") == [("CMY0009", 1, 1, "write `roles:`")]
    assert found("a:\n  roles\n  b: 1\n") == [("CMY0009", 2, 3, "write `roles:`")]


def test_an_open_quote_is_shown_where_it_begins() -> None:
    assert found('a: 1\nb: "c\nd: e\n')[0][:3] == ("CMY0009", 2, 4)


def test_tabs_are_counted() -> None:
    (finding,) = parse(Source("spec.yaml", "a:\n\tb: 1\n\tc: 1\n"))[1]
    assert finding.notes == ("lines indented with tabs: 2",)


# ---- both parsers of PyYAML


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: str(path.stem))
def test_the_parser_in_python_reads_the_same_tree(spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source(str(spec), spec.read_text(encoding="utf-8"))
    fast, _ = parse(source)
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    slow, _ = parse(source)
    assert fast == slow


@pytest.mark.parametrize("seed", range(150))
def test_the_parser_in_python_judges_the_same(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chooser = random.Random(seed)
    text = chooser.choice(SPECS).read_text(encoding="utf-8")
    for _ in range(chooser.randint(1, 3)):
        at = chooser.randrange(len(text))
        text = (
            text[:at] + chooser.choice(["", ":", " ", "\n", "[", "}", "#", "?", "'", '"', "- ", ", "]) + text[at + 1 :]
        )
    fast, found_fast = parse(Source("spec.yaml", text))
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    slow, found_slow = parse(Source("spec.yaml", text))
    assert bool(found_fast) == bool(found_slow)
    if not found_fast:
        assert fast == slow


def test_limits_are_what_the_pages_say() -> None:
    assert (yaml_tree.MOST_DEPTH, yaml_tree.MOST_VALUES, yaml_tree.MOST_SCALAR, yaml_tree.MOST_KEY) == (
        32,
        50_000,
        64 * 1024,
        200,
    )
