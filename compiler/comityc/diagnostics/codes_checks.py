"""Findings of `checks`: CMY05xx, about the whole machine.

What a check is sure of is an error. What it cannot be sure of (a message that may never arrive, a wait that an
agent may leave open) is a warning, and `verify` decides it.
"""

from comityc.diagnostics.registry import Block

BLOCK = Block("CMY05")

# ---- messages

UNHANDLED_MESSAGE = BLOCK.warning(
    "CMY0501", "unhandled-message", "A message may arrive in a state that does not say what becomes of it."
)
MESSAGE_NEVER_SENT = BLOCK.error(
    "CMY0502", "message-never-sent", "A message is received somewhere, and nobody sends it."
)
MESSAGE_NEVER_RECEIVED = BLOCK.error(
    "CMY0503", "message-never-received", "A message is sent to a role that nowhere receives it."
)
UNUSED_MESSAGE = BLOCK.warning("CMY0504", "unused-message", "A message is declared, and neither sent nor received.")

# ---- states and transitions

WAIT_WITHOUT_TIMEOUT = BLOCK.warning(
    "CMY0510",
    "wait-without-timeout",
    "A state is left only by what may never happen: a message or an agent's decision.",
)
DEAD_END = BLOCK.warning("CMY0511", "dead-end", "Nothing ever happens in a state, and it is not said to be an end.")
UNREACHABLE_STATE = BLOCK.error("CMY0512", "unreachable-state", "No transition leads to a state.")
HIDDEN_TRANSITION = BLOCK.error(
    "CMY0513", "hidden-transition", "An earlier transition always takes what a later one is for."
)
IMPOSSIBLE_TRANSITION = BLOCK.error("CMY0514", "impossible-transition", "A transition can never be taken.")
FINAL_STATE_ACTS = BLOCK.error(
    "CMY0515", "final-state-acts", "A final state sends a message or leads to another state."
)
ENDLESS_WHEN = BLOCK.warning(
    "CMY0516", "endless-when", "A `when` does nothing that could end its condition, so it is taken for ever."
)
NO_FINAL_STATE = BLOCK.warning("CMY0517", "no-final-state", "No role has a state in which it may stop.")

# ---- values

EMPTY_DOMAIN = BLOCK.error("CMY0520", "empty-domain", "There is nothing to choose from.")
VALUE_OUT_OF_RANGE = BLOCK.error("CMY0521", "value-out-of-range", "A parameter gets a value outside its range.")
BROKEN_ASSUMPTION = BLOCK.error("CMY0523", "broken-assumption", "An assumption is false for the values that are given.")
TIMER_WITHOUT_LENGTH = BLOCK.error("CMY0522", "timer-without-length", "A timer takes no time at all.")

# ---- what is there for nothing

VARIABLE_NEVER_READ = BLOCK.warning("CMY0530", "variable-never-read", "Nothing reads a variable.")
VARIABLE_NEVER_WRITTEN = BLOCK.warning(
    "CMY0531", "variable-never-written", "A variable is read, and keeps its start value for ever."
)
UNUSED_CHOICE = BLOCK.warning("CMY0532", "unused-choice", "A value is chosen, and nothing uses it.")
UNUSED_PARAMETER = BLOCK.warning("CMY0533", "unused-parameter", "Nothing uses a parameter.")
CONSTANT_PROPERTY = BLOCK.warning("CMY0534", "constant-property", "A property reads nothing that can change.")
TAUTOLOGY = BLOCK.warning("CMY0535", "tautology", "A property is true whatever the state.")
FAULT_WITHOUT_TARGET = BLOCK.warning("CMY0536", "fault-without-target", "A fault can strike nothing.")

# ---- names

NAMES_TOO_CLOSE = BLOCK.error("CMY0540", "names-too-close", "Two names become the same word in the generated code.")
