"""The words of the language, which no name of a spec may be; Python's own names are not among them."""

SPECIAL_NAMES = ("self", "sender", "msg", "others", "now")
"""Names that mean something by where they stand."""

FUNCTIONS = (
    "all", "any", "count", "sum", "min", "max", "len", "abs", "range", "list", "set", "sorted", "mean",
    "old", "digest", "fresh", "happened", "times", "stands", "happenings",
)  # fmt: skip

CONDITIONS = ("crashed", "byzantine")
"""What may stand after `in` beside states: `x in crashed`."""

_SYNTAX = (
    "true", "false", "none", "and", "or", "not", "in", "is", "if", "elif", "else", "for", "implies", "send", "to", "del",
)  # fmt: skip

RESERVED = frozenset((*SPECIAL_NAMES, *FUNCTIONS, *CONDITIONS, *_SYNTAX))
"""Words that cannot name a parameter, a variable, a role, a define, an enum's word or a local."""

PLAIN_TYPES = ("bool", "int", "fraction", "duration", "time", "text", "id", "digest")
TYPE_CONSTRUCTORS = ("set", "list", "map")
TYPE_WORDS = (*PLAIN_TYPES, *TYPE_CONSTRUCTORS)
"""Words that cannot name a type, a message or a role."""

FAULTS = (
    "lose", "duplicate", "reorder", "crash", "restart", "amnesia", "pause", "partition", "byzantine", "late_act",
    "repeat_act",
)  # fmt: skip
NETWORKS = ("fifo", "unordered", "sent_set", "none")
FAIRNESS = ("none", "weak", "strong")
