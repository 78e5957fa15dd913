"""Agents for `comity run`: answers from lists, at random by seed, or asked at the terminal."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from fractions import Fraction
from random import Random
from types import ModuleType
from typing import Any

from comity.agent import Agent, Question, Task
from comity.errors import RefusedDecision
from comity.record import describe, describe_arguments
from comity.values import Instance
from comityc.machine import value_types as t
from comityc.machine.model import DecisionRule, Machine
from comityc.naming import declared_class
from comityc.play.plan import Answering, AnswerList
from comityc.play.read_value import UnreadableValue, read_value
from comityc.records import dataclass

UNKNOWN = "unknown"
_LONGEST_THOUGHT = 1.0
"""A random agent thinks for up to this many seconds, so that runs of different seeds go in different orders."""
_WILLING = 0.9
"""How likely a random agent is to do what it need not do, and an act to succeed."""
_MOST_LISTED = 10
"""A longer range of numbers is told by its ends."""

Prompt = Callable[[str], str | None]
"""Asks a person and returns what was typed; None when there is nobody any more."""


class ScriptedAgent:
    """Answers from lists, then as another agent would."""

    def __init__(self, decisions: Answering, performs: Answering, otherwise: Agent) -> None:
        self._decisions = decisions
        self._performs = performs
        self._otherwise = otherwise

    def decide(self, question: Question) -> Any:
        """Return the next answer of the list that counts for this instance."""
        answers = self._decisions.of(question.me, question.decision)
        if answers is None:
            return self._otherwise.decide(question)
        if question.refusal is not None:
            raise RefusedDecision(f"{question.me}: {question.refusal}")
        return answers.pop(0) if answers else None

    def perform(self, task: Task) -> Any:
        """Return the next outcome of the list that counts for this instance; `unknown` is no outcome."""
        answers = self._performs.of(task.me, task.act)
        if not answers:
            return task.outcomes[0] if answers is not None else self._otherwise.perform(task)
        outcome = str(answers.pop(0))
        return None if outcome == UNKNOWN else outcome


class RandomAgent:
    """Decides at random, after some thought, and may leave open what it need not do; its acts mostly succeed.

    Without `leaves_open`, a question for a value is always answered.
    """

    def __init__(self, machine: Machine, module: ModuleType, random: Random, *, leaves_open: bool = True) -> None:
        self._machine = machine
        self._module = module
        self._random = random
        self._leaves_open = leaves_open
        self._refused: dict[tuple[Instance, str, Any], set[Any]] = {}

    async def decide(self, question: Question) -> Any:
        """Return a value of the domain that was not refused in this state yet, or None."""
        rule = decision_rule(self._machine, question.me.role, question.decision)
        if question.refusal is None:
            await asyncio.sleep(round(self._random.uniform(0, _LONGEST_THOUGHT), 1))
            must = (rule is not None and rule.prompt) or (question.has_value and not self._leaves_open)
            if not must and self._random.random() > _WILLING:
                return None
        if not question.has_value:
            return True
        where = question.me, question.decision, (question.state, question.element)
        refused = self._refused.setdefault(where, set())
        values = question.domain if question.domain is not None else self._values(rule)
        if refused:
            values = [value for value in values if value not in refused]
        if not values:
            return None
        chosen = self._random.choice(values)
        refused.add(chosen)
        return chosen

    async def perform(self, task: Task) -> str:
        """Return an outcome, the first one most of the time."""
        await asyncio.sleep(round(self._random.uniform(0, _LONGEST_THOUGHT), 1))
        if len(task.outcomes) == 1 or self._random.random() < _WILLING:
            return task.outcomes[0]
        return self._random.choice(task.outcomes[1:])

    def _values(self, rule: DecisionRule | None) -> Sequence[Any]:
        if rule is None or rule.domain is None:
            return [True]
        return some_values(rule.domain.type, self._machine, self._module)


class TerminalAgent:
    """Asks a person; an empty answer leaves the decision open until something changes."""

    def __init__(self, machine: Machine, module: ModuleType, prompt: Prompt) -> None:
        self._machine = machine
        self._module = module
        self._prompt = prompt

    def decide(self, question: Question) -> Any:
        """Ask until the answer can be read."""
        rule = decision_rule(self._machine, question.me.role, question.decision)
        element = "" if question.element is None else f"[{describe(question.element)}]"
        head = f"{question.me} ({question.state.at}) {question.decision}{element}"
        complaint = f"{question.refusal}\n" if question.refusal else ""
        while True:
            answer = self._prompt(f"{complaint}{head} {self._choices(question, rule)}: ")
            if not answer:
                return None
            if not question.has_value:
                return answer.lower() in ("y", "yes", "true", "1")
            try:
                value_type = rule.domain.type if rule is not None and rule.domain is not None else t.TextType()
                return read_value(answer, value_type, self._module)
            except UnreadableValue as error:
                complaint = f"{error}\n"

    def perform(self, task: Task) -> str | None:
        """Ask what came of an act; nothing means that it succeeded."""
        choices = "/".join((*task.outcomes, UNKNOWN))
        while True:
            answer = self._prompt(f"{task.me} {task.act}{describe_arguments(task.arguments)} [{choices}]: ")
            if not answer:
                return task.outcomes[0]
            if answer == UNKNOWN:
                return None
            if answer in task.outcomes:
                return answer

    def _choices(self, question: Question, rule: DecisionRule | None) -> str:
        if not question.has_value:
            return "[yes, or nothing]"
        if isinstance(question.domain, range) and len(question.domain) > _MOST_LISTED and question.domain.step == 1:
            return f"[{question.domain[0]}..{question.domain[-1]}]"
        if question.domain is not None:
            return f"[{', '.join(map(describe, question.domain))}]"
        return f"[{t.type_name(rule.domain.type)}]" if rule is not None and rule.domain is not None else ""


def decision_rule(machine: Machine, role: str, name: str) -> DecisionRule | None:
    """Find the rule of a decision; those of one name in a role have one type."""
    for declared in machine.roles:
        for state in declared.states if declared.name == role else ():
            for rule in state.decisions:
                if rule.name == name:
                    return rule
    return None


def some_values(value_type: t.ValueType, machine: Machine, module: ModuleType) -> Sequence[Any]:
    """Return a few values of a type to choose from, within the spec's bounds where it has them."""
    match value_type:
        case t.BoolType():
            return (True, False)
        case t.IntType(alias=alias):
            bounds = {name: (low, high) for name, low, high in machine.bounds.ranges}
            low, high = bounds.get(alias or "", (0, 3))
            return range(low, high + 1)
        case t.FractionType():
            return (Fraction(0), Fraction(1, 2), Fraction(1))
        case t.DurationType():
            return (timedelta(seconds=1), timedelta(minutes=1))
        case t.TimeType():
            return (0.0, 60.0)
        case t.EnumType(name=name):
            return tuple(getattr(module, declared_class(name)))
        case t.OptionalType(item=item):
            return (None, *some_values(item, machine, module))
        case t.SetType():
            return (frozenset(),)
        case t.ListType():
            return ((),)
        case t.TextType() | t.IdType() | t.DigestType():
            return ("a", "b", "c")
        case _:
            return ()


@dataclass(frozen=True, slots=True)
class Script:
    """Lists of answers for decisions and for acts."""

    decisions: tuple[AnswerList, ...] = ()
    performs: tuple[AnswerList, ...] = ()

    def agent(self, otherwise: Agent) -> Agent:
        """Return an agent that answers from the lists first."""
        return ScriptedAgent(Answering(self.decisions), Answering(self.performs), otherwise)
