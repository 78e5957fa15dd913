"""How expressions get their types: one module for each kind of form; `lower/typecheck.py` holds the dispatch."""
