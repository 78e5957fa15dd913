"""Findings of `resolve` (CMY02xx, names) and of `lower` (CMY04xx, types).

A row looks like this:

    UNKNOWN_NAME = BLOCK.error("CMY0201", "unknown-name", "A name is used that nothing declares.")
"""

from comityc.diagnostics.registry import Block

BLOCK = Block("CMY02", "CMY04")

# ---- names

UNKNOWN_NAME = BLOCK.error("CMY0201", "unknown-name", "A name is used that nothing declares.")
UNKNOWN_TYPE = BLOCK.error("CMY0202", "unknown-type", "A type is named that nothing declares.")
DUPLICATE_NAME = BLOCK.error("CMY0203", "duplicate-name", "One name is given to two things.")
RESERVED_WORD = BLOCK.error("CMY0204", "reserved-word", "A word of the language is used as a name.")
UNKNOWN_STATE = BLOCK.error("CMY0205", "unknown-state", "A state is named that the role does not have.")
UNKNOWN_MESSAGE = BLOCK.error("CMY0206", "unknown-message", "A message is named that nothing declares.")
UNKNOWN_ROLE = BLOCK.error("CMY0207", "unknown-role", "A role is named that nothing declares.")
UNKNOWN_FIELD = BLOCK.error("CMY0208", "unknown-field", "A record, a message, an instance or an act has no such part.")
UNKNOWN_CASE = BLOCK.error("CMY0209", "unknown-case", "A case of `verify` is named that does not stand there.")
UNKNOWN_PROPERTY = BLOCK.error("CMY0210", "unknown-property", "A property is named that nothing promises.")
UNKNOWN_PARAMETER = BLOCK.error("CMY0211", "no-such-parameter", "A parameter is given that the protocol does not have.")
UNKNOWN_DECISION = BLOCK.error(
    "CMY0212", "unknown-decision", "An answer is given to a decision that no state asks for."
)
UNKNOWN_ACT = BLOCK.error("CMY0213", "unknown-act", "An act, or one of its outcomes, is named that no state performs.")
UNKNOWN_WORD = BLOCK.error("CMY0214", "unknown-word", "A word is used that the enum does not have.")
AMBIGUOUS_WORD = BLOCK.error("CMY0215", "ambiguous-word", "Several enums have a word, and nothing says which is meant.")
HIDDEN_NAME = BLOCK.error("CMY0216", "hidden-name", "A local name hides another one.")
NOT_HERE = BLOCK.error("CMY0217", "not-here", "A word of the language is used where it means nothing.")
UNKNOWN_FUNCTION = BLOCK.error("CMY0218", "unknown-function", "A function or method is called that the language lacks.")
UNUSED_DEFINITION = BLOCK.warning("CMY0219", "unused-definition", "A `define` is used nowhere.")
CIRCULAR_DEFINITION = BLOCK.error("CMY0220", "circular-definition", "A `define` or a type is made of itself.")
UNKNOWN_SETTING = BLOCK.error("CMY0221", "unknown-setting", "A fault, network, bound or fairness is unknown.")
TOO_LARGE = BLOCK.error(
    "CMY0222", "too-large", "What a name stands for grows beyond all measure when it is written out."
)

# ---- types

TYPE_MISMATCH = BLOCK.error("CMY0401", "type-mismatch", "A value has another type than its place needs.")
NOT_COMPARABLE = BLOCK.error("CMY0402", "not-comparable", "Two values are compared that can never be equal or ordered.")
WRONG_OPERANDS = BLOCK.error("CMY0403", "wrong-operands", "An operator is applied to values that it is not for.")
NOT_A_COLLECTION = BLOCK.error("CMY0404", "not-a-collection", "A list, set or map is needed.")
NO_SUCH_PART = BLOCK.error(
    "CMY0405", "no-such-part", "A value of this type has no fields, keys or methods of that kind."
)
WRONG_ARGUMENTS = BLOCK.error("CMY0406", "wrong-arguments", "Arguments are missing, or there are too many.")
NOT_ASSIGNABLE = BLOCK.error("CMY0407", "not-assignable", "Something is changed that cannot change.")
NO_START_VALUE = BLOCK.error("CMY0408", "no-start-value", "A variable needs a start value.")
NEEDS_BOUNDS = BLOCK.error("CMY0409", "needs-bounds", "A choice among values without end needs bounds.")
CONFLICTING_RULES = BLOCK.error("CMY0410", "conflicting-rules", "Two transitions say different things of one question.")
RANGE_IN_ARITHMETIC = BLOCK.error(
    "CMY0411", "range-in-arithmetic", "A duration that is given as a range is used as one number."
)
WRONG_TYPE_ARGUMENTS = BLOCK.error("CMY0412", "wrong-type-arguments", "A type has too few or too many arguments.")
UNKNOWN_CONTENT = BLOCK.error("CMY0413", "unknown-content", "Nothing says what an empty collection would hold.")
USELESS_STATEMENT = BLOCK.error(
    "CMY0414", "useless-statement", "A statement or an expression stands in the other's place."
)
WRONG_ENVELOPE = BLOCK.error(
    "CMY0415", "wrong-envelope", "A fault, a bound or a range is said in a way that has no meaning."
)
