"""Findings as data: where, which code, what is wrong, and how to put it right."""
