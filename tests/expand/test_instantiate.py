"""`use`, `with` and `rename`, and the full protocol that they stand for."""

from pathlib import Path
from typing import Any

import pytest

from comityc.diagnostics.diagnostic import Diagnostic
from comityc.expand.instantiate import expand
from comityc.expand.printer import print_tree
from comityc.source.loader import load
from comityc.source.shape import check_shape
from comityc.source.tree import Mapping, Scalar, Sequence, Source, Tree
from comityc.source.yaml_tree import parse
from comityc.syntax.build import build_protocol

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "expand"
SPECS = sorted((ROOT / "specs").glob("*/*.yaml"))

PATTERN = "parameters:\n  size: {type: int, default: 1}\nroles:\n  node: {count: size, states: {done: final}}\n"


def expanded(path: Path) -> tuple[Tree, Source]:
    """Return the full tree of a spec that has nothing wrong with it."""
    source, findings = load(str(path))
    assert source is not None, findings
    tree, findings = parse(source)
    assert tree is not None, findings
    assert check_shape(tree) == ()
    full, findings = expand(tree, source)
    assert findings == ()
    return full, source


def found(folder: Path, **files: str) -> list[Diagnostic]:
    """Return what is found in `main`, which may use the other files."""
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(f'comity: "1"\nprotocol: {name}\n{text}', encoding="utf-8")
    source, _ = load(str(folder / "main.yaml"))
    assert source is not None
    tree, findings = parse(source)
    assert tree is not None, findings
    return list(expand(tree, source)[1])


def data(tree: Tree) -> Any:
    """Return what a tree says, without places and styles."""
    match tree:
        case Scalar(text):
            return text.strip()
        case Sequence(items):
            return [data(item) for item in items]
        case Mapping(entries):
            return {key.text: data(part) for key, part in entries}


@pytest.mark.parametrize("name", ["renamed", "plain", "twice"])
def test_a_spec_expands_to_what_is_written_beside_it(name: str) -> None:
    tree, _ = expanded(GOLDEN / f"{name}.yaml")
    assert print_tree(tree) == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", [*SPECS, *sorted(GOLDEN.glob("*.yaml"))], ids=lambda path: str(path.stem))
def test_what_is_printed_reads_as_the_same_protocol(path: Path) -> None:
    tree, _ = expanded(path)
    printed = Source("printed.yaml", print_tree(tree))
    again, findings = parse(printed)
    assert again is not None, findings
    assert data(again) == data(tree)
    assert check_shape(again) == ()
    protocol, findings = build_protocol(again, printed)
    assert findings == ()
    assert protocol is not None


def test_long_expressions_are_broken_where_a_line_ends(tmp_path: Path) -> None:
    condition = " and ".join(f"node[{i}] in done" for i in range(40))
    (tmp_path / "long.yaml").write_text(
        f'comity: "1"\nprotocol: long\n{PATTERN}properties:\n  ends:\n    always: {condition}\n', encoding="utf-8"
    )
    tree, _ = expanded(tmp_path / "long.yaml")
    printed = print_tree(tree)
    assert max(len(line) for line in printed.split("\n")) <= 120
    again, _ = parse(Source("printed.yaml", printed))
    assert again is not None
    assert data(again) == data(tree)


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.yaml")), ids=lambda path: str(path.stem))
def test_an_expanded_spec_builds(path: Path) -> None:
    protocol, findings = build_protocol(*expanded(path))
    assert findings == ()
    assert protocol is not None


def test_renamed_text_keeps_its_place_in_the_file_of_the_pattern() -> None:
    tree, source = expanded(GOLDEN / "renamed.yaml")
    protocol, _ = build_protocol(tree, source)
    assert protocol is not None
    pattern = (GOLDEN / "relay.yaml").read_text(encoding="utf-8").split("\n")
    (receive, *_) = protocol.roles[0].states[0].transitions
    assert receive.body[0].span.file.endswith("relay.yaml")
    assert receive.body[0].span.line == pattern.index("          do: note(msg.leg)") + 1
    assert receive.body[0].span.column == 15
    guard = receive.guard
    assert guard is not None
    line = pattern[guard.span.line - 1]
    assert line[guard.span.column - 1 : guard.span.end_column - 1] == "msg.leg.by != self and rule == strict"
    mine = protocol.properties[-1]
    assert mine.span.file.endswith("renamed.yaml")


def test_names_may_be_exchanged(tmp_path: Path) -> None:
    pattern = "roles:\n  here: {states: {a: [{when: there in b, goto: b}], b: final}}\n  there: {states: {b: final}}\n"
    assert found(tmp_path, pattern=pattern, main="use: pattern\nrename: {here: there, there: here}\n") == []
    tree, _ = expanded(tmp_path / "main.yaml")
    assert data(tree)["roles"] == {
        "there": {"states": {"a": [{"when": "here in b", "goto": "b"}], "b": "final"}},
        "here": {"states": {"b": "final"}},
    }


def test_mutants_are_named_after_what_was_renamed(tmp_path: Path) -> None:
    survives = "survives: {not-final node done: nothing comes, drop-guard size done: nothing goes}\n"
    (tmp_path / "pattern.yaml").write_text(f'comity: "1"\nprotocol: pattern\n{PATTERN}{survives}', encoding="utf-8")
    (tmp_path / "main.yaml").write_text(
        'comity: "1"\nprotocol: main\nuse: pattern\nrename: {node: peer, done: final_one, size: drop}\n',
        encoding="utf-8",
    )
    tree, _ = expanded(tmp_path / "main.yaml")
    assert data(tree)["survives"] == {
        "not-final peer final_one": "nothing comes",
        "drop-guard drop final_one": "nothing goes",
    }


@pytest.mark.parametrize(
    ("main", "codes"),
    [
        ("use: pattern\n", []),
        ("use: ./pattern\n", ["CMY0303"]),
        ("use: ../pattern\n", ["CMY0303"]),
        ("use: /etc/passwd\n", ["CMY0303"]),
        ("use: https://example.org/pattern\n", ["CMY0303"]),
        ("use: 'a\\b'\n", ["CMY0303"]),
        ("use: nowhere/pattern\n", ["CMY0301"]),
        ("use: main\n", ["CMY0302"]),
        ("use: pattern\nwith: {sise: 2}\n", ["CMY0304"]),
        ("use: pattern\nrename: {nodes: peer, size: node}\n", ["CMY0305", "CMY0306"]),
        ("use: pattern\nrename: {node: 1st, size: all}\n", ["CMY0170", "CMY0306"]),
        ("use: pattern\nrename: {node: x, size: x}\n", ["CMY0306"]),
        ("use: pattern\nrename: {any: x}\n", ["CMY0305"]),
        ("use: pattern\nroles: {a: {states: {b: final}}}\nnetwork: fifo\n", ["CMY0307", "CMY0307"]),
        ("with: {a: 1}\nrename: {b: c}\n", ["CMY0309", "CMY0309"]),
    ],
)
def test_a_wrong_use_is_found(main: str, codes: list[str], tmp_path: Path) -> None:
    findings = found(tmp_path, pattern=PATTERN, main=main)
    assert [finding.code.number for finding in findings] == codes


def test_a_cycle_is_told_as_a_path(tmp_path: Path) -> None:
    (finding,) = found(tmp_path, a="use: b\n", b="use: c\n", c="use: a\n", main="use: a\n")
    assert finding.code.number == "CMY0302"
    assert finding.span.file.endswith("main.yaml")
    assert [Path(part).stem for part in finding.notes[0].split(" uses ")] == ["main", "a", "b", "c", "a"]


def test_a_tower_of_patterns_has_a_limit(tmp_path: Path) -> None:
    tower = {f"p{i}": f"use: p{i + 1}\n" for i in range(30)}
    (finding,) = found(tmp_path, main="use: p0\n", p30=PATTERN, **tower)
    assert finding.code.number == "CMY0302"


def test_a_pattern_with_findings_says_where(tmp_path: Path) -> None:
    (finding,) = found(tmp_path, pattern="rolls: {}\n", main="use: pattern\n")
    assert finding.code.number == "CMY0308"
    assert "unknown key `rolls`" in finding.notes[0]


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    inside = tmp_path / "inside" / "specs"
    inside.mkdir(parents=True)
    (tmp_path / "secret.yaml").write_text('comity: "1"\nprotocol: secret\n', encoding="utf-8")
    (inside / "pattern.yaml").symlink_to(tmp_path / "secret.yaml")
    (finding,) = found(inside, main="use: pattern\n")
    assert finding.code.number == "CMY0301"


def test_a_pattern_of_the_library_is_found_from_anywhere(tmp_path: Path) -> None:
    assert found(tmp_path, main="use: election/ring\nwith: {ranks: [2, 1]}\n") == []
