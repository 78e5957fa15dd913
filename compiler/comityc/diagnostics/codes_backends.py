"""Findings of the back ends, of `output` and of what stands around them: CMY06xx."""

from comityc.diagnostics.registry import Block

BLOCK = Block("CMY06")

# ---- generated Python

SAME_ACT_TWICE = BLOCK.error(
    "CMY0601", "same-act-twice", "A state asks for one act in two ways, so nobody could tell whose outcome comes."
)

# ---- files

FOREIGN_FILE = BLOCK.error("CMY0611", "foreign-file", "A file that comity did not write would be replaced.")
OUTSIDE_FOLDER = BLOCK.error("CMY0612", "outside-folder", "A file would be written outside the folder that was given.")
CANNOT_WRITE = BLOCK.error("CMY0613", "cannot-write", "A file cannot be written where it belongs.")
STALE_FILE = BLOCK.error("CMY0614", "stale-file", "A generated file is not what its spec compiles to now.")
