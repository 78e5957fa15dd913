"""The text of a scalar comes in; the terminals of the grammar go out, in chunks that can be parsed one by one.

Everything that needs no grammar is found here, without recursion: texts that are too long, brackets that do not
match or nest too deep, characters and operators of other languages, indentation. A chunk is an expression, or one
statement with all that stands under it, so that a slip in one statement hides none in the next.
"""

import re
from collections.abc import Mapping

from comityc.diagnostics.diagnostic import Diagnostic
from comityc.diagnostics.span import Span
from comityc.records import dataclass
from comityc.source.tree import Scalar
from comityc.syntax import slips

EXPRESSION_LENGTH = 4_000
STATEMENTS_LENGTH = 16_000
BRACKET_DEPTH = 40
INDENTATION_DEPTH = 20

RESERVED = frozenset(
    ["and", "or", "not", "implies", "in", "is", "if", "elif", "else", "for", "del", "true", "false", "none"]
)
"""Words that are never names. `send` and `to` are words only where a message is sent."""

TERMINALS = {
    "DURATION": r"[0-9]+(?:ms|s|m|h|d)",
    "NUMBER": r"[0-9]+",
    "NAME": r"[A-Za-z][A-Za-z0-9_]*",
    "TEXT": r""""(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'""",
}

_PIECE = re.compile(
    "|".join(
        [
            r"(?P<space>[ \t\r]+|#[^\n]*)",
            r"(?P<newline>\n)",
            r"(?P<prefixed>[fFrRbBuU]{1,2}(?=[\"']))",
            rf"(?P<TEXT>{TERMINALS['TEXT']})",
            r"(?P<quote>[\"'])",
            rf"(?P<DURATION>{TERMINALS['DURATION']})(?![A-Za-z0-9_])",
            r"(?P<decimal>[0-9][0-9_]*\.[0-9][0-9_]*(?:[eE][+-]?[0-9]+)?|[0-9][0-9_]*[eE][+-]?[0-9]+)",
            rf"(?P<NUMBER>{TERMINALS['NUMBER']})(?![A-Za-z0-9_])",
            r"(?P<numeral>[0-9][A-Za-z0-9_]*)",
            rf"(?P<NAME>{TERMINALS['NAME']})(?!\w)",
            r"(?P<word>\w+)",
            r"(?P<operator>\.\.\.|\.\.|===|!==|<=>|->|=>|==|!=|<=|>=|<>|<<|>>|&&|\|\||:=|\+\+|\*\*"
            r"|//=|[-+*/%&|^]=|//|[-+*/%<>=&|.,:()\[\]{}?])",
            r"(?P<other>(?s:.))",
        ]
    )
)
_SENT = re.compile(r"[ \t]+[A-Za-z_]")
_OPENING = {"(": ")", "[": "]", "{": "}"}
_CLOSING = {closing: opening for opening, closing in _OPENING.items()}


@dataclass(frozen=True, slots=True)
class Piece:
    """One terminal: its name in the grammar, its text, and where it stands."""

    type: str
    value: str
    span: Span
    start_pos: int
    end_pos: int


Chunk = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Scanned:
    """The chunks that are fit to be parsed, and what was wrong with the others."""

    chunks: tuple[Chunk, ...]
    findings: tuple[Diagnostic, ...]


def scan_expression(scalar: Scalar, terminals: Mapping[str, str]) -> Scanned:
    """Cut an expression, in which a new line is a space. `terminals` names the words and operators of the grammar."""
    if len(scalar.text) > EXPRESSION_LENGTH:
        return Scanned((), (slips.too_long(scalar.span, len(scalar.text), EXPRESSION_LENGTH),))
    scan = _Scan(scalar, terminals, in_statements=False)
    scan.run()
    if not scan.pieces and not scan.findings:
        scan.findings.append(slips.empty(scalar.span))
    return Scanned((), tuple(scan.findings)) if scan.findings else Scanned((tuple(scan.pieces),), ())


def scan_statements(scalar: Scalar, terminals: Mapping[str, str]) -> Scanned:
    """Cut statements: lines, their indentation as in Python, and newlines that mean nothing inside brackets."""
    if len(scalar.text) > STATEMENTS_LENGTH:
        return Scanned((), (slips.too_long(scalar.span, len(scalar.text), STATEMENTS_LENGTH),))
    scan = _Scan(scalar, terminals, in_statements=True)
    complete = scan.run()
    if not scan.pieces and not scan.findings:
        scan.findings.append(slips.empty(scalar.span))
    return Scanned(_sound_chunks(scan.pieces, scan.spoiled, complete), tuple(scan.findings))


def names_in(text: str) -> list[tuple[int, int]]:
    """Return where each name of an expression or of statements begins and ends; words after a dot are names too."""
    return [piece.span() for piece in _PIECE.finditer(text) if piece.lastgroup == "NAME"]


class _Scan:
    """One run over a text."""

    def __init__(self, scalar: Scalar, terminals: Mapping[str, str], *, in_statements: bool) -> None:
        self._scalar = scalar
        self._text = scalar.text
        self._terminals = terminals
        self._in_statements = in_statements
        self._open: list[Piece] = []
        self._indents: list[str] = []
        self._line_is_new = in_statements
        self._statement_is_new = in_statements
        self._sending = False
        self.pieces: list[Piece] = []
        self.findings: list[Diagnostic] = []
        self.spoiled: list[int] = []

    def run(self) -> bool:
        """Cut the text; stop early, and say so, where what follows cannot be understood."""
        for match in _PIECE.finditer(self._text):
            kind, value, start = match.lastgroup or "other", match.group(), match.start()
            if kind == "space":
                continue
            if kind == "newline":
                self._end_line(start)
                continue
            if self._line_is_new and not self._indent(start):
                return False
            if not self._take(kind, value, start):
                return False
        self._end()
        return True

    def _take(self, kind: str, value: str, start: int) -> bool:
        if kind == "NAME":
            self._add(self._name_type(value, start), value, start)
        elif kind in TERMINALS:
            self._add(kind, value, start)
            if kind == "NUMBER" and (len(value) > 18 or (value[0] == "0" and len(value) > 1)):
                self._report(start, slips.bad_number(self._span(start, start + len(value)), value))
        elif kind == "operator" and value in self._terminals:
            self._add(self._terminals[value], value, start)
            return self._bracket(self.pieces[-1])
        else:
            end = start + len(value)
            self._add("_FOREIGN", value, start)  # no terminal: what it stands in is left out
            self._report(start, slips.foreign(kind, value, self._span(start, end), self._text[end : end + 1]))
            # After a quote that is not closed, text and words cannot be told apart.
            return kind not in ("quote", "prefixed")
        return True

    def _name_type(self, value: str, start: int) -> str:
        if value in RESERVED:
            self._statement_is_new = False
            return self._terminals.get(value, "NAME")
        if self._statement_is_new and value == "send" and _SENT.match(self._text, start + len(value)):
            self._sending = True
            return self._terminals["send"]
        if value == "to" and self._sending and not self._open:
            return self._terminals["to"]
        return "NAME"

    def _add(self, terminal: str, value: str, start: int) -> None:
        self._statement_is_new = self._in_statements and value == ":" and not self._open
        end = start + len(value)
        self.pieces.append(Piece(terminal, value, self._span(start, end), start, end))

    def _span(self, start: int, end: int) -> Span:
        line, column = self._scalar.position(start)
        end_line, end_column = self._scalar.position(max(start, end - 1))
        return Span(self._scalar.span.file, line, column, end_line, end_column + 1)

    def _report(self, offset: int, finding: Diagnostic) -> None:
        self.findings.append(finding)
        self.spoiled.append(offset)

    def _bracket(self, piece: Piece) -> bool:
        """Keep account of brackets; say whether it makes sense to read on."""
        if piece.value in _OPENING:
            self._open.append(piece)
            if len(self._open) > BRACKET_DEPTH:
                self._report(piece.start_pos, slips.too_deep(piece.span, BRACKET_DEPTH))
                return False
        elif piece.value in _CLOSING:
            if not self._open or self._open[-1].value != _CLOSING[piece.value]:
                opened = self._open[-1] if self._open else None
                self._report(piece.start_pos, slips.closed_unopened(piece, opened))
                return False
            self._open.pop()
        return True

    # ---- lines

    def _end_line(self, offset: int) -> None:
        if not self._in_statements or self._open or self._line_is_new:
            return
        self._mark("_NEWLINE", offset)
        self._line_is_new = True
        self._statement_is_new = True
        self._sending = False

    def _indent(self, offset: int) -> bool:
        """Compare the indentation of a line with those it stands under."""
        self._line_is_new = False
        indent = self._text[self._text.rfind("\n", 0, offset) + 1 : offset]
        if "\t" in indent:
            self._report(offset, slips.tab(self._span(offset - 1, offset)))
            return False
        if not self._indents:
            self._indents.append(indent)
        elif len(indent) > len(self._indents[-1]):
            self._indents.append(indent)
            self._mark("_INDENT", offset)
            if len(self._indents) > INDENTATION_DEPTH:
                self._report(offset, slips.too_deep(self._span(offset, offset + 1), INDENTATION_DEPTH))
                return False
        while len(indent) < len(self._indents[-1]):
            if len(self._indents) == 1 or len(indent) > len(self._indents[-2]):
                self._report(offset, slips.unindented(self._span(offset, offset + 1)))
                return False
            self._indents.pop()
            self._mark("_DEDENT", offset)
        return True

    def _mark(self, terminal: str, offset: int) -> None:
        last = self.pieces[-1].span
        span = Span(last.file, last.end_line, last.end_column, last.end_line, last.end_column + 1)
        if terminal == "_INDENT":
            span = self._span(offset, offset + 1)
        self.pieces.append(Piece(terminal, "", span, offset, offset))

    def _end(self) -> None:
        if self._open:
            opened = self._open[-1]
            self._report(opened.start_pos, slips.not_closed(opened.value, _OPENING[opened.value], opened.span))
        if self._in_statements and self.pieces:
            if not self._line_is_new:
                self._mark("_NEWLINE", len(self._text))
            for _ in self._indents[1:]:
                self._mark("_DEDENT", len(self._text))


def _sound_chunks(pieces: list[Piece], spoiled: list[int], complete: bool) -> tuple[Chunk, ...]:
    """Cut statements apart where a line begins that is not indented, and leave out those with findings."""
    chunks: list[list[Piece]] = []
    depth = 0
    begins = True
    for piece in pieces:
        opens = begins and depth == 0 and piece.type not in ("_INDENT", "_DEDENT")
        if opens and (not chunks or piece.value not in ("elif", "else")):
            chunks.append([])
        depth += (piece.type == "_INDENT") - (piece.type == "_DEDENT")
        chunks[-1].append(piece)
        begins = piece.type in ("_NEWLINE", "_DEDENT")
    if not complete:
        chunks = chunks[:-1]
    return tuple(
        tuple(chunk) for chunk in chunks if not any(chunk[0].start_pos <= at <= chunk[-1].end_pos for at in spoiled)
    )
