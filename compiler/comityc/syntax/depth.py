"""Nodes come in; whether they stand in each other deeper than a limit goes out, found without recursion."""

from comityc.records import field_names


def deeper_than(limit: int, nodes: object) -> bool:
    """Say whether any node has more than `limit` nodes around it."""
    waiting: list[tuple[object, int]] = [(nodes, 0)]
    while waiting:
        thing, depth = waiting.pop()
        if isinstance(thing, tuple):
            waiting.extend((part, depth) for part in thing)
        elif (names := field_names(type(thing))) is not None:
            if depth > limit:
                return True
            waiting.extend((getattr(thing, name), depth + 1) for name in names if name != "span")
    return False
