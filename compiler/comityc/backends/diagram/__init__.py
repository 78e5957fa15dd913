"""Diagrams: sequence charts of what happened, state diagrams of the roles."""
