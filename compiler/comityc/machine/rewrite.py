"""A part of a machine in, the same with some nodes exchanged for others out; what does not change is shared.

Works on every dataclass of `expressions.py` and `model.py`, so a new form is covered without a line here.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from comityc.records import field_names

T = TypeVar("T")


def rewritten(part: T, change: Callable[[Any], Any]) -> T:
    """Return a part in which `change` was asked, outermost first, for another node in place of each; the same one means none.

    What `change` puts in place is not looked into again.
    """
    changed: Any = change(part)
    if changed is not part:
        return changed  # type: ignore[no-any-return]  # a node of the kind that fits in its place
    if isinstance(part, tuple) and not hasattr(part, "_fields"):
        items = tuple(rewritten(item, change) for item in part)
        return part if all(new is old for new, old in zip(items, part, strict=True)) else items  # type: ignore[return-value]
    names = field_names(type(part))
    if names is None:
        return part
    news = {name: rewritten(getattr(part, name), change) for name in names}
    if all(new is getattr(part, name) for name, new in news.items()):
        return part
    return type(part)(**news)


def exchanged(part: T, old: Any, new: Any) -> T:
    """Return a part in which one node, this very object wherever it is met, is another."""
    return rewritten(part, lambda node: new if node is old else node)
