"""The places of a located tree come in; words, numbers, truths and parsed texts go out, and findings are collected.

The shape of the tree was checked before, so what has the wrong shape here is passed over in silence.
"""

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from comityc.diagnostics.codes_syntax import NOT_A_NAME, NOT_A_NUMBER
from comityc.diagnostics.diagnostic import Diagnostic
from comityc.source.tree import Mapping, Scalar, Sequence, Tree
from comityc.syntax import nodes
from comityc.syntax.nodes import Name
from comityc.syntax.parser import Findings, parse_domain, parse_expression
from comityc.syntax.scanner import RESERVED

T = TypeVar("T")

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_PYTHONS_VALUES = frozenset(("True", "False", "None"))
_TWO_NUMBERS = re.compile(r"\(?(\d+) ?(?:-|,|to) ?(\d+)\)?")
_COMMA_LIST = re.compile(r"[^,]+")


class Reader:
    """Reads the parts of one spec and keeps what it finds wrong."""

    def __init__(self) -> None:
        self.findings: list[Diagnostic] = []

    # ---- shapes

    def entries(self, tree: Tree | None) -> tuple[tuple[Scalar, Tree], ...]:
        """Return the entries of a map, and none of anything else."""
        return tree.entries if isinstance(tree, Mapping) else ()

    def items(self, tree: Tree | None) -> tuple[Tree, ...]:
        """Return the items of a list; a single word stands for a list of one."""
        if isinstance(tree, Sequence):
            return tree.items
        return (tree,) if isinstance(tree, Scalar) and tree.text else ()

    # ---- words

    def name(self, tree: Tree | None) -> Name | None:
        """Read a name, as all declarations have one."""
        if not isinstance(tree, Scalar):
            return None
        if _NAME.fullmatch(tree.text) and tree.text not in RESERVED and tree.text not in _PYTHONS_VALUES:
            return Name(tree.text, tree.span)
        self.findings.append(_not_a_name(tree))
        return None

    def names(self, tree: Tree | None) -> tuple[Name, ...]:
        """Read one name or a list of names."""
        return self.made(self.name(item) for item in self.items(tree))

    def phrase(self, tree: Tree | None) -> Name | None:
        """Read what people call something, in words of their own: a case, a scenario, an assumption."""
        return Name(tree.text, tree.span) if isinstance(tree, Scalar) else None

    def phrases(self, tree: Tree | None) -> tuple[Name, ...]:
        """Read one such name or a list of them."""
        return self.made(self.phrase(item) for item in self.items(tree))

    def comma_list(self, scalar: Scalar) -> tuple[Name, ...]:
        """Read the names of a key such as `preparing, proposed`."""
        names = []
        for part in _COMMA_LIST.finditer(scalar.text):
            text = part.group().strip()
            start = part.start() + len(part.group()) - len(part.group().lstrip())
            span = scalar.span_between(start, start + len(text))
            names.append(self.name(Scalar(text, span, "plain", scalar.runs)))
        return self.made(names)

    def text(self, tree: Tree | None) -> str:
        """Read a text for people."""
        return tree.text.strip() if isinstance(tree, Scalar) else ""

    def truth(self, tree: Tree | None, *, otherwise: bool = False) -> bool:
        """Read `true` or `false`."""
        return tree.text == "true" if isinstance(tree, Scalar) and tree.text in ("true", "false") else otherwise

    def made(self, parts: Iterable[T | None]) -> tuple[T, ...]:
        """Leave out what could not be read."""
        return tuple(part for part in parts if part is not None)

    # ---- numbers

    def number(self, tree: Tree | None) -> int | None:
        """Read a whole number that is not negative."""
        limits = self.limits(tree)
        if limits is None:
            return None
        first, last = limits
        if first is not None and isinstance(tree, Scalar):
            self.findings.append(NOT_A_NUMBER.at(tree.span, f"`{tree.text}` is not a whole number"))
            return None
        if last < 0 and isinstance(tree, Scalar):
            self.findings.append(NOT_A_NUMBER.at(tree.span, f"`{tree.text}` is negative", help="the least is 0"))
            return None
        return last

    def limits(self, tree: Tree | None) -> tuple[int | None, int] | None:
        """Read `0..3`, or a number alone as the second of the pair."""
        if not isinstance(tree, Scalar):
            return None
        match self.domain(tree):
            case None:
                return None
            case nodes.Range(first, last):
                numbers = _constant(first), _constant(last)
                if numbers[0] is not None and numbers[1] is not None:
                    return numbers[0], numbers[1]
            case expression:
                number = _constant(expression)
                if number is not None:
                    return None, number
        self.findings.append(NOT_A_NUMBER.at(tree.span, f"`{tree.text}` is neither a whole number nor a range of them"))
        return None

    def ends(self, tree: Tree | None) -> nodes.Range | None:
        """Read the least and the largest value of a parameter."""
        limits = self.domain(tree)
        if limits is None or isinstance(limits, nodes.Range):
            return limits
        assert isinstance(tree, Scalar)
        meant = _TWO_NUMBERS.fullmatch(tree.text)
        help_text = f"write `{meant[1]}..{meant[2]}`" if meant else "write it like this: `range: 1..5`"
        self.findings.append(NOT_A_NUMBER.at(tree.span, f"`{tree.text}` is no range", help=help_text))
        return None

    # ---- expressions

    def expression(self, tree: Tree | None) -> nodes.Expression | None:
        """Parse an expression."""
        if not isinstance(tree, Scalar):
            return None
        made, findings = parse_expression(tree)
        self.findings.extend(findings)
        return made

    def domain(self, tree: Tree | None) -> nodes.Expression | None:
        """Parse an expression or a range."""
        if not isinstance(tree, Scalar):
            return None
        made, findings = parse_domain(tree)
        self.findings.extend(findings)
        return made

    def parsed(self, parse: Callable[[Scalar], tuple[T | None, Findings]], tree: Tree | None) -> T | None:
        """Parse a text, and keep the findings."""
        if not isinstance(tree, Scalar):
            return None
        made, findings = parse(tree)
        self.findings.extend(findings)
        return made


def _constant(expression: nodes.Expression) -> int | None:
    match expression:
        case nodes.Number(value):
            return value
        case nodes.Unary("-", nodes.Number(value)):
            return -value
        case _:
            return None


def _not_a_name(scalar: Scalar) -> Diagnostic:
    text = scalar.text if len(scalar.text) <= 40 else scalar.text[:37] + "..."
    if scalar.text in RESERVED:
        return NOT_A_NAME.at(scalar.span, f"`{text}` is a word of the language", help="choose another name")
    if scalar.text in _PYTHONS_VALUES:
        return NOT_A_NAME.at(scalar.span, f"`{text}` would be taken for a value", help="choose another name")
    if not scalar.text:
        return NOT_A_NAME.at(scalar.span, "a name is missing here")
    rule = "a name is letters A to Z, digits and underscores, and begins with a letter"
    return NOT_A_NAME.at(scalar.span, f"`{text!s}` is not a name".replace("\n", "\\n"), help=rule)
