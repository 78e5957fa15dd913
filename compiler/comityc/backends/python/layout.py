"""One logical line of Python comes in, the lines that `ruff format` would make of it go out.

The rest of the back end writes each statement as one line, with the spacing and quotes of ruff. A line that is too
long is broken here by the rules of ruff and black: at brackets first, from outside in; all items on the next line if
they fit there, else each on its own with a trailing comma; at operators only within parentheses, which a
statement gets when its expression does not end in brackets that could be broken instead.
"""

import ast

from comityc.records import dataclass

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
    node, span = source.node, (0, len(source.text))
    brackets = _brackets(source, node, span)
    opens_in_time = bool(brackets) and indent + before + brackets[0][1][0] < WIDTH
    if opens_in_time and _may_omit_parentheses(source, node):
        return _at_brackets(source, node, span, indent, before, after)
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


def _operators(source: _Source, node: ast.expr, span: tuple[int, int]) -> list[int]:
    """Return the precedences of the operators outside of all brackets; the higher binds the less."""
    if source.span(node) != span:
        return []
    match node:
        case ast.BoolOp(values=values):
            own, parts = [90] * (len(values) - 1), list(values)
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            own, parts = [80] * len(ops), [left, *comparators]
        case ast.BinOp(left=left, op=op, right=right):
            own, parts = [_BINARY[type(op)]], [left, right]
        case ast.IfExp(body=body, test=test, orelse=orelse):
            own, parts = [100, 100], [body, test, orelse]
        case ast.UnaryOp(operand=operand):
            own, parts = [], [operand]
        case _:
            return []
    return own + [found for part in parts for found in _operators(source, part, source.span(part, span))]


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


def _may_omit_parentheses(source: _Source, node: ast.expr) -> bool:
    """Say whether a statement with this expression may be broken at brackets alone (ruff: can_omit_optional_parentheses)."""
    span = (0, len(source.text))
    operators = _operators(source, node, span)
    if not operators:
        return True
    if operators.count(max(operators)) > 1:
        return False
    brackets = _brackets(source, node, span)
    if not brackets:
        return False
    (first, (start, _)), (last, (_, end)) = brackets[0], brackets[-1]
    ends = end == span[1] and (not isinstance(last, ast.Subscript) or source.text[end - 1] == ")")
    begins = start == 0 and not isinstance(first, ast.Call | ast.Subscript)
    return ends or begins


_Bracket = tuple[ast.expr, tuple[int, int]]
"""A node and the stretch from its opening to behind its closing bracket."""


def _brackets(source: _Source, node: ast.expr, span: tuple[int, int]) -> list[_Bracket]:
    """Return the outermost brackets of an expression that are not empty, from left to right."""
    start, end = source.span(node)
    if (start, end) != span:
        return [(node, span)]  # parentheses around the node itself
    match node:
        case ast.Call(func=function, args=args, keywords=keywords):
            inside = source.span(function, span)
            own = [(node, (inside[1], end))] if args or keywords else []
            return [*_brackets(source, function, inside), *own]
        case ast.Subscript(value=value):
            inside = source.span(value, span)
            return [*_brackets(source, value, inside), (node, (inside[1], end))]
        case ast.Attribute(value=value):
            return _brackets(source, value, source.span(value, span))
        case _ if _own_brackets(node):
            return [(node, span)]
        case _:
            parts = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
            if isinstance(node, ast.IfExp):
                parts = [node.body, node.test, node.orelse]
            return [found for part in parts for found in _brackets(source, part, source.span(part, span))]


def _at_brackets(
    source: _Source, node: ast.expr, span: tuple[int, int], indent: int, before: int, after: int
) -> list[str]:
    """Break nothing but brackets: each stays on its line when all up to the opening of the next one fits there."""
    lines, column, place = [""], indent + before, span[0]
    brackets = _brackets(source, node, span)
    for number, (inner_node, (start, end)) in enumerate(brackets):
        is_last = number == len(brackets) - 1
        following = span[1] + after if is_last else brackets[number + 1][1][0] + 1
        if column + following - place <= WIDTH:
            text = source.text[place:end]
            lines[-1] += text
            column += len(text)
        else:
            lines[-1] += source.text[place : start + 1]
            lines += _content(source, inner_node, (start + 1, end - 1), indent + _STEP)
            lines.append(" " * indent + source.text[end - 1])
            column = indent + 1
        place = end
    lines[-1] += source.text[place : span[1]]
    return lines


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
    if _own_brackets(node) or (isinstance(node, ast.Attribute) and _brackets(source, node, span)):
        return _at_brackets(source, node, span, indent, before, after)
    match node:
        case ast.BoolOp() | ast.Compare() | ast.BinOp():
            return _chain(source, node, span, indent, before, after)
        case ast.IfExp():
            return _joined(source, _alternatives(source, node, span), span, indent, before, after)
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


def _alternatives(source: _Source, node: ast.IfExp, span: tuple[int, int]) -> list[tuple[str, ast.expr]]:
    """Return the parts of a conditional, of one behind its `else` too."""
    parts = [("", node.body), ("if ", node.test)]
    last = node.orelse
    if isinstance(last, ast.IfExp) and source.span(last) == source.span(last, span):
        (_, first), *others = _alternatives(source, last, span)
        return [*parts, ("else ", first), *others]
    return [*parts, ("else ", last)]


def _operands(source: _Source, node: ast.expr, span: tuple[int, int]) -> list[ast.expr]:
    match node:
        case ast.BoolOp(values=values):
            return [part for value in values for part in _flattened(source, value, span)]
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


def _flattened(source: _Source, value: ast.expr, span: tuple[int, int]) -> list[ast.expr]:
    """Return the operands of an `and` within an `or`, which ruff breaks alike."""
    if isinstance(value, ast.BoolOp) and source.span(value) == source.span(value, span):
        return _operands(source, value, span)
    return [value]


# ---- brackets


def _content(source: _Source, node: ast.expr, content: tuple[int, int], indent: int) -> list[str]:
    """Return the lines between the brackets of a node."""
    if source.span(node) == content:  # the brackets are parentheses around it
        return _glued(" " * indent, _within(source, node, content, indent, 0, 0), "")
    match node:
        case ast.Call(args=args, keywords=keywords):
            if len(args) == 1 and isinstance(args[0], ast.GeneratorExp) and source.span(args[0])[0] == content[0] - 1:
                return _comprehended(source, args[0], content, indent)
            return _arguments(source, [*args, *keywords], content, indent)
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return _comprehended(source, node, content, indent)
        case ast.List(elts=elements) | ast.Set(elts=elements) | ast.Tuple(elts=elements):
            return _one_per_line(source, elements, content, indent)
        case ast.Dict(keys=keys, values=values):
            return _entries(source, keys, values, content, indent)
        case ast.Subscript(slice=ast.Tuple(elts=elements)):
            return _arguments(source, [*elements], content, indent)
        case ast.Subscript(slice=key) if not isinstance(key, ast.Slice):
            return _glued(" " * indent, _within(source, key, content, indent, 0, 0), "")
        case _:
            return [" " * indent + source.part(content)]


def _comprehended(source: _Source, node: ast.expr, content: tuple[int, int], indent: int) -> list[str]:
    together = " " * indent + source.part(content)
    if len(together) <= WIDTH:
        return [together]
    return _lines_of(source, _clauses(source, node, content), indent)


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
    source: _Source, keys: list[ast.expr | None], values: list[ast.expr], content: tuple[int, int], indent: int
) -> list[str]:
    lines: list[str] = []
    for key, value in zip(keys, values, strict=True):
        value_span = source.span(value, content)
        if key is None:
            head = ["**"]
        else:
            key_span = source.span(key, content)
            rest = 0 if _own_brackets(value) else value_span[1] - value_span[0]
            head = _glued("", _within(source, key, key_span, indent, 0, len(": ,") + rest), ": ")
        ahead = len(head[-1]) - (indent if len(head) > 1 else 0)
        piece = _within(source, value, value_span, indent, ahead, 1)
        lines.extend(_glued(" " * indent, [*head[:-1], *_glued(head[-1], piece, ",")], ""))
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
