"""How many events per second a generated machine handles, beside the `transitions` library, for the same machine.

    python benchmarks/fsm.py [--events 200000] [--rounds 7]

The machine is `benchmarks/order.yaml`: four states in a cycle and a counter. Both are driven in this process in
alternating rounds, and the median counts. Validation is on: an event that the state does not offer is an error in
both. Ours hands each message in as an event and returns a new state; theirs calls a trigger method on one object.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from transitions import Machine

from comity.machine import Received
from comityc.driver import check_file, checking_module

_CYCLE = (
    ("pay", "idle", "paid"),
    ("ship", "paid", "shipped"),
    ("close", "shipped", "closed"),
    ("reset", "closed", "idle"),
)
_SPEC = Path(__file__).parent / "order.yaml"

Run = Callable[[int], None]


def generated() -> Run:
    """Return what drives the generated machine."""
    machine_of_spec = check_file(str(_SPEC)).machine
    assert machine_of_spec is not None
    module = checking_module(machine_of_spec)
    machine = module.ROLES["order"](module.Parameters())
    sender = module.CLERK
    events = [Received(sender, message()) for message in (module.Pay, module.Ship, module.Close, module.Reset)]

    def run(events_wanted: int) -> None:
        step, state = machine.step, machine.start()
        for _ in range(events_wanted // len(events)):
            for event in events:
                state = step(state, event).state
        assert state.n == events_wanted // len(events) * len(events)

    return run


def with_transitions() -> Run:
    """Return what drives the same machine in `transitions`."""

    class Order:
        n = 0

        def count(self) -> None:
            self.n += 1

    def run(events_wanted: int) -> None:
        order: Any = Order()
        rules = [
            {"trigger": trigger, "source": source, "dest": target, "after": "count"}
            for trigger, source, target in _CYCLE
        ]
        states = [source for _, source, _ in _CYCLE]
        Machine(order, states=states, initial="idle", auto_transitions=False, transitions=rules)
        for _ in range(events_wanted // len(_CYCLE)):
            order.pay()
            order.ship()
            order.close()
            order.reset()
        assert order.n == events_wanted // len(_CYCLE) * len(_CYCLE)

    return run


def measure(run: Run, events: int) -> float:
    """Return the events per second of one round."""
    began = time.perf_counter()
    run(events)
    return events / (time.perf_counter() - began)


def main() -> None:
    """Measure both in turn and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--events", type=int, default=200_000, help="how many events the generated machine handles in a round"
    )
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    ours, theirs = generated(), with_transitions()
    rates: list[tuple[float, float]] = []
    for _ in range(options.rounds):
        rates.append((measure(ours, options.events), measure(theirs, options.events // 10)))
    our_rate, their_rate = (statistics.median(column) for column in zip(*rates, strict=True))
    ratio = statistics.median(a / b for a, b in rates)
    print(f"{'machine of four states':32}{'events/s':>14}{'ratio':>9}")
    print(f"{'comity, generated':32}{our_rate:>14,.0f}{ratio:>8.1f}x")
    print(f"{'transitions':32}{their_rate:>14,.0f}{1.0:>8.1f}x")


if __name__ == "__main__":
    main()
