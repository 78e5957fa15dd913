"""One logical line of Python comes in, the lines that `ruff format` would make of it go out.

The rest of the back end writes each statement as one line, with the spacing and quotes of ruff. A line that is too
long is broken here by the rules of ruff and black: at brackets first, from outside in; all items on the next line if
they fit there, else each on its own with a trailing comma; at operators only within parentheses, which a
statement gets when its expression does not end in brackets that could be broken instead.
"""

import ast
from dataclasses import dataclass

WIDTH = 120
_STEP = 4


def wrap(prefix: str, expression: str, suffix: str = "", *, indent: int = 0) -> list[str]:
    """Return the lines of a statement: `prefix` (`return `, `x = `), an expression, and `suffix` (`:`)."""
    flat = " " * indent + prefix + expression + suffix
    if len(flat) <= WIDTH:
        return [flat]
    source = _Source.read(expression)
    lines = _statement(source, len(prefix), len(suffix), indent)
    return _glued(" " * indent + prefix, lines, suffix)


def wrap_signature(name: str, parameters: list[str], returns: str, *, indent: int) -> list[str]:
    """Return the lines of a `def` line."""
    start, end = " " * indent + f"def {name}(", f") -> {returns}:"
    flat = start + ", ".join(parameters) + end
    if len(flat) <= WIDTH:
        return [flat]
    inner = " " * (indent + _STEP)
    together = inner + ", ".join(parameters)
    if len(together) <= WIDTH:
        return [start, together, " " * indent + end]
    return [start, *(f"{inner}{parameter}," for parameter in parameters), " " * indent + end]


# ---- the pieces


@dataclass(frozen=True, slots=True)
class _Source:
    """An expression on one line, with the tree that was read from it."""

    text: str
    node: ast.expr
    offsets: tuple[int, ...]

    @staticmethod
    def read(text: str) -> "_Source":
        """Parse one line; `offsets` lead from bytes, by which `ast` counts, to characters."""
        offsets: list[int] = []
        for place, character in enumerate(text):
            offsets.extend([place] * len(character.encode()))
        return _Source(text, ast.parse(text, mode="eval").body, (*offsets, len(text)))

    def span(self, node: ast.AST, within: tuple[int, int] | None = None) -> tuple[int, int]:
        """Return where a node stands, with the parentheses around it that lie `within` a stretch."""
        assert isinstance(node, ast.expr | ast.keyword)
        assert node.end_col_offset is not None
        start, end = self.offsets[node.col_offset], self.offsets[node.end_col_offset]
        if within is not None:
            low, high = within
            while start - 1 >= low and end < high and self.text[start - 1] == "(" and self.text[end] == ")":
                start, end = start - 1, end + 1
        return start, end

    def part(self, span: tuple[int, int]) -> str:
        """Return a stretch of the text."""
        return self.text[span[0] : span[1]]


def _glued(head: str, lines: list[str], tail: str) -> list[str]:
    """Put something before the first and behind the last of some lines."""
    glued = [head + lines[0], *lines[1:]]
    glued[-1] += tail
    return glued


# ---- a whole statement


def _statement(source: _Source, before: int, after: int, indent: int) -> list[str]:
    """Break the expression of a statement; it gets parentheses when its operators have to be broken."""
    node = source.node
    span = (0, len(source.text))
    if _own_brackets(node):
        lines = _broken(source, node, span, indent, before, after)
        if _fits(lines, indent + before, 0):
            return lines
        if isinstance(node, ast.Call | ast.Subscript):
            together = " " * (indent + _STEP) + source.text
            if len(together) <= WIDTH and len(lines[0]) + indent + before > WIDTH:
                return ["(", together, " " * indent + ")"]
        return lines
    if _may_omit_parentheses(node) and (lines_or_none := _at_brackets(source, node, indent, before, after)):
        return lines_or_none
    inner = indent + _STEP
    return ["(", *_glued(" " * inner, _within(source, node, span, inner, 0, 0), ""), " " * indent + ")"]


def _own_brackets(node: ast.expr) -> bool:
    match node:
        case ast.Call(args=args, keywords=keywords):
            return bool(args or keywords)
        case ast.List(elts=items) | ast.Set(elts=items) | ast.Tuple(elts=items):
            return bool(items)
        case ast.Dict(keys=keys):
            return bool(keys)
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp() | ast.Subscript():
            return True
        case _:
            return False


def _fits(lines: list[str], first: int, last: int) -> bool:
    widths = [len(line) for line in lines]
    widths[0] += first
    widths[-1] += last
    return max(widths) <= WIDTH


def _operators(node: ast.expr) -> list[int]:
    """Return the precedences of the operators outside of all brackets; the higher binds the less."""
    match node:
        case ast.BoolOp(op=operator, values=values):
            found = [90 if isinstance(operator, ast.Or) else 89] * (len(values) - 1)
            return [90 if f >= 89 else f for f in found] + [p for value in values for p in _operators(value)]
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            return [80] * len(ops) + [p for value in (left, *comparators) for p in _operators(value)]
        case ast.BinOp(left=left, op=op, right=right):
            return [_BINARY.get(type(op), 50), *_operators(left), *_operators(right)]
        case ast.IfExp(body=body, test=test, orelse=orelse):
            return [100, 100, *_operators(body), *_operators(test), *_operators(orelse)]
        case ast.UnaryOp(operand=operand):
            return _operators(operand)
        case _:
            return []


_BINARY: dict[type[ast.operator], int] = {
    ast.BitOr: 70,
    ast.BitAnd: 68,
    ast.Add: 60,
    ast.Sub: 60,
    ast.Mult: 50,
    ast.Div: 50,
    ast.FloorDiv: 50,
    ast.Mod: 50,
}


def _may_omit_parentheses(node: ast.expr) -> bool:
    """Say whether a statement with this expression may be broken at brackets alone (ruff: can_omit_optional_parentheses)."""
    operators = _operators(node)
    if not operators:
        return True
    if operators.count(max(operators)) > 1:
        return False
    return _bracketed(_last(node)) or _bracketed(_first(node))


def _bracketed(node: ast.expr) -> bool:
    return not isinstance(node, ast.Subscript) and _own_brackets(node)


def _last(node: ast.expr) -> ast.expr:
    match node:
        case ast.BoolOp(values=values):
            return _last(values[-1])
        case ast.Compare(comparators=comparators):
            return _last(comparators[-1])
        case ast.BinOp(right=right):
            return _last(right)
        case ast.UnaryOp(operand=operand):
            return _last(operand)
        case ast.IfExp(orelse=orelse):
            return _last(orelse)
        case _:
            return node


def _first(node: ast.expr) -> ast.expr:
    match node:
        case ast.BoolOp(values=values):
            return _first(values[0])
        case ast.Compare(left=left) | ast.BinOp(left=left):
            return _first(left)
        case ast.IfExp(body=body):
            return _first(body)
        case _:
            return node


def _at_brackets(source: _Source, node: ast.expr, indent: int, before: int, after: int) -> list[str] | None:
    """Break nothing but the brackets that end the expression, if what stands before them fits on the first line."""
    last = _last(node)
    if not _bracketed(last):
        return None
    start, end = source.span(last)
    if end != len(source.text):
        return None
    head = source.text[:start]
    lines = _broken(source, last, (start, end), indent, before + len(head), after)
    return _glued(head, lines, "") if _fits(lines, indent + before + len(head), after) else None


# ---- expressions within brackets


def _within(source: _Source, node: ast.expr, span: tuple[int, int], indent: int, before: int, after: int) -> list[str]:
    """Return the lines of a node that stands in brackets at `indent`, behind `before` and ahead of `after` characters.

    `span` is where it stands with the parentheses around it, which are kept. The first line comes without its indent.
    """
    flat = source.part(span)
    if indent + before + len(flat) + after <= WIDTH:
        return [flat]
    start, end = source.span(node)
    if (start, end) != span:
        inner = indent + _STEP
        content = _within(source, node, (span[0] + 1, span[1] - 1), inner, 0, 0)
        return ["(", *_glued(" " * inner, content, ""), " " * indent + ")"]
    if _own_brackets(node):
        return _broken(source, node, span, indent, before, after)
    match node:
        case ast.BoolOp() | ast.Compare() | ast.BinOp():
            return _chain(source, node, span, indent, before, after)
        case ast.IfExp(body=body, test=test, orelse=orelse):
            parts = [("", body), ("if ", test), ("else ", orelse)]
            return _joined(source, parts, span, indent, before, after)
        case ast.UnaryOp(operand=operand):
            inside = source.span(operand, span)
            sign = source.text[span[0] : inside[0]]
            return _glued(sign, _within(source, operand, inside, indent, before + len(sign), after), "")
        case _:
            return [flat]


def _chain(source: _Source, node: ast.expr, span: tuple[int, int], indent: int, before: int, after: int) -> list[str]:
    """Break at all operators of one precedence, each in front of its operand."""
    operands = _operands(source, node, span)
    parts: list[tuple[str, ast.expr]] = []
    previous_end: int | None = None
    for operand in operands:
        start, end = source.span(operand, span)
        operator = "" if previous_end is None else source.text[previous_end:start].strip() + " "
        parts.append((operator, operand))
        previous_end = end
    return _joined(source, parts, span, indent, before, after)


def _operands(source: _Source, node: ast.expr, span: tuple[int, int]) -> list[ast.expr]:
    match node:
        case ast.BoolOp(values=values):
            return list(values)
        case ast.Compare(left=left, comparators=comparators):
            return [left, *comparators]
        case ast.BinOp(left=left, op=op, right=right):
            bare = source.span(left) == source.span(left, span)
            if isinstance(left, ast.BinOp) and bare and _BINARY[type(left.op)] == _BINARY[type(op)]:
                return [*_operands(source, left, span), right]
            return [left, right]
        case _:
            return [node]


def _joined(
    source: _Source, parts: list[tuple[str, ast.expr]], span: tuple[int, int], indent: int, before: int, after: int
) -> list[str]:
    lines: list[str] = []
    for place, (word, node) in enumerate(parts):
        inside = source.span(node, span)
        behind = after if place == len(parts) - 1 else 0
        ahead = before if place == 0 else len(word)
        piece = _glued(word, _within(source, node, inside, indent, ahead, behind), "")
        lines.extend(piece if place == 0 else _glued(" " * indent, piece, ""))
    return lines


# ---- brackets


def _broken(source: _Source, node: ast.expr, span: tuple[int, int], indent: int, before: int, after: int) -> list[str]:
    """Break a node at its own brackets."""
    inner = indent + _STEP
    match node:
        case ast.Call(func=function, args=args, keywords=keywords):
            head_end = source.span(function, span)[1]
            head = source.text[span[0] : head_end + 1]
            content = (head_end + 1, span[1] - 1)
            if len(args) == 1 and not keywords and isinstance(args[0], ast.GeneratorExp) and _is_bare(source, args[0]):
                return [head, *_lines_of(source, _clauses(source, args[0], content), inner), " " * indent + ")"]
            items: list[ast.expr | ast.keyword] = [*args, *keywords]
            return [head, *_arguments(source, items, content, inner), " " * indent + ")"]
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            content = (span[0] + 1, span[1] - 1)
            lines = _lines_of(source, _clauses(source, node, content), inner)
            return [source.text[span[0]], *lines, " " * indent + source.text[span[1] - 1]]
        case ast.List(elts=elements) | ast.Set(elts=elements) | ast.Tuple(elts=elements):
            content = (span[0] + 1, span[1] - 1)
            lines = _one_per_line(source, list(elements), content, inner)
            return [source.text[span[0]], *lines, " " * indent + source.text[span[1] - 1]]
        case ast.Dict(keys=keys, values=values):
            return ["{", *_entries(source, keys, values, span, inner), " " * indent + "}"]
        case ast.Subscript(value=value, slice=key):
            head_end = source.span(value, span)[1]
            content = (head_end + 1, span[1] - 1)
            if isinstance(value, ast.Call) and source.span(value) == (span[0], head_end):
                return _glued(
                    "", _broken(source, value, (span[0], head_end), indent, before, 0), source.text[head_end : span[1]]
                )
            inside = source.part(content)
            if not isinstance(key, ast.Slice) and inner + len(inside) > WIDTH:
                lines = _glued(" " * inner, _within(source, key, content, inner, 0, 0), "")
                return [source.text[span[0] : head_end + 1], *lines, " " * indent + "]"]
            return [source.text[span[0] : head_end + 1], " " * inner + inside, " " * indent + "]"]
        case _:
            return [source.part(span)]


def _is_bare(source: _Source, node: ast.expr) -> bool:
    """Whether a generator stands in the parentheses of its call: `ast` counts those as its own."""
    start, _ = source.span(node)
    return source.text[start] == "(" and source.text[start - 1] != "("


def _arguments(
    source: _Source, items: list[ast.expr | ast.keyword], content: tuple[int, int], indent: int
) -> list[str]:
    together = " " * indent + source.part(content)
    if len(together) <= WIDTH:
        return [together]
    return _one_per_line(source, items, content, indent)


def _one_per_line(
    source: _Source, items: list[ast.expr | ast.keyword] | list[ast.expr], content: tuple[int, int], indent: int
) -> list[str]:
    lines: list[str] = []
    for item in items:
        if isinstance(item, ast.keyword):
            start, end = source.span(item)
            head = source.text[start : source.span(item.value, (start, content[1]))[0]]
            value_span = (start + len(head), end)
            piece = _glued(head, _within(source, item.value, value_span, indent, len(head), 1), ",")
        elif isinstance(item, ast.Starred):
            piece = _glued("*", _within(source, item.value, source.span(item.value, content), indent, 1, 1), ",")
        else:
            piece = _glued("", _within(source, item, source.span(item, content), indent, 0, 1), ",")
        lines.extend(_glued(" " * indent, piece, ""))
    return lines


def _entries(
    source: _Source, keys: list[ast.expr | None], values: list[ast.expr], span: tuple[int, int], indent: int
) -> list[str]:
    lines: list[str] = []
    for key, value in zip(keys, values, strict=True):
        value_span = source.span(value, span)
        head = "**" if key is None else f"{source.part(source.span(key, span))}: "
        piece = _glued(head, _within(source, value, value_span, indent, len(head), 1), ",")
        lines.extend(_glued(" " * indent, piece, ""))
    return lines


_Part = tuple[str, ast.expr, tuple[int, int]]


def _clauses(source: _Source, node: ast.expr, content: tuple[int, int]) -> list[_Part]:
    """Return what stands on the lines of a broken comprehension: the element, then each `for` and each `if`."""
    match node:
        case ast.DictComp(value=value, generators=generators):
            value_span = source.span(value, content)
            parts: list[_Part] = [(source.text[content[0] : value_span[0]], value, value_span)]
        case ast.ListComp(elt=element, generators=generators) | ast.SetComp(elt=element, generators=generators):
            parts = [("", element, source.span(element, content))]
        case ast.GeneratorExp(elt=element, generators=generators):
            parts = [("", element, source.span(element, content))]
        case _:
            raise TypeError(f"{ast.dump(node)} is no comprehension")
    for generator in generators:
        target = source.part(source.span(generator.target, content))
        iterable = generator.iter
        parts.append((f"for {target} in ", iterable, source.span(iterable, content)))
        parts.extend(("if ", condition, source.span(condition, content)) for condition in generator.ifs)
    return parts


def _lines_of(source: _Source, parts: list[_Part], indent: int) -> list[str]:
    lines: list[str] = []
    for head, node, span in parts:
        piece = _glued(head, _within(source, node, span, indent, len(head), 0), "")
        lines.extend(_glued(" " * indent, piece, ""))
    return lines
