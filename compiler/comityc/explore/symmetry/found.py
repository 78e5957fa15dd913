"""Which instances of a case are alike, as the search and the report need it."""

from typing import Literal

from comityc.records import dataclass

Use = Literal["found", "none", "shown"]
"""What to do about symmetry: make use of it where that is sound, look at every state, or also count orbits where it is not used."""

FIGURES_STATED = "the case states how many states there are"


@dataclass(frozen=True, slots=True)
class Symmetry:
    """`roles` are those whose instances can stand in for one another; `reasons` say of other roles, in a line each, why not.

    `whole` says why the case is explored in full although there are such roles; None when it need not be.
    """

    roles: tuple[str, ...]
    reasons: tuple[str, ...] = ()
    whole: str | None = None

    @property
    def found(self) -> bool:
        """Whether there is a symmetry to make use of."""
        return bool(self.roles) and self.whole is None

    @property
    def countable(self) -> bool:
        """Whether alike instances may be counted: that finds the stated figures of all states as exactly as looking at each does."""
        return bool(self.roles) and self.whole in (None, FIGURES_STATED)

    def explained(self) -> tuple[str, ...]:
        """Return in a line each why instances are not alike, and why alike ones were not taken together.

        Where a case states figures the reason is plain to see.
        """
        return (
            self.reasons
            if self.whole in (None, FIGURES_STATED)
            else (*self.reasons, f"{', '.join(self.roles)}: {self.whole}")
        )


NONE = Symmetry(())
"""Nothing is alike, or there is one instance of each role."""
