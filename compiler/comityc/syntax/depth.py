"""Nodes come in; whether they stand in each other deeper than a limit goes out, found without recursion."""

from dataclasses import fields, is_dataclass


def deeper_than(limit: int, nodes: object) -> bool:
    """Say whether any node has more than `limit` nodes around it."""
    waiting: list[tuple[object, int]] = [(nodes, 0)]
    while waiting:
        thing, depth = waiting.pop()
        if isinstance(thing, tuple):
            waiting.extend((part, depth) for part in thing)
        elif is_dataclass(thing):
            if depth > limit:
                return True
            waiting.extend((getattr(thing, field.name), depth + 1) for field in fields(thing) if field.name != "span")
    return False
