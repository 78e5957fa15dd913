"""What people write in YAML, and the nodes that come of it."""

from typing import Any

from comityc.diagnostics.diagnostic import Diagnostic
from comityc.source.tree import Source
from comityc.source.yaml_tree import parse
from comityc.syntax import nodes
from comityc.syntax.build import build_protocol

START = 'comity: "1"\nprotocol: p\n'


def build(text: str) -> nodes.Protocol:
    """Build a spec that has nothing wrong with it."""
    protocol, findings = _built(text)
    assert findings == ()
    assert protocol is not None
    return protocol


def found(text: str) -> list[str]:
    """Return the codes of what is found in a spec, with their lines."""
    return [f"{finding.code.number}:{finding.span.line}" for finding in _built(text)[1]]


def _built(text: str) -> tuple[nodes.Protocol | None, tuple[Diagnostic, ...]]:
    source = Source("spec.yaml", START + text)
    tree, findings = parse(source)
    assert tree is not None, findings
    return build_protocol(tree, source)


def words(names: Any) -> list[str]:
    """Return the texts of names."""
    return [name.text for name in names]


def test_words_of_yaml_stay_words() -> None:
    protocol = build("types:\n  Choice: [yes, no, on, off]\n  Money: int\n  Cast: {ballot: int, value: 'text?'}\n")
    choice, money, cast = protocol.types
    assert choice.words is not None
    assert words(choice.words) == ["yes", "no", "on", "off"]
    assert money.alias is not None
    assert money.alias.name.text == "int"
    assert cast.fields is not None
    assert cast.fields[1].type.optional


def test_messages_have_a_short_and_a_long_form() -> None:
    protocol = build("messages:\n  Ask: {}\n  Bid: {price: int}\n  Data: {fields: {bit: bool}, order: fifo}\n")
    ask, bid, data = protocol.messages
    assert (ask.fields, bid.fifo, data.fifo) == ((), False, True)
    assert words(field.name for field in data.fields) == ["bit"]


def test_a_message_may_have_a_field_named_fields() -> None:
    (message,) = build("messages:\n  Form: {fields: int}\n").messages
    assert words(field.name for field in message.fields) == ["fields"]


def test_parameters_keep_constants_as_they_are_written() -> None:
    protocol = build(
        "parameters:\n"
        "  share: {type: fraction, default: 1/2}\n"
        "  wait: {type: duration, default: 2s..4s}\n"
        "  rule: {type: Rule, default: fair, range: 1..3}\n"
        "  greeting: {type: text, default: hello there}\n"
        '  quoted: {type: text, default: "1"}\n'
        "  steps:\n    type: list[Step]\n    default: [{name: a, kind: b}]\n"
    )
    contents = [parameter.default and parameter.default.content for parameter in protocol.parameters]
    share, wait, rule, greeting, quoted, steps = contents
    assert isinstance(share, nodes.Binary)
    assert isinstance(wait, nodes.Range)
    assert isinstance(rule, nodes.Name)
    assert isinstance(greeting, nodes.Text)
    assert isinstance(quoted, nodes.Text)
    assert isinstance(steps, tuple)
    assert protocol.parameters[2].range is not None


def test_variables_have_a_short_and_a_long_form() -> None:
    protocol = build(
        "roles:\n  node:\n    count: len(ranks)\n    restart_in: idle\n    variables:\n"
        "      rank: int = ranks[self.index]\n      seen: {type: bool, ghost: true}\n"
        "      votes:\n        type: set[node]\n        durable: false\n        once: true\n"
        "      log: {type: int, start_in: 0..1}\n    states: {idle: final}\n"
    )
    (node,) = protocol.roles
    rank, seen, votes, log = node.variables
    assert isinstance(rank.default, nodes.Subscript)
    assert (seen.ghost, seen.durable) == (True, True)
    assert (votes.durable, votes.once) == (False, True)
    assert isinstance(log.start_in, nodes.Range)
    assert isinstance(node.count, nodes.Call)


def test_states_may_be_words_lists_and_groups() -> None:
    protocol = build(
        "roles:\n  r:\n    states:\n      closed: final\n      idle: resting\n      out: []\n"
        "      late:\n        - resting\n        - ignore: [A, B]\n      preparing, proposed:\n        - defer: A\n"
        "      any:\n        - receive: C\n"
    )
    closed, idle, out, late, group, every = protocol.roles[0].states
    assert closed.final
    assert idle.resting
    assert (out.final, out.resting, out.transitions) == (False, False, ())
    assert late.resting
    assert words(late.transitions[0].trigger.messages) == ["A", "B"]  # type: ignore[union-attr]
    assert words(group.names) == ["preparing", "proposed"]
    assert (group.names[1].span.column, group.names[1].span.end_column) == (18, 26)
    assert words(every.names) == ["any"]


def test_all_triggers_are_read() -> None:
    protocol = build(
        "roles:\n  r:\n    states:\n      s:\n"
        "        - decide: motion in text\n          prompt: true\n"
        "        - after: shortest..longest\n        - every: 1d\n        - for: m in others\n          at: deadline[m]\n"
        "        - perform: act(step=i) -> [ok, failed]\n          for: i in running\n          key: i\n          undoes: it\n"
        "        - when: p\n          if: q\n          draw: peer in others\n          fairness: strong\n          goto: s\n"
    )
    decide, after, every, at, perform, when = protocol.roles[0].states[0].transitions
    assert isinstance(decide.trigger, nodes.DecideTrigger)
    assert decide.trigger.prompt
    assert isinstance(after.trigger, nodes.TimerTrigger)
    assert after.trigger.longest is not None
    assert isinstance(every.trigger, nodes.TimerTrigger)
    assert isinstance(at.trigger, nodes.TimerTrigger)
    assert at.loop is not None
    assert isinstance(perform.trigger, nodes.PerformTrigger)
    assert perform.trigger.undoes is not None
    assert words(perform.trigger.outcomes) == ["ok", "failed"]
    assert isinstance(when.trigger, nodes.WhenTrigger)
    assert when.draw is not None
    assert when.fairness is not None


def test_fairness_is_one_of_three_words() -> None:
    """`none` is a word of the language, and no name."""
    text = "roles:\n  a:\n    states:\n      p:\n"
    text += "".join(f"        - when: true\n          fairness: {word}\n" for word in ("none", "weak", "strong"))
    transitions = build(text).roles[0].states[0].transitions
    assert [transition.fairness.text for transition in transitions if transition.fairness] == ["none", "weak", "strong"]


def test_a_define_behind_a_bar_is_a_block() -> None:
    expression, folded, block = build(
        "define:\n  rank(b): (bids[b], -b.index)\n  far: >\n    (a\n    + b)\n  finish(i, j): |\n    done.add(i)\n"
    ).defines
    assert (expression.statements, folded.statements, block.expression) == (None, None, None)
    assert block.statements is not None
    assert words(block.arguments) == ["i", "j"]


def test_properties_keep_kind_quantifier_cases_and_condition() -> None:
    learns, ends = build(
        "properties:\n  learns:\n    for: c in node\n    leads_to: [c in asked, c not in asked]\n    only: [calm, two at once]\n"
        "  ends:\n    eventually: p\n    given: {again: q}\n"
    ).properties
    assert (learns.kind, len(learns.expressions)) == ("leads_to", 2)
    assert words(learns.only) == ["calm", "two at once"]
    assert ends.given is not None
    assert ends.given[0] == "again"


def test_envelopes_and_cases_are_read() -> None:
    protocol = build(
        "tolerates: {lose: any, duplicate: 1, reorder: true, crash: {voter: 1}}\n"
        "bounds: {Money: -1..3, text: 2}\n"
        "verify:\n  defaults: {}\n  larger:\n    with: {voters: 1..4}\n    faults: {}\n    bounds: {copies: 1}\n"
        "    clock: {skew: 1s}\n    violates: [decides]\n    states: 288\n    levels: 11\n"
    )
    envelope = protocol.tolerates
    assert envelope is not None
    assert envelope.reorder
    assert [(name.text, budget.amount) for name, budget in envelope.simple] == [("lose", None), ("duplicate", 1)]
    assert [(bound.name.text, bound.first, bound.last) for bound in protocol.bounds] == [
        ("Money", -1, 3),
        ("text", None, 2),
    ]
    defaults, larger = protocol.cases
    assert defaults.faults is None
    assert larger.faults is not None
    assert (larger.states, larger.levels) == (288, 11)
    assert isinstance(larger.values[0][1].content, nodes.Range)
    assert larger.clock is not None
    assert larger.clock.text == "skew"
    assert larger.skew is not None


def test_scenarios_are_read() -> None:
    (scenario,) = build(
        "scenarios:\n  all goes well:\n    with: {voters: 2}\n    decisions: {chair.motion: [buy], 'voter[1].choice': [yes, no]}\n"
        "    performs: {worker.work: [failed, unknown]}\n    hold:\n      bidder[1].Commitment: auctioneer in revealing\n"
        "    lose: [chair.Result]\n    crash:\n      worker[1]: worker[1] in working\n    expect: chair in closed\n"
    ).scenarios
    assert [(place.role.text, place.index) for place, _ in scenario.decisions] == [("chair", None), ("voter", 1)]
    assert words(scenario.performs[0][1]) == ["failed", "unknown"]
    assert len(scenario.hold) == len(scenario.lose) == len(scenario.crash) == 1


def test_everything_wrong_is_found_in_one_run() -> None:
    text = (
        "types:\n  Choice: [yes, 2 no]\n"
        "roles:\n  r:\n    count: 1 +\n    states:\n      s:\n        - when: a &&b\n          do: x ==\n          goto: not a state\n"
        "        - if: p\n"
        "verify:\n  c:\n    states: few\n"
    )
    assert sorted(found(text)) == [
        "CMY0151:11",
        "CMY0151:7",
        "CMY0157:10",
        "CMY0170:12",
        "CMY0170:4",
        "CMY0171:16",
        "CMY0172:13",
    ]


def test_an_odd_shape_is_passed_over_and_never_raises() -> None:
    for part in ("[]", "{}", "x", "[[]]", "{a: {b: {c: {}}}}", "[{a: b}]", "''"):
        for key in (
            "parameters",
            "types",
            "messages",
            "roles",
            "properties",
            "verify",
            "scenarios",
            "bounds",
            "define",
        ):
            _built(f"{key}: {part}\n")
            _built(f"{key}:\n  k: {part}\n")
            _built(f"{key}:\n  k:\n    states: {part}\n    with: {part}\n    fields: {part}\n    type: {part}\n")
