"""A permutation of instances in; what it makes of values, of all that a search has numbered, and of whole states, out.

Everything that the search numbers is renamed once for each permutation and looked up from then on, so that a permuted state costs a
look-up for each instance, one for the rest and one for the network. A permutation is a *turn*: `turn[who]` is the number of the
instance whose name `who` takes. Turns are numbered too; turn 0 leaves everything as it is.
"""

import re
from typing import Any

from comity.values import Instance, Map, Word
from comityc.explore.engine.records import Local
from comityc.explore.engine.rest import Rest
from comityc.explore.engine.successors import LOCAL_MASK, REST_MASK, Successors
from comityc.explore.engine.values import in_order
from comityc.explore.graph import Label
from comityc.explore.world import Envelope
from comityc.records import field_names

Turn = tuple[int, ...]


class Renaming:
    """Renames what one search has numbered. `roles` are those whose instances may change places."""

    def __init__(self, successors: Successors, roles: tuple[str, ...]) -> None:
        self.successors = successors
        self.instances = successors.setting.instances
        self.roles = roles
        self.turns: list[Turn] = []
        self._turn_numbers: dict[Turn, int] = {}
        self._names: list[tuple[dict[Instance, Instance], dict[str, str]] | None] = []
        self._locals: list[dict[tuple[int, int], int]] = []
        self._rests: list[dict[int, int]] = []
        self._networks: list[dict[int, int]] = []
        self._envelopes: list[dict[int, int]] = []
        self._name_in_text = re.compile(rf"\b(?:{'|'.join(map(re.escape, roles))})\[\d+\]")
        nobody = {one: Instance(one.role, -1) for one in self.instances if one.role in roles}
        self._nobody = nobody, {str(one): "" for one in nobody}
        self._of_nobody: list[dict[int, bool]] = [
            {} for _ in self.instances
        ]  # by instance and local state: whether that names nobody
        self._moved: dict[tuple[int, int, int], int] = {}
        self._common_of_nobody: dict[int, bool] = {}
        self.number(tuple(range(len(self.instances))))

    # ---- turns

    def number(self, turn: Turn) -> int:
        """Return the number of a turn."""
        found = self._turn_numbers.get(turn)
        if found is None:
            found = self._turn_numbers[turn] = len(self.turns)
            self.turns.append(turn)
            self._names.append(None)
            self._locals.append({})
            self._rests.append({})
            self._networks.append({})
            self._envelopes.append({})
        return found

    def inverse(self, turn: int) -> int:
        """Return the turn that takes back another."""
        back = [0] * len(self.instances)
        for who, to in enumerate(self.turns[turn]):
            back[to] = who
        return self.number(tuple(back))

    def then(self, first: int, second: int) -> int:
        """Return the turn that does what one does and then what the other does."""
        after = self.turns[second]
        return self.number(tuple(after[to] for to in self.turns[first]))

    # ---- values

    def value(self, turn: int, value: Any) -> Any:
        """Return a value with the instances in it renamed, those in fresh ids and digests too."""
        return self._renamed(*(self._names[turn] or self._names_in(turn)), value) if turn else value

    def _names_in(self, turn: int) -> tuple[dict[Instance, Instance], dict[str, str]]:
        """Find what instances are called after a turn, by their names and as texts; most turns of many instances are never asked."""
        to = self.turns[turn]
        names = {one: self.instances[to[who]] for who, one in enumerate(self.instances) if to[who] != who}
        found = self._names[turn] = names, {str(before): str(after) for before, after in names.items()}
        return found

    def _renamed(self, names: dict[Instance, Instance], texts: dict[str, str], value: Any) -> Any:
        if value is None or isinstance(value, Word | int):
            return value
        if isinstance(value, Instance):
            return names.get(value, value)
        if isinstance(value, str):
            return self._name_in_text.sub(lambda m: texts.get(m[0], m[0]), value) if "[" in value else value
        if isinstance(value, tuple):
            parts = [self._renamed(names, texts, part) for part in value]
            return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
        if isinstance(value, frozenset):
            return frozenset(self._renamed(names, texts, part) for part in value)
        if isinstance(value, Map):
            return Map(
                (self._renamed(names, texts, key), self._renamed(names, texts, item)) for key, item in value.items()
            )
        fields = field_names(type(value))
        if fields is None:
            return value
        return type(value)(*(self._renamed(names, texts, getattr(value, field)) for field in fields))

    def text(self, turn: int, text: str) -> str:
        """Return a text for people with the instances that it names renamed."""
        return self.value(turn, text)  # type: ignore[no-any-return]

    def label(self, turn: int, label: Label) -> Label:
        """Return the same step of the renamed instances."""
        return Label(label.kind, *(self.value(turn, part) for part in label[1:]))

    # ---- what is numbered

    def local(self, turn: int, who: int, number: int) -> int:
        """Return the number, at the instance that `who` becomes, of what a local state of `who` becomes."""
        known = self._locals[turn]
        found = known.get((who, number))
        if found is None:
            to, local = self.turns[turn][who], self.successors.finder.locals[who][number]
            if self._names_nobody(who, number, local):
                return self._moved_to(to, who, number, local)
            after = self._sorted(self.value(turn, local))
            found = known[who, number] = self.successors.finder.number(to, after)
        return found

    def _names_nobody(self, who: int, number: int, local: Local) -> bool:
        known = self._of_nobody[who]
        found = known.get(number)
        if found is None:
            found = known[number] = self._renamed(*self._nobody, local) == local
        return found

    def _moved_to(self, to: int, who: int, number: int, local: Local) -> int:
        """Return the number that a local state which names nobody has at another instance, by whatever turn it comes there."""
        found = self._moved.get((to, who, number))
        if found is None:
            found = self._moved[to, who, number] = self.successors.finder.number(to, local)
        return found

    def _sorted(self, local: Local) -> Local:
        """Put back in order what a local state keeps in the order of its content."""
        if len(local.spent) > 1 or len(local.running) > 1:
            return local._replace(spent=in_order(local.spent), running=in_order(local.running))
        return local

    def envelope(self, turn: int, number: int) -> int:
        """Return the number of what an envelope becomes."""
        known = self._envelopes[turn]
        found = known.get(number)
        if found is None:
            store, setting = self.successors.network, self.successors.setting
            after: Envelope = self.value(turn, store.envelopes[number])
            name = setting.message_names[type(after.message)]
            found = known[number] = store.envelope(after, setting.numbers[after.receiver], name)
        return found

    def network(self, turn: int, number: int) -> int:
        """Return the number of what a network becomes."""
        known = self._networks[turn]
        found = known.get(number)
        if found is None:
            if not self.successors.network.contents[number]:
                return number
            found = known[number] = self.successors.network.renamed(number, lambda one: self.envelope(turn, one))
        return found

    def common(self, turn: int, number: int) -> int:
        """Return what a rest, and the shared variables with it, become."""
        known = self._rests[turn]
        found = known.get(number)
        if found is None:
            successors, rests = self.successors, self.successors.rests
            if self._of_nobody_in_common(number):
                return number
            rest = rests.number(self._renamed_rest(turn, rests.items[number & REST_MASK]))
            found = known[number] = successors.common(rest, self.value(turn, successors.shared(number)))
        return found

    def _of_nobody_in_common(self, number: int) -> bool:
        found = self._common_of_nobody.get(number)
        if found is None:
            successors = self.successors
            rest = successors.rests.items[number & REST_MASK]
            parts = (rest, successors.shared(number))
            found = not (rest.cut or rest.knowledge) and self._renamed(*self._nobody, parts) == parts
            self._common_of_nobody[number] = found
        return found

    def _renamed_rest(self, turn: int, rest: Rest) -> Rest:
        """Rename a rest, and put back in order what it keeps in the order of its content or by instance."""
        after: Rest = self.value(turn, rest)
        details = tuple(self.successors.rests.rules.recorded.values())
        back = self.turns[self.inverse(turn)]
        to = self.turns[turn]
        return after._replace(
            cut=tuple(sorted((to[sender], to[receiver]) for sender, receiver in rest.cut)),
            keyed=in_order(after.keyed),
            dropped=in_order(after.dropped),
            happened=tuple(
                entries if detail == "order" else in_order(entries)
                for detail, entries in zip(details, after.happened, strict=True)
            ),
            knowledge=tuple(tuple(sorted(after.knowledge[who])) for who in back) if after.knowledge else (),
        )

    def packed(self, turn: int, packed: int) -> int:
        """Return what a whole state becomes."""
        if not turn:
            return packed
        successors = self.successors
        to, shifts, locals_, moved = self.turns[turn], successors.shifts, self._locals[turn], self._moved
        network, rest = packed >> successors.network_shift, (packed >> successors.rest_shift) & successors.common_mask
        after = self._networks[turn].get(network)
        if after is None:
            after = self.network(turn, network)
        rest_after = self._rests[turn].get(rest)
        if rest_after is None:
            rest_after = self.common(turn, rest)
        result = (after << successors.network_shift) | (rest_after << successors.rest_shift)
        for who, shift in enumerate(shifts):
            number = (packed >> shift) & LOCAL_MASK
            local = moved.get((to[who], who, number))
            if local is None:
                local = locals_.get((who, number))
            if local is None:
                local = self.local(turn, who, number)
            result |= local << shifts[to[who]]
        return result
