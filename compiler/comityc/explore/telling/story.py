"""A path through the state graph in; the same as a story in the words of the spec out.

1. the agent of chair decides motion = text1
     chair: opening -> collecting
2. voter[0] receives CallVote(motion=text1) from chair
     voter[0]: idle -> deciding
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from comity.record import describe_time
from comity.values import Instance
from comityc.explore.engine.moments import FAR
from comityc.explore.graph import Graph, Label, actor_of, is_fault
from comityc.explore.judging.paths import Path
from comityc.explore.telling.scene import Mark, Scene, differences, standings, under_way
from comityc.explore.telling.wording import show, spec_name, spell
from comityc.explore.world import Envelope, Happening, World
from comityc.machine.model import Machine, Transition
from comityc.records import dataclass

_GOES: Mapping[str | None, str] = {"amnesia": "goes down and loses its disk", "pause": "is paused"}
_RETURNS: Mapping[str | None, str] = {"pause": "goes on after its pause"}
"""What is told of an instance that stops for a while, and goes on, where a fault has words of its own."""
_ABSENT, _LIAR, _DOWN, _FINISHED, _NO_USE = "is not there", "is a liar", "is down", "has finished", "has no use for it"
_IN_VAIN = (
    (_ABSENT, "are not there"),
    (_LIAR, "are liars"),
    (_DOWN, "are down"),
    (_FINISHED, "have finished"),
    (_NO_USE, "have no use for it"),
)
"""Why a message never comes to be under way: of one receiver, and of several."""
_LONGEST_GUARD = 80
"""A longer condition is not told in a sentence; the name of its transition is."""


ArrowKind = Literal["message", "lost", "note"]


@dataclass(frozen=True, slots=True)
class Arrow:
    """How a step looks in a chart: a message that arrives or is lost, or a note at one instance (or at none)."""

    kind: ArrowKind
    source: str
    target: str
    text: str


@dataclass(frozen=True, slots=True)
class StoryStep:
    """One step: what happened, what changed by it, and how a chart shows it.

    `changes` says it all in words, one line for each; `marks` are those among them that changed a variable or a control state.
    `kind` is that of the label; `actor` is the instance whose doing it is, or empty.
    """

    label: str
    changes: tuple[str, ...]
    arrow: Arrow
    kind: str = ""
    fault: bool = False
    actor: str = ""
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """A run told from its beginning. `why` says which part of the property is false at the end, and for which values.

    The steps from `loop_from` on repeat for ever; when there are none, the run stops there and nothing more is owed.
    `scenes` are the states that the run goes through, the initial one first; a last step that was not taken has none.
    `start` is the number of the initial state.
    """

    lanes: tuple[str, ...]
    beginning: tuple[str, ...]
    steps: tuple[StoryStep, ...]
    loop_from: int | None = None
    why: tuple[str, ...] = ()
    scenes: tuple[Scene, ...] = ()
    start: int = 0


@dataclass(frozen=True, slots=True)
class Stretch:
    """Steps that are told as one: nothing but time that passes, the same each time. `first` is the number of the first, from 0 on."""

    first: int
    count: int
    step: StoryStep

    @property
    def times(self) -> str:
        """How often, to be said behind the step."""
        return f", {self.count} times" if self.count > 1 else ""


def stretches(story: Story) -> Iterator[Stretch]:
    """Yield the steps of a story, those in which time goes on and on taken together."""
    first, steps = 0, story.steps
    while first < len(steps):
        step, end = steps[first], first + 1
        while step.kind == "time" and not step.changes and end < len(steps) and end != story.loop_from:
            if steps[end] != step:
                break
            end += 1
        yield Stretch(first, end - first, step)
        first = end


class Teller:
    """Tells paths through one graph."""

    def __init__(self, machine: Machine, graph: Graph, instances: Iterable[Instance]) -> None:
        self.graph = graph
        self.instances = tuple(instances)
        self._starts = {role.name: role.states[0].name for role in machine.roles}
        self._decisions = _decisions_without_value(machine)
        self._parts = {(role.name, state.name): state.part for role in machine.roles for state in role.states}
        self._transitions = {(role.name, t.number): t for role in machine.roles for t in role.transitions}
        self._final = {(role.name, state.name) for role in machine.roles for state in role.states if state.final}
        self._shared = () if machine.shared is None else tuple(variable.name for variable in machine.shared)
        self._fields = {act.name: tuple(field.name for field in act.arguments) for act in machine.acts}

    def tell(self, path: Path, why: Iterable[str] = ()) -> Story:
        """Tell a path, step by step."""
        worlds = [self.graph.world(state) for state in path.states]
        networks = [self.graph.network(state) for state in path.states]
        steps = []
        for at, number in enumerate(path.labels):
            label = self.graph.labels[number]
            told = self.step(label)
            if label.kind == "time":  # moments come nearer, in states and in messages, which is no news
                steps.append(told)
                continue
            marks = tuple(self._differences(worlds[at], worlds[at + 1]))
            changes = (
                *(f"{mark.place}: {mark.before} -> {mark.after}" for mark in marks),
                *_acts_changed(self, worlds[at], worlds[at + 1]),
                *_sent(label, networks[at], networks[at + 1]),
                *self._sent_in_vain(path.states[at], label, networks[at + 1], worlds[at + 1]),
                *_lost_at_a_cut(label),
            )
            sentence = self._in_part(label, worlds[at]) + told.label + self._unrecorded(path.labels[:at], label)
            steps.append(replace(told, label=sentence, changes=changes, marks=marks))
        lanes = tuple(str(instance) for instance in self.instances)
        scenes = tuple(self.scene(world, self.graph.network(at)) for world, at in zip(worlds, path.states, strict=True))
        beginning, start = self.beginning(worlds[0]), path.states[0]
        return Story(lanes, beginning, tuple(steps), path.loop_from, tuple(why), scenes, start)

    def step(self, label: Label) -> StoryStep:
        """Tell a step as such, and nothing of what it changed."""
        actor = actor_of(label)
        return StoryStep(self.sentence(label), (), self.arrow(label), label.kind, is_fault(label), str(actor or ""))

    def scene(self, world: World, network: Iterable[Envelope]) -> Scene:
        """Tell a state as a reader sees it."""
        shared = zip(self._shared, world.shared, strict=True) if self._shared else ()
        return Scene(
            tuple(standings(world, self.instances)),
            tuple((name, show(value)) for name, value in shared),
            tuple(under_way(network)),
            tuple(self.act(one.act, one.arguments) + (" (undone)" if one.undone else "") for one in world.acts),
        )

    def beginning(self, world: World) -> tuple[str, ...]:
        """Say what sets this initial state apart from others."""
        lines = [f"{instance} is a liar (byzantine)" for instance in self.instances if instance in world.byzantine]
        if self.graph.initial_count > 1:
            first = self.graph.world(0)
            lines += [f"{mark.place} starts as {mark.after}" for mark in self._differences(first, world)]
        return tuple(lines)

    def _differences(self, old: World, new: World) -> Iterator[Mark]:
        return differences(old, new, self.instances, self._shared)

    def sentence(self, label: Label) -> str:
        """Say in one sentence what happened."""
        late = f", by a clock that is {describe_time(-label.now)} late" if -FAR < label.now < 0 else ""
        return self._happened(label) + (f", drawing {self._drawn(label)}" if label.draw is not None else "") + late

    def _sent_in_vain(self, state: int, label: Label, under_way: Sequence[Envelope], after: World) -> Iterator[str]:
        """Say what a step sends to those who have no use for it, so that it never comes to be under way."""
        lost = [
            envelope
            for envelope in self.graph.sent(state, label)
            if envelope not in under_way and envelope not in label.lost
        ]
        for one, many in _IN_VAIN:
            sent = [envelope for envelope in lost if self._why_in_vain(envelope.receiver, after) == one]
            for told, receivers in _by_message(sent):
                yield f"{told}, which {one if len(receivers) == 1 else many}"

    def _why_in_vain(self, receiver: Instance, after: World) -> str:
        state = after.states[receiver.role][receiver.number]
        if receiver in after.absent:
            return _ABSENT
        if receiver in after.byzantine:
            return _LIAR
        if receiver in after.crashed:
            return _DOWN
        return _FINISHED if (receiver.role, spec_name(str(state.at.value))) in self._final else _NO_USE

    def _unrecorded(self, before: Sequence[int], label: Label) -> str:
        """Say of one that stops which acts had taken effect that it asked for, and never heard of."""
        if label.kind not in ("crash", "down") or label.name == "pause":
            return ""
        acts: list[str] = []
        for number in reversed(before):
            earlier = self.graph.labels[number]
            if earlier.instance != label.instance:
                continue
            transition = self._transition(earlier)
            if earlier.kind in ("perform", "down") or (transition is not None and transition.goto is not None):
                break
            if earlier.kind == "effect":
                acts.insert(0, self._act(earlier))
        return f" between {' and '.join(acts)} taking effect and recording it" if acts else ""

    def _in_part(self, label: Label, before: World) -> str:
        """Say which part of a composed protocol the instance plays in that takes the step."""
        instance = label.instance
        if instance is None or instance in before.byzantine or label.transition is None:
            return ""
        state = before.states[instance.role][instance.number]
        part = self._parts.get((instance.role, spec_name(str(state.at.value))))
        return f"in {part}: " if part is not None else ""

    def _happened(self, label: Label) -> str:
        message = show(label.message)
        match label.kind:
            case "deliver":
                return f"{label.instance} receives {message} from {label.sender}"
            case "ignore":
                return f"{label.instance} ignores {message} from {label.sender}"
            case "time":
                return f"{_length(label)} pass"
            case "timer":
                return f"the timer `{_plain(label.name)}` of {label.instance}{_for(label)} fires"
            case "decide":
                return f"the agent of {label.instance} decides {self._decided(label)}{_for(label)}"
            case "perform":
                return f"{self._act(label)} that {label.instance} asked for comes to {label.outcome}"
            case "happen":
                return f"{label.instance} goes on by itself{_for(label)}: `{self._rule(label)}`"
            case "effect":
                return f"{self._act(label)} that {label.instance} asks for takes effect, and {label.instance} does not know yet"
            case "late_effect":
                late = "was undone" if label.outcome == "undone" else "is no longer asked for"
                return f"{self._act(label)}, which {late}, takes effect after all"
            case "repeat_effect":
                return f"{self._act(label)} takes effect once more"
            case "crash":
                return f"{label.instance} crashes for good"
            case "down":
                return f"{label.instance} {_GOES.get(label.name, 'goes down')}"
            case "recover":
                return f"{label.instance} {_RETURNS.get(label.name, 'comes back')}"
            case "lose":
                return f"the message {message} from {label.sender} to {label.instance} is lost"
            case "duplicate":
                return f"the message {message} from {label.sender} to {label.instance} is doubled"
            case "part":
                return _fallen_apart(label)
            case "heal":
                return "the network is whole again"
            case "join":
                return f"{label.instance} joins"
            case "leave":
                return f"{label.instance} leaves"
            case "forge":
                if label.transition is None:
                    return f"the liar {label.sender} sends {message} to {label.instance}"
                return f"{label.instance} receives {message}, a lie of {label.sender}"

    def _decided(self, label: Label) -> str:
        name = spec_name(label.name or "")
        if label.instance is not None and (label.instance.role, name) in self._decisions:
            return f"to {name}"
        return f"{name} = {show(label.value)}"

    def _act(self, label: Label) -> str:
        return self.act(label.name or "", label.arguments)

    def act(self, name: str, arguments: Any) -> str:
        """Return an act with its arguments: `pay(to=seller, amount=2)`."""
        values = tuple(arguments) if arguments is not None else ()
        told = ", ".join(
            f"{field}={show(value)}" for field, value in zip(self._fields.get(name, ()), values, strict=False)
        )
        return f"{name}({told})" if told else name

    def _rule(self, label: Label) -> str:
        transition = self._transition(label)
        if transition is None:
            return "when"
        guard = "" if transition.guard is None else spell(transition.guard)
        return f"when {guard}" if 0 < len(guard) <= _LONGEST_GUARD else _plain(transition.name)

    def _drawn(self, label: Label) -> str:
        transition = self._transition(label)
        name = transition.draw[0] if transition is not None and transition.draw is not None else "a value"
        return f"{name} = {show(label.draw)}"

    def _transition(self, label: Label) -> Transition | None:
        if label.instance is None or label.transition is None:
            return None
        return self._transitions.get((label.instance.role, label.transition))

    def arrow(self, label: Label) -> Arrow:
        """Return how a chart shows the step."""
        here, there = str(label.instance or ""), str(label.sender or "")
        match label.kind:
            case "deliver" | "ignore":
                return Arrow(
                    "message", there, here, show(label.message) + (" (ignored)" if label.kind == "ignore" else "")
                )
            case "forge":
                if label.transition is None:
                    return Arrow("note", there, "", f"lies: {show(label.message)} to {here}")
                return Arrow("message", there, here, f"{show(label.message)} (a lie)")
            case "lose":
                return Arrow("lost", there, here, show(label.message))
            case "duplicate":
                return Arrow("note", there, "", f"{show(label.message)} to {here} is doubled")
            case "time":
                return Arrow("note", "", "", f"{_length(label)} pass")
            case "timer":
                return Arrow("note", here, "", f"timer `{_plain(label.name)}`{_for(label)}")
            case "decide":
                return Arrow("note", here, "", f"decides {self._decided(label)}{_for(label)}")
            case "perform":
                return Arrow("note", here, "", f"{self._act(label)}: {label.outcome}")
            case "happen":
                return Arrow("note", here, "", f"{self._rule(label)}{_for(label)}")
            case "effect" | "late_effect" | "repeat_effect":
                return Arrow("note", here, "", f"{self._act(label)} takes effect")
            case "crash":
                return Arrow("note", here, "", "crashes for good")
            case "part":
                return Arrow("note", "", "", _fallen_apart(label))
            case "heal":
                return Arrow("note", "", "", "the network is whole again")
            case "join" | "leave":
                return Arrow("note", here, "", f"{label.kind}s")
            case "down":
                return Arrow("note", here, "", _GOES.get(label.name, "goes down"))
            case "recover":
                return Arrow("note", here, "", _RETURNS.get(label.name, "comes back"))


def _plain(name: str | None) -> str:
    """Return the name of a timer or a transition without the states that it stands under."""
    return (name or "").rpartition(": ")[2]


def _length(label: Label) -> str:
    return describe_time(int(label.value) / 1000)


def _for(label: Label) -> str:
    return "" if label.element is None else f" for {show(label.element)}"


def _sent(label: Label, old: Sequence[Envelope], new: Sequence[Envelope]) -> Iterator[str]:
    """Say which messages a step put under way; receivers of one message are told together."""
    if label.kind in ("duplicate", "forge"):
        return
    more, sent = Counter(new) - Counter(old), list[Envelope]()
    for envelope in reversed(new):  # of equal ones in a channel the last is the new one
        if more[envelope] > 0:
            more[envelope] -= 1
            sent.append(envelope)
    for told, _ in _by_message(sent[::-1]):
        yield told


def _by_message(sent: Iterable[Envelope]) -> Iterator[tuple[str, list[Instance]]]:
    """Yield who sends what to whom, one message with all of its receivers, as far as each receiver's stay in their order."""
    groups: list[tuple[tuple[str, str], list[Instance]]] = []
    for envelope in sent:
        wanted, found = (str(envelope.sender), show(envelope.message)), None
        for what, receivers in reversed(groups):
            if envelope.receiver in receivers:
                break
            if what == wanted:
                found = receivers
        if found is None:
            groups.append((wanted, [envelope.receiver]))
        else:
            found.append(envelope.receiver)
    for (sender, message), to in groups:
        roles = [one.role for one in to]
        in_order = sorted(to, key=lambda one: (roles.index(one.role), one.number))
        yield f"{sender} sends {message} to {', '.join(map(str, in_order))}", in_order


def _fallen_apart(label: Label) -> str:
    """Name the two sides of a cut."""
    near, far = (", ".join(map(str, side)) for side in label.value)
    if label.name == "one_way":
        return (
            f"the network falls apart: what {near} send{'s' if len(label.value[0]) == 1 else ''} does not reach {far}"
        )
    return f"the network falls apart: {near} | {far}"


def _lost_at_a_cut(label: Label) -> Iterator[str]:
    for envelope in label.lost:
        message = show(envelope.message)
        if label.kind == "part":
            yield f"{message} from {envelope.sender} to {envelope.receiver} is lost"
        else:
            yield f"{envelope.sender} sends {message} to {envelope.receiver}, which is lost at the cut"


def _acts_changed(teller: Teller, old: World, new: World) -> Iterator[str]:
    before: Counter[Happening] = Counter(old.acts)
    for happening in new.acts:
        if before[happening]:
            before[happening] -= 1
        elif happening.undone:
            yield f"{teller.act(happening.act, happening.arguments)} is undone"
        else:
            yield f"{teller.act(happening.act, happening.arguments)} takes effect"


def _decisions_without_value(machine: Machine) -> frozenset[tuple[str, str]]:
    return frozenset(
        (role.name, rule.name)
        for role in machine.roles
        for state in role.states
        for rule in state.decisions
        if rule.domain is None
    )
