"""What a search leaves behind: the reachable states in the order they were found, how each was first reached, and the edges.

States are numbered from 0 in breadth-first order, so following `parent` gives a shortest trace. A state is one packed
integer that only the search can take apart: use `key`, `world` and `network`.
"""

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from comity.values import Instance
from comityc.explore.world import Envelope, World

if TYPE_CHECKING:
    from comityc.explore.engine.places import Places
    from comityc.explore.symmetry.orbits import Orbits

LabelKind = Literal[
    "deliver",  # `instance` receives `message` from `sender`
    "ignore",  # it arrives and is ignored, which removes it
    "time",  # under a clock, `value` milliseconds pass
    "timer",  # timer `name` of `instance` fires
    "decide",  # `instance` decides `name`, with `value`
    "perform",  # act `name` that `instance` asked for comes to `outcome`
    "happen",  # `instance` takes a spontaneous step (`when`); `value` counts the state's rules from 0
    "effect",  # act `name` that `instance` asks for takes effect, unnoticed by the machine
    "late_effect",  # act `name`, no longer asked for, takes effect
    "repeat_effect",  # fault: act `name` takes effect once more
    "crash",  # fault: `instance` stops for good
    "down",  # fault: `instance` goes down and will come back (`name` says: restart, amnesia or pause)
    "recover",  # `instance` comes back, from what `name` says
    "join",  # `instance` of a dynamic role is there from now on
    "leave",  # it is gone of its own accord; for the others that is like a fault
    "lose",  # fault: `message` from `sender` to `instance` is lost
    "duplicate",  # fault: `message` from `sender` to `instance` is doubled
    "part",  # fault: the network falls apart into the two sides of `value`; a `name` says that the first is only not heard
    "heal",  # the network is whole again
    "forge",  # fault: byzantine `sender` makes up `message`; `instance` receives it (transition says how), or it is under way
]
FAULTS: frozenset[str] = frozenset({"repeat_effect", "crash", "down", "lose", "duplicate", "part", "leave", "forge"})
"""Kinds that are the doing of a fault. `late_effect` is one too when the act was undone before (`outcome` says "undone")."""


class Label(NamedTuple):
    """What happened in a step. Which fields are set follows from `kind`; `transition` is its number within the role.

    `transition` is -1 for what only removes a message, None where no machine took a step. `kept` marks a delivery
    that leaves the message under way (sent sets, `duplicate: any`). `forge` with transition None is a message put under way.
    `lost` are messages that were lost at a cut in the network.
    """

    kind: LabelKind
    instance: Instance | None = None
    transition: int | None = None
    sender: Instance | None = None
    message: Any = None
    name: str | None = None
    element: Any = None
    value: Any = None
    outcome: str | None = None
    draw: Any = None
    arguments: Any = None
    kept: bool = False
    fresh: tuple[str, ...] = ()
    now: float = 0.0  # what the machine read on its clock, where that makes a difference
    lost: tuple[Envelope, ...] = ()


def actor_of(label: Label) -> Instance | None:
    """Return the instance whose doing a step is; None for what becomes of a message on its way, or of the network."""
    if label.kind in ("lose", "duplicate"):
        return None
    return label.sender if label.kind == "forge" and label.transition is None else label.instance


def is_fault(label: Label) -> bool:
    """Say whether a step is the doing of a fault, or of a liar."""
    return label.kind in FAULTS or (label.kind == "late_effect" and label.outcome == "undone")


class Violation(NamedTuple):
    """A break of a generic property that the search saw while stepping.

    `state` is where the step starts (or the state itself); `label` is the step (index into `labels`), -1 when the state alone breaks it.
    Only the first of each property and label is kept. `text` says what is wrong, in the words of the spec.
    """

    property: str
    state: int
    label: int
    text: str


class Obligation(NamedTuple):
    """What fairness owes: one message to deliver, one timer, one `when`, one prompt decision, one request, one recovery, one draw,
    and under a clock that time goes on, which is nobody's.

    `what` is its kind; the other fields say whose (the network's, if nobody's) and which. Two labels with the same obligation
    discharge it alike.
    """

    what: Literal["deliver", "time", "timer", "happen", "decide", "perform", "recover", "draw", "transition"]
    instance: Instance | None
    details: tuple[Any, ...] = ()


Strength = Literal["weak", "strong"]


@dataclass(slots=True)
class Graph:
    """The reachable states of one case.

    `levels` are (first, behind last) state numbers; level 1, the initial states, is `levels[0]`. `cut_states` are those where
    a bound cut a step: they count as still open. `broken_states` are those where a step itself was a violation (an unhandled message,
    an undefined value) and so was not taken. `complete` is False when `max_states` stopped the search; then `why_incomplete` says so, and
    states from `expanded` on have no edges.
    """

    states: Sequence[int] = field(default_factory=list)
    levels: list[tuple[int, int]] = field(default_factory=list)
    initial_count: int = 0  # states 0..initial_count-1 are the initial ones
    parent: Sequence[int] = field(default_factory=lambda: array("q"))  # -1 for initial states
    parent_label: Sequence[int] = field(default_factory=lambda: array("i"))
    labels: list[Label] = field(default_factory=list)
    obligations: list[tuple[tuple[int, Strength], ...]] = field(default_factory=list)  # by label
    obligation_names: list[Obligation] = field(default_factory=list)
    cut_states: set[int] = field(default_factory=set)
    cut_bounds: list[str] = field(default_factory=list)  # names of the bounds that cut, in order of first use
    broken_states: set[int] = field(default_factory=set)
    violations: list[Violation] = field(default_factory=list)
    violations_again: list[Violation] = field(
        default_factory=list
    )  # the same breaks from other states of the same level
    visited_states: set[tuple[str, str]] = field(default_factory=set)  # (role, control state), honest instances
    taken_transitions: set[tuple[str, int]] = field(default_factory=set)  # (role, transition number)
    complete: bool = True
    why_incomplete: str | None = None
    expanded: int = 0
    edges: int = 0  # steps counted, also when they are not kept
    # Steps in order of their source, with those that change nothing; None unless asked for.
    offsets: NDArray[np.int64] | None = None  # len(states) + 1
    targets: NDArray[np.int32] | None = None
    edge_labels: NDArray[np.int32] | None = None
    engine: str = "reference"  # which engine found the states
    orbits: "Orbits | None" = None  # when each state stands for all those that come of it by renaming instances
    # Given by the search:
    key_mask: int = -1  # everything but the network
    instance_masks: dict[Instance, int] = field(default_factory=dict)  # what belongs to one instance
    rest_mask: int = 0  # acts, budgets, what liars know
    places: "Places | None" = field(default=None, repr=False)  # of shared variables
    place_masks: tuple[int, ...] = ()  # what belongs to each of these places
    without_messages: Callable[[int], int] | None = field(default=None, repr=False)  # a state less its network
    columns: Callable[..., NDArray[np.int64]] | None = field(default=None, repr=False)
    sift: Callable[..., tuple[NDArray[Any] | None, NDArray[np.int64]]] | None = field(default=None, repr=False)
    """The masks of some parts, each with a table by the part's value, in; out: which combination each state is, numbered as they appear,
    where that is asked for (`numbered`), and the first state of each."""
    values: Callable[[int], int] = field(default=lambda mask: _no_decoder(), repr=False)  # how many a part may have
    decode: Callable[[int], World] = field(repr=False, default=lambda packed: _no_decoder())
    faults_met: Callable[[], str] = field(repr=False, default=str)  # which of the case's faults have struck, in words
    decode_network: Callable[[int], tuple[Envelope, ...]] = field(repr=False, default=lambda packed: _no_decoder())
    replay: Callable[[int, Label], tuple[Envelope, ...]] = field(
        repr=False, default=lambda packed, label: _no_decoder()
    )

    def column(self, mask: int, states: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
        """Return the masked bits of every state, or of some, shifted down; the mask is one of those above."""
        if self.columns is not None:
            return self.columns(mask, states)
        shift = max((mask & -mask).bit_length() - 1, 0)
        chosen = self.states if states is None else [self.states[state] for state in states.tolist()]
        bits = ((packed & mask) >> shift for packed in chosen)
        return np.fromiter(bits, dtype=np.int64, count=len(chosen))

    def key(self, index: int) -> int:
        """Return a number that two states share when they differ at most in the messages under way."""
        return self.states[index] & self.key_mask

    def world(self, index: int) -> World:
        """Return a state as properties see it."""
        return self.decode(self._less_network(index))

    def sent(self, index: int, label: Label) -> tuple[Envelope, ...]:
        """Return what a step from a state sends, also what never comes to be under way."""
        return self.replay(self._less_network(index), label)

    def _less_network(self, index: int) -> int:
        return self.states[index] if self.without_messages is None else self.without_messages(index)

    def network(self, index: int) -> tuple[Envelope, ...]:
        """Return the messages under way in a state, those of one channel in their order."""
        return self.decode_network(self.states[index])

    def path_to(self, index: int) -> list[tuple[int, int]]:
        """Return a shortest way to a state: (label, state) pairs; the first is an initial state with label -1."""
        path = [(int(self.parent_label[index]), index)]
        while self.parent[index] >= 0:
            index = int(self.parent[index])
            path.append((int(self.parent_label[index]), index))
        return path[::-1]

    def steps_from(self, index: int) -> Iterator[tuple[int, int]]:
        """Yield (label, target) of each step out of a state; needs kept edges."""
        if self.offsets is None or self.targets is None or self.edge_labels is None:
            raise LookupError("the edges of this graph were not kept")
        for edge in range(int(self.offsets[index]), int(self.offsets[index + 1])):
            yield int(self.edge_labels[edge]), int(self.targets[edge])

    def level_of(self, index: int) -> int:
        """Return the level of a state, counted from 1."""
        for number, (_, end) in enumerate(self.levels, 1):
            if index < end:
                return number
        raise IndexError(index)

    @property
    def initial(self) -> range:
        """The numbers of the initial states."""
        return range(self.initial_count)

    @property
    def counts(self) -> tuple[int, int]:
        """How many states and levels there are."""
        return len(self.states), len(self.levels)


def _no_decoder() -> Any:
    raise LookupError("this graph came without a decoder")
