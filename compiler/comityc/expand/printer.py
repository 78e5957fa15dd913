"""A located tree comes in; YAML that reads as the same tree goes out, in the block style that people write.

Comments are not kept. What was in braces or brackets stays so while it fits on its line; text behind `|` stays behind `|`,
since that makes a block of a `define`.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from textwrap import wrap

from comityc.source.tree import Mapping, Scalar, Sequence, Tree

LINE_LENGTH = 120

# What YAML reads as text of its own accord; in braces and brackets, signs of structure besides.
_PLAIN = re.compile(r"(?![-?:](?:\s|$))[^\s\"'#%@`&*!|>{}\[\],][^\n]*")
_ENDS_PLAIN = re.compile(r":(?:\s|$)|\s#|\s$")
_ENDS_PLAIN_IN_FLOW = re.compile(r"[,\[\]{}?]")


def print_tree(tree: Tree) -> str:
    """Return a spec as text, with an empty line before each part that is longer than one."""
    if not isinstance(tree, Mapping) or not tree.entries:
        return _inline(tree) + "\n"
    parts = ["\n".join(_entry(key, part, 0)) for key, part in tree.entries]
    lines = [parts[0]]
    for before, part in pairwise(parts):
        lines += ["", part] if "\n" in part or "\n" in before else [part]
    return "\n".join(lines) + "\n"


def _entry(key: Scalar, part: Tree, indent: int) -> Iterator[str]:
    start = " " * indent + _scalar(key) + ":"
    if isinstance(part, Scalar):
        yield from _text(start, part, indent + 2)
    elif _fits(part, len(start) + 1):
        yield f"{start} {_inline(part)}"
    else:
        yield start
        yield from _block(part, indent + 2)


def _block(tree: Tree, indent: int) -> Iterator[str]:
    match tree:
        case Mapping(entries):
            for key, part in entries:
                yield from _entry(key, part, indent)
        case Sequence(items):
            for item in items:
                yield from _item(item, indent)
        case Scalar():
            yield " " * indent + _scalar(tree)


def _item(item: Tree, indent: int) -> Iterator[str]:
    start = " " * indent + "-"
    if isinstance(item, Scalar):
        yield from _text(start, item, indent + 2)
    elif _fits(item, len(start) + 1):
        yield f"{start} {_inline(item)}"
    else:
        # The first line of what is below stands behind the dash.
        lines = list(_block(item, indent + 2))
        yield start + lines[0][indent + 1 :]
        yield from lines[1:]


def _text(start: str, scalar: Scalar, indent: int) -> Iterator[str]:
    text = scalar.text
    if scalar.style != "literal" or not text.strip():
        yield from _folded(f"{start} {_scalar(scalar)}".rstrip(), indent)
        return
    chomping = "" if text.endswith("\n") and not text.endswith("\n\n") else "+" if text.endswith("\n") else "-"
    width = str(2) if text[:1] in (" ", "\n") else ""
    yield f"{start} |{width}{chomping}"
    body = text[:-1] if text.endswith("\n") else text
    for line in body.split("\n"):
        yield " " * indent + line if line else ""


def _folded(line: str, indent: int) -> Iterator[str]:
    """Break a long line of plain text where YAML makes the break a space again."""
    if len(line) <= LINE_LENGTH or '"' in line or "  " in line.strip():
        yield line
        return
    first, *rest = wrap(line.lstrip(), LINE_LENGTH - indent, break_long_words=False, break_on_hyphens=False)
    yield " " * (len(line) - len(line.lstrip())) + first
    yield from (" " * indent + more for more in rest)


def _fits(tree: Tree, column: int) -> bool:
    if isinstance(tree, Scalar):
        return False
    if not (tree.entries if isinstance(tree, Mapping) else tree.items):
        return True
    return tree.flow and all(_flows(part) for part in _parts(tree)) and column + len(_inline(tree)) <= LINE_LENGTH


def _parts(tree: Mapping | Sequence) -> Iterator[Tree]:
    if isinstance(tree, Sequence):
        yield from tree.items
        return
    for key, part in tree.entries:
        yield key
        yield part


def _flows(tree: Tree) -> bool:
    """Say whether a part may stand in braces or brackets as it is."""
    match tree:
        case Scalar(text, _, style):
            plain = style == "plain" and not _ENDS_PLAIN_IN_FLOW.search(text) and _is_plain(text)
            return plain or style in ("single", "double")
        case Mapping() | Sequence():
            return (tree.flow or not list(_parts(tree))) and all(_flows(part) for part in _parts(tree))


def _inline(tree: Tree) -> str:
    match tree:
        case Scalar():
            return _scalar(tree)
        case Sequence(items):
            return "[" + ", ".join(_inline(item) for item in items) + "]"
        case Mapping(entries):
            return "{" + ", ".join(f"{_scalar(key)}: {_inline(part)}" for key, part in entries) + "}"


def _scalar(scalar: Scalar) -> str:
    text = scalar.text
    if scalar.style == "folded":
        text = text.rstrip("\n").replace("\n", " ")
    if scalar.style in ("plain", "folded", "literal") and (_is_plain(text) or not text):
        return text
    return _quoted(text)


def _is_plain(text: str) -> bool:
    return _PLAIN.fullmatch(text) is not None and not _ENDS_PLAIN.search(text)


_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}


def _quoted(text: str) -> str:
    return '"' + "".join(_ESCAPES.get(character, character) for character in text) + '"'
