"""What can be wrong with an expression or statements: a place and the facts come in, a finding goes out.

Words and operators of other languages each get their cure; for the rest the finding says what was expected.
"""

from collections.abc import Set as AbstractSet
from math import gcd
from typing import Protocol

from comityc.diagnostics.codes_syntax import (
    BAD_CHARACTER,
    BAD_INDENTATION,
    BAD_NUMBER,
    BAD_TARGET,
    EMPTY,
    EQUALS_SIGN,
    FOREIGN_OPERATOR,
    FOREIGN_WORD,
    MIXED_ARGUMENTS,
    NO_EFFECT,
    NOT_A_CALL,
    OPEN_BRACKET,
    OPEN_TEXT,
    STRAY_BRACKET,
    TOO_DEEP,
    TOO_LONG,
    UNEXPECTED_END,
    UNEXPECTED_WORD,
)
from comityc.diagnostics.diagnostic import Diagnostic, Label
from comityc.diagnostics.span import Span
from comityc.syntax.cures import FOREIGN_VALUES, OPERATOR_CURES, WORD_CURES


class Piece(Protocol):
    """A terminal, as the scanner cuts it."""

    @property
    def type(self) -> str: ...

    @property
    def value(self) -> str: ...

    @property
    def span(self) -> Span: ...


# ---- before parsing


def too_long(span: Span, length: int, limit: int) -> Diagnostic:
    """An expression is longer than anybody can read."""
    return TOO_LONG.at(
        span,
        f"text of {length:,} characters, where {limit:,} are the limit",
        help="name its parts under `define:`",
    )


def too_deep(span: Span, limit: int) -> Diagnostic:
    """Brackets, operators or blocks stand inside each other too often."""
    return TOO_DEEP.at(span, f"nested deeper than {limit} levels", caret="here", help="name its parts under `define:`")


def empty(span: Span) -> Diagnostic:
    """There is a key, and nothing behind it."""
    return EMPTY.at(span, "there is nothing here", help="write an expression, or leave the key out")


def not_closed(bracket: str, closing: str, span: Span) -> Diagnostic:
    """A bracket stays open."""
    return OPEN_BRACKET.at(span, f"`{bracket}` is never closed", caret=f"no `{closing}` for this one")


def closed_unopened(piece: Piece, opened: Piece | None) -> Diagnostic:
    """A bracket closes what another kind opened, or nothing."""
    if opened is None:
        return STRAY_BRACKET.at(piece.span, f"`{piece.value}` closes nothing", caret="nothing is open here")
    label = Label(opened.span, f"`{opened.value}` was opened here")
    return STRAY_BRACKET.at(piece.span, f"`{piece.value}` does not close `{opened.value}`", labels=(label,))


def tab(span: Span) -> Diagnostic:
    """A line is indented by a tab."""
    return BAD_INDENTATION.at(span, "a tab in the indentation", help="indent by spaces")


def unindented(span: Span) -> Diagnostic:
    """A line stands under no line that it could belong to."""
    return BAD_INDENTATION.at(
        span,
        "the line is indented like no line above it",
        caret="begins here",
        help="indent it as far as the lines it belongs to",
    )


def bad_number(span: Span, text: str) -> Diagnostic:
    """A numeral that is no whole number of ours."""
    if len(text) > 18:
        return BAD_NUMBER.at(span, f"a number of {len(text):,} digits, where 18 are the limit")
    return BAD_NUMBER.at(span, f"`{text}` begins with 0", help=f"write `{text.lstrip('0') or '0'}`")


def foreign(kind: str, value: str, span: Span, following: str) -> Diagnostic:
    """A piece of text that no terminal of the grammar has; `kind` is the scanner's."""
    if kind == "decimal":
        remedy = f"write a fraction: {_as_fraction(value)}" if "e" not in value.lower() else "write all its digits"
        return BAD_NUMBER.at(span, f"`{value}` is not a whole number", help=remedy)
    if kind == "numeral":
        return BAD_NUMBER.at(
            span,
            f"`{value}` is neither a number nor a duration",
            help="write digits alone, or a duration such as `150ms`, `30s`, `5m`, `2h`, `7d`",
        )
    if kind == "prefixed":
        return FOREIGN_WORD.at(
            span, f"`{value}{following}` does not begin a text", help="write the text in plain quotes"
        )
    if kind == "quote":
        return OPEN_TEXT.at(span, "a text that is not closed on its line", caret="begins here")
    if kind == "word":
        reason = "begins with an underscore" if value.startswith("_") else "has letters beyond A to Z"
        return BAD_CHARACTER.at(span, f"name `{value[:40]}` {reason}", help="names are letters, digits and underscores")
    cure = OPERATOR_CURES.get(value)
    if value.endswith("=") and value[:-1] in ("*", "/", "//", "%", "&", "|", "^"):
        cure = f"write `x = x {value[:-1]} y`" if value != "^=" else cure
    if cure is None:
        return BAD_CHARACTER.at(span, f"{_shown(value)} means nothing here")
    return FOREIGN_OPERATOR.at(span, f"there is no operator `{value}`", help=cure)


def _as_fraction(text: str) -> str:
    whole, _, part = text.replace("_", "").partition(".")
    if not part.isdigit() or len(part) > 6 or not whole.isdigit() or len(whole) > 12:
        return "`1/2`"
    over, under = int(whole + part), 10 ** len(part)
    return f"`{over // gcd(over, under)}/{under // gcd(over, under)}`"


def _shown(character: str) -> str:
    if character.isprintable():
        return f"`{character}`"
    return f"the character U+{ord(character):04X}"


# ---- while parsing


def unexpected(piece: Piece, previous: Piece | None, accepted: AbstractSet[str], start: str) -> Diagnostic:
    """A word or sign that does not fit; `accepted` are the texts of what would, `previous` is what stands before it."""
    if piece.type in ("_NEWLINE", "_DEDENT") and previous is not None:
        return ends_early(behind(previous.span), accepted, previous)
    if piece.type == "_INDENT":
        return BAD_INDENTATION.at(piece.span, "the line is indented, and nothing above it calls for that")
    if piece.value in WORD_CURES and piece.value not in accepted:
        return foreign_word(piece.value, piece.span)
    if previous is not None and previous.value in WORD_CURES and piece.type not in ("__ANON_0", "DOT"):
        return foreign_word(previous.value, previous.span)
    if accepted == {"an indented line"} or (
        previous is not None and previous.type == "_NEWLINE" and len(accepted) == 1
    ):
        return BAD_INDENTATION.at(piece.span, "a block is missing here", help="indent what stands under the `:`")
    if piece.value == "=":
        return EQUALS_SIGN.at(piece.span, "`=` in an expression", help="write `==` to compare")
    caret = _expected(accepted)
    if piece.value in ("elif", "else") and start == "statements":
        return UNEXPECTED_WORD.at(
            piece.span, f"`{piece.value}` without an `if` before it", caret="expected a statement"
        )
    if caret == "expected a name" and piece.type != "NAME" and piece.value.isalpha():
        return UNEXPECTED_WORD.at(piece.span, f"`{piece.value}` is a word of the language", caret=caret)
    spread = previous is not None and previous.span.end_line != piece.span.line and start == "statements"
    cure = _SPREAD if spread else _hint(piece.value, previous, accepted, start)
    return UNEXPECTED_WORD.at(piece.span, f"unexpected `{piece.value}`", caret=caret, help=cure)


def ends_early(span: Span, accepted: AbstractSet[str], previous: Piece) -> Diagnostic:
    """The text, or a line of it, ends where something has to follow; `previous` is its last word."""
    if previous.value in WORD_CURES:
        return foreign_word(previous.value, previous.span)
    return UNEXPECTED_END.at(span, "something is missing at the end", caret=_expected(accepted))


def behind(span: Span) -> Span:
    """Return the place right behind a span."""
    return Span(span.file, span.end_line, span.end_column, span.end_line, span.end_column + 1)


def foreign_word(word: str, span: Span) -> Diagnostic:
    """A word of Python, or of another language, that this one does not have."""
    return FOREIGN_WORD.at(span, f"`{word}` is not a word of this language", help=WORD_CURES[word])


def is_foreign_word(word: str) -> bool:
    """Say whether a word is one of another language."""
    return word in WORD_CURES


def is_foreign_value(word: str) -> bool:
    """Say whether a name is what another language calls `true`, `false` or `none`."""
    return word in FOREIGN_VALUES


_VALUES = frozenset(["a number", "a duration", "a text", "none", "true", "false", "(", "[", "{"])
_OPERATORS = frozenset(["+", "*", "/", "//", "%", "==", "!=", "<", "<=", ">", ">=", "and", "or", "implies", "&", "|"])


_NAMED = ("a name", "a number", "a duration", "a text", "the end", "the end of the line", "an indented line")


def _expected(accepted: AbstractSet[str]) -> str:
    """Say in a few words what would have fitted."""
    left = set(accepted)
    words: list[str] = []
    if left >= _VALUES:
        words.append("a value")
        left -= _VALUES | {"a name", "-", "not"}
    if left & _OPERATORS and len(left & _OPERATORS) > 3:
        words.append("an operator")
        left -= _OPERATORS | {"-", "in", "not", "is", "if", ".", "(", "["}
    words += [word for word in _NAMED if word in left]
    words += [f"`{word}`" for word in sorted(left.difference(_NAMED))]
    if not words:
        words = ["an operator", "the end"]  # the parser was done when it met this
    if len(words) > 5:
        return "expected " + ", ".join(words[:5])
    return "expected " + (words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1])


_SPREAD = "write `do: |` for several statements, so that the lines stay apart"


def _hint(value: str, before: Piece | None, accepted: AbstractSet[str], start: str) -> str | None:
    previous = before.value if before else ""
    if value == "to" and "(" in accepted:
        return f"write `{previous}()`, with its fields in the brackets"
    if value in ("->", "\u2192") and "to" in accepted:
        return "write `to`"
    if value == "|" and "?" in accepted:
        return f"write `{previous}?` for what may be none; the words of an enum stand in a list"
    if previous in ("forall", "exists", "some", "each"):
        return f"write `{'all' if previous in ('forall', 'each') else 'any'}(... for x in xs)`"
    if previous == "all" and value.isalpha() and "to" not in accepted:
        return "the name of a role stands for all its instances; a function is called with brackets"
    if value == "..":
        return "a range stands only for a domain; write `a <= x <= b`, or `x in range(a, b + 1)`"
    if value == "," and {"for", ")"} <= accepted:
        return "a comprehension beside other arguments stands in brackets: `max((x for x in xs), key=f)`"
    if value == "if" and previous == "else":
        return "write `elif`"
    if value == "->":
        return "write `implies`"
    if value == "?":
        return "`?` stands only behind a type"
    if value == "+" and "a name" in accepted:
        return "leave the sign out"
    if value in ("for", "if", "elif", "else", "del") and start != "statements":
        return "a comprehension stands in brackets or in a function; statements stand under `do:`"
    return None


# ---- while building nodes


def equals_statement(span: Span) -> Diagnostic:
    """`x == 3` where `x = 3` was meant."""
    return EQUALS_SIGN.at(span, "`==` compares and changes nothing", help="write `=` to assign")


def no_effect(span: Span, name: str | None = None) -> Diagnostic:
    """An expression on a line of its own; `name` if it is nothing but that."""
    cure = "a statement assigns, sends, deletes, or calls a method or a block"
    return NO_EFFECT.at(span, "this line changes nothing", help=f"write `{name}()` to call a block" if name else cure)


def bad_target(span: Span, verb: str) -> Diagnostic:
    """What stands left of `=` or behind `del` cannot be changed."""
    cure = "only `m[k]` can be deleted" if verb == "deleted" else "assign to a variable, a field or a key"
    return BAD_TARGET.at(span, f"this cannot be {verb}", help=cure)


def not_a_call(span: Span) -> Diagnostic:
    """Something else than a name or a method is called."""
    return NOT_A_CALL.at(
        span, "only a name or a method can be called", help="functions, records, messages and `define`s have names"
    )


def is_without_none(span: Span, operator: str) -> Diagnostic:
    """`is` or `is not` before something else than none."""
    cure = "write `==`" if operator == "is" else "write `!=`"
    return FOREIGN_OPERATOR.at(span, f"`{operator}` stands only before `none`", help=cure)


def positional_after_keyword(span: Span) -> Diagnostic:
    """`f(a=1, b)`."""
    return MIXED_ARGUMENTS.at(span, "a value without a name behind one with a name", help="put the named ones last")


def given_twice(name: str, span: Span, first: Span) -> Diagnostic:
    """`f(a=1, a=2)`."""
    return MIXED_ARGUMENTS.at(span, f"`{name}` is given twice", labels=(Label(first, "first here"),))


def field_without_name(what: str, span: Span) -> Diagnostic:
    """`send Ballot(yes) to chair`, `perform: pay(seller)`."""
    return MIXED_ARGUMENTS.at(span, f"{what} without a name", help="write `name=value`")
