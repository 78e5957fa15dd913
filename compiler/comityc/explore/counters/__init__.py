"""A search in which alike instances are counted: how many are in each condition, and not which."""
