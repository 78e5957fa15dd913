"""A tree with unknown keys comes in, with what they were probably meant to be; the tree as it was meant goes out.

So the rest of a spec is still read when a key is misspelt, and everything that is wrong with it is told in one run.
"""

from collections.abc import Mapping as Mapped
from dataclasses import replace

from comityc.diagnostics.span import Span
from comityc.source.tree import Mapping, Scalar, Sequence, Tree


def mended(tree: Tree, meant: Mapped[Span, str]) -> Tree:
    """Return the tree with the keys at these places renamed; where nobody can tell what was meant, to what every stage passes over."""
    if not meant:
        return tree
    match tree:
        case Scalar():
            return tree
        case Sequence():
            return replace(tree, items=tuple(mended(item, meant) for item in tree.items))
        case Mapping():
            taken = {key.text for key, _ in tree.entries if key.span not in meant}
            entries = []
            for key, value in tree.entries:
                name = meant.get(key.span, key.text)
                nothing = isinstance(value, Scalar) and not value.text
                if key.span in meant and (not name or name in taken or nothing):
                    name = f"x-{key.text}"
                taken.add(name)
                entries.append((replace(key, text=name), mended(value, meant)))
            return replace(tree, entries=tuple(entries))
