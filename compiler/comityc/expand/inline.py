"""A stage of a role of the whole comes in; the states of the part go out, in the words of the whole, to stand in its place.

selling:                                      sale_announcing:
  - run: sale -> result                         - decide: sale_item in text ...
    if: result.winner == self     becomes     ...
    goto: won                                 sale_closed:
                                                - when: sale_outcome.winner == self
                                                  goto: won
"""

from collections.abc import Iterator, Mapping

from comityc.diagnostics.codes_parts import NO_OUTCOME
from comityc.diagnostics.diagnostic import Diagnostic, Label
from comityc.expand.part import End, Part, Seat, entries, is_word, mapping, messages_of, state_names
from comityc.expand.run import Run, Stage
from comityc.expand.tokens import cut, exchanged, is_field, joined, own_names, placed
from comityc.records import dataclass
from comityc.source.tree import Mapping as MappingTree
from comityc.source.tree import Scalar, Sequence, Tree
from comityc.syntax.scanner import names_in

Layer = tuple[Scalar, tuple[Tree, ...]]
"""A key of `states:`, and what stands under it."""

_NAMED = ("receive", "ignore", "defer", "goto", "undoes")
_EXPRESSIONS = ("after", "every", "at", "decide", "when", "if", "for", "draw", "do", "key")


@dataclass(frozen=True, slots=True)
class Inlined:
    """A stage as states of the whole: all of them but those that stay final, and what its ends go on answering."""

    layers: tuple[Layer, ...]
    states: tuple[str, ...]
    entry: str
    answers: tuple[Tree, ...]
    hears: tuple[str, ...]
    role: str
    stay: tuple[str, ...]  # all states, final ones too


NOTHING_INLINED = Inlined((), (), "", (), (), "", ())


class Inliner:
    """Puts one role of a part into one state of a role of the whole."""

    def __init__(self, part: Part, stage: Stage, host: str) -> None:
        self.part, self.stage, self.host = part, stage, host
        self.role = part.hosted_by(host) or ""
        self.tree = part.role(self.role)
        self._values = part.value_names(self.role)
        if (seat := part.seats[self.role]).one_of:
            self._values = {**self._values, seat.role: "self"}
        self._states = declared_states(self.tree)
        self._final = final_states(self.tree)

    def inlined(self) -> Inlined:
        """Return the states that stand for the stage."""
        # What the part says of `any` state becomes a list of states; it still comes behind the part's own lists.
        written = sorted(entries(self.tree, "states"), key=lambda entry: entry[0].text.strip() == "any")
        layers = [layer for key, below in written for layer in self._layer(key, below)]
        ends = self._ends() if self.stage.goes_on else {}
        lasting = tuple(state for state in self._states if state not in self._final or state in ends)
        # Every state has its place here, in the order of the part, also where nothing is turned away: the first one is where it begins.
        first = [(self._key(self._place(s), (s,)), tuple(self._turned_away(s, layers))) for s in lasting]
        layers = [*first, *layers, *self._common(lasting)]
        return Inlined(
            tuple(merged(layers)),
            tuple(self.part.own(state) for state in lasting),
            self.part.own(self._states[0]),
            self._answers(ends),
            tuple(self.part.own(message) for message in self.part.hears(self.role)),
            self.role,
            tuple(self.part.own(state) for state in self._states),
        )

    # ---- the states of the part

    def _layer(self, key: Scalar, below: Tree) -> Iterator[Layer]:
        ends = self._ends() if self.stage.goes_on else {}
        names = state_names(key)
        if names == ("any",):
            names = tuple(state for state in self._states if state not in self._final)
            if not names:
                return
        elif is_word(below, "final") and any(name in ends for name in names):
            for name in names:
                yield self._key(key, (name,)), (*self._goes_on(ends[name]), *self._deaf(key))
            return
        items = below.items if isinstance(below, Sequence) else (below,)
        made = tuple(self._item(item) for item in items)
        if len(names) == 1 and names[0] in ends:
            made = tuple(item for item in made if not isinstance(item, Scalar))
            yield self._key(key, names), (*made, *self._goes_on(ends[names[0]]))
            return
        yield self._key(key, names), made

    def _key(self, like: Scalar, names: tuple[str, ...]) -> Scalar:
        return placed(", ".join(self.part.own(name) for name in names), like.span)

    def _item(self, item: Tree) -> Tree:
        if not isinstance(item, MappingTree):
            return item
        made = tuple((key, self._value(key.text, value)) for key, value in item.entries)
        return MappingTree(made, item.span, item.flow)

    def _value(self, key: str, value: Tree) -> Tree:
        if key in _NAMED:
            return self._names(value)
        if not isinstance(value, Scalar):
            return value
        if key == "perform":
            act, arrow, _outcomes = value.text.partition("->")
            asked = self.text(cut(value, 0, len(act)))
            return joined([asked, cut(value, len(act), len(value.text))], value) if arrow else asked
        return self.text(value) if key in _EXPRESSIONS else value

    def _names(self, value: Tree) -> Tree:
        match value:
            case Scalar():
                return exchanged(value, lambda text, start, end: self.part.own(text[start:end]))
            case Sequence(items, span, flow):
                return Sequence(tuple(self._names(item) for item in items), span, flow)
            case _:
                return value

    def text(self, scalar: Scalar) -> Scalar:
        """Return an expression or statements of the part in the words of the whole."""
        made = own_names(scalar, self._values)
        return numbered(made, self.part) if self.part.runs > 1 else made

    # ---- what the part does not say and the whole needs

    def _common(self, lasting: tuple[str, ...]) -> Iterator[Layer]:
        """What the whole says besides holds in every state of the stage."""
        if self.stage.meanwhile and lasting:
            yield self._key(self.stage.place, lasting), self.stage.meanwhile

    def _turned_away(self, state: str, layers: list[Layer]) -> Iterator[Tree]:
        """Yield what becomes of messages that do not count: of other runs, and of those who sit on no seat."""
        hears, place = self.part.hears(self.role), self._place(state)
        if self.part.runs > 1 and hears:
            counter = self.part.own("run")
            yield self._idle("defer", hears, place, f"msg.{counter} > {counter}")
            yield self._idle("ignore", hears, place, f"msg.{counter} < {counter}")
        strangers: dict[str, list[str]] = {}
        for message in hears:
            seated = self._seated(message)
            if seated and not _ignored(layers, self.part.own(state), self.part.own(message)):
                strangers.setdefault(seated, []).append(message)
        for seated, messages in strangers.items():
            yield self._idle(
                "ignore", tuple(messages), place, f"not ({seated})" if " or " in seated else seated.replace("==", "!=")
            )

    def _place(self, state: str) -> Scalar:
        return next(key for key, _ in entries(self.tree, "states") if state in state_names(key))

    def _seated(self, message: str) -> str:
        """Say that the sender is one of those who send such a message; nothing where nobody else could."""
        seats = self.part.senders(message, self.role)
        return " or ".join(map(self._is, seats)) if any(seat.one_of for seat in seats) else ""

    def _is(self, seat: Seat) -> str:
        if seat.one_of:
            return f"sender == {self._values[seat.role]}"
        return f"sender {'in' if self.part.role(seat.role).get('count') is not None else '=='} {seat.host}"

    def _idle(self, word: str, messages: tuple[str, ...], place: Scalar, guard: str = "") -> MappingTree:
        return idle(word, tuple(self.part.own(message) for message in messages), place, guard)

    def _deaf(self, place: Scalar) -> tuple[Tree, ...]:
        """A final state takes no more messages; as a state of the whole it has to say so."""
        hears = self.part.hears(self.role)
        return (self._idle("ignore", hears, place),) if hears else ()

    # ---- the ends

    def _ends(self) -> dict[str, End]:
        return {state: end for end in self.part.ends[self.role] for state in end.states if state in self._states}

    def missing_outcome(self) -> Diagnostic | None:
        """Say where the part ends without the outcome that is asked for."""
        for run, _ in self.stage.goes_on:
            for state, end in self._ends().items():
                if run.outcome is not None and end.outcome is None:
                    return NO_OUTCOME.at(
                        run.written.span,
                        f"`{self.part.name}` may end for its `{self.role}` in `{state}`, where it has no outcome",
                        labels=(Label(self.part.place.span, "the part"),),
                        help=f"say in the part what it is there: `outcome: {{{self.role} in {state}: ...}}`",
                    )
        return None

    def _goes_on(self, end: End) -> Iterator[Tree]:
        outcome = None if end.outcome is None else self.text(end.outcome)
        for run, item in self.stage.goes_on:
            yield continued(run, item, outcome)

    def _answers(self, ends: Mapping[str, End]) -> tuple[Tree, ...]:
        """Return what all ends that are not final answer without leaving: it goes on being answered."""
        serving = [self._served(state) for state in ends if state not in self._final]
        if not serving:
            return ()
        return tuple(item for item in serving[0] if all(item in others for others in serving[1:]))

    def _served(self, state: str) -> tuple[Tree, ...]:
        found = []
        for key, below in entries(self.tree, "states"):
            if state in state_names(key) or key.text.strip() == "any":
                for item in below.items if isinstance(below, Sequence) else ():
                    tree = mapping(item)
                    if tree.get("receive") is not None and tree.get("goto") is None:
                        found.append(self._item(tree))
        return tuple(found)


# ---- pieces


def continued(run: Run, item: MappingTree, outcome: Scalar | None) -> MappingTree:
    """Return how the whole goes on from an end of a part: a step of its own, in which the outcome has its name."""

    def put(value: Tree) -> Tree:
        if not isinstance(value, Scalar) or outcome is None or run.outcome is None:
            return value
        return exchanged(
            value,
            lambda text, start, end: (
                _put(outcome) if text[start:end] == run.outcome and not is_field(text, start, end) else None
            ),
        )

    key = item.key("run")
    assert key is not None
    made: list[tuple[Scalar, Tree]] = []
    for name, value in item.entries:
        if name.text == "run":
            made.append((placed("when", name.span), placed("true", run.written.span)))
        else:
            made.append((name, put(value)))
    condition = next((value for name, value in made if name.text == "if"), None)
    if condition is not None:
        made = [(made[0][0], condition), *((name, value) for name, value in made[1:] if name.text != "if")]
    return MappingTree(tuple(made), item.span)


def _put(outcome: Scalar) -> str:
    text = outcome.text.strip()
    return text if names_in(text) == [(0, len(text))] else f"({text})"


def idle(word: str, messages: tuple[str, ...], place: Scalar, guard: str = "") -> MappingTree:
    """Return an `ignore` or a `defer` of messages."""
    listed = Sequence(tuple(placed(message, place.span) for message in messages), place.span, flow=True)
    made: list[tuple[Scalar, Tree]] = [(placed(word, place.span), listed if len(messages) > 1 else listed.items[0])]
    if guard:
        made.append((placed("if", place.span), placed(guard, place.span)))
    return MappingTree(tuple(made), place.span)


def _ignored(layers: list[Layer], state: str, message: str) -> bool:
    """Say whether a state ignores every message of a kind, whoever sends it."""
    here = [
        item
        for key, items in layers
        if state in state_names(key)
        for item in map(mapping, items)
        if message in (each.text for each in messages_of(item))
    ]
    return bool(here) and all(item.get("ignore") is not None and item.get("if") is None for item in here)


def numbered(scalar: Scalar, part: Part) -> Scalar:
    """Return statements in which each message of the part carries the number of the run."""
    messages = {part.own(key.text) for key, _ in entries(part.tree, "messages")}
    counter = part.own("run")
    pieces, done, before = [], 0, ""
    for start, end in names_in(scalar.text):
        if before == "send" and scalar.text[start:end] in messages:
            opened = scalar.text.find("(", end)
            if opened >= 0:
                empty = scalar.text[opened + 1 :].lstrip().startswith(")")
                pieces.append(cut(scalar, done, opened + 1))
                pieces.append(placed(f"{counter}={counter}{'' if empty else ', '}", scalar.span_between(start, end)))
                done = opened + 1
        before = scalar.text[start:end]
    return joined([*pieces, cut(scalar, done, len(scalar.text))], scalar) if pieces else scalar


def merged(layers: list[Layer]) -> list[Layer]:
    """Put together what stands under one key; the words `resting` and `final` alone come to stand in a list if need be."""
    found: dict[str, Layer] = {}
    for key, items in layers:
        if key.text in found:
            first, there = found[key.text]
            found[key.text] = (first, (*there, *(item for item in items if item not in there)))
        else:
            found[key.text] = (key, items)
    return list(found.values())


def declared_states(role: MappingTree) -> tuple[str, ...]:
    """Return the states of a role, in order; a list of states declares them only where it says `final`."""
    states: dict[str, None] = {}
    for key, below in entries(role, "states"):
        names = state_names(key)
        if names != ("any",) and (len(names) == 1 or is_word(below, "final")):
            states.update(dict.fromkeys(names))
    return tuple(states)


def final_states(role: MappingTree) -> frozenset[str]:
    """Return the states of a role that are final."""
    return frozenset(
        state for key, below in entries(role, "states") if is_word(below, "final") for state in state_names(key)
    )
