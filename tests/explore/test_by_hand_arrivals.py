"""Orders in which messages arrive, with losses and duplicates: counted here in a few lines of their own, and by the search."""

from collections.abc import Iterator

import pytest
from tests.explore.specs import assert_as_stated

LOGGED = """
    messages:
      D: {fields: {n: int}FIFO}
      N: {n: int}
    roles:
      a:
        states:
          s:
            - when: true
              do: |
                send D(n=1) to b
                send N(n=2) to b
                send D(n=3) to b
                send D(n=3) to b
              goto: e
          e: final
      b:
        variables: {log: "list[int]"}
        states:
          w:
            - resting
            - receive: [D, N]
              do: log.append(msg.n)
    waive: {duplicates_are_harmless: a log tells them apart}
    verify:
      one:
        faults: {reorder: REORDER, lose: LOSE, duplicate: DUPLICATE}
        states: STATES
        levels: LEVELS
    """
"""What arrives is logged, so every order of arrival is a state."""

Network = tuple[tuple[str, ...], tuple[str, ...]]  # those in order, and the others
Logged = tuple[bool, Network, tuple[str, ...], int, int]


def logs(kept: str, lose: int, duplicate: int) -> tuple[int, int]:
    """Count the states and levels of that spec in a few lines of their own; messages in `kept` keep their order."""
    sent = ("D1", "N2", "D3", "D3")
    start: Logged = (False, ((), ()), (), lose, duplicate)
    level, found, levels = [start], {start}, 0
    while level:
        levels += 1
        level = list({after for state in level for after in _logged(state, sent, kept)} - found)
        found.update(level)
    return len(found), levels


def _logged(state: Logged, sent: tuple[str, ...], kept: str) -> Iterator[Logged]:
    begun, (lane, bag), log, lose, duplicate = state
    if not begun:
        yield True, (tuple(m for m in sent if m in kept), tuple(m for m in sent if m not in kept)), log, lose, duplicate
    for at, message in enumerate(lane):
        less, more = (*lane[:at], *lane[at + 1 :]), (*lane[: at + 1], *lane[at:])
        if at == 0:
            yield begun, (less, bag), (*log, message), lose, duplicate
        if lose:
            yield begun, (less, bag), log, lose - 1, duplicate
        if duplicate:
            yield begun, (more, bag), log, lose, duplicate - 1
    for at, message in enumerate(bag):
        less, more = (*bag[:at], *bag[at + 1 :]), tuple(sorted((*bag, message)))
        yield begun, (lane, less), (*log, message), lose, duplicate
        if lose:
            yield begun, (lane, less), log, lose - 1, duplicate
        if duplicate:
            yield begun, (lane, more), log, lose, duplicate - 1


@pytest.mark.parametrize("duplicate", [0, 1, 2])
@pytest.mark.parametrize("lose", [0, 1])
@pytest.mark.parametrize(
    ("order", "reorder", "kept"),
    [
        ("", "false", "D1 N2 D3"),
        (", order: fifo", "false", "D1 N2 D3"),
        ("", "true", ""),
        (", order: fifo", "true", "D1 D3"),
    ],
)
def test_messages_arrive_in_every_order_that_they_may(
    order: str, reorder: str, kept: str, lose: int, duplicate: int
) -> None:
    states, levels = logs(kept, lose, duplicate)
    figures = {
        "FIFO": order,
        "REORDER": reorder,
        "LOSE": lose,
        "DUPLICATE": duplicate,
        "STATES": states,
        "LEVELS": levels,
    }
    text = LOGGED
    for word, value in figures.items():
        text = text.replace(word, str(value))
    assert_as_stated(text)
