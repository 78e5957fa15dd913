"""Verdicts known from the literature, in pairs that differ in one line.

A checker that ignores stuttering, or takes weak fairness for strong, gets one of each pair wrong.
"""

from pathlib import Path

import pytest

from comityc.driver import check_file, checking_module
from comityc.explore.verdict import PropertyVerdict, SpecVerdict
from comityc.explore.verify import verify_machine

CONFORMANCE = Path(__file__).parents[2] / "specs" / "conformance"


def verify(text: str, folder: Path, **values: object) -> SpecVerdict:
    path = folder / "spec.yaml"
    path.write_text(text)
    checked = check_file(str(path))
    assert checked.machine is not None, [str(diagnostic.message) for diagnostic in checked.diagnostics]
    return verify_machine(checked.machine, checking_module(checked.machine), with_values=values)


def decided(text: str, name: str, folder: Path, **values: object) -> PropertyVerdict:
    (case,) = verify(text, folder, **values).cases
    return next(prop for prop in case.properties if prop.name == name)


def spec(name: str, *changes: tuple[str, str]) -> str:
    text = (CONFORMANCE / f"{name}.yaml").read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def test_chang_roberts_elects_when_nodes_keep_going(tmp_path: Path) -> None:
    assert decided(spec("chang_roberts"), "somebody_wins", tmp_path).verdict == "holds"


def test_chang_roberts_need_not_elect_when_nodes_may_stop(tmp_path: Path) -> None:
    lazy = spec("chang_roberts", ("- when: true\n", "- decide: begin\n"))
    found = decided(lazy, "somebody_wins", tmp_path)
    assert found.verdict == "fails"
    assert found.counterexample is not None
    assert found.counterexample.loop_from == len(found.counterexample.steps) == 0


def test_the_alternating_bit_delivers_when_receiving_is_strongly_fair(tmp_path: Path) -> None:
    assert decided(spec("alternating_bit"), "sent_leads_to_received", tmp_path).verdict == "holds"


def test_the_alternating_bit_may_lose_for_ever_when_receiving_is_weakly_fair(tmp_path: Path) -> None:
    found = decided(spec("alternating_bit", ("fairness: strong", "fairness: weak")), "sent_leads_to_received", tmp_path)
    assert found.verdict == "fails"
    assert found.instance is not None
    story = found.counterexample
    assert story is not None
    assert story.loop_from is not None
    assert story.loop_from < len(story.steps)
    repeated = [step.label for step in story.steps[story.loop_from :]]
    assert any("lost_packet" in label for label in repeated)


def test_detection_follows_termination_when_the_token_moves_on(tmp_path: Path) -> None:
    assert decided(spec("ewd840"), "detects", tmp_path).verdict == "holds"


def test_detection_need_not_follow_when_the_token_may_rest(tmp_path: Path) -> None:
    resting = spec("ewd840", ("- when: self.index > 0", "- decide: pass_on\n          if: self.index > 0"))
    assert decided(resting, "detects", tmp_path).verdict == "fails"


def hushed(rests: str, folder: Path) -> PropertyVerdict:
    """EWD840, where at some moment, or never, all messages end; `rests` is how nodes become passive."""
    text = spec(
        "ewd840",
        ("  token_colour: Colour = black", "  token_colour: Colour = black\n  hushed: bool"),
        ("          if: active[self]\n          do: |", "          if: active[self] and not hushed\n          do: |"),
        ("        - decide: rest\n          if: active[self]", rests),
        (
            "roles:\n",
            "roles:\n  world:\n    states:\n      there:\n        - resting\n        - decide: hush\n          do: hushed = true\n",
        ),
        (
            "  terminates:\n",
            "  all_come_to_rest:\n    leads_to:\n      - hushed\n      - not any(active[n] for n in node)\n  terminates:\n",
        ),
    )
    return decided(text, "all_come_to_rest", folder)


def test_without_messages_all_become_passive_when_all_steps_are_owed(tmp_path: Path) -> None:
    assert hushed("        - when: active[self]", tmp_path).verdict == "holds"


def test_without_messages_some_may_stay_active_when_the_token_alone_is_owed(tmp_path: Path) -> None:
    found = hushed("        - decide: rest\n          if: active[self]", tmp_path)
    assert found.verdict == "fails"
    assert found.counterexample is not None
    assert found.counterexample.loop_from is not None


PASSIVE_AGAIN = """  detects_if_all_rest_again:
    leads_to: ["true", detected]
    given: {again: passed_by}
  terminates:
"""


def test_that_everybody_rests_again_and_again_does_not_bring_detection_about(tmp_path: Path) -> None:
    # A witness goes round and passes by each node that is passive: round and round only if all are so again and again.
    text = spec(
        "ewd840",
        ("  token_colour: Colour = black", "  token_colour: Colour = black\n  witness: int\n  passed_by: bool"),
        (
            "roles:\n",
            "roles:\n  witness_of_rest:\n    states:\n      there:\n        - resting\n"
            "        - when: passed_by\n          do: passed_by = false\n"
            "        - when: not active[node[witness]] and not passed_by\n          do: |\n"
            "            passed_by = witness == nodes - 1\n            witness = (witness + 1) % nodes\n",
        ),
        ("  terminates:\n", PASSIVE_AGAIN),
    )
    assert decided(text, "detects_if_all_rest_again", tmp_path, nodes=2).verdict == "fails"
    assert decided(text, "detects", tmp_path, nodes=2).verdict == "holds"


@pytest.mark.parametrize(("state", "outcome"), [("committed", "fails"), ("aborted", "fails")])
def test_both_outcomes_of_two_phase_commit_are_reached(state: str, outcome: str, tmp_path: Path) -> None:
    never = f"properties:\n  never_all:\n    never: all(m in {state} for m in manager)\n"
    text = spec("two_phase_lamport", ("properties:\n", never))
    assert decided(text, "never_all", tmp_path).verdict == outcome


PING_PONG = """
comity: "1"
protocol: ping_pong
messages:
  Ping: {n: int}
  Pong: {n: int}
roles:
  pinger:
    variables:
      count_: int
    states:
      start:
        - when: true
          do: send Ping(n=0) to ponger
          goto: playing
      playing:
        - resting
        - receive: Pong
          if: msg.n < 5
          do: |
            count_ = msg.n + 1
            send Ping(n=count_) to ponger
        - ignore: Pong
  ponger:
    variables:
      count_: int
    states:
      playing:
        - resting
        - receive: Ping
          do: |
            count_ = msg.n + 1
            send Pong(n=msg.n) to pinger
properties:
  within_one:
    always: abs(pinger.count_ - ponger.count_) <= 1
  must_reach:
    eventually: pinger.count_ == 5
  must_exceed:
    eventually: pinger.count_ > 5
tolerates: {lose: LOSSES}
verify:
  all: {}
"""


@pytest.mark.parametrize(("losses", "reached"), [("0", "holds"), ("1", "fails"), ("any", "fails")])
def test_ping_pong_reaches_its_end_when_nothing_is_lost(losses: str, reached: str, tmp_path: Path) -> None:
    text = PING_PONG.replace("LOSSES", losses)
    assert decided(text, "within_one", tmp_path).verdict == "holds"
    assert decided(text, "must_reach", tmp_path).verdict == reached
    assert decided(text, "must_exceed", tmp_path).verdict == "fails"
