"""A case by parts says nothing of the whole that exploring the whole would not bear out, and refuses what it cannot say."""

import signal
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import pytest
from tests.expand.test_compose import GOLDEN, ROOT, edited

from comityc.by_parts.alone import alone
from comityc.by_parts.verify import _machine, _verified, verify_with_parts
from comityc.driver import check_file, checking_module, lowered
from comityc.expand.compose import read_composition
from comityc.expand.instantiate import composed_of
from comityc.expand.stand_in import stand_in
from comityc.explore.engine.search import explore
from comityc.explore.interruption import by_ctrl_c
from comityc.explore.judging.evaluator import Evaluator
from comityc.explore.plan import plan_runs
from comityc.explore.telling.wording import show, spec_name
from comityc.explore.verdict import CaseVerdict
from comityc.machine.model import Machine

PURCHASE = ROOT / "specs" / "composition" / "purchase.yaml"
COMPOSED = [
    (GOLDEN / "article.yaml", "as a whole", "by parts"),
    (GOLDEN / "errand.yaml", "all", "by parts"),
    (GOLDEN / "club.yaml", "as a whole", "the motion by its outcome"),
    (GOLDEN / "club.yaml", "as a whole", "both by their outcomes"),
    (PURCHASE, "one buyer", "one buyer by parts"),
]
each = pytest.mark.parametrize(
    ("path", "whole", "parts"), COMPOSED, ids=[f"{path.stem}-{by}" for path, _, by in COMPOSED]
)


def verdicts(path: Path, *cases: str, max_states: int | None = None) -> dict[str, CaseVerdict]:
    """Return the verdicts on some cases by their names."""
    result = check_file(str(path))
    assert result.machine is not None, [finding.message for finding in result.diagnostics]
    found = verify_with_parts(
        result.machine, checking_module(result.machine), cases=cases or None, max_states=max_states
    )
    return {case.name: case for case in found.cases}


def machine_by_parts(path: Path, case: str) -> Machine:
    """Return the machine in which outcomes stand for the parts of a case."""
    machine = check_file(str(path)).machine
    assert machine is not None
    named = next(each for each in machine.cases if each.name == case)
    tree, load = composed_of(str(path))
    composition, _ = read_composition(tree, load)
    assert composition is not None
    ends = {name: _verified(composition, name, named, lambda case, doing: None, {}).ends for name in named.abstract}
    made, findings = lowered(stand_in(composition, ends, case), str(path))
    assert made is not None, findings
    return made


def seen_from_outside(machine: Machine, case: str, own: dict[str, set[str]]) -> set[tuple[str, ...]]:
    """Return all reachable states as the whole sees them: its own states and variables, and who is in which part."""
    parts = {(role.name, state.name): state.part for role in machine.roles for state in role.states}
    evaluator = Evaluator(machine, checking_module(machine))
    found = set()
    for run in plan_runs(machine, evaluator, [case], None):
        graph = explore(machine, run.case, run.parameters, evaluator.module)
        assert graph.complete
        instances = evaluator.module.instances(run.parameters)
        for number in range(len(graph.states)):
            world = graph.world(number)
            seen = []
            for instance in instances:
                state = world.states[instance.role][instance.number]
                at = spec_name(str(state.at.value))
                seen.append(parts[instance.role, at] or at)
                values = zip(state._fields[1:], state[1:], strict=True)
                seen += [f"{name}={show(value)}" for name, value in values if spec_name(name) in own[instance.role]]
            found.add((*seen, show(world.crashed)))
    return found


@each
def test_whatever_the_whole_can_come_to_can_be_come_to_by_parts(path: Path, whole: str, parts: str) -> None:
    machine = check_file(str(path)).machine
    assert machine is not None
    by_parts = machine_by_parts(path, parts)
    own = {role.name: {variable.name for variable in role.variables} for role in machine.roles}
    for role in by_parts.roles:
        own[role.name] &= {variable.name for variable in role.variables}
    of_whole, of_parts = seen_from_outside(machine, whole, own), seen_from_outside(by_parts, parts, own)
    assert of_whole <= of_parts
    assert len(of_whole) > 2


FAULTS = (
    "lose: 1",
    "duplicate: 1, reorder: true",
    "restart: {member: 1}",
    "restart: {president: 1}, lose: 1",
    "pause: {member: 1}",
    "crash: {president: 1}",
    "partition: 1",
    "byzantine: {member: 1}",
)


@pytest.mark.parametrize("faults", FAULTS)
def test_that_is_so_whatever_goes_wrong(faults: str, tmp_path: Path) -> None:
    """The part is not asked here to keep its promises: what it can come to is what it can come to."""
    edited(tmp_path, "ballot", ("  agree:\n    always:", "  agree:\n    only: [elsewhere]\n    always:"))
    path = edited_again(tmp_path, "ballot", ("tolerates:", "verify: {elsewhere: {}}\ntolerates:"))
    path = edited_again(tmp_path, "ballot", ("  closes:\n", "  closes:\n    only: [elsewhere]\n"))
    path = edited_again(
        tmp_path, "club", ("tolerates: {reorder: true, crash: {member: 1}}", f"tolerates: {{{faults}}}")
    )
    machine = check_file(str(path)).machine
    assert machine is not None
    case = "the motion by its outcome"
    by_parts = machine_by_parts(path, case)
    own = {role.name: {"carried", "dated"} for role in machine.roles}
    of_whole = seen_from_outside(machine, "as a whole", own)
    assert of_whole <= seen_from_outside(by_parts, case, own)
    assert len(of_whole) > 20


ATOMS = {
    "article": ["editor in accepted", "editor in declined", "printer in printed", "editor.opinion == good", "editor.opinion == bad",
                "editor in reviewing", "reviewer in reviewing", "editor.opinion == none"],
    "errand": ["customer in served", "customer.receipt == 2", "customer in paying", "customer.choice == shop[0]",
               "shop[0].earned == 2", "shop[1].earned != none", "shop[0] in selling", "shop[1] in open", "shop[0].earned == 1"],
    "club": ["president in first", "president in second", "president in over", "president.carried", "president.dated",
             "member[0].carried", "member[1].carried", "member[0] in over", "member[1] in second", "member[0].dated",
             "not member[1].dated", "member[0] in first"],
}  # fmt: skip
"""Conditions that the whole can see; every pair of them makes promises, most of which are wrong."""


def promises(name: str) -> Iterator[tuple[str, str]]:
    """Yield promises about every pair of conditions."""
    for number, (one, other) in enumerate(permutations(ATOMS[name], 2)):
        yield f"a{number}", f"always: ({one}) implies ({other})"
        yield f"n{number}", f"never: ({one}) and ({other})"
        yield f"l{number}", f'leads_to: ["{one}", "{other}"]'
    for number, one in enumerate(ATOMS[name]):
        yield f"e{number}", f"eventually: {one}"
        yield f"s{number}", f"stable: {one}"


@pytest.mark.parametrize(("name", "whole", "parts"), [(path.stem, whole, by) for path, whole, by in COMPOSED[:4]])
def test_what_is_proved_by_parts_holds_of_the_whole(name: str, whole: str, parts: str, tmp_path: Path) -> None:
    text = "".join(f"  {title}:\n    {promise}\n" for title, promise in promises(name))
    found = verdicts(edited(tmp_path, name, ("properties:\n", f"properties:\n{text}")), whole, parts)
    of_whole = {prop.name: prop.verdict for prop in found[whole].properties}
    proved = [prop.name for prop in found[parts].properties if prop.verdict == "holds"]
    assert [title for title in proved if of_whole[title] == "fails"] == []
    kinds = {title[0] for title in proved}
    assert {"a", "n", "l", "s"} <= kinds, "promises of each kind are proved by parts"
    true = [title for title, verdict in of_whole.items() if verdict == "holds" and title[0] in "anl"]
    assert len(proved) > len(true) / 2, "and not only a few of those that are true"


def test_a_part_makes_the_whole_smaller() -> None:
    found = verdicts(GOLDEN / "club.yaml")
    states = [found[case].states or 0 for case in ("as a whole", "the motion by its outcome", "both by their outcomes")]
    assert states == sorted(states, reverse=True)
    assert all(case.as_expected for case in found.values())


# ---- what is refused when it is read


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("properties:\n", "properties:\n  inside:\n    never: editor in review_waiting\n"), "CMY0327"),
        (("properties:\n", "properties:\n  inside:\n    never: editor.review_heard == bad\n"), "CMY0327"),
        (("send Print() to printer", "send ReviewQuestion() to reviewer"), "CMY0327"),
        (("abstract: [review]", "abstract: [reviews]"), "CMY0322"),
        (("abstract: [review]", "abstract: [review]\n    violates: [decided]"), "CMY0328"),
        (("abstract: [review]", "abstract: [review]\n    states: 12"), "CMY0328"),
        (("abstract: [review]", "abstract: [review]\n    faults: {amnesia: {editor: 1}}"), "CMY0328"),
        (("abstract: [review]", "abstract: [review]\n    clock: synchronous"), "CMY0328"),
        (("      accepted: final", "        - after: 1h\n          goto: declined\n      accepted: final"), "CMY0328"),
    ],
)
def test_what_is_not_sound_is_a_finding(change: tuple[str, str], code: str, tmp_path: Path) -> None:
    found = check_file(str(edited(tmp_path, "article", change))).diagnostics
    assert [finding.code.number for finding in found] == [code], [finding.message for finding in found]


def test_a_look_inside_is_fine_where_the_whole_is_explored(tmp_path: Path) -> None:
    change = (
        "properties:\n",
        "properties:\n  waits:\n    reachable: editor in review_waiting\n    only: [as a whole]\n",
    )
    found = verdicts(edited(tmp_path, "article", change))
    assert all(case.as_expected for case in found.values())


def test_more_than_one_run_is_not_decided_by_parts(tmp_path: Path) -> None:
    found = check_file(str(edited(tmp_path, "again", ("  all: {}", "  all: {abstract: [round]}")))).diagnostics
    assert {finding.code.number for finding in found} == {"CMY0328"}
    assert any("may run 2 times" in finding.message for finding in found)


# ---- what is refused when it is decided


def refusal(path: Path, case: str = "by parts", max_states: int | None = None) -> str:
    found = verdicts(path, case, max_states=max_states)[case]
    assert not found.as_expected
    assert found.verdict == "not_tested"
    assert found.properties == ()
    return " ".join(found.findings)


def test_a_part_that_fails_alone_stands_for_nothing(tmp_path: Path) -> None:
    edited(
        tmp_path,
        "inquiry",
        ("properties:\n", "properties:\n  always_heard:\n    always: asker in done implies asker.heard != none\n"),
    )
    said = refusal(edited_again(tmp_path, "article"))
    assert "`review` alone does not keep `always_heard`" in said


def test_a_part_that_fails_within_the_faults_of_the_case_stands_for_nothing(tmp_path: Path) -> None:
    path = edited(tmp_path, "errand", ("by parts: {faults: {}, abstract: [sale]}", "by parts: {abstract: [sale]}"))
    assert "`sale` alone does not keep `paid` within the faults of this case" in refusal(path)


def test_a_part_that_is_cut_stands_for_nothing() -> None:
    assert "`review` alone was cut" in refusal(GOLDEN / "article.yaml", max_states=5)


def test_a_part_is_held_to_what_the_whole_promises_for_free(tmp_path: Path) -> None:
    """Not to what it waives for itself: that would be carried over to the whole as if it held."""
    twice = (
        "do: send Question() to expert",
        "do: |\n            send Question() to expert\n            send Question() to expert",
    )
    edited(
        tmp_path,
        "inquiry",
        twice,
        ("        - ignore: Question\n", ""),
        ("properties:\n", "waive: {no_unhandled_message: alone that is fine}\nproperties:\n"),
    )
    path = edited_again(tmp_path, "article")
    assert "`review` alone does not keep `no_unhandled_message`" in refusal(path)
    edited_again(tmp_path, "article", ("properties:\n", "waive: {no_unhandled_message: here too}\nproperties:\n"))
    found = verdicts(path, "by parts")["by parts"]
    assert next(prop.reason for prop in found.properties if prop.name == "no_unhandled_message") == "waived: here too"


RESTARTS = ("abstract: [review]", "abstract: [review]\n    faults: {restart: {editor: 1}}")


def test_who_forgets_the_outcome_by_a_restart_is_not_looked_at_by_parts(tmp_path: Path) -> None:
    edited(tmp_path, "inquiry", ("heard: Opinion?", 'heard: {type: "Opinion?", durable: false}'))
    (found,) = check_file(str(edited_again(tmp_path, "article", RESTARTS))).diagnostics
    assert found.code.number == "CMY0328"
    assert "may lose `heard` of `review` after the end" in found.message


def test_who_starts_anew_elsewhere_is_not_looked_at_by_parts(tmp_path: Path) -> None:
    change = ("  editor:\n    variables:", "  editor:\n    restart_in: fresh\n    variables:")
    fresh = (
        "    states:\n      reviewing:\n        - run: review -> said",
        "    states:\n      fresh:\n        - when: true\n          goto: reviewing\n      reviewing:\n        - run: review -> said",
    )
    (found,) = check_file(str(edited(tmp_path, "article", RESTARTS, change, fresh))).diagnostics
    assert found.code.number == "CMY0328"
    assert "leaves `review` when it restarts" in found.message


def test_an_outcome_that_changes_afterwards_is_none(tmp_path: Path) -> None:
    edited(
        tmp_path,
        "inquiry",
        (
            "      done: final\n  expert",
            "      done:\n        - resting\n        - receive: Answer\n          do: heard = msg.opinion\n  expert",
        ),
    )
    assert "an outcome changes afterwards" in refusal(edited_again(tmp_path, "article"))


def test_an_outcome_that_cannot_be_written_down_is_refused(tmp_path: Path) -> None:
    edited(
        tmp_path,
        "inquiry",
        ("heard: Opinion?", "heard: Opinion?\n      token: id?"),
        ("do: send Question() to expert", "do: |\n            token = fresh()\n            send Question() to expert"),
        ("asker in done: heard", "asker in done: token"),
    )
    path = edited_again(
        tmp_path, "article", ("if: said == good", "if: said != none"), ("opinion = said", "opinion = good")
    )
    assert "holds an id or a digest" in refusal(path)


def edited_again(folder: Path, name: str, *changes: tuple[str, str]) -> Path:
    """Change one more spec where the parts were written before."""
    path = folder / f"{name}.yaml"
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return path


ENDLESS = (
    ("        - after: patience\n          goto: done\n", "        - resting\n"),
    (
        "  answered_in_the_end:\n    eventually: asker in done\n",
        "  honest:\n    always: asker.heard in (none, good, bad)\n",
    ),
)


def test_a_run_that_rests_on_a_part_which_may_not_end_is_not_proved(tmp_path: Path) -> None:
    """With a lost message the part never ends, and says so; what the whole does in the long run rests on it."""
    edited(tmp_path, "inquiry", *ENDLESS)
    found = verdicts(edited_again(tmp_path, "article"), "by parts")["by parts"]
    props = {prop.name: prop for prop in found.properties}
    assert props["decided"].verdict == "not_tested"
    assert not props["decided"].expected
    assert "it rests on `review` coming to its end for editor" in props["decided"].reason
    assert props["nothing_bad_in_print"].verdict == "holds"


def test_what_only_may_happen_is_not_decided_by_parts() -> None:
    found = verdicts(GOLDEN / "article.yaml", "by parts")["by parts"]
    undecided = {prop.name for prop in found.properties if prop.reason.startswith("not decided by parts")}
    assert {"can_be_printed", "no_deadlock", "never_stuck", "no_dead_parts"} <= undecided


def test_who_no_longer_answers_lets_others_wait(tmp_path: Path) -> None:
    """Alone the expert answers again and again; in the whole it is final, so nothing is promised in the long run."""
    edited(
        tmp_path,
        "inquiry",
        (
            "        - after: patience\n          goto: done\n",
            "        - every: patience\n          do: send Question() to expert\n",
        ),
        (
            "          goto: done\n      done: final\noutcome:",
            "          goto: done\n      done:\n        - resting\n        - receive: Question\n"
            "          do: send Answer(opinion=good) to asker\noutcome:\n  expert in done: true",
        ),
        ("tolerates: {lose: 1}", "tolerates: {lose: 1}\nbounds: {copies: 1}"),
    )
    path = edited_again(
        tmp_path,
        "article",
        ("        - run: review\n", "        - run: review\n          goto: gone\n      gone: final\n"),
    )
    found = {prop.name: prop for prop in verdicts(path, "by parts")["by parts"].properties}
    assert found["decided"].verdict == "not_tested"
    assert "answers nobody" in found["decided"].reason
    whole = {prop.name: prop for prop in verdicts(path, "as a whole")["as a whole"].properties}
    assert whole["decided"].verdict == "fails"


def test_a_part_alone_has_the_circumstances_of_the_whole() -> None:
    tree, load = composed_of(str(PURCHASE))
    composition, _ = read_composition(tree, load)
    assert composition is not None
    machine = _machine(alone(composition, composition.parts["sale"], "by parts"), "sale")
    (case,) = machine.cases
    assert dict(case.values)["bidders"] != ()
    assert ("Money", 0, 1) in case.bounds.ranges


LATE_SEAT = """\
comity: "1"
protocol: late_seat
parts:
  ask:
    use: ask
    roles: {asker: editor, expert: reviewer}
messages:
  Print: {}
roles:
  editor:
    variables:
      good: bool
    states:
      asking:
        - run: ask -> said
          do: |
            good = said
            send Print() to printer
          goto: sent
      sent: final
  reviewer:
    states:
      on_holiday:
        - resting
        - decide: come_back
          goto: at_work
      at_work:
        - run: ask -> said
          goto: gone
      gone: final
  printer:
    states:
      idle:
        - resting
        - receive: Print
          goto: printed
      printed: final
properties:
  printed_by_those_at_work:
    never: printer in printed and reviewer in on_holiday
verify:
  as a whole: {violates: [printed_by_those_at_work]}
  by parts:
    abstract: [ask]
"""

ASK = """\
comity: "1"
protocol: ask
messages:
  Question: {}
  Answer: {good: bool}
roles:
  asker:
    variables:
      heard: bool
    states:
      asking:
        - when: true
          do: send Question() to expert
          goto: waiting
      waiting:
        - receive: Answer
          do: heard = msg.good
          goto: done
        - after: 1h
          goto: done
      done: final
  expert:
    states:
      serving:
        - resting
        - receive: Question
          do: send Answer(good=true) to asker
waive: {duplicates_are_harmless: one question}
outcome:
  asker in done: heard
  expert in serving: true
"""


def written(folder: Path, **texts: str) -> Path:
    """Write specs by their names, and return where the first of them is."""
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder / f"{next(iter(texts))}.yaml"


def test_who_is_over_from_the_start_may_still_begin_late(tmp_path: Path) -> None:
    found = verdicts(written(tmp_path, late_seat=LATE_SEAT, ask=ASK))
    told = {
        case: next(p for p in one.properties if p.name.startswith("printed")).verdict for case, one in found.items()
    }
    assert told == {"as a whole": "fails", "by parts": "not_tested"}


NEVER_ENDS = """\
comity: "1"
protocol: liar_never
parts:
  invite:
    use: invite
    roles: {guest: visitor, host: clerk}
messages:
  Paid: {}
roles:
  visitor:
    states:
      greeting:
        - run: invite
          do: send Paid() to clerk
          goto: gone
      gone: final
  clerk:
    states:
      greeting:
        - defer: Paid
        - run: invite
          goto: waiting
      waiting:
        - resting
        - receive: Paid
          goto: served
      served: final
properties:
  not_served:
    never: clerk in served
waive: {no_dead_parts: nobody is invited}
verify:
  as a whole:
    faults: {byzantine: {visitor: 1}}
    violates: [not_served]
  by parts:
    faults: {byzantine: {visitor: 1}}
    abstract: [invite]
"""

INVITE = """\
comity: "1"
protocol: invite
parameters:
  invited: {type: bool, default: false}
messages:
  Come: {}
roles:
  guest:
    states:
      outside:
        - resting
        - receive: Come
          goto: done
      done: final
  host:
    states:
      there:
        - when: invited
          do: send Come() to guest
          goto: done
        - after: 1h
          goto: done
      done: final
outcome:
  guest in done: 1
  host in done: 1
"""


def test_what_a_liar_might_send_behind_a_part_that_never_ends_is_not_left_out(tmp_path: Path) -> None:
    path = written(tmp_path, liar_never=NEVER_ENDS, invite=INVITE)
    assert "`visitor` may lie and never comes to an end of `invite`" in refusal(path)


def test_a_parameter_of_a_part_may_be_called_as_an_end_is(tmp_path: Path) -> None:
    whole = NEVER_ENDS.replace("byzantine: {visitor: 1}", "lose: 1").replace("    violates: [not_served]\n", "")
    path = written(tmp_path, whole=whole, invite=INVITE.replace("invited", "open"))
    assert all(case.verdict == "holds" for case in verdicts(path).values())


def test_a_part_alone_hears_of_ctrl_c(tmp_path: Path) -> None:
    path = written(tmp_path, late_seat=LATE_SEAT, ask=ASK)
    machine = check_file(str(path)).machine
    assert machine is not None

    def press(case: str, doing: str) -> None:
        if "ask alone" in case:
            signal.raise_signal(signal.SIGINT)

    with by_ctrl_c():
        (case,) = verify_with_parts(machine, checking_module(machine), cases=["by parts"], progress=press).cases
    assert case.findings[0].startswith("`ask` alone was cut: stopped by Ctrl-C")
