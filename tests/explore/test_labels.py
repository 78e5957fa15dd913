"""What fairness owes to the steps of a search."""

from dataclasses import replace

from tests.explore.specs import a_case, load_spec, search

from comityc.explore.graph import Graph
from comityc.machine.model import Envelope

WORK = """
    messages: {Job: {}, Done: {}}
    roles:
      boss:
        states:
          asking:
            - decide: start
              do: send Job() to worker
              goto: waiting
            - decide: hurry
              prompt: true
              do: send Job() to worker
              goto: waiting
          waiting:
            - receive: Done
              goto: over
            - after: 1s
              goto: over
          over: final
      worker:
        count: 2
        states:
          idle:
            - resting
            - receive: Job
              goto: busy
          busy:
            - ignore: Job
            - perform: work -> ok
              fairness: strong
              do: send Done() to boss
              goto: tired
            - perform: work -> failed
              goto: busy
          tired:
            - resting
            - ignore: Job
    verify: {calm: {}}
    """


def owed(graph: Graph) -> dict[str, set[tuple[str, str]]]:
    """Return what is owed, and how strongly, by what the steps are."""
    found: dict[str, set[tuple[str, str]]] = {}
    for label, pairs in zip(graph.labels, graph.obligations, strict=True):
        named = {(graph.obligation_names[number].what, strength) for number, strength in pairs}
        found.setdefault(f"{label.kind} {label.name or ''} {label.outcome or ''}".strip(), set()).update(named)
    return found


def test_each_kind_of_step_is_owed_what_the_language_says() -> None:
    steps = owed(search(load_spec(WORK), a_case(Envelope(restart=(("worker", 1),), lose=1), network="fifo")))
    assert steps["decide start"] == set()
    assert steps["decide hurry"] == {("decide", "weak")}
    assert steps["deliver"] == {("deliver", "weak")}
    assert steps["perform work ok"] == {("perform", "weak"), ("transition", "strong")}
    assert steps["perform work failed"] == {("perform", "weak")}
    assert steps["recover restart"] == {("recover", "weak")}
    assert steps["lose"] == steps["down restart"] == set()


def test_either_outcome_meets_what_is_owed_to_an_act() -> None:
    graph = search(load_spec(WORK))
    performs = [number for number, label in enumerate(graph.labels) if label.kind == "perform"]
    by_instance: dict[object, set[int]] = {}
    for number in performs:
        weak = {owed for owed, strength in graph.obligations[number] if strength == "weak"}
        by_instance.setdefault(graph.labels[number].instance, set()).update(weak)
    assert [len(numbers) for numbers in by_instance.values()] == [1, 1]


def test_a_message_that_may_be_lost_for_ever_is_owed_nothing_in_the_sent_set() -> None:
    faults = Envelope(lose="any", duplicate="any", reorder=True)
    assert owed(search(load_spec(WORK), a_case(faults)))["deliver"] == set()
    assert owed(search(load_spec(WORK), a_case(network="sent_set")))["deliver"] == {("deliver", "weak")}


def test_a_transition_can_be_owed_nothing() -> None:
    spec = load_spec(WORK)
    boss, worker = spec.machine.roles
    unfair = tuple(replace(t, fairness="none") if t.kind == "timer" else t for t in boss.transitions)
    machine = replace(spec.machine, roles=(replace(boss, transitions=unfair), worker))
    for tried, expected in ((spec, {("timer", "weak")}), (spec._replace(machine=machine), set())):
        steps = owed(search(tried))
        assert [steps[kind] for kind in steps if kind.startswith("timer")] == [expected]


ORDER = """
    messages: {First: {}, Second: {}}
    roles:
      writer:
        states:
          start:
            - when: true
              do: |
                send First() to reader
                send Second() to reader
              goto: done
          done: final
      reader:
        variables:
          heard: list[int]
        states:
          waiting:
            - resting
            - defer: First
            - receive: Second
              do: heard.append(2)
              goto: listening
          listening:
            - resting
            - receive: First
              do: heard.append(1)
            - receive: Second
              do: heard.append(2)
    verify: {calm: {}}
    """


def heard(graph: Graph) -> set[tuple[int, ...]]:
    return {graph.world(index).states["reader"][0].heard for index in range(len(graph.states))}


def test_a_deferred_message_lets_those_behind_it_pass_and_arrives_later() -> None:
    assert heard(search(load_spec(ORDER), a_case(network="fifo"))) == {(), (2,), (2, 1)}


def test_messages_overtake_each_other_only_where_the_envelope_says_so() -> None:
    straight = ORDER.replace(
        "            - defer: First\n", "            - receive: First\n              do: heard.append(1)\n"
    )
    assert heard(search(load_spec(straight), a_case(network="fifo"))) == {(), (1,), (1, 2)}
    assert heard(search(load_spec(straight), a_case(Envelope(reorder=True), network="fifo"))) == {
        (),
        (1,),
        (2,),
        (1, 2),
        (2, 1),
    }
