"""The tree of a spec that uses a pattern comes in; the tree of the full protocol goes out, each part with its own file.

protocol: budget_approval              protocol: budget_approval
use: voting/threshold_vote             parameters:
with: {voters: 5}           becomes      directors: {type: int, default: 5, range: 1..100}
rename: {voters: directors}            roles: ...
properties: {mine: ...}                properties: {those of the pattern, then mine: ...}
"""

from collections.abc import Callable
from pathlib import Path

from comityc.diagnostics.codes_syntax import (
    BROKEN_PATTERN,
    NOT_ADDABLE,
    NOTHING_USED,
    PATTERN_CYCLE,
    PATTERN_PATH,
    RENAME_CLASH,
    UNKNOWN_PARAMETER,
    UNKNOWN_PATTERN,
    UNKNOWN_RENAME,
)
from comityc.diagnostics.diagnostic import Diagnostic, Label
from comityc.diagnostics.span import NOWHERE
from comityc.diagnostics.suggest import did_you_mean
from comityc.expand.compose import compose
from comityc.expand.find import find_pattern, is_reference
from comityc.expand.names import LANGUAGE_WORDS, declared_names, rename_spec, used_names
from comityc.expand.part import Load
from comityc.source.loader import load
from comityc.source.shape import check_shape
from comityc.source.tree import Mapping, Run, Scalar, Source, Tree
from comityc.source.yaml_tree import parse
from comityc.syntax.reading import Reader

Find = Callable[[str, str], str | None]
"""From what `use:` says and the file that says it to the path of the pattern."""

MOST_PATTERNS = 8
"""How many patterns may rest on each other."""

_OWN = ("comity", "protocol", "doc", "tolerates")  # stand in place of the pattern's
_ADDED = ("define", "assume", "properties")  # are added, and change nothing of the pattern's
_MERGED = (
    "bounds",
    "waive",
    "survives",
    "verify",
    "simulate",
    "scenarios",
)  # are added, or stand in place of those of the same name
_HERE = ("use", "with", "rename")


def expand(tree: Tree, source: Source, find: Find = find_pattern) -> tuple[Tree, tuple[Diagnostic, ...]]:
    """Return the full protocol that a spec stands for: the spec itself, if it uses no pattern."""
    return _expand(tree, source.file, find, (source.file,))


def composed_of(file: str) -> tuple[Mapping, Load]:
    """Return a spec as it is written, but for patterns, and what reads the parts that it names. The spec has no findings."""
    chain = (file,)

    def load_part(part: Scalar) -> Mapping | Diagnostic:
        return _pattern(part, part.span.file, find_pattern, chain)

    source, _ = load(file)
    tree = None if source is None else parse(source)[0]
    return tree if isinstance(tree, Mapping) else Mapping((), NOWHERE), load_part


def _expand(tree: Tree, file: str, find: Find, chain: tuple[str, ...]) -> tuple[Tree, tuple[Diagnostic, ...]]:
    if not isinstance(tree, Mapping):
        return tree, ()
    use = tree.get("use")
    if not isinstance(use, Scalar):
        nothing = tuple(_nothing_used(tree))
        return (tree, nothing) if nothing else compose(tree, lambda part: _pattern(part, part.span.file, find, chain))
    pattern = _pattern(use, file, find, chain)
    if isinstance(pattern, Diagnostic):
        return tree, (pattern,)
    names, findings = _renames(tree, pattern)
    pattern = rename_spec(pattern, names)
    findings += _unknown_parameters(tree, pattern)
    findings += _not_addable(tree, pattern)
    if findings:
        return tree, tuple(findings)
    return _merged(tree, _with_defaults(tree, pattern)), ()


# ---- the pattern


def _pattern(use: Scalar, file: str, find: Find, chain: tuple[str, ...]) -> Mapping | Diagnostic:
    if not is_reference(use.text):
        return _bad_path(use)
    path = find(use.text, file)
    if path is None:
        return _unknown_pattern(use)
    if len(chain) > MOST_PATTERNS or any(_same_file(path, other) for other in chain):
        return _cycle(use, (*chain, path))
    source, findings = load(path)
    tree = None
    if source is not None:
        tree, findings = parse(source)
    if tree is not None and not _errors(findings):
        findings = check_shape(tree)
    if not isinstance(tree, Mapping) or _errors(findings):
        return _broken(use, path, findings)
    expanded, findings = _expand(tree, path, find, (*chain, path))
    if not isinstance(expanded, Mapping) or _errors(findings):
        cycles = [finding for finding in findings if finding.code is PATTERN_CYCLE]
        return _cycle_below(use, cycles[0]) if cycles else _broken(use, path, findings)
    return expanded


def _same_file(one: str, other: str) -> bool:
    return Path(one).resolve() == Path(other).resolve()


def _errors(findings: tuple[Diagnostic, ...]) -> bool:
    return any(finding.is_error for finding in findings)


# ---- rename


def _renames(tree: Mapping, pattern: Mapping) -> tuple[dict[str, str], list[Diagnostic]]:
    rename = tree.get("rename")
    if not isinstance(rename, Mapping):
        return {}, []
    declared, used = declared_names(pattern), used_names(pattern)
    old_names = {key.text for key, _ in rename.entries}
    names: dict[str, str] = {}
    taken: dict[str, Scalar] = {}
    reader = Reader()
    for key, value in rename.entries:
        new = reader.name(value)
        if key.text not in declared:
            reader.findings.append(_unknown_rename(key, declared))
        elif new is None or not isinstance(value, Scalar):
            continue
        elif new.text in LANGUAGE_WORDS:
            reader.findings.append(_word_of_the_language(value))
        elif new.text in used and new.text not in old_names:
            reader.findings.append(_taken(value))
        elif new.text in taken:
            reader.findings.append(_given_twice(value, taken[new.text]))
        else:
            taken[new.text] = value
            names[key.text] = new.text
    return names, reader.findings


# ---- with


def _unknown_parameters(tree: Mapping, pattern: Mapping) -> list[Diagnostic]:
    known = [key.text for key, _ in _entries(pattern, "parameters")]
    return [_unknown_parameter(key, known) for key, _ in _entries(tree, "with") if key.text not in known]


def _with_defaults(tree: Mapping, pattern: Mapping) -> Mapping:
    """Put the values of `with` where the pattern has its defaults."""
    values = {key.text: value for key, value in _entries(tree, "with")}
    parameters = tuple(
        (key, _with_default(parameter, values[key.text]) if key.text in values else parameter)
        for key, parameter in _entries(pattern, "parameters")
    )
    return _replaced(pattern, "parameters", parameters)


def _with_default(parameter: Tree, value: Tree) -> Tree:
    default = Scalar("default", value.span, "plain", _runs(value))
    if isinstance(parameter, Mapping):
        if parameter.get("default") is None:
            return Mapping((*parameter.entries, (default, value)), parameter.span, parameter.flow)
        entries = tuple((key, value if key.text == "default" else part) for key, part in parameter.entries)
        return Mapping(entries, parameter.span, parameter.flow)
    if isinstance(parameter, Scalar):
        type_text = parameter.text.partition("=")[0].strip()
        written = Scalar(type_text, parameter.span, parameter.style, parameter.runs)
        word = Scalar("type", parameter.span, "plain", parameter.runs)
        return Mapping(((word, written), (default, value)), parameter.span, flow=True)
    return parameter


def _runs(tree: Tree) -> tuple[Run, ...]:
    return (Run(0, tree.span.line, tree.span.column),)


# ---- what is added


def _not_addable(tree: Mapping, pattern: Mapping) -> list[Diagnostic]:
    findings = []
    for key, part in tree.entries:
        if key.text not in (*_OWN, *_ADDED, *_MERGED, *_HERE) and not key.text.startswith("x-"):
            findings.append(_only_in_patterns(key))
        if key.text in _ADDED and isinstance(part, Mapping):
            there = {name.text: name for name, _ in _entries(pattern, key.text)}
            findings += [_there_already(name, there[name.text]) for name, _ in part.entries if name.text in there]
    return findings


def _merged(tree: Mapping, pattern: Mapping) -> Mapping:
    """Lay the user's parts over the pattern's, in the pattern's order."""
    result = pattern
    for key, part in tree.entries:
        if key.text in _HERE:
            continue
        if key.text in (*_ADDED, *_MERGED) and isinstance(part, Mapping) and isinstance(pattern.get(key.text), Mapping):
            result = _replaced(result, key.text, _laid_over(_entries(pattern, key.text), part.entries), part.flow)
        elif pattern.get(key.text) is not None:
            entries = ((key, part) if old.text == key.text else (old, value) for old, value in result.entries)
            result = Mapping(tuple(entries), tree.span)
        else:
            result = Mapping((*result.entries, (key, part)), tree.span)
    return Mapping(result.entries, tree.span)


Entries = tuple[tuple[Scalar, Tree], ...]


def _laid_over(below: Entries, above: Entries) -> Entries:
    new = {key.text: (key, part) for key, part in above}
    kept = tuple(new.pop(key.text, (key, part)) for key, part in below)
    return (*kept, *new.values())


def _entries(tree: Mapping, section: str) -> Entries:
    part = tree.get(section)
    return part.entries if isinstance(part, Mapping) else ()


def _replaced(tree: Mapping, section: str, entries: Entries, flow: bool = False) -> Mapping:
    def part(value: Tree) -> Tree:
        return Mapping(entries, value.span, value.flow and flow) if isinstance(value, Mapping) else value

    made = tuple((key, part(value) if key.text == section else value) for key, value in tree.entries)
    return Mapping(made, tree.span, tree.flow)


# ---- findings


def _nothing_used(tree: Mapping) -> list[Diagnostic]:
    return [
        NOTHING_USED.at(key.span, f"`{key.text}` without `use`", help="say with `use:` which pattern it is about")
        for key, _ in tree.entries
        if key.text in ("with", "rename")
    ]


def _bad_path(use: Scalar) -> Diagnostic:
    return PATTERN_PATH.at(
        use.span,
        "a pattern is named by a path below the folders of specs",
        caret="not such a path",
        help="write `use: family/name`; there is no `..`, no `/` at the start, and nothing is fetched from elsewhere",
    )


def _unknown_pattern(use: Scalar) -> Diagnostic:
    return UNKNOWN_PATTERN.at(
        use.span,
        f"there is no pattern `{use.text}`",
        help="it is looked for beside this file, in the `specs` folders above it, and in the standard library",
    )


def _cycle(use: Scalar, chain: tuple[str, ...]) -> Diagnostic:
    if not any(_same_file(chain[-1], other) for other in chain[:-1]):
        return PATTERN_CYCLE.at(use.span, f"more than {MOST_PATTERNS} patterns rest on each other")
    return PATTERN_CYCLE.at(use.span, "the protocol uses itself", notes=(" uses ".join(chain),))


def _cycle_below(use: Scalar, below: Diagnostic) -> Diagnostic:
    return PATTERN_CYCLE.at(use.span, below.message, notes=below.notes)


def _broken(use: Scalar, path: str, findings: tuple[Diagnostic, ...]) -> Diagnostic:
    notes = tuple(f"{finding.span}: {finding.message}" for finding in findings[:3])
    return BROKEN_PATTERN.at(
        use.span, f"the pattern `{use.text}` has findings of its own", notes=notes, help=f"run `comity check {path}`"
    )


def _unknown_rename(key: Scalar, declared: frozenset[str]) -> Diagnostic:
    if key.text in LANGUAGE_WORDS:
        return UNKNOWN_RENAME.at(key.span, f"`{key.text}` is a word of the language and cannot be renamed")
    return UNKNOWN_RENAME.at(key.span, f"the pattern declares no `{key.text}`", help=did_you_mean(key.text, declared))


def _word_of_the_language(value: Scalar) -> Diagnostic:
    return RENAME_CLASH.at(value.span, f"`{value.text}` is a word of the language", help="choose another name")


def _taken(value: Scalar) -> Diagnostic:
    return RENAME_CLASH.at(value.span, f"the pattern uses the name `{value.text}` itself", help="choose another name")


def _given_twice(value: Scalar, first: Scalar) -> Diagnostic:
    label = Label(first.span, "first here")
    return RENAME_CLASH.at(value.span, f"two names become `{value.text}`", labels=(label,))


def _unknown_parameter(key: Scalar, known: list[str]) -> Diagnostic:
    return UNKNOWN_PARAMETER.at(
        key.span, f"the pattern has no parameter `{key.text}`", help=did_you_mean(key.text, known)
    )


def _only_in_patterns(key: Scalar) -> Diagnostic:
    return NOT_ADDABLE.at(
        key.span,
        f"`{key.text}` cannot be added to a pattern",
        help="copy the pattern to change what it does; properties, cases and scenarios can be added",
    )


def _there_already(name: Scalar, there: Scalar) -> Diagnostic:
    label = Label(there.span, "in the pattern")
    return NOT_ADDABLE.at(
        name.span, f"the pattern has `{name.text}` already", labels=(label,), help="choose another name"
    )
