"""What `perform` says of acts comes in; what one request asks for goes out, and what is known of each act grows."""

from comityc.diagnostics.codes_names import CONFLICTING_RULES, TYPE_MISMATCH, UNKNOWN_ACT, WRONG_ARGUMENTS
from comityc.diagnostics.diagnostic import Label
from comityc.diagnostics.suggest import did_you_mean
from comityc.lower.context import ActSignature, Context, Lowering
from comityc.lower.expressions.fitting import join
from comityc.machine import expressions as ir
from comityc.machine.value_types import type_name
from comityc.records import dataclass
from comityc.syntax import nodes


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What a `perform` asks for, and the outcomes that this transition is for."""

    act: str
    arguments: tuple[tuple[str, ir.Expression], ...]
    key: ir.Expression | None
    undoes: str | None
    outcomes: tuple[str, ...]


def request_facts(trigger: nodes.PerformTrigger, context: Context) -> RequestFacts:
    """Return what a `perform` asks for, and note what it tells of its act."""
    arguments: dict[str, ir.Expression] = {}
    for name, written in trigger.arguments:
        if name.text in arguments:
            context.report(WRONG_ARGUMENTS.at(name.span, f"`{name.text}` is given twice"))
        arguments[name.text] = context.check(written)
    key = None if trigger.key is None else context.check(trigger.key)
    outcomes = tuple(dict.fromkeys(outcome.text for outcome in trigger.outcomes))
    for outcome in trigger.outcomes:
        if outcome.text == "unknown":
            context.report(
                UNKNOWN_ACT.at(
                    outcome.span,
                    "`unknown` is no outcome",
                    caret="it is the lack of one",
                    help="let a timer end the wait",
                )
            )
    _note_act(trigger, arguments, context)
    undoes = None if trigger.undoes is None else trigger.undoes.text
    return RequestFacts(trigger.act.text, tuple(arguments.items()), key, undoes, outcomes)


def _note_act(trigger: nodes.PerformTrigger, arguments: dict[str, ir.Expression], context: Context) -> None:
    """An act is the same act wherever it is performed: its arguments have to agree."""
    acts, name = context.lowering.acts, trigger.act
    keyed = trigger.key is not None
    known = acts.get(name.text)
    if known is None:
        known = acts[name.text] = ActSignature(name, keyed=keyed)
        known.arguments = {argument: value.type for argument, value in arguments.items()}
    elif list(known.arguments) != list(arguments):
        listed = ", ".join(known.arguments) or "none"
        context.report(
            CONFLICTING_RULES.at(
                name.span,
                f"`{name.text}` is performed with other arguments elsewhere",
                labels=(Label(known.name.span, f"here with {listed}"),),
                help="name the same arguments in the same order everywhere",
            )
        )
    else:
        _join_arguments(known, name, arguments, context)
    if known.keyed != keyed:
        context.report(
            CONFLICTING_RULES.at(
                name.span,
                f"`{name.text}` has a key in one place and none in another",
                labels=(Label(known.name.span, "here otherwise"),),
                help="give it a `key:` everywhere: acts with an equal key are one act",
            )
        )
    known.outcomes += [o.text for o in trigger.outcomes if o.text not in known.outcomes]
    _note_undoes(trigger, known, context)


def _join_arguments(
    known: ActSignature, name: nodes.Name, arguments: dict[str, ir.Expression], context: Context
) -> None:
    for argument, value in arguments.items():
        joined = join(known.arguments[argument], value.type)
        if joined is None:
            found, before = type_name(value.type), type_name(known.arguments[argument])
            context.report(
                TYPE_MISMATCH.at(
                    value.span,
                    f"`{argument}` of `{name.text}` is {found} here and {before} elsewhere",
                    labels=(Label(known.name.span, f"here it is {before}"),),
                )
            )
        else:
            known.arguments[argument] = joined


def _note_undoes(trigger: nodes.PerformTrigger, known: ActSignature, context: Context) -> None:
    undone = trigger.undoes
    if undone is None:
        return
    performed = act_names(context.lowering)
    if undone.text not in performed:
        context.report(
            UNKNOWN_ACT.at(undone.span, f"unknown act `{undone.text}`", help=did_you_mean(undone.text, performed))
        )
    elif undone.text == trigger.act.text:
        context.report(CONFLICTING_RULES.at(undone.span, f"`{undone.text}` cannot undo itself"))
    elif known.undoes is not None and known.undoes != undone.text:
        context.report(
            CONFLICTING_RULES.at(
                undone.span, f"`{trigger.act.text}` undoes `{known.undoes}` elsewhere", caret="an act undoes one act"
            )
        )
    else:
        known.undoes = undone.text


def act_names(lowering: Lowering) -> list[str]:
    """Return the acts that are performed anywhere."""
    transitions = (t for r in lowering.declarations.protocol.roles for s in r.states for t in s.transitions)
    return list(dict.fromkeys(t.trigger.act.text for t in transitions if isinstance(t.trigger, nodes.PerformTrigger)))
