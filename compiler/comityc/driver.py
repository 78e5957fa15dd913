"""The passes in order: a path goes in; a machine, generated files or findings come out.

What cannot be read is left out, and the rest is still looked at as far as names and types go: whoever made three mistakes
hears of all three. The static checks want a whole machine.
"""

import marshal
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, TypeVar

from comityc.cache import CACHE
from comityc.diagnostics.bag import Bag
from comityc.diagnostics.diagnostic import Diagnostic
from comityc.records import dataclass

if TYPE_CHECKING:
    from comityc.machine.model import Machine
    from comityc.output import GeneratedFile
    from comityc.source.tree import Mapping, Source, Tree

T = TypeVar("T")

SPEC_SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What became of one spec: its machine when nothing is wrong with it, and everything that was found."""

    file: str
    machine: "Machine | None"
    diagnostics: tuple[Diagnostic, ...]
    source: "Source | None" = None

    @property
    def has_errors(self) -> bool:
        """Whether there is a finding that is not a mere warning."""
        return any(diagnostic.is_error for diagnostic in self.diagnostics)


def check_file(path: str) -> CheckResult:
    """Take one spec through all stages up to the machine and its static checks, or remember what came of it the last time."""
    key = CACHE.key(path)
    known = _remembered(path, key)
    return _checked(path, key) if known is None else known


def _checked(path: str, key: str | None) -> CheckResult:
    from comityc.source.tree import Mapping

    bag = Bag()
    tree, source, stands_alone = _read(path, bag)
    machine = None
    if source is not None and isinstance(tree, Mapping):
        machine = _machine(tree, source, bag)
    if key is not None and source is not None and stands_alone:
        from comityc.cache import pickled

        CACHE.put(key, "checked", pickled((machine, bag.diagnostics, source.text)))
        _note_key(machine, key)
    return CheckResult(path, machine, bag.diagnostics, source)


def _remembered(path: str, key: str | None) -> CheckResult | None:
    content = CACHE.get(key, "checked")
    if content is None or key is None:
        return None
    from comityc.cache import unpickled
    from comityc.source.tree import Source

    known = unpickled(content)
    if known is None:
        return None
    machine, diagnostics, text = known
    _note_key(machine, key)
    return CheckResult(path, machine, diagnostics, Source(path, text))


_KEYS: "dict[int, tuple[Machine, str]]" = {}
"""The machines last made from files that stand alone, by their identity, with the keys of the files. A machine made from one has no key."""
_MOST_KEYS = 16


def _note_key(machine: "Machine | None", key: str) -> None:
    if machine is not None:
        _KEYS[id(machine)] = (machine, key)
        if len(_KEYS) > _MOST_KEYS:
            del _KEYS[next(iter(_KEYS))]


def _machine(tree: "Mapping", source: "Source", bag: Bag) -> "Machine | None":
    from comityc.checks import check_machine
    from comityc.lower.lower import lower_protocol
    from comityc.syntax.build import build_what_can_be_read
    from comityc.syntax.holes import independent, lost_names, not_told

    protocol, findings = build_what_can_be_read(tree, source)
    bag.extend(not_told(findings, bag.diagnostics) if bag.has_errors else findings)
    machine, findings = lower_protocol(protocol)
    if bag.has_errors:
        bag.extend(independent(findings, lost_names(tree, bag.diagnostics), source))
        return None
    if machine is not None:
        findings = (*findings, *check_machine(machine))
    bag.extend(_of_this_file(findings, tree, source))
    return machine


def lowered(tree: "Mapping", file: str) -> "tuple[Machine | None, tuple[Diagnostic, ...]]":
    """Take a tree that was made from specs to its machine, without the static checks: they were made of what was written."""
    from comityc.expand.printer import print_tree
    from comityc.lower.lower import lower_protocol
    from comityc.source.tree import Source
    from comityc.syntax.build import build_protocol

    protocol, findings = build_protocol(tree, Source(file, print_tree(tree)))
    return (None, findings) if protocol is None else lower_protocol(protocol)


def _of_this_file(findings: "Iterable[Diagnostic]", tree: "Mapping", source: "Source") -> Iterator[Diagnostic]:
    """Yield the findings, without warnings about a part that stands in a file of its own: they are told there."""
    composed = tree.get("parts") is not None
    for finding in findings:
        if finding.is_error or not composed or finding.span.file == source.file:
            yield finding


def read_tree(path: str, bag: Bag) -> "tuple[Tree | None, Source | None]":
    """Read a spec as a located tree, with `use:` expanded; its source is then the full text.

    Where the shape is wrong there are findings, and the tree is what can be made of it.
    """
    tree, source, _ = _read(path, bag)
    return tree, source


def _read(path: str, bag: Bag) -> "tuple[Tree | None, Source | None, bool]":
    """Read a spec, and say whether it stands alone: whether no other file had to do with what came of it."""
    from comityc.expand.instantiate import expand
    from comityc.expand.printer import print_tree
    from comityc.source.loader import load
    from comityc.source.shape import check_and_mend
    from comityc.source.tree import Source
    from comityc.source.yaml_tree import parse

    source: Source | None = _kept(load(path), bag)
    if source is None:
        return None, None, False
    tree, findings = parse(source)
    bag.extend(findings)
    if tree is None:
        return None, source, True
    findings, meant = check_and_mend(tree)
    bag.extend(findings)
    if bag.has_errors:
        return (None if _uses_a_pattern(meant) else meant), source, True
    full, findings = expand(tree, source)
    bag.extend(findings)
    if bag.has_errors:
        return None, source, False
    if full is tree:
        return full, source, True
    return full, Source(source.file, print_tree(full)), False


def _uses_a_pattern(tree: "Tree") -> bool:
    from comityc.source.tree import Mapping

    return isinstance(tree, Mapping) and any(tree.get(key) is not None for key in ("use", "with", "rename", "parts"))


def _kept(result: tuple[T | None, Iterable[Diagnostic]], bag: Bag) -> T | None:
    value, diagnostics = result
    bag.extend(diagnostics)
    return value


def spec_files(paths: Iterable[str]) -> list[str]:
    """Return the files named, and all specs below the folders named, each once and in a stable order."""
    files: dict[str, None] = {}
    for name in paths:
        path = Path(name)
        if path.is_dir():
            files.update(dict.fromkeys(str(p) for p in sorted(path.rglob("*")) if p.suffix in SPEC_SUFFIXES))
        else:
            files[name] = None
    return list(files)


def checking_module(machine: "Machine") -> ModuleType:
    """Generate the machine's Python in its form for checking, and load it in memory."""
    return _in_memory(machine, checking=True)


def loaded_module(machine: "Machine") -> ModuleType:
    """Generate the machine's Python as users import it, and load it in memory."""
    return _in_memory(machine, checking=False)


def _in_memory(machine: "Machine", *, checking: bool) -> ModuleType:
    form = "checking" if checking else "running"
    name = f"comity_{form}_{machine.protocol}"
    module = ModuleType(name)
    _, key = _KEYS.get(id(machine), (None, None))
    code = _code_of(CACHE.get(key, form))
    if code is None:
        from comityc.backends.python.emit import emit_module

        code = compile(emit_module(machine, checking=checking), f"<{name}>", "exec")
        CACHE.put(key, form, marshal.dumps(code))
    sys.modules[name] = module  # dataclasses look their module up by name
    exec(code, module.__dict__)
    return module


def _code_of(content: bytes | None) -> CodeType | None:
    """Return compiled Python that was kept. It is ours, or the cache would not have given it."""
    code = None if content is None else marshal.loads(content)
    return code if isinstance(code, CodeType) else None


def generate(machine: "Machine", folder: str) -> "list[GeneratedFile]":
    """Return the files that one protocol compiles to, for an output folder: the tests name the spec from there."""
    from comityc.backends.properties.emit import emit_tests
    from comityc.backends.python.emit import emit_module
    from comityc.naming import module_name
    from comityc.output import GeneratedFile

    spec = Path(os.path.relpath(machine.file, folder)).as_posix()
    return [
        GeneratedFile(f"{module_name(machine.protocol)}.py", emit_module(machine)),
        GeneratedFile(f"test_{machine.protocol}.py", emit_tests(machine, spec)),
    ]
