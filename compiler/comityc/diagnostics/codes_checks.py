"""Findings of `checks`: CMY05xx, about the whole machine.

A row looks like this:

    UNREACHABLE_STATE = BLOCK.warning("CMY0501", "unreachable-state", "No transition leads to a state.")
"""

from comityc.diagnostics.registry import Block

BLOCK = Block("CMY05")
