"""What `use:` says and the file that says it come in; the path of the pattern's file goes out.

A pattern is looked for beside the file and beside its folder, then in the `specs` folder of each folder above, then in the
standard library. Links that lead out of the folder that is searched are not followed.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

_REFERENCE = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9_-]*/)*[A-Za-z0-9_][A-Za-z0-9_-]*(?:\.ya?ml)?")
LONGEST_REFERENCE = 200
_HIGHEST = 16


def is_reference(text: str) -> bool:
    """Say whether a text is a path below some folder: no `..`, no drive, no address of another machine."""
    return len(text) <= LONGEST_REFERENCE and _REFERENCE.fullmatch(text) is not None


def find_pattern(reference: str, from_file: str) -> str | None:
    """Return the path of a pattern; relative to where we are if that of the file that uses it is."""
    name = reference if reference.endswith((".yaml", ".yml")) else f"{reference}.yaml"
    for folder in _folders(from_file):
        path = folder / name
        if path.is_file() and path.resolve().is_relative_to(folder.resolve()):
            return str(path) if Path(from_file).is_absolute() else os.path.relpath(path)
    return None


def _folders(from_file: str) -> Iterator[Path]:
    above = Path(from_file).absolute().parents[:_HIGHEST]
    yield from above[:2]
    yield from (folder / "specs" for folder in above)
    yield from library()


def library() -> Iterator[Path]:
    """Name the folders of the standard library: packed into the wheel, or beside the compiler in a working copy."""
    package = Path(__file__).parents[1]
    yield package / "specs"
    yield package.parents[1] / "specs"
