"""What is too large to be explored: said before it takes all memory, with what was found until then."""

import pytest
from tests.explore.specs import load_spec

from comityc.explore.engine import domains, growth, search
from comityc.explore.fast.explore import EngineName
from comityc.explore.verdict import CaseVerdict
from comityc.explore.verify import verify_machine

GROWS = """
    network: none
    shared:
      n: {type: int, default: 3}
    roles:
      r:
        variables:
          own: int?
          seen: list[int]
        states:
          s:
            - resting
            - when: true
              do: BODY
    properties:
      small: {always: n < 1000}
    verify: {one: {}}
"""


def verdict(text: str, engine: EngineName = "auto") -> CaseVerdict:
    """Return the verdict on the only case."""
    spec = load_spec(text, unchecked=True)
    (case,) = verify_machine(spec.machine, spec.module, engine=engine).cases
    return case


@pytest.mark.parametrize("engine", ["reference", "auto"])
def test_a_number_that_multiplies_is_cut_and_what_was_found_is_told(engine: EngineName) -> None:
    case = verdict(GROWS.replace("BODY", "n = n * n"), engine)
    (small,) = (prop for prop in case.properties if prop.name == "small")
    assert (small.verdict, case.bounds) == ("fails", "n below 2^63")
    assert case.states == 6  # 3, 9, 81, 6561, 3 ** 16, 3 ** 32


def test_what_is_below_the_limit_holds_within_it() -> None:
    case = verdict(GROWS.replace("BODY", "own = -4 if own == none else -own * own"))
    assert case.as_expected
    assert case.bounds == "own below 2^63"
    (small,) = (prop for prop in case.properties if prop.name == "small")
    assert small.reason == "no counterexample within the bounds; steps were cut at `own below 2^63`"


def test_a_list_that_doubles_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "LONGEST", 100)
    case = verdict(GROWS.replace("BODY", "seen = seen + seen + [1]"))
    assert case.states == 7  # of 0, 1, 3, 7, 15, 31, 63 elements
    assert case.bounds.startswith("seen of up to ")


@pytest.mark.parametrize("engine", ["reference", "auto"])
def test_what_stands_inside_of_others_is_cut_too(engine: EngineName) -> None:
    """In a map, a record and a message, none of which gets any longer."""
    case = verdict(
        """
        types: {Pair: {left: int, right: bool}}
        messages: {Ball: {n: int}}
        roles:
          a:
            variables: {of: "map[b, int]", pair: {type: Pair, default: "Pair(left=3, right=true)"}}
            states:
              s:
                - resting
                - receive: Ball
                  do: send Ball(n=msg.n * msg.n) to sender
                - decide: multiply
                  do: |
                    of[b] = of.get(b, 3) * of.get(b, 3)
                - decide: square
                  do: pair.left = pair.left * pair.left
          b:
            states:
              s:
                - when: true
                  do: send Ball(n=3) to a
                  goto: t
              t:
                - resting
                - receive: Ball
                  do: send Ball(n=msg.n * msg.n) to a
        waive: {duplicates_are_harmless: they are not}
        verify: {one: {}}
        """,
        engine,
    )
    assert case.as_expected
    assert set(case.bounds.split(", ")) == {"of below 2^63", "pair below 2^63", "n below 2^63"}


@pytest.mark.parametrize(
    ("decide", "why"),
    [
        ("v in 0..1000000000", "`v` is one of 1,000,000,001 values, and 100,000 are the limit"),
        ("v in 1..most", "`v` is one of 300,000 values, and 100,000 are the limit"),
    ],
)
def test_a_choice_among_too_many_is_refused(decide: str, why: str) -> None:
    case = verdict(
        f"""
        parameters: {{most: {{type: int, default: 300000}}}}
        roles:
          r:
            variables: {{v: int}}
            states: {{s: [{{decide: {decide}, goto: t}}], t: final}}
        verify: {{one: {{}}}}
        """
    )
    assert case.verdict == "not_tested"
    assert case.findings == (f"this cannot be explored: {why}",)


def test_a_choice_among_many_takes_no_time_for_each_pair() -> None:
    case = verdict(
        """
        roles:
          r:
            variables: {v: int}
            states: {s: [{decide: v in 1..30000, goto: t}], t: final}
        verify: {one: {}}
        """
    )
    assert case.states == 30_001


def test_a_type_with_too_many_values_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(domains, "MOST_VALUES", 100)
    text = """
        roles:
          r:
            variables: {v: "set[int]"}
            states: {s: [{decide: "v in set[int]", goto: t}], t: final}
        bounds: {int: 1..MOST}
        verify: {one: {}}
    """
    assert verdict(text.replace("MOST", "6")).states == 65
    assert verdict(text.replace("MOST", "7")).findings == (
        "this cannot be explored: `v` has more than 100 values: say under `bounds` which to check",
    )


def test_too_many_instances_are_refused() -> None:
    case = verdict(
        """
        roles: {r: {count: 20000, states: {s: [{when: true, goto: t}], t: final}}}
        verify: {one: {}}
        """
    )
    assert case.findings == ("this cannot be explored: there are 20,000 instances, and 10,000 are the limit",)


def test_many_alike_instances_are_one_orbit_for_each_number_of_them() -> None:
    case = verdict("roles: {r: {count: 60, states: {s: [{when: true, goto: t}], t: final}}}\nverify: {one: {}}")
    assert (case.states, case.orbits) == (2**60, 61)


@pytest.mark.parametrize("engine", ["reference", "native", "columns"])
@pytest.mark.parametrize("network", ["fifo", "unordered"])
def test_a_search_ends_where_messages_pile_up(engine: EngineName, network: str) -> None:
    case = verdict(
        f"""
        messages: {{Go: {{}}}}
        network: {network}
        roles:
          boss: {{states: {{s: [{{every: 1s, do: send Go() to worker}}]}}}}
          worker: {{count: 2, states: {{w: [{{receive: Go, goto: d}}], d: [resting, {{ignore: Go}}]}}}}
        tolerates: {{crash: {{worker: 2}}}}
        verify: {{one: {{}}}}
        """,
        engine,
    )
    (finding,) = case.findings
    assert finding.startswith("the search was cut: more than 1,000 messages were under way from one instance to")
    assert finding.endswith("with `bounds: {copies: 1}` a message that is sent again joins the one under way")
    assert (case.states or 0) < 10_000


@pytest.mark.parametrize("engine", ["reference", "native", "columns"])
def test_more_may_be_under_way_where_a_bound_says_so(engine: EngineName, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST_UNDER_WAY", 3)
    text = """
        messages: {Go: {}}
        roles:
          boss:
            states:
              s:
                - when: true
                  do: |
                    send Go() to worker
                    send Go() to worker
                    send Go() to worker
                    send Go() to worker
                  goto: t
              t: [resting]
          worker: {states: {w: [{receive: Go}, resting]}}
        verify: {one: {}}
        """
    (finding,) = verdict(text, engine).findings
    assert finding.startswith("the search was cut: more than 3 messages were under way from one instance to another")
    assert not verdict(
        text.replace("        verify", "        bounds: {under_way: 4}\n        verify"), engine
    ).findings


@pytest.mark.parametrize("engine", ["reference", "native", "columns"])
def test_a_step_that_sends_more_than_a_bound_lets_under_way_is_cut_and_the_search_is_not(engine: EngineName) -> None:
    case = verdict(
        """
        messages: {Go: {}}
        roles:
          boss: {states: {s: [{when: true, do: send Go() to worker, goto: t}, {decide: rest, goto: t}], t: [resting]}}
          worker: {count: 3, states: {w: [{receive: Go}, resting]}}
        bounds: {under_way: 2}
        verify: {one: {}}
        """,
        engine,
    )
    assert (case.findings, case.states) == ((), 2)


def test_what_was_not_reached_is_open_while_another_case_is_cut() -> None:
    spec = load_spec(
        """
        parameters: {top: {type: int, default: 3}}
        roles: {r: {variables: {n: int}, states: {s: [resting, {when: n < top, do: n += 1}]}}}
        properties: {fifty: {reachable: r.n == 50}}
        verify: {small: {}, large: {with: {top: 60}}}
        """
    )
    cut, whole = (verify_machine(spec.machine, spec.module, max_states=most) for most in (20, None))
    said = [[prop.verdict for prop in case.properties if prop.name == "fifty"] for case in cut.cases + whole.cases]
    assert said == [["cut"], ["cut"], ["not_tested"], ["holds"]]
