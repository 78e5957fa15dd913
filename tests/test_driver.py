"""Tests of the passes in order: whoever makes several mistakes hears of all of them at once, and of each once."""

from pathlib import Path

import pytest

from comityc.driver import check_file

MISTAKES = """\
comity: "1"
protocol: lunch
parameters:
  guests: {type: int, default: 2, range: 1..5}
types:
  Dish: [soup, pasta]
messages:
  Wish: {dish: Dihs}
roles:
  host:
    variables:
      wishes: map[guest, Dish]
      paid: bool
    states:
      asking:
        - receive: Wish
          guard: sender not in whishes
          do: wishes[sender] = msg.dish
        - when: len(wishes) = guests
          goto: clozed
      closed: final
  guest:
    count: guests
    states:
      choosing:
        - decide: dish in Dish
          do: send Wish(dihs=dish) to hots
          goto: done
      done: final
properties:
  ends:
    eventually: host in closed && true
  early:
    eventualy: host in asking
  other:
    always: host.payd
tolerates: {crash: {gest: 1}}
verify:
  three: {with: {guets: 3}}
"""


def found(text: str, folder: Path) -> list[tuple[str, int]]:
    file = folder / "spec.yaml"
    file.write_text(text, encoding="utf-8")
    return [(finding.code.number, finding.span.line) for finding in check_file(str(file)).diagnostics]


def test_mistakes_of_shape_of_syntax_and_of_names_are_told_in_one_run(tmp_path: Path) -> None:
    assert found(MISTAKES, tmp_path) == [
        ("CMY0202", 8),  # Dihs
        ("CMY0101", 17),  # guard
        ("CMY0201", 17),  # whishes
        ("CMY0158", 19),  # =
        ("CMY0205", 20),  # clozed
        ("CMY0208", 27),  # dihs
        ("CMY0201", 27),  # hots
        ("CMY0157", 32),  # &&
        ("CMY0101", 34),  # eventualy
        ("CMY0208", 36),  # payd
        ("CMY0207", 37),  # gest
        ("CMY0211", 39),  # guets
    ]


BALLOTS = """\
comity: "1"
protocol: ballots
types: {Choice: [yes, no]}
messages: {Ballot: {choice: Choice}}
roles:
  chair:
    variables: {ballots: "map[voter, Choice]", verdict: Choice}
    states:
      open:
        - receive: Ballot
          do: ballots[sender] = msg.choice
        - after: 30s
          goto: closed
      closed: final
  voter:
    count: 3
    states:
      asked:
        - decide: choice in Choice
          do: send Ballot(choice=choice) to chair
          goto: done
      done: final
properties:
  ends: {eventually: chair in closed}
  said: {always: chair.verdict == yes implies all(v in done for v in voter)}
waive: {no_dead_parts: as told}
scenarios:
  one: {decisions: {voter.choice: [yes]}, expect: chair in closed}
"""


def test_the_spec_below_has_no_errors(tmp_path: Path) -> None:
    assert [number for number, _ in found(BALLOTS, tmp_path)] == ["CMY0530", "CMY0510"]  # warnings


@pytest.mark.parametrize(
    ("right", "wrong", "code"),
    [
        ("[yes, no]", "{yes: 1}", "CMY0150"),  # words of an enum that nobody knows
        ("{Ballot: {choice: Choice}}", "[Ballot]", "CMY0102"),  # messages
        ("{choice: Choice}", "{choice: Cho ice}", "CMY0150"),  # the field of a message
        ("count: 3", "count: 3 3", "CMY0150"),  # how many: yet there are several
        ("decide: choice in", "decide: choice of", "CMY0150"),  # what scenarios answer
        ("send Ballot(choice=choice) to", "send Ballot(choice=choice)", "CMY0150"),  # who a sender may be
        ("ends: {", "ends: {all: ways, ", "CMY0101"),
        ("variables: {", 'variables: {votes: "map[voter", ', "CMY0152"),
        ("waive: {no_dead_parts: as told}", "waive: [no_dead_parts]", "CMY0102"),
    ],
)
def test_what_cannot_be_read_has_no_echo(right: str, wrong: str, code: str, tmp_path: Path) -> None:
    assert BALLOTS.count(right) == 1
    assert [number for number, _ in found(BALLOTS.replace(right, wrong), tmp_path)] == [code]


@pytest.mark.parametrize(
    ("right", "wrong", "help_text"),
    [
        ("variables: {", "variables: {name: string, ", "write `text`"),
        ("variables: {", 'variables: {name: "Optional[Choice]", ', "write `Choice?`"),
        ("variables: {", "variables: {name: Choice | none, ", "write `Choice?` for what may be none"),
        ("after: 30s", "after: 30", "a duration is a number with a unit"),
        ("do: ballots[sender] = msg.choice", "do: verdict = 'yes'", "a word of Choice stands without quotes"),
        ("do: ballots[sender] = msg.choice", "do: ballots.remove(sender)", "write `del m[k]`"),
        ("do: ballots[sender] = msg.choice", "do: chair.send(Ballot)", "write `send Message(field=value) to receiver`"),
        ("do: ballots[sender] = msg.choice", "do: send Ballot to chair", "write `Ballot()`"),
        ("send Ballot(choice=choice) to chair", "send Ballot(choice=choice) -> chair", "write `to`"),
        ("do: send Ballot(choice=choice) to chair", "do: [send Ballot(choice=choice) to chair]", "write `do: |`"),
        ("chair in closed}\n  said", "chair == closed}\n  said", "write `chair in closed`"),
        ("chair in closed}\n  said", "voter in done}\n  said", "write `all(x in done for x in voter)`"),
        ("choice in Choice", "choice in Chioce", "did you mean `Choice`?"),
        ("waive: {no_dead_parts: as told}", "tolerates: {lose:1}", "write `lose: 1`, with a colon and a space"),
        ("waive: {no_dead_parts: as told}", "tolerates: {lose: -1}", "the least is 0"),
        ("count: 3", "count: -3", "the least is 0"),
        ("voter.choice: [yes]", "voter[0].choice: [yes]", '{decisions: {"voter[0].choice": [yes]}'),
        ("types:", "parameters: {n: {type: int, default: 2, range: 1-5}}\ntypes:", "write `1..5`"),
    ],
)
def test_a_finding_says_what_to_write_instead(right: str, wrong: str, help_text: str, tmp_path: Path) -> None:
    file = tmp_path / "spec.yaml"
    assert BALLOTS.count(right) == 1
    file.write_text(BALLOTS.replace(right, wrong), encoding="utf-8")
    (finding,) = (finding for finding in check_file(str(file)).diagnostics if finding.is_error)
    assert help_text in (finding.help or "")


@pytest.mark.parametrize("word", ["None", "True", "False"])
def test_a_value_of_python_is_no_name(word: str, tmp_path: Path) -> None:
    assert found(BALLOTS.replace("[yes, no]", f"[yes, {word}]"), tmp_path) == [("CMY0170", 3)]
