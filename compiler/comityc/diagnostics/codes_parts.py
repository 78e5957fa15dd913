"""Findings of composition: `parts`, `run`, `outcome` and cases that say `abstract` (CMY032x)."""

from comityc.diagnostics.registry import Block

BLOCK = Block("CMY032")

NOT_A_PART = BLOCK.error("CMY0320", "not-a-part", "A protocol is used as a part that can only be a whole.")
PART_ROLES = BLOCK.error(
    "CMY0321", "part-roles", "The roles of a part are not seated one by one on roles of the whole."
)
UNKNOWN_PART = BLOCK.error("CMY0322", "unknown-part", "`run` or `abstract` names a part that is not declared.")
BAD_RUN = BLOCK.error("CMY0323", "bad-run", "A `run` stands where it cannot, or does not say what the part needs.")
NO_OUTCOME = BLOCK.error("CMY0324", "no-outcome", "An outcome is asked for, or said, that there is not.")
RUN_AGAIN = BLOCK.error("CMY0325", "run-again", "A part may be started again, and its `runs` does not say so.")
PART_CLASH = BLOCK.error("CMY0326", "part-clash", "A name of a part, as it is called in the whole, is taken already.")
INSIDE_A_PART = BLOCK.error(
    "CMY0327", "inside-a-part", "A case that puts an outcome for a part looks inside that part."
)
NOT_BY_PARTS = BLOCK.error("CMY0328", "not-by-parts", "A case puts an outcome for a part where that is not sound.")
