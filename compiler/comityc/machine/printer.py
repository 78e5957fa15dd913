"""A machine comes in, stable readable text of all of it goes out: golden tests and the architecture tour read this.

Expressions are printed as a spec would write them, with names resolved: a word carries its enum where two could be
meant, an optional that is read as if it were there carries a `!`.
"""

from collections.abc import Iterable, Iterator

from comityc.machine.expression_text import (
    clause_text,
    domain_text,
    expression_text,
    field_texts,
    statement_lines,
)
from comityc.machine.model import (
    Answers,
    Bounds,
    Case,
    Clock,
    DecisionRule,
    Definition,
    Envelope,
    Machine,
    MessagePattern,
    Outcome,
    ParameterDeclaration,
    Partition,
    Property,
    RequestRule,
    Role,
    Scenario,
    Simulation,
    State,
    TimerRule,
    Transition,
    VariableDeclaration,
)
from comityc.machine.value_types import EnumType, RecordType, ValueType, type_name


def print_machine(machine: Machine) -> str:
    """Return the whole machine as text."""
    return "\n".join(_machine(machine)) + "\n"


def _machine(machine: Machine) -> Iterator[str]:
    yield f"protocol {machine.protocol}"
    yield f"network {machine.network}"
    if machine.clock is not None:
        yield _clock(machine.clock)
    if machine.later is not None:
        yield f"later: {machine.later}"
    yield from _section("parameters", (_parameter(p) for p in machine.parameters))
    yield from _section("assume", (f"{a.name}: {expression_text(a.condition)}" for a in machine.assumptions))
    yield from _section("types", (_type(t) for t in machine.types))
    yield from _section("messages", _messages(machine))
    yield from _section("acts", _acts(machine))
    if machine.shared is not None:
        yield from _section("shared", (_variable(v) for v in machine.shared), always=True)
    yield from _section("define", (_definition(d) for d in machine.definitions))
    for role in machine.roles:
        yield from _section(_role_head(role), _role(role), always=True)
    yield from _section("outcome", (_outcome(outcome) for outcome in machine.outcomes))
    yield from _section("properties", (_property(p) for p in machine.properties))
    yield from _section("tolerates", _envelope(machine.tolerates))
    yield from _section("bounds", _bounds(machine.bounds))
    for case in machine.cases:
        yield from _section(f"case {case.name}", _case(case), always=True)
    for scenario in machine.scenarios:
        yield from _section(f"scenario {scenario.name}", _scenario(scenario), always=True)
    for simulation in machine.simulations:
        yield from _section(f"simulation {simulation.case.name}", _simulation(simulation), always=True)


def _section(title: str, lines: Iterable[str], *, always: bool = False) -> Iterator[str]:
    body = [f"  {line}" for line in lines]
    if body or always:
        yield ""
        yield f"{title}:"
        yield from body


# ---- declarations


def _parameter(parameter: ParameterDeclaration) -> str:
    text = f"{parameter.name}: {type_name(parameter.type)}"
    if parameter.default is not None:
        text += f" = {expression_text(parameter.default)}"
    if parameter.range is not None:
        first, last = parameter.range
        text += f" in {expression_text(first)}..{expression_text(last)}"
    return text


def _type(value_type: ValueType) -> str:
    match value_type:
        case EnumType(name=name, words=words):
            return f"{name}: {' < '.join(words)}"
        case RecordType(name=name, fields=fields):
            return f"{name}: {{{', '.join(field_texts(fields))}}}"
        case _:
            return type_name(value_type)


def _messages(machine: Machine) -> Iterator[str]:
    for message in machine.messages:
        order = " fifo" if message.fifo else ""
        senders, receivers = ", ".join(message.senders) or "nobody", ", ".join(message.receivers) or "nobody"
        yield f"{message.name}({', '.join(field_texts(message.fields))}){order}  # {senders} -> {receivers}"


def _acts(machine: Machine) -> Iterator[str]:
    for act in machine.acts:
        keyed = " keyed" if act.keyed else ""
        undoes = f" undoes {act.undoes}" if act.undoes is not None else ""
        yield f"{act.name}({', '.join(field_texts(act.arguments))}) -> {', '.join(act.outcomes)}{keyed}{undoes}"


def _variable(variable: VariableDeclaration) -> str:
    text = f"{variable.name}: {type_name(variable.type)} = {expression_text(variable.default)}"
    if variable.start_in is not None:
        text += f" start in {domain_text(variable.start_in)}"
    marks = [("ghost", variable.ghost), ("volatile", not variable.durable), ("once", variable.once)]
    return " ".join([text, *(word for word, is_set in marks if is_set)])


def _definition(definition: Definition) -> str:
    name = definition.name
    owner = f"{name.role}." if name.role is not None else ""
    variant = f"#{name.variant}" if name.variant else ""
    arguments = ", ".join(f"{argument}: {type_name(kind)}" for argument, kind in definition.arguments)
    head = f"{owner}{name.name}{variant}" + (f"({arguments})" if arguments else "")
    return f"{head}: {type_name(definition.body.type)} = {expression_text(definition.body)}"


def _outcome(outcome: Outcome) -> str:
    return f"{outcome.role} in {', '.join(outcome.states)}: {expression_text(outcome.value)}"


# ---- behaviour


def _role_head(role: Role) -> str:
    count = f" x {expression_text(role.count)}" if role.count is not None else ""
    dynamic = " dynamic" if role.dynamic else ""
    restart = f" restarts in {role.restart_in}" if role.restart_in is not None else ""
    return f"role {role.name}{count}{dynamic}{restart}"


def _role(role: Role) -> Iterator[str]:
    for variable in role.variables:
        yield f"var {_variable(variable)}"
    for transition in role.transitions:
        yield from _transition(transition)
    for state in role.states:
        yield from _state(state)


def _transition(transition: Transition) -> Iterator[str]:
    fairness = f" fairness {transition.fairness}" if transition.fairness is not None else ""
    yield f"transition {transition.number} [{transition.name}] {transition.kind}{fairness}"
    if transition.draw is not None:
        yield f"  draw {transition.draw[0]} in {domain_text(transition.draw[1])}"
    if transition.guard is not None:
        yield f"  if {expression_text(transition.guard)}"
    for line in statement_lines(transition.body):
        yield f"  {line}"
    if transition.goto is not None:
        yield f"  goto {transition.goto}"


def _state(state: State) -> Iterator[str]:
    marks = [word for word, is_set in (("final", state.final), ("resting", state.resting)) if is_set]
    marks += [f"of {state.part}"] if state.part is not None else []
    yield " ".join(["state", state.name, *marks])
    for reception in state.receptions:
        yield f"  receive {reception.message}: {_numbers(reception.candidates)}"
    for timer in state.timers:
        yield f"  {_timer(timer)}: {_numbers(timer.candidates)}"
    for decision in state.decisions:
        yield f"  {_decision(decision)}: {_numbers(decision.candidates)}"
    for request in state.requests:
        yield f"  {_request(request)}"
        for outcome, candidates in request.outcomes:
            yield f"    -> {outcome}: {_numbers(candidates)}"
    for rule in state.spontaneous:
        loop = f" {clause_text(rule.loop)}" if rule.loop is not None else ""
        yield f"  when{loop}: {_numbers(rule.candidates)}"


def _numbers(candidates: Iterable[Transition]) -> str:
    marks = {"ignore": " (ignore)", "defer": " (defer)"}
    return ", ".join(f"{t.number}{marks.get(t.kind, '')}" for t in candidates)


def _timer(timer: TimerRule) -> str:
    length = expression_text(timer.duration)
    if timer.longest is not None:
        length += f"..{expression_text(timer.longest)}"
    loop = f" {clause_text(timer.loop)}" if timer.loop is not None else ""
    lasting = " lasting" if timer.scope == "instance" else ""
    return f"{timer.kind} {length}{loop}{lasting} [{timer.name}]"


def _decision(decision: DecisionRule) -> str:
    text = f"decide {decision.name}"
    if decision.domain is not None:
        text += f" in {domain_text(decision.domain)}"
    if decision.loop is not None:
        text += f" {clause_text(decision.loop)}"
    return text + " prompt" * decision.prompt + " stored" * decision.stores


def _request(request: RequestRule) -> str:
    arguments = ", ".join(f"{name}={expression_text(value)}" for name, value in request.arguments)
    text = f"perform {request.act}({arguments})"
    if request.key is not None:
        text += f" key {expression_text(request.key)}"
    if request.undoes is not None:
        text += f" undoes {request.undoes}"
    if request.loop is not None:
        text += f" {clause_text(request.loop)}"
    return text


# ---- promises


def _property(promise: Property) -> str:
    if promise.kind == "generic":
        return f"{promise.name}: generic" + (f" waived: {promise.waived}" if promise.waived is not None else "")
    text = f"{promise.name}: {promise.kind} {' ~> '.join(expression_text(e) for e in promise.expressions)}"
    if promise.quantifier is not None:
        text += f" {clause_text(promise.quantifier)}"
    if promise.only:
        text += f" only in {', '.join(promise.only)}"
    if promise.given is not None:
        text += f" given {promise.given[0]} {expression_text(promise.given[1])}"
    return text


def _envelope(envelope: Envelope) -> Iterator[str]:
    for word in ("lose", "duplicate"):
        if getattr(envelope, word):
            yield f"{word}: {getattr(envelope, word)}"
    if envelope.reorder:
        yield "reorder"
    for word in ("crash", "restart", "amnesia", "pause", "byzantine"):
        for role, budget in getattr(envelope, word):
            yield f"{word} {role}: {budget}"
    for word in ("late_act", "repeat_act"):
        if getattr(envelope, word):
            yield f"{word}: {getattr(envelope, word)}"
    if envelope.partition is not None:
        yield f"partition: {_partition(envelope.partition)}"


def _partition(partition: Partition) -> str:
    words = [str(partition.times)]
    words += ["one way"] if partition.one_way else []
    words += [] if partition.heals else ["for good"]
    words += ["keeps messages"] if partition.keeps else []
    words += [f"isolates {' | '.join(partition.isolates)}"] if partition.isolates else []
    return ", ".join(words)


def _clock(clock: Clock) -> str:
    return "clock synchronous" if clock.skew is None else f"clock skew {expression_text(clock.skew)}"


def _bounds(bounds: Bounds) -> Iterator[str]:
    for name, first, last in bounds.ranges:
        yield f"{name}: {first}..{last}"
    for name, size in bounds.sizes:
        yield f"{name}: {size} values"
    if bounds.copies is not None:
        yield f"copies: {bounds.copies}"
    if bounds.under_way is not None:
        yield f"under_way: {bounds.under_way}"


def _case(case: Case) -> Iterator[str]:
    if case.later is not None:
        yield f"later: {case.later}"
    for name, values in case.values:
        yield f"with {name}: {' | '.join(expression_text(value) for value in values)}"
    yield f"network {case.network}"
    if case.clock is not None:
        yield _clock(case.clock)
    for line in _envelope(case.faults):
        yield f"fault {line}"
    for line in _bounds(case.bounds):
        yield f"bound {line}"
    if case.abstract:
        yield f"abstract {', '.join(case.abstract)}"
    if case.violates:
        yield f"violates {', '.join(case.violates)}"
    for word, figure in (("states", case.states), ("levels", case.levels), ("orbits", case.orbits)):
        if figure is not None:
            yield f"{word}: {figure}"


def _scenario(scenario: Scenario) -> Iterator[str]:
    for name, value in scenario.values:
        yield f"with {name}: {expression_text(value)}"
    for word, answers in (("decide", scenario.decisions), ("perform", scenario.performs)):
        for answer in answers:
            yield f"{word} {_answers(answer)}"
    for pattern, condition in scenario.hold:
        yield f"hold {_pattern(pattern)}: {expression_text(condition)}"
    for pattern in scenario.lose:
        yield f"lose {_pattern(pattern)}"
    for instance, condition in scenario.crash:
        yield f"crash {expression_text(instance)}: {expression_text(condition)}"
    if scenario.expect is not None:
        yield f"expect {expression_text(scenario.expect)}"


def _simulation(simulation: Simulation) -> Iterator[str]:
    yield from _case(simulation.case)
    yield f"runs {simulation.runs}"
    yield f"expect {expression_text(simulation.expect)}"


def _answers(answers: Answers) -> str:
    return (
        f"{_place(answers.role, answers.index)}.{answers.name}: {', '.join(expression_text(v) for v in answers.values)}"
    )


def _pattern(pattern: MessagePattern) -> str:
    return f"{_place(pattern.role, pattern.index)}.{pattern.message}"


def _place(role: str, index: int | None) -> str:
    return role if index is None else f"{role}[{index}]"
