"""`parts`, `run` and `outcome`, and the one flat protocol that they stand for."""

from pathlib import Path

import pytest
from tests.conftest import Golden

from comityc.diagnostics.bag import Bag
from comityc.driver import check_file, checking_module, loaded_module, read_tree
from comityc.expand.printer import print_tree
from comityc.explore.telling.report import to_text
from comityc.explore.verdict import CaseVerdict
from comityc.explore.verify import verify_machine

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "compose"
WHOLES = ("article", "again", "errand")


def flat(path: Path) -> str:
    """Return the full protocol that a spec stands for, as `comity expand` prints it."""
    bag = Bag()
    tree, _ = read_tree(str(path), bag)
    assert tree is not None, bag.diagnostics
    return print_tree(tree)


def verdict(path: Path, case: str | None = None) -> CaseVerdict:
    """Return the verdict on one case."""
    machine = check_file(str(path)).machine
    assert machine is not None
    (found,) = verify_machine(machine, checking_module(machine), cases=None if case is None else [case]).cases
    return found


def edited(folder: Path, name: str, *changes: tuple[str, str]) -> Path:
    """Write a golden spec with some changes, its parts beside it."""
    for other in GOLDEN.glob("*.yaml"):
        (folder / other.name).write_text(other.read_text(encoding="utf-8"), encoding="utf-8")
    text = (folder / f"{name}.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder / f"{name}.yaml"


@pytest.mark.parametrize("name", WHOLES)
def test_a_whole_expands_to_what_is_written_beside_it(name: str, golden: Golden) -> None:
    golden(GOLDEN / f"{name}.txt", flat(GOLDEN / f"{name}.yaml"))


@pytest.mark.parametrize("name", WHOLES)
def test_what_is_expanded_is_a_spec_that_means_the_same(name: str, tmp_path: Path) -> None:
    full = tmp_path / "full.yaml"
    full.write_text(flat(GOLDEN / f"{name}.yaml"), encoding="utf-8")
    machine = check_file(str(full)).machine
    assert machine is not None
    for of_the_full in verify_machine(machine, checking_module(machine)).cases:
        of_the_whole = verdict(GOLDEN / f"{name}.yaml", of_the_full.name if machine.cases else None)
        assert (of_the_full.states, of_the_full.levels) == (of_the_whole.states, of_the_whole.levels)


@pytest.mark.parametrize("name", WHOLES)
def test_a_whole_is_as_it_says(name: str) -> None:
    machine = check_file(str(GOLDEN / f"{name}.yaml")).machine
    assert machine is not None
    found = verify_machine(machine, checking_module(machine))
    assert found.as_expected, to_text([found])
    assert loaded_module(machine).Parameters is not None


def test_a_story_says_which_part_a_step_belongs_to(tmp_path: Path) -> None:
    path = edited(tmp_path, "article", ("if: said == good", "if: said != none"))
    machine = check_file(str(path)).machine
    assert machine is not None
    story = to_text([verify_machine(machine, checking_module(machine))])
    assert "in review: the agent of reviewer decides review_opinion = bad" in story
    assert "nothing_bad_in_print fails" in story


def test_a_stay_in_a_part_is_a_state_for_properties() -> None:
    machine = check_file(str(GOLDEN / "article.yaml")).machine
    assert machine is not None
    editor = machine.roles[0]
    assert [state.name for state in editor.states if state.part == "review"] == [
        "review_asking",
        "review_waiting",
        "review_done",
    ]


def test_a_stranger_is_not_heard_in_a_part(tmp_path: Path) -> None:
    """The shop that was not chosen lies: it forges a receipt, and the customer does not take it."""
    assert verdict(GOLDEN / "errand.yaml", "a shop lies").as_expected
    cheated = "never: customer.receipt != none and any(s == customer.choice and s.sale_got == none for s in shop)"
    path = edited(
        tmp_path, "errand", ("properties:\n", f"properties:\n  not_cheated:\n    {cheated}\n    only: [a shop lies]\n")
    )
    found = {each.name: each.verdict for each in verdict(path, "a shop lies").properties}
    assert found["not_cheated"] == "holds"
    assert "if: sender != sale_payee" in flat(path)


def test_who_is_told_something_else_is_found(tmp_path: Path) -> None:
    path = edited(tmp_path, "errand", ("run: sale(price=2)", "run: sale(price=1)"))
    found = {each.name: each.verdict for each in verdict(path, "all").properties}
    assert found["sale_agreed"] == "fails"


def test_what_a_run_tells_a_parameter_is_in_its_range(tmp_path: Path) -> None:
    path = edited(tmp_path, "errand", ("price=2", "price=10"), ("int: 0..3", "int: 0..12"))
    found = {each.name: each.verdict for each in verdict(path, "all").properties}
    assert found["sale_agreed"] == "fails"


def test_a_late_message_of_an_earlier_run_is_not_taken_for_one_of_this_run(tmp_path: Path) -> None:
    """Without the number a ballot of the first round is counted in the second; with it never."""
    text = flat(GOLDEN / "again.yaml")
    full = tmp_path / "numbered.yaml"
    early = "president.round_run == 2 and any(m in president.round_ballots and m.round_run == 1 for m in member)"
    with_property = text.replace("properties:\n", f"properties:\n  of_this_round:\n    never: {early}\n", 1)
    full.write_text(with_property, encoding="utf-8")
    assert {each.name: each.verdict for each in verdict(full, "all").properties}["of_this_round"] == "holds"
    without = with_property.replace("msg.round_run < round_run", "msg.round_run < 0").replace(
        "msg.round_run > round_run", "false"
    )
    full.write_text(without, encoding="utf-8")
    assert {each.name: each.verdict for each in verdict(full, "all").properties}["of_this_round"] == "fails"


def test_a_crash_takes_the_role_in_the_part_along(tmp_path: Path) -> None:
    path = edited(
        tmp_path,
        "article",
        ("tolerates: {lose: 1}", "tolerates: {crash: {editor: 1}}"),
        ("eventually: editor not in reviewing", "eventually: editor not in reviewing or editor in crashed"),
    )
    assert verdict(path).as_expected
    alone = edited(tmp_path, "article", ("tolerates: {lose: 1}", "tolerates: {crash: {editor: 1}}"))
    found = {each.name: each.verdict for each in verdict(alone).properties}
    assert found["decided"] == "fails"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("run: review -> said\n          if", "run: reviews -> said\n          if"), "CMY0322"),
        (("run: review -> said\n          if", "run: review(a=1) -> said\n          if"), "CMY0323"),
        (("run: review -> said\n          if", "run: review -> 1\n          if"), "CMY0323"),
        (("- run: review\n", "- run: review -> said\n          goto: reviewed\n      reviewed: final\n"), "CMY0324"),
        (("expert: reviewer}", "expert: critic}"), "CMY0321"),
        (("expert: reviewer}", "expert: editor}"), "CMY0321"),
        ((", expert: reviewer}", "}"), "CMY0321"),
        (("patience: 14d", "patients: 3"), "CMY0304"),
        (("use: inquiry", "use: nothing"), "CMY0301"),
        (("use: inquiry", "use: article"), "CMY0302"),
        (("  Print: {}\n", "  Print: {}\n  ReviewAnswer: {}\n"), "CMY0326"),
        (("          goto: declined", "          goto: reviewing"), "CMY0325"),
    ],
)
def test_what_does_not_fit_is_one_finding(change: tuple[str, str], code: str, tmp_path: Path) -> None:
    found = check_file(str(edited(tmp_path, "article", change))).diagnostics
    assert [finding.code.number for finding in found] == [code], [finding.message for finding in found]


def test_a_part_may_be_a_whole_itself(tmp_path: Path) -> None:
    edited(tmp_path, "article", ("properties:\n", "outcome:\n  editor in (accepted, declined): opinion\nproperties:\n"))
    (tmp_path / "issue.yaml").write_text(
        'comity: "1"\nprotocol: issue\nparts:\n'
        "  first: {use: article, roles: {editor: chief, reviewer: reader, printer: press}}\n"
        "types:\n  Opinion: [good, bad]\n"
        "roles:\n  chief:\n    variables:\n      first: Opinion?\n    states:\n      one:\n"
        "        - run: first -> said\n          do: first = said\n          goto: done\n      done: final\n"
        "  reader:\n    states:\n      one:\n        - run: first\n"
        "  press:\n    states:\n      one:\n        - run: first\n"
        "properties:\n  ends:\n    eventually: chief in done\n  heard:\n    reachable: chief.first == good\n",
        encoding="utf-8",
    )
    assert "first_review_waiting" in flat(tmp_path / "issue.yaml")
    assert verdict(tmp_path / "issue.yaml").as_expected


RELAY = """
comity: "1"
protocol: relay
messages: {M: {}}
roles:
  a: {states: {s: [{when: true, do: send M() to b, goto: done}], done: final}}
  b: {states: {s: [{receive: M, do: send M() to c, goto: done}], done: final}}
  c: {states: {s: [{receive: M, goto: done}], done: final}}
"""

ROUND = """
comity: "1"
protocol: round
parts:
  p:
    use: relay
    roles: {a: one of FIRST, b: SECOND, c: third}
roles:
  FIRST:
    count: 2
    states:
      s: [{when: self.index == 1, goto: done}, {when: self.index == 0, goto: inside}]
      inside: [{run: p(a=self), goto: done}]
      done: final
  SECOND: {states: {s: [{run: "p(a=FIRST[0])", goto: done}], done: final}}
  third: {states: {s: [{run: "p(a=FIRST[0])", goto: done}], done: final}}
properties:
  ends: {eventually: third in done}
"""


@pytest.mark.parametrize(("first", "second"), [("giver", "taker"), ("x", "y"), ("y", "x1")])
def test_one_message_may_go_on_from_seat_to_seat_whatever_the_roles_are_called(
    first: str, second: str, tmp_path: Path
) -> None:
    """Who hears a message in a part compares its sender with those who send it there alone, and our names give way to those of roles."""
    (tmp_path / "relay.yaml").write_text(RELAY, encoding="utf-8")
    (tmp_path / "round.yaml").write_text(ROUND.replace("FIRST", first).replace("SECOND", second), encoding="utf-8")
    found = check_file(str(tmp_path / "round.yaml"))
    assert not found.has_errors
    assert verdict(tmp_path / "round.yaml").as_expected


LATE = """
comity: "1"
protocol: late
messages: {Ask: {}, Money: {}}
roles:
  shop:
    states:
      start: [{when: true, do: send Ask() to client, goto: wait}]
      wait: [{receive: Money, goto: done}, {after: 1d, goto: done}]
      done: final
  client:
    states:
      idle: [{receive: Ask, do: send Money() to shop, goto: done}]
      done: final
"""


def test_a_part_begins_in_its_first_state_wherever_strangers_are_turned_away(tmp_path: Path) -> None:
    (tmp_path / "late.yaml").write_text(LATE, encoding="utf-8")
    whole = tmp_path / "whole.yaml"
    whole.write_text(
        """
comity: "1"
protocol: whole
parts: {pay: {use: late, roles: {shop: boss, client: one of buyer}}}
roles:
  boss: {states: {paying: [{run: "pay(client=buyer[0])", goto: over}], over: final}}
  buyer: {count: 2, states: {paying: [{run: "pay(client=buyer[0])", goto: paid}], paid: final}}
""",
        encoding="utf-8",
    )
    machine = check_file(str(whole)).machine
    assert machine is not None
    assert [state.name for state in machine.roles[0].states] == ["pay_start", "pay_wait", "pay_done", "over"]
