"""Findings of `resolve` (CMY02xx, names) and of `lower` (CMY04xx, types).

A row looks like this:

    UNKNOWN_NAME = BLOCK.error("CMY0201", "unknown-name", "A name is used that nothing declares.")
"""

from comityc.diagnostics.registry import Block

BLOCK = Block("CMY02", "CMY04")
