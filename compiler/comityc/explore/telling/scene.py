"""A global state in; the same as a reader sees it out: where everybody stands, with which variables, and what is under way.

A scene holds text alone, in the words of the spec, so that it can be written down and shown without the spec at hand.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

from comity.values import Instance
from comityc.explore.telling.wording import show, spec_name
from comityc.explore.world import Envelope, World
from comityc.records import dataclass

Status = Literal["up", "down", "liar", "absent"]


@dataclass(frozen=True, slots=True)
class Standing:
    """One instance at one moment: its control state, whether it is up, and its variables."""

    name: str
    state: str
    status: Status
    variables: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A message that was sent and has not arrived."""

    sender: str
    receiver: str
    message: str


@dataclass(frozen=True, slots=True)
class Scene:
    """A global state: the instances in their order, shared variables, messages under way, and the acts that took effect."""

    standings: tuple[Standing, ...]
    shared: tuple[tuple[str, str], ...] = ()
    messages: tuple[UnderWay, ...] = ()
    acts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """What a step changed: a variable of an instance, its control state (no variable), or a shared variable (no instance)."""

    instance: str
    variable: str
    before: str
    after: str

    @property
    def place(self) -> str:
        """What changed, as the spec would name it: `chair`, `chair.verdict`, `verdict`."""
        return ".".join(part for part in (self.instance, self.variable) if part)


def standings(world: World, instances: Iterable[Instance]) -> Iterator[Standing]:
    """Yield where each instance stands."""
    for instance in instances:
        state = world.states[instance.role][instance.number]
        named = zip(getattr(state, "_fields", ()), state, strict=False)
        yield Standing(
            str(instance),
            show(getattr(state, "at", "")),
            _status(world, instance),
            tuple((spec_name(name), show(value)) for name, value in named if name != "at"),
        )


def _status(world: World, instance: Instance) -> Status:
    if instance in world.absent:
        return "absent"
    return "liar" if instance in world.byzantine else "down" if instance in world.crashed else "up"


def under_way(network: Iterable[Envelope]) -> Iterator[UnderWay]:
    """Yield the messages under way."""
    for envelope in network:
        yield UnderWay(str(envelope.sender), str(envelope.receiver), show(envelope.message))


def differences(old: World, new: World, instances: Iterable[Instance], shared: Sequence[str]) -> Iterator[Mark]:
    """Yield what differs between two states of one run."""
    for instance in instances:
        before, after = old.states[instance.role][instance.number], new.states[instance.role][instance.number]
        if before is not after and before != after:
            for name, left, right in zip(after._fields, before, after, strict=True):
                if left != right:
                    yield _mark(str(instance), "" if name == "at" else spec_name(name), left, right)
    if shared and old.shared != new.shared:
        for name, left, right in zip(shared, old.shared, new.shared, strict=True):
            if left != right:
                yield _mark("", name, left, right)


def _mark(instance: str, variable: str, before: Any, after: Any) -> Mark:
    return Mark(instance, variable, show(before), show(after))
