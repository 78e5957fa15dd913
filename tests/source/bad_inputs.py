"""Bad specs, row by row as the threat list of the project numbers them; what each is expected to get.

A case is a text (or bytes, or a function that makes a path in an empty folder), and the codes of which at least one has to
be among the findings: `CMY01` stands for all codes that begin so. No codes: the input is harmless and gets no error.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class BadInput:
    """One bad spec; `row` is its number in the list, `expected` the beginnings of codes."""

    row: int
    name: str
    make: str | bytes | Callable[[Path], Path]
    expected: tuple[str, ...]


def lamp(
    *,
    protocol: str = "lamp",
    state: str = "dark",
    trigger: str = "after: 1s",
    guard: str = "true",
    parameter: str = "{type: int, default: 1, range: 1..9}",
    count: str = "lamps",
    more: str = "",
) -> str:
    """A small spec with one thing put into it."""
    return f"""comity: "1"
protocol: {protocol}
parameters:
  lamps: {parameter}
roles:
  lamp:
    count: {count}
    states:
      {state}:
        - {trigger}
          if: {guard}
          goto: lit
      lit: final
{more}"""


def _nested(levels: int) -> str:
    return "".join(f"{' ' * level}a:\n" for level in range(levels))


def _alias_bomb() -> str:
    lines = ["x-a0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9]"]
    lines += [f"x-a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    return "\n".join(lines) + "\n"


def _merge_bomb() -> str:
    lines = ["x-a0: &a0 {k: 1}"]
    lines += [f"x-a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, 8)]
    return "\n".join(lines) + "\n"


def _sparse(folder: Path) -> Path:
    file = folder / "huge.yaml"
    with file.open("wb") as opened:
        opened.truncate(100 << 20)
    return file


def _fifo(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.yaml")
    return folder / "pipe.yaml"


def _symlinked_pattern(folder: Path) -> Path:
    (folder / "beside.yaml").symlink_to("/etc/passwd")
    return _using("beside")(folder)


def _cycle(folder: Path) -> Path:
    for name, used in (("a", "b"), ("b", "c"), ("c", "a")):
        (folder / f"{name}.yaml").write_text(f'comity: "1"\nprotocol: {name}\nuse: {used}\n', encoding="utf-8")
    return folder / "a.yaml"


def _chain(folder: Path) -> Path:
    for n in range(1000):
        (folder / f"p{n}.yaml").write_text(f'comity: "1"\nprotocol: p{n}\nuse: p{n + 1}\n', encoding="utf-8")
    return folder / "p0.yaml"


def _using(pattern: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        file = folder / "spec.yaml"
        file.write_text(f'comity: "1"\nprotocol: spec\nuse: "{pattern}"\n', encoding="utf-8")
        return file

    return make


def _cases(row: int, make: Callable[[str], str], expected: tuple[str, ...], *values: str) -> list[BadInput]:
    return [BadInput(row, value[:30].encode("unicode_escape").decode(), make(value), expected) for value in values]


def _state(name: str) -> str:
    return lamp(state=name)


def _guard(expression: str) -> str:
    return lamp(guard=expression)


def _count(text: str) -> str:
    return lamp(count=text)


def _timer(text: str) -> str:
    return lamp(trigger=f"after: {text}")


def _note(text: str) -> str:
    return lamp(more=f"x-note: {text}\n")


_SYNTAX = ("CMY00", "CMY015", "CMY016", "CMY017")

BAD_INPUTS: list[BadInput] = [
    *_cases(1, _note, ("CMY0010",), '!!python/object/apply:os.system ["touch pwned"]'),
    *_cases(2, _note, ("CMY0010",), "!!python/name:os.system"),
    *_cases(3, _note, ("CMY0010",), "!custom 1", "!!binary eA==", "!!set {a}", "!!omap []", "!!timestamp 2024-01-01"),
    BadInput(4, "alias bomb", _alias_bomb(), ("CMY0011",)),
    BadInput(5, "merge bomb", _merge_bomb(), ("CMY0011", "CMY0012")),
    *_cases(6, _note, ("CMY0011",), "&a [*a]", "&a {<<: *a}"),
    BadInput(7, "a thousand brackets", "[" * 1_000, ("CMY0014",)),
    BadInput(7, "a hundred thousand brackets", "[" * 100_000, ("CMY0014",)),
    BadInput(7, "a hundred thousand braces", "{" * 100_000, ("CMY0014",)),
    BadInput(8, "a thousand nested maps", _nested(1_000), ("CMY0014",)),
    BadInput(9, "a hundred megabytes", _sparse, ("CMY0003",)),
    BadInput(9, "a device without end", lambda _: Path("/dev/zero"), ("CMY0002",)),
    BadInput(9, "a pipe", _fifo, ("CMY0002",)),
    BadInput(9, "a folder", lambda folder: folder, ("CMY0002",)),
    BadInput(9, "nothing", lambda folder: folder / "nothing.yaml", ("CMY0001",)),
    BadInput(10, "fifty thousand keys", "".join(f"x-{n}: 1\n" for n in range(50_000)), ("CMY0015",)),
    BadInput(10, "a scalar of ten megabytes", _note("a" * (10 << 20)), ("CMY0003",)),
    BadInput(10, "a scalar of nine hundred kilobytes", _note("a" * (900 << 10)), ("CMY0016",)),
    BadInput(10, "a key of a kilobyte", _note("{" + "a" * 1_000 + ": 1}"), ("CMY0016",)),
    *_cases(11, _count, ("CMY01", "CMY04", "CMY05"), "9" * 5_000, "0x" + "f" * 60_000, "1:59:59"),
    *_cases(12, _count, ("CMY01", "CMY02", "CMY04", "CMY05"), ".nan", ".inf", "1e400", "1_000", "017", "1.5"),
    *_cases(12, _timer, ("CMY01", "CMY02", "CMY04", "CMY05"), ".nan", ".inf", "1e400", "1_000", "017", "30"),
    BadInput(13, "a key twice", lamp(more="protocol: other\n"), ("CMY0013",)),
    BadInput(
        13, "a state twice", lamp().replace("      lit: final", "      dark: final\n      lit: final"), ("CMY0013",)
    ),
    BadInput(14, "two documents", lamp(more="---\na: 1\n"), ("CMY0007",)),
    BadInput(14, "an empty file", "", ("CMY0006",)),
    BadInput(14, "only comments", "# nothing\n\n# more of it\n", ("CMY0006",)),
    BadInput(14, "a list", "- comity\n- protocol\n", ("CMY0102",)),
    BadInput(14, "a word", "comity\n", ("CMY0102",)),
    BadInput(15, "tabs", lamp().replace("          goto", "\tgoto"), ("CMY0017",)),
    BadInput(15, "mixed indentation", lamp().replace("    count", "   count"), ("CMY0009",)),
    BadInput(15, "a byte order mark", b"\xef\xbb\xbf" + lamp().encode(), ("CMY0004",)),
    BadInput(15, "UTF-16", lamp().encode("utf-16"), ("CMY0004",)),
    BadInput(15, "invalid UTF-8", lamp(more="# \udcff\n").encode("utf-8", "surrogateescape"), ("CMY0004",)),
    BadInput(15, "NUL", lamp(more="# \0\n"), ("CMY0005",)),
    BadInput(15, "a carriage return alone", lamp(more="# a\rgoto: x\n"), ("CMY0005",)),
    *_cases(15, _note, ("CMY0005",), r'"\ud800"', r'"\0"', r'"\u202e"'),
    # Words that other YAML loaders read as something else stay words; the generated code gives them names that are legal.
    *_cases(16, _state, (), "no", "on", "null", "yes", "off"),
    *_cases(16, _state, ("CMY0107",), "1", "2024-01-01", "~"),
    *_cases(17, _state, (), "class", "match", "import"),
    *_cases(17, _state, ("CMY0107",), "__init__", "_x"),
    *_cases(18, _state, ("CMY0107",), '"x; import os"', "a-b", "a b", "a.b", '""', "x" * 100),
    *_cases(18, _state, ("CMY0018",), r'"x\nimport os"'),
    *_cases(18, _state, ("CMY0009", "CMY0016"), "x" * 10_000),
    *_cases(19, _state, ("CMY0018",), r'"foo\n"'),
    *_cases(20, _state, ("CMY0107",), "\uff4f\uff53", "\u0440\u0430y", "a\u200db"),
    *_cases(20, _state, ("CMY0005",), "a\u202eb"),
    BadInput(20, "a bidirectional override in words for people", lamp(more="doc: a\u202eb\n"), ("CMY0005",)),
    BadInput(21, "names that differ in case", lamp(more="messages: {Foo: {}, foo: {}}\n"), ("CMY0540",)),
    BadInput(
        21, "names that differ in an underscore", lamp(more="messages: {FooBar: {}, foo_bar: {}}\n"), ("CMY0540",)
    ),
    *_cases(
        22,
        lambda text: lamp(more=f"doc: {text}\n"),
        (),
        r"""'""" + '"""' + r"""'""",
        r'"\"\"\"\nimport os; os.system(\"x\")\n\"\"\""',
        r"'ends in a backslash \'",
        "'{{ 7*7 }} {% raw %} %s {0} ${HOME}'",
    ),
    *_cases(
        24,
        _guard,
        (*_SYNTAX, "CMY02"),
        "__import__('os')",
        "().__class__",
        "open('/etc/passwd')",
        "lambda: 0",
        "'[x for x in y]'",
        "f'{lamps}'",
        "(x := 1)",
        "await lamps",
        "`ls`",
        "lamps.__class__",
    ),
    *_cases(25, _guard, (*_SYNTAX, "CMY04"), "9**9**9", "'x'*10**9", "1<<10**9", "2**lamps", "'a' * 1000000000 == 'b'"),
    *_cases(
        26, _guard, _SYNTAX, "(" * 10_000 + "1" + ")" * 10_000, "-" * 20_000 + "1", "1" + "+1" * 20_000, "not " * 10_000
    ),
    *_cases(26, _guard, _SYNTAX, "(" * 900 + "1" + ")" * 900, "-" * 900 + "1 > 0", "not " * 900 + "true", "[" * 900),
    *(
        BadInput(29, f"a pattern at {pattern}", _using(pattern), ("CMY0009", "CMY03"))
        for pattern in (
            "../../secret",
            "/etc/passwd",
            "https://example.org/a.yaml",
            "spec",
            "~/secret",
            "a/../../b",
            "",
            "nowhere",
        )
    ),
    BadInput(29, "a link to elsewhere", _symlinked_pattern, ("CMY03",)),
    BadInput(29, "a cycle of three", _cycle, ("CMY03",)),
    BadInput(29, "a thousand patterns", _chain, ("CMY03",)),
    *_cases(
        31,
        lambda name: lamp(protocol=name),
        ("CMY0107", "CMY0170"),
        '"../../x"',
        "a/b",
        "x" * 300,
        "/etc/passwd",
        '"a\\\\b"',
    ),
    *_cases(
        32,
        lambda text: lamp(parameter=text),
        ("CMY02", "CMY04", "CMY05"),
        "{type: int, default: 0, range: 1..9}",
        "{type: int, default: -1, range: 1..9}",
        "{type: int, default: 10, range: 1..9}",
        "{type: int, default: 1/2, range: 1..9}",
        "{type: int, default: many, range: 1..9}",
        "{type: int, default: 3, range: 9..1}",
    ),
    BadInput(32, "a choice without an end", lamp(trigger="decide: x in int"), ("CMY04", "CMY05")),
    BadInput(33, "a million states", "".join(f"      s{n}: final\n" for n in range(60_000)), ("CMY00",)),
    BadInput(33, "a hundred thousand transitions", lamp(more="x-note:\n" + "- {a: b}\n" * 100_000), ("CMY0015",)),
    *_cases(33, _timer, ("CMY01", "CMY04", "CMY05"), "1000000000000000000s", "0s", "-1s", "0 * 1s"),
    *_cases(33, _count, ("CMY01", "CMY04", "CMY05"), "0", "-1", "1000000000000000000000"),
    BadInput(
        34,
        "a state that nobody reaches",
        lamp(more="").replace("      lit: final", "      off: final\n      lit: final"),
        ("CMY05",),
    ),
    BadInput(34, "a state that is not there", lamp().replace("goto: lit", "goto: light"), ("CMY0205",)),
    BadInput(
        34,
        "a transition behind one that always fits",
        lamp(guard="true\n          goto: lit\n        - after: 1s"),
        ("CMY05",),
    ),
    BadInput(34, "nothing but a loop", lamp(trigger="when: true").replace("goto: lit", "goto: dark"), ("CMY05",)),
    BadInput(35, "an adapter", lamp(more="adapter: os.system\n"), ("CMY0101",)),
    BadInput(35, "a password", lamp(more="store: postgres://me:secret@db/x\n"), ("CMY0101",)),
]
