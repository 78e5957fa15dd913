"""Findings of `syntax` (CMY015x-019x, expressions and statements) and of `expand` (CMY03xx, patterns)."""

from comityc.diagnostics.registry import Block

BLOCK = Block("CMY015", "CMY016", "CMY017", "CMY018", "CMY019", "CMY03")

# ---- expressions and statements

UNEXPECTED_WORD = BLOCK.error("CMY0150", "unexpected-word", "An expression has a word or sign where none such fits.")
UNEXPECTED_END = BLOCK.error("CMY0151", "unexpected-end", "An expression ends where something has to follow.")
OPEN_BRACKET = BLOCK.error("CMY0152", "open-bracket", "A bracket is opened and never closed.")
STRAY_BRACKET = BLOCK.error("CMY0153", "stray-bracket", "A bracket closes nothing, or another kind of bracket.")
OPEN_TEXT = BLOCK.error("CMY0154", "open-text", "A text in quotes does not end on its line.")
BAD_CHARACTER = BLOCK.error("CMY0155", "bad-character", "A character that no expression and no name may hold.")
FOREIGN_WORD = BLOCK.error(
    "CMY0156", "foreign-word", "A word of Python, or of another language, that is not one of ours."
)
FOREIGN_OPERATOR = BLOCK.error(
    "CMY0157", "foreign-operator", "An operator of another language, or used otherwise than here."
)
EQUALS_SIGN = BLOCK.error("CMY0158", "equals-sign", "`=` where `==` was meant, or `==` where `=` was meant.")
BAD_NUMBER = BLOCK.error("CMY0159", "bad-number", "A numeral that is neither a whole number nor a duration.")
TOO_LONG = BLOCK.error("CMY0160", "expression-too-long", "An expression or block is longer than the limit.")
TOO_DEEP = BLOCK.error(
    "CMY0161", "expression-too-deep", "Brackets, operators or blocks are nested deeper than the limit."
)
EMPTY = BLOCK.error("CMY0162", "empty-expression", "A key that needs an expression or a name has nothing behind it.")
BAD_INDENTATION = BLOCK.error("CMY0163", "bad-indentation", "The lines of a block are not indented as in Python.")
NO_EFFECT = BLOCK.error("CMY0164", "no-effect", "A line of a block is an expression that changes nothing.")
BAD_TARGET = BLOCK.error(
    "CMY0165", "bad-target", "Something is assigned to or deleted that is no variable, field or key."
)
NOT_A_CALL = BLOCK.error("CMY0166", "not-callable", "Something is called that is neither a name nor a method.")
MIXED_ARGUMENTS = BLOCK.error("CMY0167", "bad-arguments", "Arguments are out of order, given twice, or lack a name.")

# ---- what stands where a name, a number or a place is expected

NOT_A_NAME = BLOCK.error("CMY0170", "not-a-name", "Something else than a name stands where a name is expected.")
NOT_A_NUMBER = BLOCK.error(
    "CMY0171", "not-a-number", "Something else than a whole number or a range stands where one is expected."
)
ONE_TRIGGER = BLOCK.error("CMY0172", "one-trigger", "A transition has no trigger, or more than one.")

# ---- patterns: use, with, rename

UNKNOWN_PATTERN = BLOCK.error("CMY0301", "unknown-pattern", "`use` names a protocol that is not there.")
PATTERN_CYCLE = BLOCK.error("CMY0302", "pattern-cycle", "A protocol uses itself, directly or through others.")
PATTERN_PATH = BLOCK.error(
    "CMY0303", "pattern-path", "`use` leads out of the folders in which patterns are looked for."
)
UNKNOWN_PARAMETER = BLOCK.error(
    "CMY0304", "unknown-parameter", "`with` sets a parameter that the pattern does not have."
)
UNKNOWN_RENAME = BLOCK.error("CMY0305", "unknown-rename", "`rename` names something that the pattern does not declare.")
RENAME_CLASH = BLOCK.error(
    "CMY0306", "rename-clash", "A name that `rename` gives is taken already, or cannot be a name."
)
NOT_ADDABLE = BLOCK.error(
    "CMY0307", "not-addable", "A file that uses a pattern holds a part that only the pattern may say."
)
BROKEN_PATTERN = BLOCK.error("CMY0308", "broken-pattern", "The pattern that `use` names has findings of its own.")
NOTHING_USED = BLOCK.error("CMY0309", "nothing-used", "`with` or `rename` stands in a file that uses no pattern.")
