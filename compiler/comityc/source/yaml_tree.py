"""The text of a spec comes in, the located tree goes out; the only file that knows PyYAML.

Built on PyYAML's events, which make nothing of what they read: no tag is resolved, no object is made, no alias followed.
The parser in C is ten times faster than the one in Python and less clear about errors; so a text that C refuses is read once
more by Python, for the message. Where the two disagree about what is right (a `?` inside braces), the stricter one holds.
Limits are checked event by event, before anything is built from them.
"""

from collections.abc import Iterator
from typing import Any

import yaml

from comityc.diagnostics.bag import Bag
from comityc.diagnostics.codes_source import (
    DUPLICATE_KEY,
    EMPTY_FILE,
    FORBIDDEN_CHARACTER,
    KEY_NOT_A_WORD,
    SEVERAL_DOCUMENTS,
    TEXT_TOO_LONG,
    TOO_DEEP,
    TOO_MANY_VALUES,
    YAML_ANCHOR,
    YAML_MERGE_KEY,
    YAML_TAG,
)
from comityc.diagnostics.diagnostic import Diagnostic, Label
from comityc.diagnostics.span import Span
from comityc.source import slips
from comityc.source.loader import find_forbidden
from comityc.source.runs import runs_of
from comityc.source.tree import Mapping, Run, Scalar, Sequence, Source, Style, Tree

MOST_DEPTH = 32
MOST_VALUES = 50_000
MOST_SCALAR = 64 << 10
MOST_KEY = 200

_MOST_REPAIRS = 20
_STYLES: dict[str | None, Style] = {
    None: "plain",
    "": "plain",
    "'": "single",
    '"': "double",
    "|": "literal",
    ">": "folded",
}


def parse(source: Source) -> tuple[Tree | None, tuple[Diagnostic, ...]]:
    """Read the tree of a spec.

    YAML stops at the first thing it cannot read. Where a slip is known and its line can be mended, the reading goes on
    with the mended line, so that the next slip is found in the same run; what it says about mended lines is not repeated.
    """
    bag = Bag()
    text = source.text
    mended: set[int] = set()
    for _ in range(_MOST_REPAIRS):
        builder = _Builder(Source(source.file, text))
        tree = builder.build()
        bag.extend(found for found in builder.bag.diagnostics if found.span.line not in mended)
        trouble = builder.trouble
        if trouble is None:
            return (None if bag.has_errors else tree), bag.diagnostics
        slip = slips.explain(Source(source.file, text), trouble)
        if slip.diagnostic.span.line not in mended and not _told(bag, slip.diagnostic):
            bag.add(slip.diagnostic)
        if slip.mended is None or slip.diagnostic.span.line in mended:
            break
        mended.add(slip.diagnostic.span.line)
        text = _with_line(text, slip.diagnostic.span.line, slip.mended)
    return None, bag.diagnostics


def _told(bag: Bag, diagnostic: Diagnostic) -> bool:
    """Say whether the same kind of finding is there for the same line: one cause, one finding."""
    same = (diagnostic.code, diagnostic.span.line)
    return any((found.code, found.span.line) == same for found in bag.diagnostics)


def _with_line(text: str, number: int, line: str) -> str:
    lines = text.split("\n")
    lines[number - 1] = line
    return "\n".join(lines)


class _Stop(Exception):
    """The file is beyond a limit: reading on would be what the limit is there against."""


class _Builder:
    """Builds one tree from events; what it finds is in `bag`, and in `trouble` why YAML stopped."""

    def __init__(self, source: Source) -> None:
        self.bag = Bag()
        self.trouble: slips.Trouble | None = None
        self._source = source
        self._values = 0

    def build(self) -> Tree | None:
        """Read the tree, with the C parser if it is there."""
        fast = getattr(yaml, "CSafeLoader", None)
        if fast is not None:
            try:
                return self._document(fast)
            except yaml.YAMLError as error:
                trouble = _trouble(error)
                self.bag, self._values = Bag(), 0
        try:
            tree = self._document(yaml.SafeLoader)
        except yaml.YAMLError as error:
            self.trouble = _trouble(error)
            return None
        if fast is not None and not self.bag.has_errors:
            self.trouble = trouble
        return tree

    def _document(self, loader: Any) -> Tree | None:
        events: Iterator[Any] = yaml.parse(self._source.text, Loader=loader)
        tree: Tree | None = None
        try:
            for event in events:
                if isinstance(event, yaml.DocumentStartEvent):
                    if tree is not None:
                        message = "a second YAML document begins here"
                        self.bag.add(SEVERAL_DOCUMENTS.at(self._mark(event), message, help="one file is one protocol"))
                        break
                    if event.version is not None or event.tags:
                        self.bag.add(YAML_TAG.at(self._mark(event), "a YAML directive is used", help="delete the line"))
                    tree = self._node(next(events), events, 1, in_flow=False)
        except _Stop:
            return None
        if tree is None or (isinstance(tree, Scalar) and tree.style == "plain" and not tree.text):
            span = Span(self._source.file, 1, 1, 1, 1)
            help_text = 'begin with the lines `comity: "1"` and `protocol: my_protocol`'
            self.bag.add(EMPTY_FILE.at(span, "the file says nothing", help=help_text))
            return None
        return tree

    # ---- nodes

    def _node(self, event: Any, events: Iterator[Any], depth: int, *, in_flow: bool) -> Tree:
        self._values += 1
        if self._values > MOST_VALUES:
            self.bag.add(TOO_MANY_VALUES.at(self._mark(event), f"the file holds more than {MOST_VALUES} values"))
            raise _Stop
        self._refuse_tag_and_anchor(event)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, in_flow=in_flow)
        if isinstance(event, yaml.AliasEvent):
            return Scalar("", self._span(event), "plain", (self._run(event),))
        if depth > MOST_DEPTH:
            self.bag.add(TOO_DEEP.at(self._mark(event), f"values are nested deeper than {MOST_DEPTH}"))
            raise _Stop
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(event, events, depth)
        return self._mapping(event, events, depth)

    def _sequence(self, start: Any, events: Iterator[Any], depth: int) -> Sequence:
        flow = bool(start.flow_style)
        items: list[Tree] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.append(self._node(event, events, depth + 1, in_flow=flow))
        sequence = Sequence(tuple(items), self._collection_span(start, event, items), flow, self._written(start, event))
        if flow:
            self._add(slips.split_at_comma(self._source, sequence))
        return sequence

    def _mapping(self, start: Any, events: Iterator[Any], depth: int) -> Mapping:
        flow = bool(start.flow_style)
        entries: list[tuple[Scalar, Tree]] = []
        first: dict[str, Scalar] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._node(event, events, depth + 1, in_flow=flow)
            value = self._node(next(events), events, depth + 1, in_flow=flow)
            if self._is_key(key, first) and isinstance(key, Scalar):
                first[key.text] = key
                entries.append((key, value))
                if isinstance(value, Scalar) and key.text != "doc":
                    self._add(slips.cut_at_hash(self._source, value))
        values = [value for _, value in entries]
        mapping = Mapping(
            tuple(entries), self._collection_span(start, event, values), flow, self._written(start, event)
        )
        if flow:
            self._add(slips.split_at_comma(self._source, mapping))
        return mapping

    def _is_key(self, key: Tree, first: dict[str, Scalar]) -> bool:
        if not isinstance(key, Scalar) or "\n" in key.text:
            self.bag.add(KEY_NOT_A_WORD.at(key.span, "a key has to be a word or a short text on one line"))
            return False
        if key.style == "plain" and key.text == "<<":
            help_text = "write the keys out; a `define` names what several places share"
            self.bag.add(YAML_MERGE_KEY.at(key.span, "merge keys are not part of the language", help=help_text))
            return False
        if len(key.text) > MOST_KEY:
            self.bag.add(TEXT_TOO_LONG.at(key.span, f"a key is longer than {MOST_KEY} characters"))
            return False
        if key.text in first:
            message = f"the key `{key.text}` stands twice in this map"
            labels = (Label(first[key.text].span, "first here"),)
            self.bag.add(DUPLICATE_KEY.at(key.span, message, caret="again here", labels=labels))
            return False
        return True

    def _scalar(self, event: Any, *, in_flow: bool) -> Scalar:
        text, style = str(event.value), _STYLES[event.style]
        start, end = event.start_mark, event.end_mark
        if len(text) > MOST_SCALAR:
            self.bag.add(TEXT_TOO_LONG.at(self._mark(event), f"a value is longer than {MOST_SCALAR >> 10} KiB"))
            return Scalar("", self._mark(event), style, (self._run(event),))
        if in_flow and style == "plain" and not text:
            return self._nothing(event)
        block = style in ("literal", "folded")
        raw = self._source.text[start.index : end.index]
        # A tag or an anchor before the scalar is part of the event; it has its finding, and places do not matter any more.
        runs = runs_of(raw, text, style, start.line + 1, start.column + 1)
        span = self._block_span(event, raw) if block else self._span(event)
        scalar = Scalar(text, span, style, runs)
        forbidden = find_forbidden(text)
        if forbidden is not None:
            message = f"the character {forbidden[1]} cannot stand in a spec"
            where = scalar.span_between(forbidden[0], forbidden[0] + 1)
            self.bag.add(FORBIDDEN_CHARACTER.at(where, message, help="delete it"))
        if in_flow and style == "plain":
            self._add(slips.question_mark(self._source, scalar))
        return scalar

    def _nothing(self, event: Any) -> Scalar:
        """Return a value that is not there; the two parsers put it before and behind the spaces, people see it before them."""
        mark = event.start_mark
        before = self._source.text[: mark.index]
        column = mark.column + 1 - (len(before) - len(before.rstrip(" ")))
        span = Span(self._source.file, mark.line + 1, column, mark.line + 1, column)
        return Scalar("", span, "plain", (Run(0, mark.line + 1, column),))

    def _refuse_tag_and_anchor(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            what = "aliases (`*`)" if isinstance(event, yaml.AliasEvent) else "anchors (`&`)"
            message = f"YAML's {what} are not part of the language"
            help_text = "delete it; a `define` names what several places share"
            self.bag.add(YAML_ANCHOR.at(self._mark(event), message, help=help_text))
        if getattr(event, "tag", None) is not None:
            help_text = slips.without_tag(self._source, self._mark(event))
            self.bag.add(
                YAML_TAG.at(self._mark(event), "YAML's tags (`!`) are not part of the language", help=help_text)
            )

    def _add(self, diagnostic: Diagnostic | None) -> None:
        if diagnostic is not None:
            self.bag.add(diagnostic)

    # ---- places

    def _span(self, event: Any) -> Span:
        start, end = event.start_mark, event.end_mark
        return Span(self._source.file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)

    def _block_span(self, event: Any, raw: str) -> Span:
        """The parser ends a block scalar where the next thing begins; people end it behind its last character."""
        lines = raw.rstrip("\n ").split("\n")
        start = event.start_mark
        end_column = start.column + len(lines[0]) if len(lines) == 1 else len(lines[-1])
        return Span(self._source.file, start.line + 1, start.column + 1, start.line + len(lines), end_column + 1)

    def _collection_span(self, start: Any, end: Any, values: list[Tree]) -> Span:
        """The span of a list or map; in block style it ends with its last value."""
        first = self._mark(start)
        if start.flow_style:
            last = end.end_mark
            return Span(first.file, first.line, first.column, last.line + 1, last.column + 1)
        if not values:
            return first
        span = values[-1].span
        return Span(first.file, first.line, first.column, span.end_line, span.end_column)

    def _written(self, start: Any, end: Any) -> str:
        """Return a list or map in brackets as it stands in the file."""
        return self._source.text[start.start_mark.index : end.end_mark.index] if start.flow_style else ""

    def _mark(self, event: Any) -> Span:
        mark = event.start_mark
        return Span(self._source.file, mark.line + 1, mark.column + 1, mark.line + 1, mark.column + 2)

    def _run(self, event: Any) -> Run:
        return Run(0, event.start_mark.line + 1, event.start_mark.column + 1)


def _trouble(error: yaml.YAMLError) -> slips.Trouble:
    """Take what a YAML error knows out of it."""
    mark = getattr(error, "problem_mark", None)
    context = getattr(error, "context_mark", None)
    return slips.Trouble(
        problem=str(getattr(error, "problem", None) or "the text cannot be read"),
        context=str(getattr(error, "context", None) or ""),
        line=mark.line + 1 if mark else 1,
        column=mark.column + 1 if mark else 1,
        context_line=context.line + 1 if context else 0,
        context_column=context.column + 1 if context else 0,
    )
