"""The shape of specs: one table, from which the check and the published schema both come."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from comityc.source.forms import Choice, Key, ListOf, MapOf, Record, Shape
from comityc.source.json_schema import SCHEMA_FILE, json_schema, schema_text
from comityc.source.loader import load
from comityc.source.shape import check_shape
from comityc.source.table import PROTOCOL
from comityc.source.tree import Mapping, Scalar, Sequence, Source, Tree
from comityc.source.yaml_tree import parse

ROOT = Path(__file__).parent.parent.parent
SPECS = sorted((ROOT / "specs").glob("*/*.yaml"))
REJECTED = sorted((ROOT / "tests" / "golden" / "diagnostics").glob("CMY01[01]*.yaml"))
VALIDATOR = jsonschema.Draft202012Validator(json_schema())


def tree_of(text: str) -> Tree:
    tree, diagnostics = parse(Source("spec.yaml", text))
    assert tree is not None, diagnostics
    return tree


def plain(tree: Tree) -> Any:
    """The tree as JSON sees it, all values text."""
    match tree:
        case Scalar():
            return tree.text
        case Sequence():
            return [plain(item) for item in tree.items]
        case Mapping():
            return {key.text: plain(value) for key, value in tree.entries}


def found(text: str) -> list[tuple[str, int, str | None]]:
    return [(d.code.number, d.span.line, d.help) for d in check_shape(tree_of(text))]


HEAD = 'comity: "1"\nprotocol: lamp\n'
ROLES = "roles: {lamp: {states: {lit: final}}}\n"


# ---- the table and its schema


def test_the_published_schema_is_the_one_of_the_table() -> None:
    expected = SCHEMA_FILE.read_text(encoding="utf-8")
    assert schema_text() == expected, "run: python -m comityc.source.json_schema"


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: str(path.stem))
def test_editors_accept_what_the_library_says(spec: Path) -> None:
    text = spec.read_text(encoding="utf-8")
    assert not list(VALIDATOR.iter_errors(plain(tree_of(text))))
    # As an editor reads it, numbers and truths are not text. (`yes` and `no` are words to YAML 1.2, and booleans to PyYAML.)
    assert not list(VALIDATOR.iter_errors(yaml.safe_load(text.replace("[yes, no", "['yes', 'no'"))))


@pytest.mark.parametrize("spec", [*SPECS, *REJECTED], ids=lambda path: str(path.stem))
def test_the_check_and_the_schema_agree(spec: Path) -> None:
    source, _ = load(str(spec))
    assert source is not None
    tree, _ = parse(source)
    assert tree is not None
    assert bool(check_shape(tree)) == bool(list(VALIDATOR.iter_errors(plain(tree))))


@pytest.mark.parametrize("seed", range(300))
def test_the_check_and_the_schema_agree_on_spoilt_specs(seed: int) -> None:
    chooser = random.Random(seed)
    tree = tree_of(chooser.choice(SPECS).read_text(encoding="utf-8"))
    spoilt = _spoil(tree, chooser, 0)
    assert bool(check_shape(spoilt)) == bool(list(VALIDATOR.iter_errors(plain(spoilt))))


def _spoil(tree: Tree, chooser: random.Random, depth: int) -> Tree:
    """Change one thing somewhere: a key, a kind, or what is there at all."""
    if (depth > 0 and chooser.random() < 0.25) or isinstance(tree, Scalar):
        scalar = Scalar("x", tree.span, "single", ())
        one, wrapped = Sequence((scalar,), tree.span), Mapping(((scalar, tree),), tree.span)
        others: list[Tree] = [scalar, Sequence((), tree.span), one, Mapping((), tree.span), wrapped]
        return chooser.choice(others)
    parts = len(tree.items) if isinstance(tree, Sequence) else len(tree.entries)
    if parts == 0:
        return Scalar("x", tree.span, "single", ())
    at = chooser.randrange(parts)
    if isinstance(tree, Sequence):
        return Sequence(
            (*tree.items[:at], _spoil(tree.items[at], chooser, depth + 1), *tree.items[at + 1 :]), tree.span
        )
    key, value = tree.entries[at]
    changed = [(key, _spoil(value, chooser, depth + 1))]
    if chooser.random() < 0.2:
        changed = chooser.choice([[], [(Scalar("odd key", key.span, "plain", ()), value)]])
    return Mapping((*tree.entries[:at], *changed, *tree.entries[at + 1 :]), tree.span)


def test_every_example_of_the_table_is_yaml() -> None:
    for key in _keys(PROTOCOL):
        if key.example:
            assert key.name in plain(tree_of(key.example)), key


def test_every_key_is_described() -> None:
    for key in _keys(PROTOCOL):
        assert key.description.endswith("."), key


def _keys(shape: Shape | None) -> Iterator[Key]:
    match shape:
        case Record():
            for key in shape.keys:
                yield key
                yield from _keys(key.shape)
        case ListOf():
            yield from _keys(shape.item)
        case MapOf():
            yield from _keys(shape.value)
        case Choice():
            for part in (shape.items, shape.map, shape.long):
                yield from _keys(part)
        case _:
            pass


# ---- findings


def test_everything_wrong_is_found_in_one_run() -> None:
    text = HEAD + "parmeters: {}\nmessages: [A]\nnetwork: fats\nroles:\n  a-b:\n    states: {}\n"
    assert [(code, line) for code, line, _ in found(text)] == [
        ("CMY0101", 3),
        ("CMY0102", 4),
        ("CMY0105", 5),
        ("CMY0107", 7),
        ("CMY0108", 8),
    ]


def test_a_misspelt_key_is_not_missing_too() -> None:
    assert found(HEAD + "rols: {a: {states: {b: final}}}\n") == [("CMY0101", 3, "did you mean `roles`?")]


def test_words_of_other_tools_are_understood() -> None:
    text = (
        HEAD
        + "roles:\n  lamp:\n    states:\n      dark:\n        - after: 1s\n          target: lit\n      lit: final\n"
    )
    assert found(text) == [("CMY0101", 8, "did you mean `goto`?")]


def test_a_key_in_the_wrong_place_is_told_its_place() -> None:
    assert found(HEAD + ROLES + "goto: lit\n") == [("CMY0101", 4, "`goto` belongs in a transition")]


def test_keys_of_ones_own_begin_with_x() -> None:
    assert found(HEAD + ROLES + "x-owner: [anybody]\n") == []


def test_a_transition_without_a_colon_is_recognised() -> None:
    text = HEAD + "roles:\n  lamp:\n    states:\n      dark:\n        - receive Switch\n"
    assert found(text) == [("CMY0105", 7, "did you mean `receive: Switch`?")]


def test_a_comprehension_is_shown_in_quotes() -> None:
    text = HEAD + ROLES + "define:\n  helpers: [m for m in lamp]\n"
    assert found(text) == [("CMY0024", 5, 'write `helpers: "[m for m in lamp]"`')]


def test_a_file_that_uses_a_pattern_needs_no_roles() -> None:
    assert found(HEAD + "use: voting/threshold_vote\n") == []
    assert [code for code, _, _ in found(HEAD)] == ["CMY0103"]


def test_a_message_may_have_a_field_of_the_name_order() -> None:
    assert found(HEAD + ROLES + "messages: {Bring: {order: text, what: text}}\n") == []
    assert [code for code, _, _ in found(HEAD + ROLES + "messages: {Bring: {fields: {a: text}, ordr: fifo}}\n")] == [
        "CMY0101"
    ]


def test_the_version_may_do_without_quotes() -> None:
    assert found("comity: 1\nprotocol: lamp\n" + ROLES) == []


@pytest.mark.parametrize("word", ["yes", "no", "on", "off", "True"])
def test_truths_are_true_and_false(word: str) -> None:
    text = HEAD + f"roles: {{lamp: {{dynamic: {word}, states: {{lit: final}}}}}}\n"
    meant = "true" if word in ("yes", "on", "True") else "false"
    assert found(text) == [("CMY0105", 3, f"did you mean `{meant}`?")]
