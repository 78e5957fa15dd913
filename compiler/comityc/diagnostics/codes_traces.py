"""Findings about traces, and about tests that are made of counterexamples: CMY07xx."""

from comityc.diagnostics.registry import Block

BLOCK = Block("CMY07")

NOT_A_TRACE = BLOCK.error("CMY0701", "not-a-trace", "A file that should hold a counterexample holds something else.")
UNKNOWN_TRACE = BLOCK.error(
    "CMY0702", "unknown-trace", "A trace is written in a version of its format that this comity does not know."
)
NOT_REPLAYED = BLOCK.error(
    "CMY0711",
    "not-replayed",
    "A counterexample cannot be written as a test, since playing it again does not break the property.",
)
