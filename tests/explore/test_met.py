"""How much of its envelope a search has met: told while it runs, and of one that was cut."""

import re

import pytest
from tests.explore.specs import compile_spec, load_spec

from comityc.explore.engine.search import Search
from comityc.explore.fast.explore import EngineName, explore
from comityc.explore.fast.native import compiler
from comityc.explore.verify import verify_machine
from comityc.machine.model import Envelope

SPEC = """
messages: {Question: {}, Answer: {}}
roles:
  client:
    states:
      asking:
        - when: true
          do: send Question() to server
          goto: waiting
      waiting:
        - receive: Answer
          goto: done
        - after: 1s
          goto: done
      done: [{ignore: Answer}]
  server:
    states:
      ready:
        - receive: Question
          do: send Answer() to sender
properties: {ends: {never: client in done and client in asking}}
tolerates: {FAULTS}
verify: {all: {}}
"""
VOTE = "specs/voting/threshold_vote.yaml"


def met(faults: str) -> tuple[str, float | None]:
    spec = load_spec(SPEC.replace("FAULTS", faults), unchecked=True)
    search = Search(spec.machine, spec.machine.cases[0], spec.parameters, spec.module)
    before = search.met.share()
    graph = search.run()
    assert graph.complete
    assert before is None or before < 1
    return graph.faults_met(), search.met.share()


@pytest.mark.parametrize(
    ("faults", "said", "share"),
    [
        ("", "", None),
        ("reorder: true", "", None),
        ("lose: 1", "lose 1 of 1", 1),
        ("lose: 3", "lose 1 of 3", 2 / 4),  # a lost question is not answered
        ("lose: 2, duplicate: 1", "lose 2 of 2, duplicate 1 of 1 (5 of 6 combinations)", 5 / 6),  # two are lost only of a doubled one
        ("crash: {server: 1, client: 1}", "crash server 1 of 1, crash client 1 of 1 (4 of 4 combinations)", 1),
        ("restart: {server: any}, lose: 1", "lose 1 of 1, restart server", 1),
        ("pause: {client: 1}, amnesia: {server: 1}", "amnesia server 1 of 1, pause client 1 of 1 (4 of 4 combinations)", 1),
        ("byzantine: {server: 1}", "byzantine server", 1),
        ("partition: {times: 1}", "partition 1 of 1", 1),
    ],
)  # fmt: skip
def test_what_was_met_of_each_fault(faults: str, said: str, share: float | None) -> None:
    assert met(faults) == (said, share)


@pytest.mark.parametrize("faults", [Envelope(lose=2, crash=(("voter", 1),)), Envelope(byzantine=(("voter", 1),))])
def test_both_engines_meet_the_same(faults: Envelope) -> None:
    if compiler() is None:
        pytest.skip("there is no C compiler")
    spec = compile_spec(VOTE)
    case = next(case for case in spec.machine.cases if case.name == "the chair may die")
    object.__setattr__(case, "faults", faults)
    engines: tuple[EngineName, EngineName] = ("reference", "native")
    found = [explore(spec.machine, case, spec.parameters, spec.module, engine=engine) for engine in engines]
    assert [graph.engine for graph in found] == list(engines)
    assert found[0].faults_met() == found[1].faults_met() != ""


def test_a_search_that_is_cut_says_what_it_met() -> None:
    spec = compile_spec(VOTE)
    (case,) = verify_machine(
        spec.machine, spec.module, cases=["three voters"], max_states=300, engine="reference", symmetry="none"
    ).cases
    assert case.findings == (
        "the search was cut: more than 300 states; faults met: "
        "lose 1 of 1, duplicate 1 of 1, crash voter 1 of 1 (4 of 8 combinations)",
    )


def test_the_line_on_the_terminal_says_how_much_was_met() -> None:
    spec = compile_spec(VOTE)
    told: list[str] = []
    verify_machine(
        spec.machine,
        spec.module,
        cases=["three voters", "nothing is lost"],
        engine="reference",
        progress=lambda case, doing: told.append(f"{case}: {doing}"),
    )
    lines = [line for line in told if line.startswith("three voters: level")]
    shares = [int(found[1]) for line in lines if (found := re.search(r", (\d+)% of the combinations of faults$", line))]
    assert len(shares) == len(lines) > 1
    assert shares == sorted(shares)
    assert shares[-1] == 100
    assert not [line for line in told if line.startswith("nothing is lost") and "faults" in line]
