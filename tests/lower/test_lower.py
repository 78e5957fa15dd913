"""A whole protocol becomes a machine: rules are grouped, defaults filled in, and everything wrong is said in one run."""

import random
import re
from pathlib import Path

import pytest

from comityc.lower.lower import lower_protocol
from comityc.machine.expression_text import expression_text
from comityc.machine.expressions import DurationConstant
from comityc.machine.model import Clock, Machine, Role
from comityc.source.shape import check_shape
from comityc.source.tree import Source
from comityc.source.yaml_tree import parse
from comityc.syntax.build import build_protocol

from .specs import errors, lowered, machine, spec

SPECS = sorted((Path(__file__).parents[2] / "specs").glob("*/*.yaml"))


def _role(made: Machine, name: str) -> Role:
    return next(role for role in made.roles if role.name == name)


def test_a_message_knows_who_sends_and_who_receives_it() -> None:
    messages = {m.name: (m.senders, m.receivers) for m in machine(spec()).messages}
    assert messages["Answer"] == (("server",), ("client",))
    assert messages["Question"] == (("client",), ("server",))


def test_everything_wrong_is_said_in_one_run() -> None:
    text = spec(guard="nobody in heard", body="verdict = due", promise="client in dne")
    found = [code for code, _ in errors(text.replace("topic: text?", "topic: txt?"))]
    assert found == ["CMY0202", "CMY0201", "CMY0214", "CMY0205"]


def test_nothing_comes_out_when_a_part_is_wrong() -> None:
    made, findings = lowered(spec(guard="n > nobody"))
    assert made is None
    assert findings


def test_a_define_that_nothing_uses_is_a_warning() -> None:
    made, findings = lowered(spec().replace("define:\n", "define:\n  half: servers / 2\n", 1))
    assert made is not None
    assert [(f.code.number, f.message) for f in findings] == [("CMY0219", "nothing uses `half`")]


def test_variables_start_with_the_value_of_their_type() -> None:
    client = _role(machine(spec()), "client")
    starts = {v.name: v.default for v in client.variables}
    assert all(value is not None for value in starts.values())


@pytest.mark.parametrize("wrong", ["server", "Question", "id", "digest"])
def test_a_type_without_a_start_value_needs_one(wrong: str) -> None:
    assert errors(spec().replace("n: int", f"n: int\n      first: {wrong}")) == [
        ("CMY0408", "`first` needs a start value")
    ]


def test_decisions_over_numbers_need_bounds_in_every_case() -> None:
    deciding = spec().replace("- decide: refuse", "- decide: price in int")
    assert [code for code, _ in errors(deciding)] == ["CMY0409"]
    assert not errors(deciding + "bounds: {price: 0..3}\n")
    assert [
        code for code, _ in errors(deciding + "bounds: {price: 0..3}\nverify:\n  other: {bounds: {n: 0..1}}\n")
    ] == ["CMY0409"]


def test_a_value_is_stored_only_where_its_type_fits() -> None:
    found = errors(spec().replace("decide: topic in text", "decide: n in text"))
    assert found == [("CMY0401", "a text cannot be stored in `n`, which is int")]


@pytest.mark.parametrize(
    ("guard", "body", "found"),
    [
        ("seen > 1", "n += 1", 1),
        ("true", "n = seen", 1),
        ("true", "if seen > 1:\n    n = 1", 1),
        ("true", "send Question(topic=topic) to server[seen]", 1),
        ("true", "seen += seen", 0),
        ("true", "if seen > 1:\n    seen = 1", 0),
    ],
)
def test_a_ghost_decides_nothing(guard: str, body: str, found: int) -> None:
    text = spec(guard=guard, body=body).replace(
        "      n: int\n", "      n: int\n      seen: {type: int, ghost: true}\n"
    )
    assert [message for _, message in errors(text)] == ["`seen` is a ghost, and decides nothing"] * found


def test_lists_of_states_declare_no_state_unless_final() -> None:
    ending = "      done: final\n  server"
    listed = spec().replace(ending, f"      asking, wating:\n        - ignore: Refusal\n{ending}")
    assert errors(listed) == [("CMY0205", "unknown state `wating`")]
    ended = machine(spec().replace(ending, "      done, gone: final\n  server"))
    assert [state.name for state in _role(ended, "client").states if state.final] == ["done", "gone"]


def test_generic_properties_are_replaced_waived_or_left_out() -> None:
    made = machine(
        spec()
        + "  no_deadlock:\n    always: client in done implies client in done\nwaive:\n  no_dead_parts: as it is\n"
    )
    by_name = {promise.name: promise for promise in made.properties}
    assert by_name["no_deadlock"].kind == "always"
    assert by_name["no_dead_parts"].waived == "as it is"
    assert "decide_once" not in by_name
    assert "final_is_final" in by_name


def test_a_range_in_a_case_is_one_run_for_each_number() -> None:
    case = machine(spec() + "verify:\n  some:\n    with: {servers: 1..3}\n").cases[0]
    assert [(name, len(values)) for name, values in case.values] == [("servers", 3)]


@pytest.mark.parametrize(
    ("promise", "code"),
    [
        ("verify:\n  c:\n    with: {servers: 3..1}\n", "CMY0415"),
        ("verify:\n  c:\n    with: {servers: 1..9999999}\n", "CMY0415"),
        ("verify:\n  c:\n    with: {share: 1..3}\n", "CMY0401"),
        ("verify:\n  c:\n    with: {servers: many}\n", "CMY0201"),
        ("verify:\n  c:\n    faults: {byzantine: {server: 1}}\n    violates: [nothing]\n", "CMY0210"),
        ("tolerates: {crash: {srver: 1}}\n", "CMY0207"),
        ("bounds: {nobody: 0..1}\n", "CMY0221"),
        ("scenarios:\n  s:\n    decisions: {client.topc: [a]}\n", "CMY0212"),
        ("scenarios:\n  s:\n    decisions:\n      client[0].topic: [a]\n", "CMY0217"),
        ("scenarios:\n  s:\n    performs: {client.pay: [ok]}\n", "CMY0213"),
        ("scenarios:\n  s:\n    lose: [client.Answer]\n", "CMY0206"),
        ("scenarios:\n  s:\n    hold: {srver.Answer: client in done}\n", "CMY0207"),
        ("waive:\n  no_deadlok: because\n", "CMY0210"),
    ],
)
def test_promises_name_what_is_there(promise: str, code: str) -> None:
    assert [found for found, _ in errors(spec() + promise)] == [code]


def test_a_case_has_its_own_clock_or_that_of_the_spec() -> None:
    cases = "verify:\n  timed: {}\n  free: {clock: none}\n  loose: {clock: {skew: 1s}}\n"
    made = machine(spec() + "clock: synchronous\n" + cases)
    timed, free, loose = made.cases
    assert made.clock == timed.clock == Clock()
    assert free.clock is None
    assert loose.clock is not None
    assert isinstance(loose.clock.skew, DurationConstant)
    assert loose.clock.skew.milliseconds == 1000


def test_answers_of_a_scenario_have_the_type_of_the_question() -> None:
    answers = "      client.topic: [yes, 12, two words]\n      server[1].refuse: [true]\n"
    scenario = machine(spec() + f"scenarios:\n  s:\n    decisions:\n{answers}").scenarios[0]
    texts = [[expression_text(value) for value in answer.values] for answer in scenario.decisions]
    assert texts == [['"yes"', '"12"', '"two words"'], ["true"]]


TOKEN = re.compile(r"[A-Za-z_]+|\d+|[^\sA-Za-z_\d]")


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_written_leads_to_a_machine_or_to_findings(seed: int) -> None:
    chance = random.Random(seed)
    texts = [path.read_text(encoding="utf-8") for path in SPECS]
    for _ in range(40):
        text = chance.choice(texts)
        for _ in range(chance.choice([1, 1, 2, 4])):
            words = list(TOKEN.finditer(text))
            here, there = chance.choice(words), chance.choice(words)
            text = (
                text[: here.start()]
                + chance.choice([there.group(), "", "none", "self", "[]", "x"])
                + text[here.end() :]
            )
        source = Source("mutant.yaml", text)
        tree, _ = parse(source)
        if tree is None or any(finding.is_error for finding in check_shape(tree)):
            continue
        protocol, findings = build_protocol(tree, source)
        if protocol is None or any(finding.is_error for finding in findings):
            continue
        made, findings = lower_protocol(protocol)
        assert (made is None) == any(finding.is_error for finding in findings)
