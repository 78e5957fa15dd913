"""Findings of `source`: CMY00xx about a file and its YAML, CMY010x-014x about the shape of a spec."""

from comityc.diagnostics.registry import Block

BLOCK = Block("CMY00", "CMY010", "CMY011", "CMY012", "CMY013", "CMY014")
