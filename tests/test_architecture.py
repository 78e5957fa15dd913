"""The rooms of the compiler keep to the house rules: who imports whom, how long a file may be, where a library is at home."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).parent.parent
PACKAGES = (ROOT / "compiler", ROOT / "runtime")
MODULES = {
    path.relative_to(package).as_posix(): path.read_text(encoding="utf-8")
    for package in PACKAGES
    for path in sorted(package.rglob("*.py"))
}

LONGEST_FILE = 600
LONGEST_FUNCTION = 60

HOMES = {
    "yaml": ("comityc/source/yaml_tree.py",),
    "lark": ("comityc/syntax/grammar.py",),
    "jsonschema": ("comityc/source/shape.py",),
    "jinja2": ("comityc/explore/telling/page.py",),
    "typer": ("comityc/cli/by_typer.py",),
    "rich": (
        "comityc/commands/progress.py",
        "comityc/play/show.py",
        "comityc/diagnostics/render.py",
        "comityc/explore/ladder/matrix.py",
    ),
    "numpy": ("comityc/explore/", "comityc/testing/"),
    "scipy": ("comityc/explore/",),
    "pytest": ("comityc/pytest_plugin.py",),
}
"""Where each library may be imported: one file, or one room."""


def test_imports_go_one_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports(no_cache=True, no_logo=True) == EXIT_STATUS_SUCCESS


def test_a_module_says_what_comes_in_and_what_goes_out() -> None:
    silent = [name for name, text in MODULES.items() if text.strip() and not ast.get_docstring(ast.parse(text))]
    assert not silent, "a module opens with one sentence"


def test_a_file_can_be_read_in_one_sitting() -> None:
    lengths = {name: len(text.splitlines()) for name, text in MODULES.items()}
    assert not {name: length for name, length in lengths.items() if length > LONGEST_FILE}


def test_a_function_fits_a_screen() -> None:
    too_long = {
        f"{name}: {function.name}": _length(function)
        for name, text in MODULES.items()
        for function in ast.walk(ast.parse(text))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        if _length(function) > LONGEST_FUNCTION and not _is_table(function)
    }
    assert not too_long


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def _is_table(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Say whether a function is one `match` over all forms: it is read as a table, and is as long as there are forms."""
    return isinstance(function.body[-1], ast.Match) and len(function.body) <= 2


def test_a_library_is_imported_at_its_one_home() -> None:
    strangers = {
        name: library
        for name, text in MODULES.items()
        for library in _imported(ast.parse(text))
        if not any(name == home or name.startswith(home) for home in HOMES.get(library, (name,)))
    }
    assert not strangers


def test_templates_are_read_in_one_file_of_each_back_end() -> None:
    readers = [name for name, text in MODULES.items() if "jinja2" in _imported(ast.parse(text))]
    folders = [name.rsplit("/", 1)[0] for name in readers]
    assert len(set(folders)) == len(folders)


def _imported(tree: ast.Module) -> Iterator[str]:
    """Yield the top-level packages that a module imports, at its head or later."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]
