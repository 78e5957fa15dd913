"""What names of a spec are called in Python."""

import keyword

import pytest

from comityc.naming import Clash, clashes, class_name, declared_class, member_name, module_name, part_name, value_name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("chair", "Chair"),
        ("two_phase", "TwoPhase"),
        ("CallVote", "CallVote"),
        ("HTTPReply", "HTTPReply"),
        ("none", "None_"),
    ],
)
def test_a_class_is_camel_case(name: str, expected: str) -> None:
    assert class_name(name) == expected


def test_a_declared_class_gives_way_to_the_names_of_every_module() -> None:
    assert [declared_class(name) for name in ("parameters", "ABI", "Ballot")] == ["Parameters_", "ABI_", "Ballot"]


@pytest.mark.parametrize(("name", "expected"), [("gave_up", "GAVE_UP"), ("gaveUp", "GAVE_UP"), ("yes", "YES")])
def test_a_member_is_upper_case(name: str, expected: str) -> None:
    assert member_name(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("CallVote", "call_vote"),
        ("idle: receive CallVote (2)", "idle_receive_call_vote_2"),
        ("HTTPReply", "http_reply"),
    ],
)
def test_a_part_of_a_method_is_snake_case(name: str, expected: str) -> None:
    assert part_name(name) == expected


@pytest.mark.parametrize("name", [*keyword.kwlist, "index", "count", "at", "len", "state", "l"])
def test_a_variable_steps_aside_for_what_python_needs(name: str) -> None:
    assert value_name(name) == f"{name}_"


def test_other_variables_keep_their_names() -> None:
    assert [value_name(name) for name in ("ballots", "votedFor", "agreed", "next_one")] == [
        "ballots",
        "votedFor",
        "agreed",
        "next_one",
    ]


def test_names_that_become_one_are_found() -> None:
    pairs = [(name, member_name(name)) for name in ("gave_up", "done", "gaveUp", "done")]
    assert clashes(pairs) == (Clash("GAVE_UP", ("gave_up", "gaveUp")),)


def test_a_module_can_be_imported_whatever_the_protocol_is_called() -> None:
    assert [module_name(name) for name in ("vote", "class", "match")] == ["vote", "class_", "match"]
