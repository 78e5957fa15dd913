"""What one instance looks like in a state whatever its name: a key by which alike instances are sorted before any are permuted.

Each part of a state is read as an instance sees it: itself is "me", all other instances that may change places are alike. Two
instances that a renaming swaps have the same key, so only instances with equal keys need to be tried in each other's place.
"""

import re
from collections.abc import Iterable
from typing import Any

from comity.values import Instance, Map, Word
from comityc.explore.engine.records import Local
from comityc.explore.engine.rest import Rest
from comityc.explore.engine.successors import LOCAL_MASK, REST_MASK, Successors
from comityc.explore.engine.values import rank
from comityc.records import field_names

ME, OTHER = -1, -2
Key = tuple[int, tuple[int, ...]]


class SeenFrom:
    """Finds the keys of instances, part by part, each part once."""

    def __init__(self, successors: Successors, movable: tuple[int, ...], roles: tuple[str, ...]) -> None:
        """`movable` are the numbers of the instances that may change places, `roles` their roles."""
        self._successors = successors
        self._instances = successors.setting.instances
        self._movable = frozenset(movable)
        self._order = movable
        self._roles = roles
        self._in_text = re.compile(rf"\b({'|'.join(map(re.escape, roles))})\[(\d+)\]")
        self._numbers: dict[Any, int] = {}
        self._own: list[dict[int, int]] = [{} for _ in self._instances]
        self._self_contained: set[int] = set()  # numbers of own shapes that name no other instance
        self._sights: list[dict[int, dict[int, int]]] = [{} for _ in self._instances]
        self._rests: dict[int, dict[int, int]] = {}
        self._networks: dict[int, dict[int, int]] = {}
        self._envelopes: dict[int, dict[int, int]] = {}

    def keys(self, packed: int) -> dict[int, Key]:
        """Return the key of each instance that may change places."""
        successors = self._successors
        mentioned: dict[int, list[int]] = {who: [] for who in self._order}
        own: dict[int, int] = {}
        for who, shift in enumerate(successors.shifts):
            number = (packed >> shift) & LOCAL_MASK
            if who in mentioned:
                shape = self._own[who].get(number)
                own[who] = self._find_own(who, number) if shape is None else shape
            sights = self._sights[who].get(number)
            for one, sight in (self._find_sights(who, number) if sights is None else sights).items():
                mentioned[one].append(sight)
        rest, network = (packed >> successors.rest_shift) & successors.common_mask, packed >> successors.network_shift
        of_rest, of_network = self._rests.get(rest), self._networks.get(network)
        for one, sight in (self._find_rest(rest) if of_rest is None else of_rest).items():
            mentioned[one].append(sight)
        for one, sight in (self._find_network(network) if of_network is None else of_network).items():
            mentioned[one].append(sight)
        return {who: (own[who], tuple(sorted(mentioned[who]))) for who in self._order}

    def is_apart(self, key: Key) -> bool:
        """Say whether who has this key names nobody and is named by nobody: those who have the same can be swapped without any change."""
        own, mentioned = key
        return not mentioned and own in self._self_contained

    # ---- parts

    def _find_own(self, who: int, number: int) -> int:
        local = self._successors.finder.locals[who][number]
        shape = ("own", self._instances[who].role, self._seen_local(local, who))
        found = self._own[who][number] = self._number(shape)
        if all(one == who for one in self._named_in(local)):
            self._self_contained.add(found)
        return found

    def _find_sights(self, who: int, number: int) -> dict[int, int]:
        """Find how a local state looks to the other instances that it names."""
        local = self._successors.finder.locals[who][number]
        found = self._sights[who][number] = {
            one: self._number(("local", self._instances[who].role, self._seen_local(local, one)))
            for one in self._named_in(local)
            if one != who
        }
        return found

    def _find_rest(self, number: int) -> dict[int, int]:
        rest = self._successors.rests.items[number & REST_MASK]
        known = rest.knowledge
        plain, shared = rest._replace(knowledge=(), cut=()), self._successors.shared(number)
        found = {
            one: ("rest", self._seen_rest(plain, one), self._seen(shared, one))
            for one in self._named_in((plain, shared))
        }
        sights = {one: self._number(sight) for one, sight in found.items()}
        if known:
            # What liars know is kept by their number, so each of them knows something, if only nothing.
            sights = {one: self._number(("knows", sights.get(one, -1), len(known[one]))) for one in self._order}
        if rest.cut:
            links = {one: self._links_of(one, rest.cut) for one in self._order}
            sights = {one: self._number(("cut", sights.get(one, -1), links[one])) for one in self._order}
        self._rests[number] = sights
        return sights

    def _links_of(self, one: int, cut: tuple[tuple[int, int], ...]) -> tuple[tuple[bool, str], ...]:
        """Say which links of an instance are cut: from it or to it, and the role at the other end."""
        links = [
            (sender == one, self._instances[receiver if sender == one else sender].role)
            for sender, receiver in cut
            if one in (sender, receiver)
        ]
        return tuple(sorted(links))

    def _find_network(self, number: int) -> dict[int, int]:
        store = self._successors.network
        seen: dict[int, list[int]] = {}
        for envelope in store.contents[number]:
            sights = self._envelopes.get(envelope)
            if sights is None:
                sent = store.envelopes[envelope]
                sights = self._envelopes[envelope] = {
                    one: self._number(("sent", self._seen(sent, one))) for one in self._named_in(sent)
                }
            for one, sight in sights.items():
                seen.setdefault(one, []).append(sight)
        found = self._networks[number] = {
            one: self._number(("network", *sorted(sights))) for one, sights in seen.items()
        }
        return found

    def _number(self, shape: Any) -> int:
        return self._numbers.setdefault(shape, len(self._numbers))

    # ---- values

    def _named_in(self, value: Any) -> list[int]:
        """Return the numbers of the movable instances that a value names, in fresh ids and digests too."""
        numbers = self._successors.setting.numbers
        return sorted({numbers[one] for one in self._names_in(value) if numbers[one] in self._movable})

    def _names_in(self, value: Any) -> Iterable[Instance]:
        if isinstance(value, Instance):
            yield value
        elif isinstance(value, str):
            if not isinstance(value, Word) and "[" in value:
                yield from (Instance(role, int(number)) for role, number in self._in_text.findall(value))
        elif isinstance(value, tuple | frozenset):
            for item in value:
                yield from self._names_in(item)
        elif isinstance(value, Map):
            for key, item in value.items():
                yield from self._names_in(key)
                yield from self._names_in(item)
        else:
            for name in field_names(type(value)) or ():
                yield from self._names_in(getattr(value, name))

    def _seen_local(self, local: Local, me: int) -> Any:
        """Return a local state as one instance sees it. What is kept in the order of names is a bag to who looks past the names."""
        plain = local._replace(spent=(), running=())
        return self._seen(plain, me), self._bag(local.spent, me), self._bag(local.running, me)

    def _seen_rest(self, rest: Rest, me: int) -> Any:
        plain = rest._replace(keyed=(), dropped=(), happened=())
        details = self._successors.rests.rules.recorded.values()
        happened = tuple(
            self._seen(entries, me) if detail == "order" else self._bag(entries, me)
            for detail, entries in zip(details, rest.happened, strict=True)
        )
        return self._seen(plain, me), self._bag(rest.keyed, me), self._bag(rest.dropped, me), happened

    def _bag(self, values: Iterable[Any], me: int) -> Any:
        return ("bag", *_sorted(self._seen(value, me) for value in values))

    def _seen(self, value: Any, me: int) -> Any:
        """Return a value as one instance sees it, as something that can be compared and hashed."""
        if isinstance(value, Instance):
            if value.role not in self._roles:
                return value
            return Instance(value.role, ME if value == self._instances[me] else OTHER)
        if isinstance(value, str):
            if isinstance(value, Word) or "[" not in value:
                return value
            name = str(self._instances[me])
            return self._in_text.sub(lambda m: f"{m[1]}[{'me' if m[0] == name else 'other'}]", value)
        if isinstance(value, tuple):
            return tuple(self._seen(item, me) for item in value)
        if isinstance(value, frozenset):
            return ("set", *_sorted(self._seen(item, me) for item in value))
        if isinstance(value, Map):
            return ("map", *_sorted((self._seen(key, me), self._seen(item, me)) for key, item in value.items()))
        fields = field_names(type(value))
        if fields is None:
            return value
        return (type(value).__name__, *(self._seen(getattr(value, field), me) for field in fields))


def _sorted(values: Iterable[Any]) -> list[Any]:
    return sorted(values, key=lambda value: repr(rank(value)))
