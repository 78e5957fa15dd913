"""Waits, ends, and what can never happen."""

from collections.abc import Callable

from comityc.diagnostics.diagnostic import Diagnostic

Check = Callable[..., tuple[Diagnostic, ...]]
Messages = Callable[..., list[str]]

TIMEOUT = ("        - after: 30s\n          goto: done\n", "")
START_TIMEOUT = ("        - after: 1h\n          goto: done\n", "")


def test_a_wait_for_a_message_alone_is_found(messages: Messages) -> None:
    assert messages(TIMEOUT) == ["`client` may wait in `waiting` for ever"]


def test_a_wait_for_an_agent_alone_is_found(messages: Messages) -> None:
    assert messages(START_TIMEOUT) == ["`client` may wait in `start` for ever"]


def test_a_prompt_decision_comes_for_certain_and_so_does_its_answer(messages: Messages) -> None:
    prompt = ("decide: ask\n", "decide: ask\n          prompt: true\n")
    assert messages(TIMEOUT, START_TIMEOUT, prompt) == []


def test_an_answer_may_be_lost(messages: Messages) -> None:
    prompt = ("decide: ask\n", "decide: ask\n          prompt: true\n")
    lossy = ("roles:\n", "tolerates: {lose: 1}\nroles:\n")
    assert messages(TIMEOUT, START_TIMEOUT, prompt, lossy) == ["`client` may wait in `waiting` for ever"]


def test_a_deadlock_that_is_a_stated_limit_is_not_found(messages: Messages) -> None:
    limit = ("roles:\n", "verify:\n  a loss:\n    faults: {lose: 1}\n    violates: [no_deadlock]\nroles:\n")
    assert messages(TIMEOUT, limit) == []


def test_resting_says_that_the_wait_is_meant(messages: Messages) -> None:
    assert messages(TIMEOUT, ("      waiting:\n", "      waiting:\n        - resting\n")) == []


def test_a_state_without_transitions_is_a_dead_end(messages: Messages) -> None:
    other = ("        - after: 1h\n          goto: done\n", "        - after: 1h\n          goto: out\n      out: []\n")
    assert messages(other) == ["nothing ever happens to `client` in `out`"]


def test_a_state_that_nothing_leads_to_is_found(messages: Messages) -> None:
    lost = ("      done: final\n", "      lost:\n        - after: 1h\n          goto: done\n      done: final\n")
    assert messages(lost) == ["`client` never gets to `lost`"]


def test_states_beyond_an_unreachable_one_are_named_with_it(check: Check) -> None:
    lost = (
        "      done: final\n",
        "      lost:\n        - after: 1h\n          goto: more\n"
        "      more:\n        - after: 1h\n          goto: lost\n      done: final\n",
    )
    (finding,) = check(lost)
    assert finding.message == "`client` never gets to `lost`"
    assert finding.notes == ("nor to `more`, which can be reached only from there",)


def test_a_state_to_come_back_in_is_reachable(messages: Messages) -> None:
    lost = ("      done: final\n", "      lost:\n        - after: 1h\n          goto: done\n      done: final\n")
    back = ("  client:\n", "  client:\n    restart_in: lost\n")
    # Coming back in `lost`, it may still be answered.
    assert messages(lost, back) == ["`client` does not say what becomes of `Answer` in `lost`"]


def test_the_second_of_two_alike_is_hidden(messages: Messages) -> None:
    twice = (
        "        - receive: Answer\n          goto: done\n",
        "        - receive: Answer\n          goto: done\n        - receive: Answer\n          goto: start\n",
    )
    assert messages(twice) == ["this transition is never taken, an earlier one always is"]


def test_what_any_state_says_is_hidden_only_if_every_state_says_otherwise(messages: Messages) -> None:
    everywhere = ("    states:\n      start:\n", "    states:\n      any:\n        - ignore: Answer\n      start:\n")
    assert messages(everywhere) == []


def test_a_message_that_nobody_sends_here_is_waited_for_in_vain(messages: Messages) -> None:
    vain = ("        - resting\n", "        - resting\n        - receive: Answer\n          goto: ready\n")
    assert messages(vain) == ["`server` waits for `Answer`, and nobody sends it one"]


def test_a_final_state_does_not_send(messages: Messages) -> None:
    acting = (
        "      done: final\n",
        "      done:\n        - final\n        - receive: Answer\n          do: send Question() to server\n",
    )
    assert messages(acting) == ["`client` sends `Question` in `done`, which is final"]


ANSWERING = (
    "          do: send Answer() to sender\n",
    "          goto: answering\n      answering:\n        - ignore: Question\n"
    "        - when: true\n          do: send Answer() to client\n",
)


def test_a_step_that_changes_nothing_is_taken_for_ever(messages: Messages) -> None:
    assert "`server` takes this step again and again" in messages(ANSWERING)


def test_a_step_that_leads_on_is_not(messages: Messages) -> None:
    leading_on = (ANSWERING[0], ANSWERING[1] + "          goto: ready\n")
    assert "`server` takes this step again and again" not in messages(leading_on)
