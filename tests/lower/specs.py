"""The text of a spec comes in; its machine, or what is found in it, goes out.

`INQUIRY` has nothing to find in it; a test puts its own lines at the marked places.
"""

from comityc.diagnostics.diagnostic import Diagnostic
from comityc.lower.lower import lower_protocol
from comityc.machine import expressions as ir
from comityc.machine.expression_text import expression_text
from comityc.machine.model import Machine, Property
from comityc.source.tree import Source
from comityc.source.yaml_tree import parse
from comityc.syntax.build import build_protocol

INQUIRY = """
comity: "1"
protocol: inquiry
parameters:
  servers: {type: int, default: 2, range: 1..9}
  share: {type: fraction, default: 1/2}
  patience: {type: duration, default: 30s}
types:
  Verdict: [accepted, rejected]
  Phase: [due, closed]
  Door: [open, closed]
  Offer: {price: int, by: "server?"}
messages:
  Question: {topic: text}
  Answer: {verdict: Verdict, price: int}
  Refusal: {price: int}
define:
  cheaper(a, b): a.price < b.price
roles:
  client:
    variables:
      topic: text?
      verdict: Verdict?
      phase: Phase
      door: Door
      best: Offer?
      prices: map[server, int]
      heard: set[server]
      log: list[int]
      n: int
    define:
      rank(s): prices[s]
      learn(p): |
        phase = p
    states:
      asking:
        - decide: topic in text
          do: send Question(topic=topic) to server
          goto: waiting
      waiting:
        - receive: Answer
          if: GUARD
          do: |
            heard.add(sender)
            BODY
        - receive: Refusal
          do: learn(due)
        - ignore: Answer
        - after: patience
          if: min(prices, key=rank, default=none) is none
          goto: done
      done: final
  server:
    count: servers
    variables:
      asked: bool
    states:
      ready:
        - resting
        - receive: Question
          do: |
            asked = true
            send Answer(verdict=accepted, price=1) to sender
        - decide: refuse
          do: send Refusal(price=1) to client
properties:
  p: {always: "PROPERTY"}
  used: {never: "cheaper(client.best, client.best)"}
"""


def spec(*, guard: str = "true", body: str = "n += 1", promise: str = "client in done") -> str:
    """Return INQUIRY with these lines in it."""
    lines = body.split("\n")
    indented = "\n".join([lines[0], *("            " + line for line in lines[1:])])
    return INQUIRY.replace("GUARD", guard).replace("BODY", indented).replace("PROPERTY", promise.replace('"', '\\"'))


def lowered(text: str) -> tuple[Machine | None, tuple[Diagnostic, ...]]:
    """Return the machine of a spec, and what is found in it."""
    tree, findings = parse(Source("spec.yaml", text))
    assert tree is not None, findings
    protocol, findings = build_protocol(tree, Source("spec.yaml", text))
    assert protocol is not None, findings
    assert not findings
    return lower_protocol(protocol)


def machine(text: str) -> Machine:
    """Return the machine of a spec in which nothing is wrong."""
    made, findings = lowered(text)
    assert made is not None, findings
    return made


def errors(text: str) -> list[tuple[str, str]]:
    """Return the codes and messages of the errors in a spec."""
    return [(f.code.number, f.message) for f in lowered(text)[1] if f.is_error]


def guard_of(text: str) -> ir.Expression:
    """Return the typed guard of INQUIRY's `receive: Answer`."""
    client = machine(spec(guard=text)).roles[0]
    found = next(t.guard for t in client.transitions if t.kind == "receive")
    assert found is not None
    return found


def guard_text(text: str) -> str:
    """Return the guard as the machine has it, in the words of a spec."""
    return expression_text(guard_of(text))


def body_lines(text: str) -> tuple[ir.Statement, ...]:
    """Return the typed statements that come from these lines."""
    client = machine(spec(body=text)).roles[0]
    return next(t.body for t in client.transitions if t.kind == "receive")[1:]


def promise_of(text: str) -> Property:
    """Return the typed property."""
    return next(p for p in machine(spec(promise=text)).properties if p.name == "p")
