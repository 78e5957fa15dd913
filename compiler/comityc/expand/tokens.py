"""Texts of a spec come in; texts with some of their names exchanged, or joined from parts of others, go out.

Every character still knows where it stands in its file, so a finding about what was made points at what it was made of.
"""

from collections.abc import Callable, Iterable, Mapping

from comityc.diagnostics.span import Span
from comityc.source.tree import Run, Scalar
from comityc.syntax.scanner import names_in

Choose = Callable[[str, int, int], str | None]
"""From a text and the place of a name in it to what stands there instead, or None."""


def exchanged(scalar: Scalar, choose: Choose) -> Scalar:
    """Return a text in which some names are exchanged for other text."""
    changes = [(start, end, new) for start, end in names_in(scalar.text) if (new := choose(scalar.text, start, end))]
    if not changes:
        return scalar
    pieces, done = [], 0
    for start, end, new in changes:
        pieces += [cut(scalar, done, start), placed(new, scalar.span_between(start, end))]
        done = end
    return joined([*pieces, cut(scalar, done, len(scalar.text))], scalar)


def renamed(scalar: Scalar, names: Mapping[str, str]) -> Scalar:
    """Return a text in which these names are others, wherever they stand."""
    return exchanged(scalar, lambda text, start, end: names.get(text[start:end]))


def own_names(scalar: Scalar, names: Mapping[str, str]) -> Scalar:
    """Return a text in which these names are others, but not those of fields (`msg.price`, `Offer(price=...)`)."""
    return exchanged(
        scalar, lambda text, start, end: None if is_field(text, start, end) else names.get(text[start:end])
    )


def is_field(text: str, start: int, end: int) -> bool:
    """Say whether the name at a place is that of a field: it stands behind a dot, or names an argument."""
    if text[:start].rstrip(" ").endswith(".") and not text[:start].rstrip(" ").endswith(".."):
        return True
    behind = text[end:].lstrip(" ")
    return behind.startswith("=") and not behind.startswith("==") and _in_brackets(text, start)


def _in_brackets(text: str, place: int) -> bool:
    before = text[:place]
    return sum(before.count(sign) for sign in "([{") > sum(before.count(sign) for sign in ")]}")


def cut(scalar: Scalar, start: int, end: int) -> Scalar:
    """Return a part of a text."""
    runs = [Run(0, *scalar.position(start))]
    runs += [Run(run.offset - start, run.line, run.column) for run in scalar.runs if start < run.offset < end]
    return Scalar(scalar.text[start:end], scalar.span, scalar.style, tuple(runs))


def placed(text: str, span: Span) -> Scalar:
    """Return a text of our own that stands for what is at a place."""
    return Scalar(text, span, "plain", (Run(0, span.line, span.column),))


def joined(pieces: Iterable[Scalar], like: Scalar) -> Scalar:
    """Return texts one behind the other, in place of another; a text of several lines is a block."""
    text, runs = "", list[Run]()
    for piece in pieces:
        if piece.text:
            runs += [Run(len(text) + run.offset, run.line, run.column) for run in piece.runs]
            text += piece.text
    several = "\n" in text and like.style == "plain"
    return Scalar(text, like.span, "literal" if several else like.style, tuple(runs) or like.runs)
