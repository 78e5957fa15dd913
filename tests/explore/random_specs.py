"""A seed in; a small spec, a case and an envelope out, written by the throw of dice. What the language has stands in it somewhere."""

import random

from comityc.machine.model import Bounds, Case, Envelope, NetworkKind

STATES = ("s0", "s1", "s2")
ROLES = ("alpha", "beta")


class RichSpecMaker:
    """Writes specs of two roles. `acts` and `models` say whether they may ask for acts, and whether they share variables."""

    def __init__(self, seed: int, *, acts: bool = False, models: bool = False) -> None:
        self._dice = random.Random(seed)
        self._acts, self._models = acts, models
        self._counts = {"alpha": 1, "beta": self._dice.choice((1, 1, 2))}
        self._draws = self._dice.random() < 0.3

    def spec(self) -> str:
        """Return the text of a spec."""
        order = ", order: fifo" if self._chance(0.3) else ""
        lines = [
            "types: {Colour: [red, green]}",
            "messages:",
        ]
        for role in ("Alpha", "Beta"):  # whose messages they are
            lines += [
                f"  {role}Ping: {{fields: {{hot: bool, colour: Colour}}{order}}}",
                f"  {role}Pong: {{n: int}}",
                f"  {role}Note: {{}}",
            ]
        if self._models:
            lines += ["shared:", "  pot: int = 1", "  queue: set[int]", "  board: map[Colour, int]"]
        lines.append("roles:")
        for role, other in (ROLES, ROLES[::-1]):
            lines += self._role(role, other)
        lines += ["properties:", *self._properties(), "verify: {calm: {}}", ""]
        return "\n".join(lines)

    def _chance(self, share: float) -> bool:
        return self._dice.random() < share

    def _role(self, role: str, other: str) -> list[str]:
        lines = [f"  {role}:", f"    count: {self._counts[role]}"]
        if self._chance(0.3):
            lines.append(f"    restart_in: {self._dice.choice(STATES)}")
        lines += [
            "    variables:",
            "      n: int",
            "      flag: {type: bool, durable: false}",
            *(["      copy: map[Colour, int]"] if self._models else []),
            "      ghostly: {type: int, ghost: true}",
            f"      seen: map[{other}, Colour]",
            f"      peers: set[{other}]",
            "      colour:",
            "        type: Colour?",
            f"        once: {'true' if self._chance(0.5) else 'false'}",
            "    states:",
        ]
        if self._chance(0.3):
            lines += ["      any:", f"        - after: 9s\n          do: n = {self._dice.randint(0, 2)}"]
        for state in STATES:
            lines += self._state(state, role, other)
        return lines

    def _state(self, state: str, role: str, other: str) -> list[str]:
        lines = [f"      {state}:"]
        if state == "s2" and self._chance(0.5):
            if self._chance(0.7):
                return ["      s2: final"]
            lines.append("        - final")
        elif self._chance(0.7):
            lines.append("        - resting")
        for message in self._dice.sample(("Ping", "Pong", "Note"), 2):
            lines += self._reception(message, role, other)
        for number in range(2):
            lines += self._own_step(number, role, other)
        return lines if len(lines) > 1 else [*lines, "        - resting"]

    def _reception(self, message: str, role: str, other: str) -> list[str]:
        first = self._dice.choice(("receive", "receive", "receive", "ignore", "defer", "nothing"))
        if first == "nothing":
            return []
        guards = ["", "", "sender not in seen", "sender in peers", *self._guards(other)]
        guards += {"Ping": ["msg.hot", "msg.colour == red"], "Pong": ["msg.n > 0"], "Note": []}[message]
        guard = self._dice.choice(guards)
        name = f"{other.capitalize()}{message}"
        lines = [f"        - {first}: {name}"]
        if guard:
            lines.append(f"          if: {guard}")
        if first == "receive":
            received = {
                "Ping": ["seen[sender] = msg.colour", "flag = msg.hot"],
                "Pong": ["n = msg.n % 3", "seen = {}"],
                "Note": ["peers.discard(sender)", "seen.pop(sender, none)"],
            }[message]
            lines += self._fairness() + self._effects(other, [*received, "peers.add(sender)", "send Note() to sender"])
        if guard and self._chance(0.8):
            lines.append(f"        - {self._dice.choice(('ignore', 'defer'))}: {name}")
        return lines

    def _guards(self, other: str) -> list[str]:
        guards = [
            "flag",
            "n < 2",
            f"len(seen) == {self._counts[other]}",
            "all(c == red for c in seen.values())",
            "count(c == green for c in seen.values()) > 0",
            "any(p.index == 0 for p in peers)",
        ]
        if self._models:
            guards += ["red in board", "board == copy", "len(board) == 1", "any(v > 0 for v in board.values())"]
            guards += ["pot > 0", "1 in queue", f"any(o.n > 0 for o in {other})", f"all(o in s0 for o in {other})"]
        return guards

    def _own_step(self, number: int, role: str, other: str) -> list[str]:
        kinds = ["after", "every", "decide", "choose", "paint", "when", "each", "none"]
        kinds += ["draw"] * self._draws + ["perform"] * (2 * self._acts) + ["shared"] * (2 * self._models)
        guard = self._dice.choice(self._guards(other))
        kind = self._dice.choice(kinds)
        plain = self._effects(other, [])
        condition = [f"          if: {guard}"] if self._chance(0.4) else []
        match kind:
            case "after" | "every":
                return [f"        - {kind}: {number + 1}s", *condition, *self._fairness(), *plain]
            case "decide":
                prompt = ["          prompt: true"] if self._chance(0.3) else []
                return [f"        - decide: act{number}", *condition, *prompt, *plain]
            case "choose":
                return ["        - decide: flag in bool", *self._fairness(), *plain]
            case "paint":
                wise = ["          if: shade == red or n > 0"] if self._chance(0.5) else []
                paint = ["colour = shade", f"send Ping(hot=flag, colour=shade) to {other}"]
                return [
                    f"        - decide: shade{number} in Colour".replace(f"shade{number}", "shade"),
                    *wise,
                    *self._effects(other, paint),
                ]
            case "when":
                return [
                    f"        - when: {guard}",
                    *self._fairness(),
                    *self._effects(other, ["n = (n + 1) % 3", "flag = false"]),
                ]
            case "each":
                trigger = self._dice.choice((f"after: {number + 4}s", "when: p not in seen", f"every: {number + 4}s"))
                inner = ["peers.discard(p)", "send Pong(n=n) to p", "seen[p] = red"]
                return [f"        - {trigger}", "          for: p in peers", *self._effects(other, inner)]
            case "draw":
                return [
                    f"        - after: {number + 7}s",
                    f"          draw: q in {other}",
                    *self._effects(other, ["peers.add(q)", "send Note() to q"]),
                ]
            case "perform":
                return self._act(number, other)
            case "shared":
                return self._shared_step(number, other)
            case _:
                return []

    def _act(self, number: int, other: str) -> list[str]:
        key = [f"          key: {self._dice.choice(('1', 'n'))}"] if self._chance(0.5) else []
        name = self._dice.choice(("pay", "pay", "book"))
        key = key if name == "pay" else ["          key: 2"]
        if name == "pay" and self._pay_keyed is None:
            self._pay_keyed = bool(key)
        if name == "pay":
            key = (key or ["          key: 1"]) if self._pay_keyed else []
        lines = []
        for outcome in ("ok", "failed"):
            lines += [f"        - perform: {name}(what=1) -> {outcome}", *key, *self._effects(other, [])]
        return lines

    _pay_keyed: bool | None = None

    def _shared_step(self, number: int, other: str) -> list[str]:
        steps = {
            "after": [f"        - after: {number + 4}s", "          for: m in queue"],
            "when": ["        - when: pot < 2 and 1 not in queue"],
            "decide": [f"        - decide: share{number}"],
            "take": [f"        - decide: take{number} in queue"],
        }
        kind = self._dice.choice(list(steps))
        effects = ["pot = (pot + 1) % 3", "queue = queue | {1}", "queue = queue - {1}", "queue = queue | {n}"]
        effects += ["board[red] = pot", "board.pop(green, none)", "board[green] = 1", "board = {}"]
        effects += ["copy = board", "board = copy", "board = {red: n}"]
        return [*steps[kind], *self._effects(other, effects)]

    def _fairness(self) -> list[str]:
        said = self._dice.choice(("", "", "", "none", "weak", "strong"))
        return [f"          fairness: {said}"] if said else []

    def _effects(self, other: str, more: list[str]) -> list[str]:
        pool = ["n = (n + 1) % 3", "flag = not flag", "n = 0", "ghostly = (ghostly + 1) % 2", "colour = red"]
        pool += [
            f"send Ping(hot={hot}, colour={colour}) to {other}"
            for hot in ("flag", "true")
            for colour in ("red", "green")
        ]
        pool += [f"send Pong(n=n) to {other}", "for one in peers:\n                send Note() to one"]
        pool += ["if flag:\n                n = 1\n            else:\n                seen = {}"]
        chosen = [
            *self._dice.sample(pool, self._dice.randint(0 if more else 1, 2)),
            *self._dice.sample(more, min(len(more), 1)),
        ]
        mine = ROLES[1 - ROLES.index(other)].capitalize()
        chosen = [statement.replace("send ", f"send {mine}") for statement in chosen]
        lines = ["          do: |", *(f"            {statement}" for statement in chosen)]
        if self._chance(0.5):
            lines.append(f"          goto: {self._dice.choice(STATES)}")
        return lines

    def _properties(self) -> list[str]:
        conditions = [
            "all(a in s1 for a in alpha)",
            "all(a in s2 for a in alpha)",
            "all(b in s2 for b in beta)",
            "any(b.n == 1 for b in beta)",
            "any(a.flag for a in alpha)",
        ]
        conditions += [
            "any(a.n == 2 for a in alpha)",
            "any(b in crashed for b in beta)",
            "any(a.colour == red for a in alpha)",
            "any(a.ghostly == 1 for a in alpha)",
        ]
        if self._models:
            conditions += ["red in board", "all(v == 1 for v in board.values())", "any(a.copy == board for a in alpha)"]
        if self._acts:
            conditions += ["happened(pay)"] if self._pay_keyed is not None else []
        lines = []
        for number in range(4):
            p, q = self._dice.sample(conditions, 2)
            kind = self._dice.choice(
                ("never", "stable", "eventually", "leads_to", "leads_to", "stays_possible", "given")
            )
            text = {
                "leads_to": f"{{leads_to: [{p}, {q}]}}",
                "given": f"{{eventually: {p}, given: {{{self._dice.choice(('again', 'forever'))}: {q}}}}}",
            }.get(kind, f"{{{kind}: {p}}}")
            lines.append(f"  p{number}: {text}")
        return lines

    def case(self) -> Case:
        """Return a case with few faults."""
        by_role = [(), (), (("alpha", 1),), (("beta", 1),)]
        pick = self._dice.choice
        faults = Envelope(
            lose=pick((0, 0, 1)),
            duplicate=pick((0, 0, 1)),
            reorder=self._chance(0.2),
            crash=pick(by_role),
            restart=pick(by_role),
            amnesia=pick(by_role),
            pause=() if self._models else pick(by_role),
        )
        network: NetworkKind = pick(("fifo", "unordered", "sent_set"))
        bounds = Bounds(copies=pick((1, 1, 2)))
        return Case(
            name="tried",
            values=(),
            faults=faults,
            bounds=bounds,
            network=network,
            violates=(),
            states=1 if self._chance(0.7) else None,
        )
