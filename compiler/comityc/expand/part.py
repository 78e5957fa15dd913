"""An entry of `parts:` comes in; the part goes out: the protocol it is, who sits on which of its seats, and what its names become.

parts:                                           Part(name="sale", tree=..., seats={
  sale:                                            "auctioneer": Seat("auctioneer", "buyer", one_of=False),
    use: auction/sealed_first_price     becomes    "bidder": Seat("bidder", "seller", one_of=False)},
    with: {bidders: sellers}                       values={"bidders": `sellers`}, ...)
    roles: {auctioneer: buyer, bidder: seller}

A part keeps its own names inside the whole, with its own in front: `committing` becomes `sale_committing`, and the message
`Open` becomes `SaleOpen`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from itertools import islice, pairwise

from comityc.diagnostics.codes_parts import NOT_A_PART, PART_ROLES
from comityc.diagnostics.codes_syntax import UNKNOWN_PARAMETER
from comityc.diagnostics.diagnostic import Diagnostic
from comityc.diagnostics.span import NOWHERE
from comityc.diagnostics.suggest import did_you_mean
from comityc.expand.names import LANGUAGE_WORDS
from comityc.records import dataclass
from comityc.source.tree import Mapping as MappingTree
from comityc.source.tree import Scalar, Sequence, Tree
from comityc.syntax.scanner import names_in

Load = Callable[[Scalar], "MappingTree | Diagnostic"]
"""From what `use:` of a part says to the full protocol that it names."""

_ONE_OF = re.compile(r"one of +([A-Za-z][A-Za-z0-9_]*)")
_END = re.compile(r"\s*([A-Za-z][A-Za-z0-9_]*)\s+in\s+(?:\(([^()]*)\)|([A-Za-z][A-Za-z0-9_]*))\s*")


@dataclass(frozen=True, slots=True)
class Seat:
    """Which role of the whole plays a role of the part: all of its instances, or one of them that each run names."""

    role: str
    host: str
    one_of: bool
    place: Scalar


@dataclass(frozen=True, slots=True)
class End:
    """Where a role of the part is done, and what it then knows: an expression, or None."""

    states: tuple[str, ...]
    outcome: Scalar | None


@dataclass(slots=True)
class Part:
    """A part of the whole. `arguments` are what each run says anew: seats with `one of`, and parameters that a `run` names."""

    name: str
    place: Scalar
    tree: MappingTree
    seats: dict[str, Seat]
    values: dict[str, Tree]
    runs: int
    ends: dict[str, tuple[End, ...]]
    aliases: dict[str, str] = field(default_factory=dict)  # parameters of the part that are parameters of the whole
    arguments: list[str] = field(default_factory=list)
    shared_types: frozenset[str] = frozenset()

    def own(self, name: str) -> str:
        """Return what a name of the part is called in the whole."""
        if name[:1].isupper():
            return "".join(word[:1].upper() + word[1:] for word in self.name.split("_")) + name
        return f"{self.name}_{name}"

    def role(self, name: str) -> MappingTree:
        """Return a role of the part as it is written."""
        return mapping(mapping(self.tree.get("roles")).get(name))

    def hosted_by(self, host: str) -> str | None:
        """Return the role of the part that a role of the whole plays."""
        return next((seat.role for seat in self.seats.values() if seat.host == host), None)

    # ---- what its names become

    def type_names(self) -> dict[str, str]:
        """Return what stands where a type is meant."""
        declared = {key.text for section in ("types", "messages") for key, _ in entries(self.tree, section)}
        names = {name: self.own(name) for name in declared - self.shared_types}
        return {**names, **{seat.role: seat.host for seat in self.seats.values()}}

    def value_names(self, role: str | None) -> dict[str, str]:
        """Return what stands where a value is meant, in one role of the part or at its top."""
        declared = {key.text for key, _ in entries(self.tree, "parameters")}
        declared |= {head(key) for key, _ in entries(self.tree, "define")}
        if role is not None:
            declared |= set(role_names(self.role(role)))
        names = {**self.type_names(), **{name: self.own(name) for name in declared}, **self.aliases}
        return {**names, **{seat: self.own(seat) for seat, its in self.seats.items() if its.one_of}}

    def hears(self, role: str) -> tuple[str, ...]:
        """Return the messages that a role of the part receives, ignores or defers somewhere."""
        found: dict[str, None] = {}
        for _, transitions in entries(self.role(role), "states"):
            for transition in transitions.items if isinstance(transitions, Sequence) else ():
                found.update(dict.fromkeys(message.text for message in messages_of(transition)))
        return tuple(found)

    def senders(self, message: str, receiver: str) -> tuple[Seat, ...]:
        """Return the seats that send a message to a role of the part, or may do so."""
        return tuple(
            seat
            for seat in self.seats.values()
            if any(
                sent == message and _may_be(recipient, receiver, seat.role, self.tree)
                for sent, recipient in sent_by(self.tree, self.role(seat.role))
            )
        )


def _may_be(recipient: str, receiver: str, sender: str, tree: MappingTree) -> bool:
    """Say whether what stands behind `to` may name an instance of a role; only the names of roles, and `others`, say for sure."""
    roles = {key.text for key, _ in entries(tree, "roles")}
    return receiver == (sender if recipient == "others" else recipient) or recipient not in {*roles, "others"}


# ---- reading a tree


def mapping(tree: Tree | None) -> MappingTree:
    """Return a map, or an empty one."""
    return tree if isinstance(tree, MappingTree) else _NOTHING


def entries(tree: Tree | None, section: str) -> tuple[tuple[Scalar, Tree], ...]:
    """Return the entries of a section of a map."""
    return mapping(mapping(tree).get(section)).entries


def head(key: Scalar) -> str:
    """Return the name in the head of a define: `rank` of `rank(b)`."""
    return key.text.partition("(")[0].strip()


def messages_of(transition: Tree) -> tuple[Scalar, ...]:
    """Return the messages that a transition receives, ignores or defers."""
    for kind in ("receive", "ignore", "defer"):
        match mapping(transition).get(kind):
            case Scalar() as one:
                return (one,)
            case Sequence(items):
                return tuple(item for item in items if isinstance(item, Scalar))
            case _:
                continue
    return ()


def role_names(role: MappingTree) -> Iterator[str]:
    """Yield the names that a role declares for values: variables, defines, decisions and acts."""
    yield from (key.text for key, _ in entries(role, "variables"))
    yield from (head(key) for key, _ in entries(role, "define"))
    for _, transitions in entries(role, "states"):
        for transition in transitions.items if isinstance(transitions, Sequence) else ():
            for trigger in ("decide", "perform"):
                written = mapping(transition).get(trigger)
                if isinstance(written, Scalar) and (found := names_in(written.text)):
                    yield written.text[found[0][0] : found[0][1]]


def sent_by(tree: MappingTree, role: MappingTree) -> frozenset[tuple[str, str]]:
    """Return the messages that a role sends, by itself or through blocks at the top, each with what stands behind `to`."""
    top = {head(key): value for key, value in entries(tree, "define")}
    waiting, seen = [*texts(role)], set[str]()
    sent: set[tuple[str, str]] = set()
    while waiting:
        text = waiting.pop()
        places = names_in(text)
        names = [text[start:end] for start, end in places]
        for at, (before, message) in enumerate(pairwise(names)):
            if before == "send":
                sent.add((message, _recipient(text[places[at + 1][1] :])))
        for name in names:
            if name in top and name not in seen:
                seen.add(name)
                waiting += texts(top[name])
    return frozenset(sent)


def _recipient(behind: str) -> str:
    """Return what stands behind `to`, up to the end of its line; `behind` begins with the fields of the message."""
    opened = 0
    for at, sign in enumerate(behind):
        opened += (sign in "([{") - (sign in ")]}")
        if not opened and sign == ")":
            _, _, recipient = behind[at + 1 :].partition("to ")
            return recipient.split("\n")[0].partition(";")[0].partition("#")[0].strip()
    return ""


def texts(tree: Tree) -> Iterator[str]:
    """Yield every value in a tree."""
    match tree:
        case Scalar(text):
            yield text
        case Sequence(items):
            for item in items:
                yield from texts(item)
        case MappingTree(below):
            for _, part in below:
                yield from texts(part)


def words(tree: Tree) -> Iterator[str]:
    """Yield every name in the keys and values of a tree."""
    if isinstance(tree, MappingTree):
        for key, below in tree.entries:
            yield from (key.text[start:end] for start, end in names_in(key.text))
            yield from words(below)
    elif isinstance(tree, Sequence):
        for item in tree.items:
            yield from words(item)
    else:
        yield from (tree.text[start:end] for start, end in names_in(tree.text))


# ---- reading a part


def read_part(place: Scalar, tree: Tree, whole: MappingTree, load: Load) -> tuple[Part | None, list[Diagnostic]]:
    """Return a part of the whole, or what is wrong with it."""
    use = mapping(tree).get("use")
    if not isinstance(use, Scalar):
        return None, []
    loaded = load(use)
    if isinstance(loaded, Diagnostic):
        return None, [loaded]
    findings = [*islice(_not_a_part(loaded, use), 1)]
    seats = _seats(place, mapping(tree), loaded, whole, findings)
    values = {key.text: value for key, value in entries(tree, "with")}
    known = [key.text for key, _ in entries(loaded, "parameters")]
    findings += [
        UNKNOWN_PARAMETER.at(
            key.span, f"the part declares no parameter `{key.text}`", help=did_you_mean(key.text, known)
        )
        for key, _ in entries(tree, "with")
        if key.text not in known
    ]
    runs = mapping(tree).get("runs")
    count = int(runs.text) if isinstance(runs, Scalar) and runs.text.isdecimal() else 1
    part = Part(place.text, place, loaded, seats, values, max(count, 1), _ends(loaded))
    of_the_whole = {key.text for key, _ in entries(whole, "parameters")}
    part.aliases = {
        name: value.text for name, value in values.items() if isinstance(value, Scalar) and value.text in of_the_whole
    }
    part.shared_types = _shared_types(part, whole)
    if not findings:
        findings += _wrong_counts(part, whole)
    return (None if findings else part), findings


def _seats(
    place: Scalar, tree: MappingTree, loaded: MappingTree, whole: MappingTree, findings: list[Diagnostic]
) -> dict[str, Seat]:
    of_the_part = [key.text for key, _ in entries(loaded, "roles")]
    of_the_whole = [key.text for key, _ in entries(whole, "roles")]
    seats: dict[str, Seat] = {}
    for key, value in entries(tree, "roles"):
        if not isinstance(value, Scalar):
            continue
        one_of = _ONE_OF.fullmatch(value.text)
        host = one_of[1] if one_of else value.text
        taken = next((seat for seat in seats.values() if seat.host == host), None)
        if key.text not in of_the_part:
            findings.append(_no_role(key, f"`{place.text}` has no role `{key.text}`", of_the_part))
        elif host not in of_the_whole:
            findings.append(_no_role(value, f"there is no role `{host}` here", of_the_whole))
        elif taken is not None:
            findings.append(
                PART_ROLES.at(
                    value.span,
                    f"`{host}` already plays `{taken.role}` in `{place.text}`",
                    help="an instance is in one state at a time, so it plays one role of a part; give each a role of its own",
                )
            )
        elif one_of and mapping(mapping(loaded.get("roles")).get(key.text)).get("count") is not None:
            findings.append(
                PART_ROLES.at(value.span, f"`one of` is for a role of one instance, and `{key.text}` has a `count`")
            )
        else:
            seats[key.text] = Seat(key.text, host, one_of is not None, value)
    named = {key.text for key, _ in entries(tree, "roles")}
    for role in of_the_part:
        if role not in named:
            findings.append(
                PART_ROLES.at(
                    place.span,
                    f"nobody plays `{role}` of `{place.text}`",
                    help=f"say who does: `roles: {{{role}: ...}}`",
                )
            )
    return seats


def _no_role(place: Scalar, message: str, known: list[str]) -> Diagnostic:
    return PART_ROLES.at(place.span, message, help=did_you_mean(place.text, known))


def _not_a_part(loaded: MappingTree, use: Scalar) -> Iterator[Diagnostic]:
    """A part lives inside instances of the whole, so what a whole alone can say does not fit into it."""
    for word in ("shared", "network", "clock"):
        if loaded.get(word) is not None:
            yield _unfit(use, f"it says `{word}`, which is for a whole protocol")
    for role, tree in entries(loaded, "roles"):
        for word in ("restart_in", "dynamic"):
            if mapping(tree).get(word) is not None:
                yield _unfit(use, f"its role `{role.text}` says `{word}`, which is for a whole protocol")
        for item in _transitions_of(mapping(tree), "any"):
            for word in ("after", "at"):
                if mapping(item).get(word) is not None:
                    yield _unfit(
                        use,
                        f"in its role `{role.text}` a timer `{word}` under `any` runs on from the start of an instance",
                    )
    if not entries(loaded, "outcome") and not any(_finals(mapping(tree)) for _, tree in entries(loaded, "roles")):
        yield _unfit(use, "it has no `outcome`, and no state that is final")


def _unfit(use: Scalar, why: str) -> Diagnostic:
    return NOT_A_PART.at(use.span, f"`{use.text}` cannot be a part: {why}")


def _transitions_of(role: MappingTree, state: str) -> tuple[Tree, ...]:
    below = mapping(role.get("states")).get(state)
    return below.items if isinstance(below, Sequence) else ()


def _finals(role: MappingTree) -> tuple[str, ...]:
    return tuple(name for key, below in entries(role, "states") if is_word(below, "final") for name in state_names(key))


def is_word(below: Tree, word: str) -> bool:
    """Say whether a state is `final`, or `resting`."""
    if isinstance(below, Scalar):
        return below.text == word
    return isinstance(below, Sequence) and any(isinstance(item, Scalar) and item.text == word for item in below.items)


def state_names(key: Scalar) -> tuple[str, ...]:
    """Return the states that a key of `states:` names."""
    return tuple(name.strip() for name in key.text.split(",") if name.strip())


def _ends(loaded: MappingTree) -> dict[str, tuple[End, ...]]:
    """Return where each role ends: where `outcome:` says, and in its other final states."""
    ends: dict[str, list[End]] = {key.text: [] for key, _ in entries(loaded, "roles")}
    for key, value in entries(loaded, "outcome"):
        read = read_end(key)
        if read is not None and read[0] in ends and isinstance(value, Scalar):
            ends[read[0]].append(End(read[1], value))
    for role, its in ends.items():
        said = {state for end in its for state in end.states}
        others = tuple(state for state in _finals(mapping(mapping(loaded.get("roles")).get(role))) if state not in said)
        if others:
            its.append(End(others, None))
    return {role: tuple(its) for role, its in ends.items()}


def read_end(key: Scalar) -> tuple[str, tuple[str, ...]] | None:
    """Read a key of `outcome:`, such as `chair in closed` or `voter in (done, gone)`."""
    found = _END.fullmatch(key.text)
    if found is None or found[1] in LANGUAGE_WORDS:
        return None
    return found[1], tuple(name.strip() for name in (found[2] or found[3]).split(",") if name.strip())


def _shared_types(part: Part, whole: MappingTree) -> frozenset[str]:
    """Return the types that part and whole declare alike: they are one type."""
    here = {key.text: value for key, value in entries(whole, "types")}
    there = {key.text: value for key, value in entries(part.tree, "types")}
    shared = frozenset(name for name in there if name in here)
    while True:
        hosts = {seat.role: seat.host for seat in part.seats.values()}
        unlike = {name for name in shared if not _alike(there[name], here[name], {**_owned(part, shared), **hosts})}
        if not unlike:
            return shared
        shared -= unlike


def _owned(part: Part, shared: frozenset[str]) -> dict[str, str]:
    return {key.text: part.own(key.text) for key, _ in entries(part.tree, "types") if key.text not in shared}


def _alike(there: Tree, here: Tree, names: Mapping[str, str]) -> bool:
    match there, here:
        case Scalar(), Scalar():
            return re.sub(r"\w+", lambda word: names.get(word[0], word[0]), there.text) == here.text
        case Sequence(), Sequence():
            return [texts_of(item) for item in there.items] == [texts_of(item) for item in here.items]
        case MappingTree(), MappingTree():
            return [key.text for key, _ in there.entries] == [key.text for key, _ in here.entries] and all(
                _alike(one, other, names) for (_, one), (_, other) in zip(there.entries, here.entries, strict=True)
            )
        case _:
            return False


def texts_of(tree: Tree) -> tuple[str, ...]:
    """Return every value in a tree."""
    return tuple(texts(tree))


def _wrong_counts(part: Part, whole: MappingTree) -> Iterator[Diagnostic]:
    names = part.value_names(None)
    for seat in part.seats.values():
        there = part.role(seat.role).get("count")
        here = mapping(mapping(whole.get("roles")).get(seat.host)).get("count")
        in_part = (
            re.sub(r"\w+", lambda word: names.get(word[0], word[0]), there.text) if isinstance(there, Scalar) else ""
        )
        if isinstance(there, Scalar) and isinstance(literal := part.values.get(there.text), Scalar):
            in_part = literal.text
        in_whole = here.text if isinstance(here, Scalar) else ""
        if in_part != in_whole and not seat.one_of:
            yield PART_ROLES.at(
                seat.place.span,
                f"`{seat.role}` of `{part.name}` has {_count(in_part)}, and `{seat.host}` has {_count(in_whole)}",
                help="give the part the same number with `with`"
                + ("" if in_part else f", or seat one instance: `{seat.role}: one of {seat.host}`"),
            )


def _count(text: str) -> str:
    return f"`count: {text}`" if text else "one instance"


_NOTHING = MappingTree((), NOWHERE)
