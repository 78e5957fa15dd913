"""A composed protocol verified with outcomes in place of some of its parts."""
