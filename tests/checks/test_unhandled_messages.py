"""A message that may arrive where nothing is said of it is found; one that cannot is not."""

from collections.abc import Callable

Messages = Callable[..., list[str]]

TIMEOUT = "        - after: 30s\n          goto: done\n"
LATE = "        - after: 30s\n          goto: late\n      late:\n        - after: 1h\n          goto: done\n"


def test_a_sound_spec_has_no_findings(messages: Messages) -> None:
    assert messages() == []


def test_an_answer_may_come_late(messages: Messages) -> None:
    assert messages((TIMEOUT, LATE)) == ["`client` does not say what becomes of `Answer` in `late`"]


def test_nobody_is_answered_who_has_not_asked(messages: Messages) -> None:
    waits_elsewhere = ("        - after: 1h\n          goto: done\n", "        - after: 1h\n          goto: tired\n")
    tired = ("      done: final\n", "      tired:\n        - after: 1h\n          goto: done\n      done: final\n")
    assert messages(waits_elsewhere, tired) == []


def test_a_liar_answers_unasked(messages: Messages) -> None:
    assert messages(("roles:\n", "tolerates: {byzantine: {server: 1}}\nroles:\n")) == [
        "`client` does not say what becomes of `Answer` in `start`"
    ]


def test_who_forgets_all_is_answered_as_if_it_had_not_asked(messages: Messages) -> None:
    assert messages(("roles:\n", "tolerates: {amnesia: {client: 1}}\nroles:\n")) == [
        "`client` does not say what becomes of `Answer` in `start`"
    ]


def test_states_with_the_same_gap_are_one_finding(messages: Messages) -> None:
    later = LATE.replace("goto: done", "goto: later") + "      later:\n        - after: 1h\n          goto: done\n"
    assert messages((TIMEOUT, later)) == ["`client` does not say what becomes of `Answer` in `late` and `later`"]


def test_a_condition_leaves_the_rest_unsaid(messages: Messages) -> None:
    fields = ("Answer: {}", "Answer: {good: bool}")
    sent = ("send Answer()", "send Answer(good=true)")
    condition = ("        - receive: Answer\n", "        - receive: Answer\n          if: msg.good\n")
    assert messages(fields, sent, condition) == ["`client` does not say what becomes of every `Answer` in `waiting`"]


def test_conditions_that_leave_nothing_out_are_enough(messages: Messages) -> None:
    fields = ("Answer: {}", "Answer: {good: bool}")
    sent = ("send Answer()", "send Answer(good=true)")
    both = (
        "        - receive: Answer\n          goto: done\n",
        "        - receive: Answer\n          if: msg.good\n          goto: done\n"
        "        - receive: Answer\n          if: not msg.good\n          goto: start\n",
    )
    # Having asked, it may be answered in `start`, to which it now returns.
    assert messages(fields, sent, both) == ["`client` does not say what becomes of `Answer` in `start`"]


def test_who_is_waived_is_not_found(messages: Messages) -> None:
    waiver = ("roles:\n", "waive:\n  no_unhandled_message: only a sketch\nroles:\n")
    assert messages((TIMEOUT, LATE), waiver) == []


def test_the_help_uses_only_words_of_the_spec(check: Callable[..., tuple[object, ...]]) -> None:
    (plain,) = check((TIMEOUT, LATE))
    assert "ignore" not in str(plain)
    ignoring = ("        - resting\n", "        - resting\n        - ignore: Answer\n")
    assert any("`- ignore: Answer`" in str(finding) for finding in check((TIMEOUT, LATE), ignoring))


KEEPING = """
comity: "1"
protocol: keeping
messages:
  Offer: {}
  Thanks: {}
roles:
  shop:
    variables:
      best: customer?
    states:
      open:
        - receive: Offer
          do: best = sender
        - after: 1h
          do: |
            if best != none:
                send Thanks() to best
          goto: closed
      closed: final
  customer:
    count: 2
    states:
      looking:
        - decide: offer
          do: send Offer() to shop
          goto: hoping
        - after: 1h
          goto: gone
      hoping:
        - receive: Thanks
          goto: gone
        - after: 2h
          goto: gone
      gone: final
"""


def test_a_variable_that_only_holds_senders_names_nobody_else(messages: Messages) -> None:
    assert messages(text=KEEPING) == []
    anybody = KEEPING.replace("best = sender", "best = customer[0]")
    assert messages(text=anybody) == ["`customer` does not say what becomes of `Thanks` in `looking`"]
