"""The labels of steps, each once, with what fairness owes to them."""

from collections.abc import Iterator

from comity.values import Instance
from comityc.explore.engine.setting import RoleView
from comityc.explore.graph import Label, Obligation, Strength
from comityc.explore.world import Envelope

TIME = Obligation("time", None)
"""What is owed under a clock: that time goes on, or a timer goes off, wherever one of them can again and again (ADR 20)."""


class LabelStore:
    """All labels met so far, by number, in the order in which they were first needed."""

    def __init__(self, *, has_clock: bool = False) -> None:
        self._has_clock = has_clock
        self.labels: list[Label] = []
        self.obligations: list[tuple[tuple[int, Strength], ...]] = []
        self.obligation_names: list[Obligation] = []
        self._numbers: dict[tuple[Label, Obligation | None], int] = {}
        self._kept: dict[tuple[Label, tuple[tuple[int, Strength], ...]], int] = {}
        self._obligation_numbers: dict[Obligation, int] = {}

    def number(self, label: Label, owed: Obligation | None = None, view: RoleView | None = None) -> int:
        """Return the number of a label. `owed` is what its kind of step is owed by itself; `view` is the role of who steps."""
        key = (label, owed)
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = len(self.labels)
            self.labels.append(label)
            self.obligations.append(self._owed(label, owed, view))
        return found

    def kept(self, number: int) -> int:
        """Return the number of the same delivery with the message left under way."""
        return self._with_obligations(self.labels[number]._replace(kept=True), self.obligations[number])

    def losing(self, number: int, lost: tuple[Envelope, ...]) -> int:
        """Return the number of the same step in which these messages were lost at a cut."""
        return self._with_obligations(self.labels[number]._replace(lost=lost), self.obligations[number])

    def _with_obligations(self, label: Label, obligations: tuple[tuple[int, Strength], ...]) -> int:
        key = (label, obligations)
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = len(self.labels)
            self.labels.append(label)
            self.obligations.append(obligations)
        return found

    def _owed(self, label: Label, owed: Obligation | None, view: RoleView | None) -> tuple[tuple[int, Strength], ...]:
        pairs: list[tuple[int, Strength]] = []
        if owed is not None and owed.what == "happen":
            pairs += [(self._obligation(one), "weak") for one in _of_a_when(owed, label)]
        elif owed is not None:
            # What is owed of these kinds does not depend on what is taken.
            pairs.append((self._obligation(owed), "strong" if owed == TIME else "weak"))
            if self._has_clock and owed.what == "timer":
                pairs.append((self._obligation(TIME), "strong"))
        transition = view.transitions.get(label.transition) if view and label.transition is not None else None
        if transition is None or label.instance is None:
            return tuple(pairs)
        if transition.fairness == "none" or label.kind == "forge":
            return ()
        whose: Instance = label.instance
        if transition.fairness is not None:
            # Of a delivery it is owed to each message.
            said = Obligation("transition", whose, (transition.number, label.element, label.sender, label.message))
            pairs.append((self._obligation(said), transition.fairness))
        if transition.draw is not None and pairs:
            drawn = Obligation("draw", whose, (transition.number, label.element, label.draw))
            pairs.append((self._obligation(drawn), "strong"))
        return tuple(pairs)

    def _obligation(self, obligation: Obligation) -> int:
        found = self._obligation_numbers.get(obligation)
        if found is None:
            found = self._obligation_numbers[obligation] = len(self.obligation_names)
            self.obligation_names.append(obligation)
        return found


def _of_a_when(owed: Obligation, label: Label) -> Iterator[Obligation]:
    """Yield what a `when` is owed: by itself, wherever it stands; and with the others of its state, that one of them is taken.

    Each may give way to the others again and again, while one of them can always be taken (ADR 22).
    """
    element, *state = owed.details
    yield owed._replace(details=(label.transition, element))
    if state:
        yield owed._replace(details=("one of", *state))
