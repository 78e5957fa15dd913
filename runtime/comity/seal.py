"""Digests and fresh ids, as a host hands them to its machines."""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from fractions import Fraction
from random import Random

from comity.values import Digester, Instance


def digester(protocol_instance: str) -> Digester:
    """Return the function that seals values by SHA-256; the seals of two protocol instances never agree."""
    domain = _encode(protocol_instance)

    def digest(values: tuple[object, ...]) -> str:
        return hashlib.sha256(domain + _encode(values)).hexdigest()

    return digest


def fresh_ids(random: Random | None) -> Callable[[], str]:
    """Return the source of ids: nobody can guess them, unless a seeded `random` makes a run repeatable."""
    if random is None:
        return lambda: secrets.token_urlsafe(16)
    return lambda: f"{random.getrandbits(64):016x}"


def _encode(value: object) -> bytes:
    """Write a value so that different values always differ: a tag, a length, the content; sets and maps in a fixed order."""
    match value:
        case None:
            return _part(b"n", b"")
        case bool():
            return _part(b"b", b"1" if value else b"0")
        case Instance(role=role, number=number):
            return _part(b"@", _encode(role) + _encode(number))
        case int():
            return _part(b"i", str(value).encode())
        case Fraction():
            return _part(b"q", f"{value.numerator}/{value.denominator}".encode())
        case str():
            return _part(b"s", str(value).encode())
        case Mapping():
            return _part(b"m", b"".join(sorted(_part(b"p", _encode(k) + _encode(v)) for k, v in value.items())))
        case frozenset() | set():
            return _part(b"f", b"".join(sorted(map(_encode, value))))
        case tuple() | list():
            return _part(b"t", b"".join(map(_encode, value)))
        case _:
            fields = getattr(value, "__match_args__", None)
            if fields is None:
                return _part(b"o", repr(value).encode())
            return _part(b"r", _encode(type(value).__name__) + b"".join(_encode(getattr(value, f)) for f in fields))


def _part(tag: bytes, content: bytes) -> bytes:
    return tag + str(len(content)).encode() + b":" + content
