"""Expressions get their types, and what does not fit is found once, at its smallest part."""

import pytest

from comityc.machine import expressions as ir
from comityc.machine.expression_text import expression_text
from comityc.machine.value_types import (
    BoolType,
    EnumType,
    FractionType,
    InstanceType,
    IntType,
    ListType,
    MessageType,
    type_name,
)
from comityc.machine.walk import expressions_in

from .specs import body_lines, errors, guard_of, guard_text, lowered, machine, promise_of, spec


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("best is none", "best == none"),
        ("best is not none and best.price > 1", "best != none and best!.price > 1"),
        ("verdict in (none, accepted)", "verdict in (none, accepted)"),
        ("msg.verdict == verdict", "msg.verdict == verdict"),
        ("prices.get(sender) == none", "prices.get(sender) == none"),
        ("prices.get(sender, 0) < prices[best.by]", "prices.get(sender, 0) < prices[best!.by!]"),
        ("sender not in heard", "sender not in heard"),
        ("sender == best.by", "sender == best!.by"),
        ("0 <= n < msg.price <= 3", "0 <= n < msg.price <= 3"),
        ("n / 2 > share * servers", "n / 2 > share * servers"),
        ("n // 2 + n % 2 == -1", "n // 2 + n % 2 == -1"),
        ("2 * patience < 1m + patience", "2 * patience < 1m + patience"),
        (
            "heard <= {s for s in server} and heard & {sender} == set()",
            "heard <= {s for s in server} and heard & {sender} == set()",
        ),
        ("max(log, default=none) is none", "max(log, default=none) == none"),
        ("count(p > 1 for p in prices.values()) == len(heard)", "count(p > 1 for p in prices.values()) == len(heard)"),
        ("all(k in heard for k, v in prices.items() if v > 0)", "all(k in heard for k, v in prices.items() if v > 0)"),
        ("sorted(log)[::-1][:2] == [1] + log", "sorted(log)[::-1][:2] == [1] + log"),
        ("self in waiting and server[0].index == 0", "self in waiting and server[0].index == 0"),
        ("not heard", "not len(heard) > 0"),
        ("n > 0 implies (n if n > 1 else 1/2) > share", "n > 0 implies (n if n > 1 else 1/2) > share"),
        ("min(2, n, abs(-3)) in range(1, 5)", "min(2, n, abs(-3)) in range(1, 5)"),
    ],
)
def test_an_expression_means_what_it_says(written: str, meant: str) -> None:
    assert guard_text(written) == meant


@pytest.mark.parametrize(
    ("written", "code", "message"),
    [
        ("n == accepted", "CMY0402", "int and Verdict are never equal"),
        ("n is none", "CMY0402", "an int is never none"),
        ("n < none", "CMY0402", "int and none have no order"),
        ("topic < topic", "CMY0402", "text and text have no order"),
        ("sender in log", "CMY0402", "server is never in a collection of int"),
        ("n in n", "CMY0401", "expected a list, set or map after `in`, found int"),
        ("n", "CMY0401", "expected a condition, found int"),
        ("best", "CMY0401", "expected a condition, found Offer?"),
        ("patience / 2 > 1s", "CMY0403", "`/` is not for duration and int"),
        ("-topic == 1", "CMY0403", "`-` needs a number, not text"),
        ("len(n) > 1", "CMY0401", "`len` needs a list, set or map, not int"),
        ("sum(heard) > 1", "CMY0401", "`sum` needs numbers, and these are server"),
        ("msg.colour == 1", "CMY0208", "message Answer has no field `colour`"),
        ("best.cost > 1", "CMY0208", "record Offer has no field `cost`"),
        ("log.size > 1", "CMY0405", "list[int] has no field `size`"),
        ("n[0] == 1", "CMY0405", "int cannot be indexed"),
        ("prices[0] == 1", "CMY0401", "expected server for the key, found int"),
        ("client[0] == self", "CMY0405", "`client` is one instance"),
        ("server.asked", "CMY0405", "`server` stands for all its instances, which have no one `asked`"),
        ("server[0].asked", "CMY0217", "an instance cannot look into another one in a guard"),
        ("sender in ready", "CMY0217", "an instance cannot look into another one in a guard"),
        ("happened(pay)", "CMY0217", "`happened` means nothing in a guard"),
        ("best.by == fresh()", "CMY0217", "`fresh` means nothing in a guard"),
        ("closed == closed", "CMY0215", "`closed` is a word of Phase and Door"),
        ("phase == open", "CMY0214", "Phase has no word `open`"),
        ("cheaper(best)", "CMY0406", "`cheaper` takes 2 arguments, not 1"),
        ("rank", "CMY0406", "`rank` needs arguments"),
        ("max(log, by=1) > 1", "CMY0406", "`max` takes no `by=`"),
        ("max(log, key=n) > 1", "CMY0201", "`key=` takes the name of a define with one argument"),
        ("learn(due)", "CMY0414", "`learn` is a block of statements, and has no value"),
        ("heard.add(self)", "CMY0414", "`.add` changes something, and has no value"),
        ("any(n > 1 for n in log)", "CMY0216", "`n` hides the variable of that name"),
        ("any(a > 1 for a, b in log)", "CMY0406", "`a, b` takes apart a pair, but each element is int"),
        ("Verdict == accepted", "CMY0201", "`Verdict` is a type"),
        ("log == [1, accepted]", "CMY0401", "one item is int, another Verdict"),
        ("heard == (log if n > 1 else heard)", "CMY0401", "one branch is list[int], the other set[server]"),
        ("heard == {}", "CMY0401", "`{}` is an empty map"),
    ],
)
def test_what_is_wrong_is_found_once(written: str, code: str, message: str) -> None:
    assert errors(spec(guard=written)) == [(code, message)]


def test_one_missing_name_silences_what_depends_on_it() -> None:
    assert errors(spec(guard="ofer.price + 1 > n and cheaper(ofer, best) and ofer in (none, best)")) == [
        ("CMY0201", "unknown name `ofer`")
    ]


def test_the_other_lines_of_a_missing_name_are_noted() -> None:
    _, findings = lowered(spec(guard="prics[sender] > 1", body="prics[sender] = 2"))
    assert len(findings) == 1
    assert findings[0].help == "did you mean `prices`?"
    assert findings[0].notes == ("the same in line 45",)


def test_a_word_that_enums_share_is_read_by_the_other_side() -> None:
    guard = guard_of("closed != phase and door in (closed, open)")
    words = [part.type for part in expressions_in(guard) if isinstance(part, ir.Word)]
    assert [type_name(word) for word in words] == ["Phase", "Door", "Door"]


def test_a_shared_word_as_an_argument_is_read_by_what_the_block_does_with_it() -> None:
    (assigned,) = body_lines("learn(closed)")
    assert isinstance(assigned, ir.Assign)
    assert assigned.value == ir.Word(word="closed", type=EnumType("Phase", ("due", "closed")))


def test_the_sender_is_of_the_roles_that_send_the_message() -> None:
    guard = guard_of("sender == sender")
    assert isinstance(guard, ir.Comparison)
    assert guard.first.type == InstanceType(("server",))


def test_a_message_is_a_value() -> None:
    guard = guard_of("msg == msg")
    assert isinstance(guard, ir.Comparison)
    assert guard.first.type == MessageType(("Answer",))


def test_an_empty_collection_takes_the_type_of_its_place() -> None:
    emptied = body_lines("log = []\nheard = set()\nprices = {}")
    types = [type_name(s.value.type) for s in emptied if isinstance(s, ir.Assign)]
    assert types == ["list[int]", "set[server]", "map[server, int]"]


def test_a_ratio_of_two_numbers_is_one_exact_number() -> None:
    share = next(p for p in machine(spec()).parameters if p.name == "share")
    assert isinstance(share.default, ir.Constant)
    assert share.default.type == FractionType()


def test_after_an_instance_a_word_is_a_state_and_after_a_value_a_value() -> None:
    promise = promise_of("client in done implies client.phase in (closed, due)")
    (implied,) = promise.expressions
    assert isinstance(implied, ir.Implies)
    assert implied.left == ir.InState(
        instance=ir.SingleInstance(role="client", type=InstanceType(("client",))),
        role="client",
        states=("done",),
        type=BoolType(),
    )
    assert isinstance(implied.right, ir.Comparison)


def test_of_an_instance_that_may_be_of_several_roles_the_state_of_each_is_asked_for() -> None:
    promise = promise_of("all(x in done or x in ready for x in [client, server[0]])")
    asked = "x in client.done or x in server.ready"
    assert expression_text(promise.expressions[0]) == f"all({asked} for x in [client, server[0]])"


@pytest.mark.parametrize(
    ("promise", "code"),
    [
        ("self in done", "CMY0217"),
        ("old(client.n) == 1", "CMY0217"),
        ("client.n == m", "CMY0201"),
        ("client in dne", "CMY0205"),
        ("client.done", "CMY0208"),
        ("happened(pay)", "CMY0213"),
        ("client.n", "CMY0401"),
        ("n == 1", "CMY0201"),
    ],
)
def test_properties_look_at_all_instances_and_at_no_one_of_them(promise: str, code: str) -> None:
    assert [found for found, _ in errors(spec(promise=promise))] == [code]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("patience = 3s", "CMY0407"),
        ("best.price = 1", "CMY0407"),
        ("sender.asked = true", "CMY0407"),
        ("nn = 1", "CMY0201"),
        ("n = best", "CMY0401"),
        ("n = none", "CMY0401"),
        ("verdict = due", "CMY0214"),
        ("n += share", "CMY0401"),
        ("del log[0]", "CMY0407"),
        ("heard.append(sender)", "CMY0405"),
        ("log.pop(1, 2)", "CMY0406"),
        ("prices.pop()", "CMY0406"),
        ("lern(due)", "CMY0218"),
        ("rank(sender)", "CMY0414"),
        ("learn()", "CMY0406"),
        ("learn(n)", "CMY0401"),
        ("send Question() to server", "CMY0406"),
        ("send Question(topc=topic) to server", "CMY0208"),
        ("send Qestion(topic=topic) to server", "CMY0206"),
        ("send Question(topic=topic) to n", "CMY0401"),
        ("send Question(topic=n) to server", "CMY0401"),
        ("for x in n:\n    log.append(x)", "CMY0404"),
        ("for sender in heard:\n    log.append(1)", "CMY0204"),
        ("if n:\n    n = 1", "CMY0401"),
    ],
)
def test_statements_change_variables_and_send_messages(body: str, code: str) -> None:
    assert [found for found, _ in errors(spec(body=body))] == [code]


def test_statements_are_typed_as_their_places_need() -> None:
    lines = body_lines("verdict = msg.verdict\nbest = Offer(price=2)\nlog.append(prices[best.by])\nn += 1")
    assert [type(line).__name__ for line in lines] == ["Assign", "Assign", "Mutate", "Assign"]
    made = lines[1]
    assert isinstance(made, ir.Assign)
    assert isinstance(made.value, ir.RecordOf)
    assert [name for name, _ in made.value.fields] == ["price", "by"]


def test_a_list_of_messages_has_the_fields_that_all_of_them_have() -> None:
    both = spec().replace(
        "- receive: Refusal\n          do: learn(due)", "- receive: [Refusal, Answer]\n          do: n = FIELD"
    )
    assert not errors(both.replace("FIELD", "msg.price").replace("learn(p)", "learnt(p)"))
    assert errors(both.replace("FIELD", "msg.verdict")) == [("CMY0208", "message Refusal has no field `verdict`")]


def test_types_with_an_alias_keep_it() -> None:
    text = spec().replace("price: int}", "price: Money}").replace("types:\n", "types:\n  Money: int\n")
    message = next(m for m in machine(text).messages if m.name == "Refusal")
    assert isinstance(message.fields[0].type, IntType)
    assert message.fields[0].type.alias == "Money"
    assert ListType(message.fields[0].type) == ListType(IntType())


@pytest.mark.parametrize("trigger", ["when: true", "decide: act", "perform: pay -> ok", "at: now", "every: 1s"])
def test_a_condition_may_look_at_the_time_when_something_happens(trigger: str) -> None:
    lines = f"        - {trigger}\n" + ("" if trigger == "at: now" else "          if: now > now - 1s\n")
    found = errors(spec().replace("      waiting:\n", f"      waiting:\n{lines}", 1))
    assert {code for code, _ in found} == (set() if trigger == "every: 1s" else {"CMY0217"})
