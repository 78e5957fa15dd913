"""What YAML makes of an expression comes in, a finding that shows the line as it should be goes out.

The expressions of a spec stand in YAML without quotes, and YAML has its own ideas about `#`, `: `, brackets and `?`. Some of
that is an error to YAML, told in words that help nobody; some of it YAML reads as something else without a word. Both are
recognised here by how the line looks.
"""

import re

from comityc.diagnostics.codes_source import (
    BEGINS_WITH_BRACKET,
    BRACKETS_IN_BRACES,
    COLON_IN_VALUE,
    CUT_AT_HASH,
    FORBIDDEN_CHARACTER,
    QUESTION_MARK_IN_BRACES,
    RESERVED_START,
    SPLIT_AT_COMMA,
    TAB_INDENTATION,
    YAML_SYNTAX,
)
from comityc.diagnostics.diagnostic import Code, Diagnostic, Label
from comityc.diagnostics.span import Span
from comityc.records import dataclass
from comityc.source.tree import Mapping, Scalar, Sequence, Source

_OPEN, _CLOSE = "([{", ")]}"
_KEY = re.compile(r"""[ ]*(?:-[ ]+)*(?:"[^"\n]*"|'[^'\n]*'|[^\s#"'\[{][^\n"'\[{]*?)[ ]*:[ ]+""")
_CUT_SHORT = re.compile(r"(?:[-+*/%<>=&|,(\[{]|(?:^|[ )\]}])(?:and|or|not|implies))$")
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why and where YAML stopped, in its own words; `context` is what it was reading, 0 stands for no place."""

    problem: str
    context: str
    line: int
    column: int
    context_line: int
    context_column: int


@dataclass(frozen=True, slots=True)
class Slip:
    """A finding, and the line as it should be, if that can be told."""

    diagnostic: Diagnostic
    mended: str | None = None


def explain(source: Source, trouble: Trouble) -> Slip:
    """Say in words of the language why YAML stopped."""
    line = source.line(trouble.line)
    at = trouble.column - 1
    character = line[at : at + 1]
    in_flow = "flow" in trouble.context
    if "control characters" in trouble.problem or "special characters" in trouble.problem:
        return Slip(
            FORBIDDEN_CHARACTER.at(_one(source, trouble), "a character cannot stand in a spec", help="delete it")
        )
    if in_flow and character in ("[", "{", "(") and at > 0 and not line[at - 1].isspace() and line[at - 1] not in ",:":
        return _in_flow(source, trouble.line, at, BRACKETS_IN_BRACES, "YAML ends the value before this bracket")
    if in_flow and character == "?":
        return _in_flow(source, trouble.line, at, QUESTION_MARK_IN_BRACES, "YAML does not take a `?` here")
    begins = _begins_with_bracket(source, trouble)
    if begins is not None:
        return begins
    if character == "\t" or "\t" in line[: len(line) - len(line.lstrip())]:
        return Slip(_tab(source, trouble))
    if "mapping values are not allowed" in trouble.problem:
        return _colon(source, trouble, line, at)
    if (
        "cannot start any token" in trouble.problem
        or "expected the node content" in trouble.problem
        or "block scalar" in trouble.context
    ):
        return _reserved(source, trouble, line, character)
    missing = None
    if "simple key" in trouble.context:
        missing = _no_colon(source, trouble.context_line)
    elif "block mapping start" in trouble.problem:
        missing = _no_colon(source, trouble.line - 1)
    if missing is not None:
        return missing
    return _before(source, trouble) or Slip(_syntax(source, trouble))


def split_at_comma(source: Source, tree: Mapping | Sequence) -> Diagnostic | None:
    """Find an expression that YAML has taken apart: `{pass: max(a, b) > 1}` is a map with the keys `pass` and `b) > 1`."""
    values = tree.items if isinstance(tree, Sequence) else tuple(part for entry in tree.entries for part in entry)
    for value in values:
        if not isinstance(value, Scalar) or value.style != "plain" or _open_brackets(value.text) <= 0:
            continue
        span = value.span
        line = source.line(span.line)
        message = "YAML splits this expression at its comma"
        help_text = _as_it_should_be(_quoted_in_flow(line, span.column - 1))
        return SPLIT_AT_COMMA.at(span, message, caret="YAML ends the value here", help=help_text)
    return None


def question_mark(source: Source, value: Scalar) -> Diagnostic | None:
    """Find a `?` in a plain value inside braces: not every YAML parser takes it."""
    if "?" not in value.text:
        return None
    line, column = value.position(value.text.index("?"))
    return _in_flow(source, line, column - 1, QUESTION_MARK_IN_BRACES, "YAML does not take a `?` here").diagnostic


def cut_at_hash(source: Source, value: Scalar) -> Diagnostic | None:
    """Find an expression whose end YAML has taken for a comment: it stops in the middle, and a `#` follows."""
    if value.style != "plain" or not value.text:
        return None
    span = value.span
    line = source.line(span.end_line)
    rest = line[span.end_column - 1 :]
    if not re.match(r"[ \t]+#", rest):
        return None
    text = _QUOTED.sub("", value.text)
    if not (_CUT_SHORT.search(text) or _open_brackets(text) > 0 or text.count('"') % 2):
        return None
    at = span.end_column - 1 + rest.index("#")
    message = "YAML takes what follows the `#` for a comment, and this value stops in the middle"
    help_text = (
        _as_it_should_be(_quoted_at(line, value.position(0)[1] - 1, len(line))) if span.line == span.end_line else None
    )
    where = Span(span.file, span.end_line, at + 1, span.end_line, len(line) + 1)
    return CUT_AT_HASH.at(where, message, caret="not read", help=help_text or "put the value in quotes")


def without_tag(source: Source, span: Span) -> str:
    """Say what to write in place of a tag; in an expression it was probably meant as `not`."""
    found = re.compile(r"!(\w+)").match(source.line(span.line), span.column - 1)
    return f"for `not`, write `not {found.group(1)}`" if found else "delete the tag"


# ---- the single slips


def _in_flow(source: Source, number: int, at: int, code: Code, message: str) -> Slip:
    """A character that ends a plain value inside braces: the whole value is to be quoted."""
    mended = _quoted_in_flow(source.line(number), at)
    span = Span(source.file, number, at + 1, number, at + 2)
    finding = code.at(span, message, caret="the value goes on here", help=_as_it_should_be(mended))
    return Slip(finding, mended)


def _begins_with_bracket(source: Source, trouble: Trouble) -> Slip | None:
    """`always: {a, b} == c`: YAML reads a map and is surprised that more follows; so it is with `[` and with quotes."""
    line = source.line(trouble.line)
    key = _KEY.match(line)
    start = key.end() if key else 0
    if key is None or start >= trouble.column or line[start : start + 1] not in tuple("[{\"'"):
        return None
    end = _value_end(line, start)
    opening = line[start]
    if opening in "\"'":
        found = _QUOTED.match(line, start)
        close = found.end() if found else end
    else:
        close = _flow_end(line, start + 1) + 1
    if close >= end or trouble.column - 1 < close:
        return None
    mended = _quoted_at(line, start, end)
    what = "quote" if opening in "\"'" else "bracket"
    span = Span(source.file, trouble.line, start + 1, trouble.line, end + 1)
    message = f"this value begins with a {what}, so YAML ends it at the closing {what}"
    return Slip(BEGINS_WITH_BRACKET.at(span, message, help=_as_it_should_be(mended)), mended)


_HALF_QUOTED = re.compile(r"""(.*= *)"([^"]*)\"""")


def _colon(source: Source, trouble: Trouble, line: str, at: int) -> Slip:
    key = _KEY.match(line)
    if key is not None and key.end() <= at:
        start, end = key.end(), _value_end(line, key.end())
        half = _HALF_QUOTED.fullmatch(line[start:end])
        if half is not None:  # what is quoted once as a whole is not quoted again inside
            line, end = line[:start] + half[1] + half[2] + line[end:], end - 2
        mended = _quoted_at(line, start, end)
        message = "a colon and a space inside a value begin a map"
        return Slip(COLON_IN_VALUE.at(_one(source, trouble), message, help=_as_it_should_be(mended)), mended)
    missing = _no_colon(source, trouble.line - 1)
    if missing is not None and _indentation(source.line(trouble.line - 1)) <= _indentation(line):
        return missing
    message = "a key stands here, but the value of the line before is not finished"
    help_text = "indent the key as deep as the keys it belongs with, or put the value before it in quotes"
    return Slip(YAML_SYNTAX.at(_one(source, trouble), message, help=help_text))


def _tab(source: Source, trouble: Trouble) -> Diagnostic:
    """No line is mended here: how deep the tab was meant to be cannot be told."""
    others = sum(1 for line in source.text.split("\n") if re.match(r" *\t", line)) - 1
    notes = (f"lines indented with tabs: {others + 1}",) if others > 0 else ()
    message = "a tab stands where YAML takes only spaces"
    return TAB_INDENTATION.at(_one(source, trouble), message, help="indent with spaces", notes=notes)


def _no_colon(source: Source, number: int) -> Slip | None:
    """A word alone on a line, where a key should be."""
    line = source.line(number)
    word = re.fullmatch(r" *(\w+)[ ]*(#.*)?", line)
    if word is None:
        return None
    start, end = word.span(1)
    span = Span(source.file, number, start + 1, number, end + 1)
    mended = line[:end] + ":" + line[end:]
    return Slip(YAML_SYNTAX.at(span, "this key has no colon", help=f"write `{word.group(1)}:`"), mended)


def _reserved(source: Source, trouble: Trouble, line: str, character: str) -> Slip:
    start = trouble.column - 1
    if "block scalar" in trouble.context and trouble.context_line == trouble.line:
        start = trouble.context_column - 1
        character = line[start : start + 1]
    mended = _quoted_at(line, start, _value_end(line, start))
    span = Span(source.file, trouble.line, start + 1, trouble.line, start + 2)
    message = f"a value cannot begin with `{character}` in YAML"
    return Slip(RESERVED_START.at(span, message, help=_as_it_should_be(mended)), mended)


def _before(source: Source, trouble: Trouble) -> Slip | None:
    """A value over several lines ends at a comment; then the line behind it makes no sense to YAML."""
    number = trouble.line - 1
    line = source.line(number)
    found = re.search(r"[ \t]#", line)
    key = _KEY.match(line)
    if found is None or key is None or key.end() > found.start() or re.match(r"[|>]", line[key.end() :]):
        return None
    if _indentation(source.line(trouble.line)) <= _indentation(line):
        return None
    span = Span(source.file, number, found.start() + 2, number, len(line) + 1)
    message = "a comment ends the value here, so the line behind it is read as something else"
    return Slip(CUT_AT_HASH.at(span, message, help="move the comment to a line of its own above"))


_PLAIN_WORDS = (
    (r"found undefined tag|tag", "YAML's tags (`!`) are not part of the language", None),
    (
        r"block sequence entries|sequence entries",
        "a list cannot begin here",
        "begin the list on the next line, indented",
    ),
    (r"expected alphabetic|anchor|alias", "YAML's anchors and aliases (`&`, `*`) are not part of the language", None),
    (r"escape", "this is no escape that YAML knows", "inside double quotes a backslash is written `\\\\`"),
)


def _syntax(source: Source, trouble: Trouble) -> Diagnostic:
    """The rest: what YAML says, put as plainly as can be."""
    where = _one(source, trouble)
    if trouble.context_line and ("quoted scalar" in trouble.context or "flow" in trouble.context):
        start = Span(
            source.file, trouble.context_line, trouble.context_column, trouble.context_line, trouble.context_column + 1
        )
        opening = source.line(start.line)[start.column - 1 : start.column]
        if "quoted" in trouble.context and "end of stream" in trouble.problem:
            return YAML_SYNTAX.at(
                start, f"the text that begins with this `{opening}` has no end", help="close the quote"
            )
        if "flow" in trouble.context and opening not in ("[", "{"):
            return YAML_SYNTAX.at(where, "a bracket is opened and not closed", help="close it, or quote the value")
        if "flow" in trouble.context:
            message = f"what begins with this `{opening}` is not closed, or has something in it that cannot stand there"
            label = Label(where, "YAML stops here")
            return YAML_SYNTAX.at(start, message, labels=(label,) if where.line != start.line else ())
    for pattern, message, help_text in _PLAIN_WORDS:
        if re.search(pattern, trouble.problem + " " + trouble.context):
            return YAML_SYNTAX.at(where, message, help=help_text)
    if "block" in trouble.context or "document start" in trouble.problem:
        message = "this line does not fit the lines above it"
        help_text = "keys that belong together are indented alike, and each is followed by a colon"
        begins = Span(
            source.file, trouble.context_line, trouble.context_column, trouble.context_line, trouble.context_column + 1
        )
        labels = (Label(begins, "those begin here"),) if 0 < trouble.context_line < where.line else ()
        return YAML_SYNTAX.at(where, message, help=help_text, labels=labels)
    if "simple key" in trouble.context:
        return YAML_SYNTAX.at(where, "a key without a colon", help="write `key: value`")
    return YAML_SYNTAX.at(where, f"this is not YAML: {trouble.problem}")


# ---- lines


def _as_it_should_be(line: str) -> str:
    return f"write `{line[: _value_end(line, _indentation(line))].strip()}`"


def _quoted_in_flow(line: str, at: int) -> str:
    """Put all values in quotes that YAML would take apart, in the braces or brackets around a place of a line."""
    key = _KEY.match(line)
    i = key.end() if key else _indentation(line)
    if line[i : i + 1] not in ("[", "{") or i >= at:
        starts = [found.end() for found in re.finditer(r"[:,][ \t]+|[\[{][ \t]*", line[:at])]
        start = starts[-1] if starts else _indentation(line)
        return _quoted_at(line, start, _flow_end(line, start))
    while i < len(line):
        place = re.compile(r"[\s,\]}]*([\w.]+\[[^\]]*\][\w.]*)[ ]*:[ ]+").match(line, i)
        if place:  # `voter[1].choice: [yes]`, where it is the key that YAML takes apart
            line, i = _quoted_at(line, *place.span(1)), place.end() + 2
        value = re.compile(r"[\s,\]}]*(?:[\w.-]+[ ]*:[ ]+)?").match(line, i)
        start = value.end() if value else i
        if line[start : start + 1] in ("[", "{"):
            i = start + 1
            continue
        end = _flow_end(line, start)
        if end == start or line[start] == "#":
            break
        if line[start] not in "\"'" and re.search(r"[\[{?]|\(.*,", line[start:end]):
            grown = len(line)
            line = _quoted_at(line, start, end)
            end += len(line) - grown
        i = end
    return line


def _quoted_at(line: str, start: int, end: int) -> str:
    """Put a part of a line in quotes, whichever need the least escaping."""
    value = line[start:end]
    if '"' not in value and "\\" not in value:
        return f'{line[:start]}"{value}"{line[end:]}'
    doubled = value.replace("'", "''")
    return f"{line[:start]}'{doubled}'{line[end:]}"


def _flow_end(line: str, start: int) -> int:
    """Find the end of a value inside braces: the comma or bracket outside of the value's own brackets."""
    depth = 0
    i = start
    while i < len(line):
        character = line[i]
        quoted = _QUOTED.match(line, i)
        if quoted:
            i = quoted.end()
            continue
        if character in _OPEN:
            depth += 1
        elif character in _CLOSE:
            if depth == 0:
                break
            depth -= 1
        elif character == "," and depth == 0:
            break
        i += 1
    return start + len(line[start:i].rstrip())


def _value_end(line: str, start: int) -> int:
    """Find the end of a value that goes to the end of the line, or to the comment."""
    i = start
    while i < len(line):
        quoted = _QUOTED.match(line, i)
        if quoted:
            i = quoted.end()
        elif line[i] == "#" and i > start and line[i - 1] in " \t":
            break
        else:
            i += 1
    return start + len(line[start:i].rstrip())


def _open_brackets(text: str) -> int:
    """Count the brackets that are opened and not closed."""
    text = _QUOTED.sub("", text)
    return sum(text.count(bracket) for bracket in _OPEN) - sum(text.count(bracket) for bracket in _CLOSE)


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _one(source: Source, trouble: Trouble) -> Span:
    return Span(source.file, trouble.line, trouble.column, trouble.line, trouble.column + 1)
