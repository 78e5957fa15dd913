"""Domains, ranges, and what is there for nothing."""

from collections.abc import Callable

import pytest

Messages = Callable[..., list[str]]

PAGE = ("Question: {}", "Question: {page: int}")


def asked(domain: str) -> tuple[str, str]:
    return (
        "        - decide: ask\n          do: send Question() to server\n",
        f"        - decide: page in {domain}\n          do: send Question(page=page) to server\n",
    )


def test_a_choice_among_something_is_fine(messages: Messages) -> None:
    assert messages(PAGE, asked("1..3")) == []


@pytest.mark.parametrize("domain", ["3..1", "range(0)", "range(2, 2)"])
def test_there_must_be_something_to_choose_from(messages: Messages, domain: str) -> None:
    assert messages(PAGE, asked(domain)) == ["there is nothing to choose for `page`"]


def test_a_choice_that_nothing_looks_at_is_found(messages: Messages) -> None:
    ignored = ("decide: ask", "decide: page in 1..3")
    assert messages(ignored) == ["nothing uses the value that `client` decides on for `page`"]


def test_a_timer_takes_time(messages: Messages) -> None:
    assert messages(("after: 30s", "after: 0s")) == ["this timer of `client` takes no time"]


def test_a_parameter_is_there_to_be_used(messages: Messages) -> None:
    parameter = ("roles:\n", "parameters:\n  patience: {type: duration, default: 30s}\nroles:\n")
    assert messages(parameter) == ["nothing uses the parameter `patience`"]
    assert messages(parameter, ("after: 30s", "after: patience")) == []


def test_a_parameter_keeps_to_its_range(messages: Messages) -> None:
    counted = ("  client:\n", "  client:\n    count: clients\n")
    outside = ("roles:\n", "parameters:\n  clients: {type: int, default: 0, range: 1..5}\nroles:\n")
    assert messages(counted, outside) == ["`clients` is outside its range"]


ASSUMED = (
    "roles:\n",
    "parameters:\n  clients: {type: int, default: 3}\nassume:\n  an odd number: clients % 2 == 1\n"
    "verify:\n  more: {with: {clients: 3..5}}\nroles:\n",
)


def test_what_a_case_gives_keeps_to_the_assumptions(messages: Messages) -> None:
    counted = ("  client:\n", "  client:\n    count: clients\n")
    assert messages(counted, ASSUMED) == ["case `more` breaks the assumption `an odd number`"]
    assert messages(counted, ASSUMED, ("3..5", "5")) == []
    assert messages(counted, ASSUMED, ("3..5", "5"), ("default: 3", "default: 4")) == [
        "the defaults break the assumption `an odd number`"
    ]


HEARD = ("  client:\n    states:\n", "  client:\n    variables:\n      heard: int\n    states:\n")
COUNTING = ("        - receive: Answer\n", "        - receive: Answer\n          do: heard += 1\n")
PROMISE = ("roles:\n", "properties:\n  once:\n    always: client.heard <= 1\nroles:\n")


def test_to_count_up_is_not_to_read(messages: Messages) -> None:
    assert messages(HEARD, COUNTING) == ["nothing reads `heard` of `client`"]
    assert messages(HEARD, COUNTING, PROMISE) == []


def test_a_variable_that_nothing_sets_is_found(messages: Messages) -> None:
    assert messages(HEARD, PROMISE) == ["nothing ever sets `heard`"]


def test_a_property_looks_at_something(messages: Messages) -> None:
    assert messages(("roles:\n", "properties:\n  sane:\n    always: 1 < 2\nroles:\n")) == [
        "`sane` is the same in every run"
    ]


def test_who_is_there_of_a_dynamic_role_changes(messages: Messages) -> None:
    counted = ("roles:\n", "properties:\n  nobody:\n    reachable: len(client) == 0\nroles:\n")
    several, coming = (
        ("  client:\n", "  client:\n    count: 2\n"),
        ("    count: 2\n", "    count: 2\n    dynamic: true\n"),
    )
    assert messages(counted, several) == ["`nobody` is the same in every run"]
    assert messages(counted, several, coming) == []


def test_names_that_become_one_are_found(messages: Messages) -> None:
    states = (
        "        - after: 30s\n          goto: done\n",
        "        - after: 30s\n          goto: gaveUp\n      gaveUp: final\n",
    )
    other = (
        "        - after: 1h\n          goto: done\n",
        "        - after: 1h\n          goto: gave_up\n      gave_up: final\n",
    )
    assert messages(states, other) == [
        "the state `gaveUp` and the state `gave_up` are both `GAVE_UP` in the generated code"
    ]
