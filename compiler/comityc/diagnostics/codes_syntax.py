"""Findings of `syntax` (CMY015x-019x, expressions and statements) and of `expand` (CMY03xx, patterns).

A row looks like this:

    UNEXPECTED_WORD = BLOCK.error("CMY0150", "unexpected-word", "An expression has a word where none fits.")
"""

from comityc.diagnostics.registry import Block

BLOCK = Block("CMY015", "CMY016", "CMY017", "CMY018", "CMY019", "CMY03")
