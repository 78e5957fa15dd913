"""The blocks of all rooms come in, the one registry of codes goes out.

00xx file and YAML, 01xx shape and expression syntax, 02xx names, 03xx patterns, 04xx types, 05xx machine checks,
06xx back ends, 07xx traces. `registry.py` says how a row is added. A number is never used again for something else.
"""

from collections.abc import Mapping
from types import MappingProxyType

from comityc.diagnostics import (
    codes_backends,
    codes_checks,
    codes_names,
    codes_parts,
    codes_source,
    codes_syntax,
    codes_traces,
)
from comityc.diagnostics.diagnostic import Code

_BLOCKS = (
    codes_source.BLOCK,
    codes_syntax.BLOCK,
    codes_parts.BLOCK,
    codes_names.BLOCK,
    codes_checks.BLOCK,
    codes_backends.BLOCK,
    codes_traces.BLOCK,
)


def _collected() -> Mapping[str, Code]:
    codes: dict[str, Code] = {}
    for code in (code for block in _BLOCKS for code in block.values()):
        if code.number in codes:
            raise ValueError(f"{code.number} is registered twice")
        codes[code.number] = code
    return MappingProxyType(dict(sorted(codes.items())))


CODES: Mapping[str, Code] = _collected()
