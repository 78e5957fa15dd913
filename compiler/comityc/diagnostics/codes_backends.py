"""Findings of the back ends, of `output` and of what stands around them: CMY06xx.

A row looks like this:

    FOREIGN_FILE = BLOCK.error("CMY0601", "foreign-file", "A file that comity did not write would be replaced.")
"""

from comityc.diagnostics.registry import Block

BLOCK = Block("CMY06")
