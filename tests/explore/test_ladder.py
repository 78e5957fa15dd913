"""The ladder: which rungs there are, what each comes to, and how that is told."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.explore.specs import Spec, load_spec

from comityc import cli
from comityc.explore.ladder.climb import LadderVerdict, climb
from comityc.explore.ladder.matrix import matrix_cell, matrix_text
from comityc.explore.ladder.report import ladder_lines, to_json
from comityc.explore.ladder.rungs import Column, base_of, case_of, envelope_of, faults_of, rungs_of
from comityc.machine.model import Envelope, Partition

COURIER = """
    messages: {Parcel: {}, Receipt: {}}
    roles:
      shop:
        states:
          packing:
            - when: true
              do: send Parcel() to buyer
              goto: waiting
          waiting:
            - receive: Receipt
              goto: done
            - every: 1d
              do: send Parcel() to buyer
          done: final
      buyer:
        variables: {got: bool}
        states:
          there:
            - resting
            - receive: Parcel
              do: |
                got = true
                send Receipt() to sender
    properties:
      received_first: {always: shop in done implies buyer.got}
      arrives: {eventually: shop in done}
      can: {reachable: shop in done}
    bounds: {copies: 1}
    tolerates: {lose: 2, reorder: true, restart: {shop: 1}}
    verify:
      calm: {faults: {}}
      apart: {faults: {partition: {times: 1, heals: false}}, violates: [arrives]}
    """


@pytest.fixture(scope="module")
def courier() -> Spec:
    return load_spec(COURIER)


@pytest.fixture(scope="module")
def ladder(courier: Spec) -> LadderVerdict:
    return climb(courier.machine, courier.module, base_of(courier.machine, None))


def test_alone_stand_the_declared_faults_and_the_standard_ones_then_pairs_then_all(courier: Spec) -> None:
    rungs = rungs_of(courier.machine, courier.machine.tolerates)
    assert [rung.name for rung in rungs] == [
        "no faults",
        "lose 2",
        "duplicate",
        "reorder",
        "crash shop",
        "crash buyer",
        "restart shop",
        "restart buyer",
        "amnesia shop",
        "amnesia buyer",
        "pause shop",
        "pause buyer",
        "partition",
        "byzantine shop",
        "byzantine buyer",
        "lose 2 + reorder",
        "lose 2 + restart shop",
        "reorder + restart shop",
        "all that is declared",
    ]
    assert {rung.name for rung in rungs if rung.declared} == {
        "no faults",
        "lose 2",
        "reorder",
        "restart shop",
        "all that is declared",
        *(rung.name for rung in rungs if rung.column == "pairs"),
    }


def test_one_declared_fault_has_no_pair_and_two_are_the_whole() -> None:
    spec = load_spec(INERT)
    columns = [rung.column for rung in rungs_of(spec.machine, Envelope(lose=1))]
    assert "pairs" not in columns
    assert "declared" not in columns
    columns = [rung.column for rung in rungs_of(spec.machine, Envelope(lose=1, duplicate=1))]
    assert "pairs" not in columns
    assert columns[-1] == "declared"


INERT = """
    roles:
      node:
        count: 2
        states: {idle: resting}
    verify: {calm: {}}
    """


def test_who_sends_nothing_meets_no_fault_of_the_network_and_tells_no_lies() -> None:
    spec = load_spec(INERT)
    names = [rung.name for rung in rungs_of(spec.machine, spec.machine.tolerates)]
    assert names == ["no faults", "crash node", "restart node", "amnesia node", "pause node"]


@pytest.mark.parametrize(
    "envelope",
    [
        Envelope(),
        Envelope(lose=1, duplicate="any", reorder=True, late_act=2, repeat_act=1),
        Envelope(crash=(("a", 1), ("b", 2)), restart=(("a", "any"),), amnesia=(("b", 1),), pause=(("a", 3),)),
        Envelope(byzantine=(("a", 2),), partition=Partition(times=2, one_way=True, heals=False, keeps=True)),
    ],
)
def test_an_envelope_is_its_faults_together(envelope: Envelope) -> None:
    assert envelope_of(tuple(faults_of(envelope))) == envelope


def test_messages_overtake_each_other_only_on_rungs_that_let_them(courier: Spec) -> None:
    base = base_of(courier.machine, None)
    cases = {rung.name: case_of(rung, base) for rung in rungs_of(courier.machine, base.declared)}
    assert {case.network for case in cases.values()} == {"fifo"}
    assert not cases["no faults"].faults.reorder
    assert cases["reorder"].faults.reorder


OVERTAKES = """
    network: NETWORK
    messages: {M: {n: int}}
    roles:
      a:
        states:
          s: [{when: true, do: send M(n=1) to b, goto: t}]
          t: [{when: true, do: send M(n=2) to b, goto: e}]
          e: final
      b: {variables: {last: int}, states: {w: [resting, {receive: M, do: last = msg.n}]}}
    properties:
      grows: {step: old(b.last) <= b.last}
    tolerates: {reorder: true}
    waive: {duplicates_are_harmless: of no interest}
    verify: {one: {}}
    """


@pytest.mark.parametrize(("network", "calm"), [("fifo", "✓"), ("unordered", "✗")])
def test_a_network_without_order_has_none_on_any_rung(network: str, calm: str) -> None:
    spec = load_spec(OVERTAKES.replace("NETWORK", network))
    found = climb(spec.machine, spec.module, base_of(spec.machine, None))
    assert marks(found, "none")[0] == calm
    assert marks(found, "reorder")[0] == "✗"


def test_what_is_promised_in_one_case_alone_is_judged_on_its_ladder() -> None:
    """Also where that case is called as a rung is."""
    spec = load_spec(
        """
        roles: {r: {states: {s: [{when: true, goto: t}], t: final}}}
        properties: {stays: {never: r in t, only: [no faults]}}
        verify: {no faults: {}, other: {}}
        """
    )
    first, second = spec.machine.cases
    broken = climb(spec.machine, spec.module, base_of(spec.machine, first))
    assert [prop.name for rung in broken.rungs for prop in rung.failures] == ["stays"] * len(broken.rungs)
    for base in (second, None):
        assert not any(rung.failures for rung in climb(spec.machine, spec.module, base_of(spec.machine, base)).rungs)


def marks(ladder: LadderVerdict, column: Column) -> str:
    return matrix_cell(ladder.of(column))


def test_each_fault_comes_to_what_the_protocol_stands(ladder: LadderVerdict) -> None:
    assert {column: marks(ladder, column) for column in ("none", "lose", "duplicate", "reorder", "partition")} == {
        "none": "✓/✓",
        "lose": "✓/✓",
        "duplicate": "✓/✓",
        "reorder": "✓/✓",
        "partition": "✓/✓",
    }
    assert marks(ladder, "crash") == "✓/✗"
    assert marks(ladder, "restart") == marks(ladder, "pause") == "✓/✓"
    assert marks(ladder, "amnesia") == "✗/✓"
    assert marks(ladder, "byzantine") == "✓/✗ shop\n✗/✗ buyer"
    assert marks(ladder, "pairs") == marks(ladder, "declared") == "✓/✓"
    assert ladder.stands_what_it_declares


def test_a_ladder_may_stand_on_a_case(courier: Spec) -> None:
    apart = next(case for case in courier.machine.cases if case.name == "apart")
    found = climb(courier.machine, courier.module, base_of(courier.machine, apart))
    (rung,) = found.of("partition")
    assert rung.rung.name == "partition for good"
    assert (rung.safety, rung.liveness) == ("holds", "fails")
    assert not found.stands_what_it_declares


def test_a_rung_with_too_many_states_is_cut_and_so_is_one_that_takes_too_long(courier: Spec) -> None:
    base = base_of(courier.machine, None)
    few = climb(courier.machine, courier.module, base, limits={"max_states": 8})
    assert marks(few, "none") == "✓/✓"
    assert marks(few, "lose") == "~/~"
    short = climb(courier.machine, courier.module, base, seconds=-1.0)
    assert marks(short, "none") == "~/~"
    assert "it took more than -1 s" in short.rungs[0].case.findings[0]


def test_with_a_clock_all_rungs_keep_it_but_the_one_of_early_timers() -> None:
    spec = load_spec(
        """
        clock: synchronous
        messages: {Ask: {}, Answer: {}}
        roles:
          a:
            states:
              s:
                - when: true
                  do: send Ask() to b
                  goto: w
              w:
                - receive: Answer
                  goto: heard
                - after: 1s
                  goto: silence
              heard: final
              silence: final
          b: {states: {p: [resting, {receive: Ask, do: send Answer() to sender}]}}
        properties:
          heard: {never: a in silence and b not in crashed}
        verify: {calm: {}}
        """
    )
    found = climb(spec.machine, spec.module, base_of(spec.machine, None))
    assert marks(found, "none") == marks(found, "duplicate") == "✓/✓"
    assert marks(found, "early") == marks(found, "lose") == "✗/✓"
    assert not found.of("early")[0].rung.declared


def test_a_spec_that_no_rung_can_search_says_so_once() -> None:
    spec = load_spec(INERT)
    found = climb(spec.machine, spec.module, base_of(spec.machine, replace(spec.machine.cases[0], later="tea")))
    lines = list(ladder_lines(found, stories=False, chart="none", width=100))
    assert len(lines) == 3
    assert not found.stands_what_it_declares
    assert lines[1].startswith("  not looked at: it needs `tea`")


def test_what_cannot_be_searched_is_said_and_counts_for_nothing() -> None:
    spec = load_spec(
        """
        messages: {M: {n: int}}
        roles:
          a: {states: {s: [{when: true, do: send M(n=1) to b, goto: e}], e: final}}
          b: {states: {p: [resting, {receive: M, goto: q}], q: final}}
        verify: {calm: {}}
        """
    )
    found = climb(spec.machine, spec.module, base_of(spec.machine, None))
    (liar,) = found.of("byzantine")
    assert (liar.safety, liar.liveness) == ("not_tested", "not_tested")
    assert liar.refused is not None
    assert "`n` is int: give it a range under `bounds`" in liar.refused


def test_a_broken_promise_is_told_once_by_its_shortest_story_and_with_stories_each_time(ladder: LadderVerdict) -> None:
    once = "\n".join(ladder_lines(ladder, stories=False, chart="none", width=100))
    assert once.count("arrives fails with crash shop, crash buyer, byzantine shop, byzantine buyer: ") == 1
    assert once.count("received_first fails with amnesia buyer, byzantine buyer: ") == 1
    assert "buyer goes down and loses its disk" in once  # not the shorter story of the liar
    each = "\n".join(ladder_lines(ladder, stories=True, chart="none", width=100))
    assert each.count("\n  arrives fails with ") == 4
    assert "the liar buyer" in each or "a lie of buyer" in each


def test_what_is_broken_without_faults_is_told_so_although_a_fault_breaks_it_sooner() -> None:
    spec = load_spec(
        """
        messages: {M: {}}
        roles:
          a:
            states:
              s: [{when: true, goto: t}]
              t: [{when: true, do: send M() to b, goto: e}]
              e: final
          b: {states: {p: [resting, {receive: M, goto: q}], q: final}}
        properties:
          at_work: {never: b in crashed or b in q}
        verify: {calm: {}}
        """
    )
    found = climb(spec.machine, spec.module, base_of(spec.machine, None))
    text = "\n".join(ladder_lines(found, stories=False, chart="none", width=100))
    assert text.count("at_work fails with no faults, ") == 1
    assert "crash b" in text
    assert "crash of b" not in text
    assert "b receives M from a" in text


def test_a_timer_that_fires_early_is_told_after_other_faults() -> None:
    spec = load_spec(
        """
        clock: synchronous
        messages: {M: {}}
        roles:
          a: {states: {s: [{when: true, do: send M() to b, goto: e}], e: final}}
          b: {states: {w: [{receive: M, goto: d}, {after: 5s, goto: late}], d: final, late: final}}
        properties:
          in_time: {never: b in late}
        verify: {calm: {}}
        """
    )
    found = climb(spec.machine, spec.module, base_of(spec.machine, None))
    assert marks(found, "early")[0] == marks(found, "lose")[0] == "✗"
    text = "\n".join(ladder_lines(found, stories=False, chart="none", width=100))
    assert "5s pass" in text


def test_a_matrix_names_the_roles_where_they_differ_and_explains_its_marks(ladder: LadderVerdict) -> None:
    text = matrix_text([ladder])
    assert "✗/✗ buyer" in text
    assert "what never happens / what comes in the end: ✓ holds" in text


def test_json_has_each_rung_and_each_failure_with_its_story(ladder: LadderVerdict) -> None:
    data = json.loads(json.dumps(to_json([ladder])))
    assert data["schema"] == "comity.ladder/1"
    (spec,) = data["specs"]
    crash = next(rung for rung in spec["rungs"] if rung["name"] == "crash buyer")
    assert (crash["kind"], crash["declared"], crash["safety"], crash["liveness"]) == ("crash", False, "holds", "fails")
    failure = next(failure for failure in crash["failures"] if failure["property"] == "arrives")
    assert "buyer crashes for good" in [step["label"] for step in failure["counterexample"]]


@pytest.fixture
def spec_file(tmp_path: Path) -> str:
    path = tmp_path / "courier.yaml"
    text = 'comity: "1"\nprotocol: courier\n' + "\n".join(line[4:] for line in COURIER.split("\n"))
    path.write_text(text, encoding="utf-8")
    return str(path)


def comity(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["comity", *arguments])
    return cli.run()


def test_the_command_exits_with_what_is_declared(
    spec_file: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert comity(monkeypatch, "verify", "--ladder", spec_file) == 0
    assert "tried" not in capsys.readouterr().err
    assert comity(monkeypatch, "verify", "--ladder", spec_file, "--case", "apart") == 1
    assert comity(monkeypatch, "verify", "--ladder", spec_file, "--json", "--max-states", "5") == 0
    output = capsys.readouterr().out
    assert json.loads(output[output.index("{\n") :])["schema"] == "comity.ladder/1"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--ladder", "--case", "aprt"), "did you mean `apart`?"),
        (("--ladder", "--case", "calm", "--case", "apart"), "give --case once"),
        (("--seconds", "3"), "--seconds goes with --ladder"),
        (("--ladder", "--with", "n"), "--with takes name=value"),
    ],
)
def test_wrong_usage_is_said_in_one_line(
    options: tuple[str, ...],
    said: str,
    spec_file: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert comity(monkeypatch, "verify", *options, spec_file) == 2
    error = capsys.readouterr().err
    assert said in error
    assert len(error.strip().split("\n")) == 1


def test_values_that_are_refused_make_no_matrix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bells.yaml"
    path.write_text(
        'comity: "1"\nprotocol: bells\ndoc: Rings.\nparameters: {bells: {type: int, range: 1..9, default: 1}}\n'
        "roles:\n  bell: {count: bells, states: {s: [{decide: ring, goto: t}], t: final}}\n"
        "bounds: {copies: 1}\nverify: {one: {}}\n",
        encoding="utf-8",
    )
    assert comity(monkeypatch, "verify", "--ladder", str(path), "--with", "bells=900") == 1
    output = capsys.readouterr().out
    assert "not looked at: these values are refused: bells has to be from 1 to 9" in output
    assert "what never happens" not in output
    assert comity(monkeypatch, "verify", "--ladder", str(path), "--with", "bells=2") == 0
    assert "what never happens" in capsys.readouterr().out
