"""Hypothesis tests for the generated machine."""
