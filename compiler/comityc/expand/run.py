"""The roles of the whole come in; where each of them runs which part goes out.

- run: deal(seller=winner) -> ground          Run("deal", {"seller": `winner`}, "ground")
"""

import re
from collections.abc import Iterator, Mapping

from comityc.diagnostics.codes_parts import BAD_RUN, NO_OUTCOME, UNKNOWN_PART
from comityc.diagnostics.diagnostic import Diagnostic, Label
from comityc.diagnostics.suggest import did_you_mean
from comityc.expand.part import Part, entries, mapping, state_names
from comityc.expand.tokens import cut
from comityc.records import dataclass
from comityc.source.tree import Mapping as MappingTree
from comityc.source.tree import Scalar, Sequence, Tree

_RUN = re.compile(r"\s*([A-Za-z]\w*)\s*(?:\((.*)\))?\s*(?:->\s*([A-Za-z]\w*))?\s*", re.DOTALL)
_ARGUMENT = re.compile(r"\s*([A-Za-z]\w*)\s*=(?!=)\s*(.+?)\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Run:
    """What a `run` says: the part, the arguments, and what its outcome is called in the transition."""

    part: str
    arguments: Mapping[str, Scalar]
    outcome: str | None
    written: Scalar


@dataclass(frozen=True, slots=True)
class Stage:
    """A state of the whole in which a part is run: how one goes on from it, and what else may happen there meanwhile."""

    state: str
    part: str
    first: Run
    goes_on: tuple[tuple[Run, MappingTree], ...]
    meanwhile: tuple[Tree, ...]
    place: Scalar


def read_run(scalar: Scalar) -> Run | Diagnostic:
    """Read `sale`, `sale -> result`, `deal(seller=winner) -> ground`."""
    found = _RUN.fullmatch(scalar.text)
    if found is None:
        return BAD_RUN.at(scalar.span, "this names no part", help="write `run: part -> outcome`")
    arguments: dict[str, Scalar] = {}
    for start, end in _arguments(scalar.text, *found.span(2)) if found[2] is not None else ():
        argument = _ARGUMENT.fullmatch(scalar.text[start:end])
        if argument is None or argument[1] in arguments:
            return BAD_RUN.at(
                scalar.span_between(start, end), "an argument of a part has a name, once", help="write `seller=winner`"
            )
        arguments[argument[1]] = cut(scalar, start + argument.start(2), start + argument.end(2))
    return Run(found[1], arguments, found[3], scalar)


def _arguments(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield where each argument begins and ends: commas in brackets or quotes separate none."""
    depth, quote, begun = 0, "", start
    for place in range(start, end):
        sign = text[place]
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
        elif sign == "," and depth == 0:
            yield begun, place
            begun = place + 1
    if text[begun:end].strip():
        yield begun, end


# ---- the stages of a role


def find_stages(role: str, tree: MappingTree, parts: Mapping[str, Part]) -> tuple[dict[str, Stage], list[Diagnostic]]:
    """Return the stages of a role of the whole by their states."""
    stages: dict[str, Stage] = {}
    findings: list[Diagnostic] = []
    for key, below in entries(tree, "states"):
        items = below.items if isinstance(below, Sequence) else ()
        runs = [(item, run) for item in items if isinstance(run := mapping(item).get("run"), Scalar)]
        if not runs:
            continue
        stage = _stage(role, key, items, [(mapping(item), read_run(run)) for item, run in runs], parts)
        if isinstance(stage, Diagnostic):
            findings.append(stage)
            continue
        twice = next((other for other in stages.values() if other.part == stage.part), None)
        if twice is not None:
            findings.append(_run_twice(role, stage, twice))
        stages[stage.state] = stage
    return stages, findings


def _stage(
    role: str,
    key: Scalar,
    items: tuple[Tree, ...],
    runs: list[tuple[MappingTree, Run | Diagnostic]],
    parts: Mapping[str, Part],
) -> Stage | Diagnostic:
    read: list[tuple[Run, MappingTree]] = []
    for item, run in runs:
        if isinstance(run, Diagnostic):
            return run
        wrong = _wrong(role, key, run, item, parts)
        if wrong is not None:
            return wrong
        read.append((run, item))
    first = read[0][0]
    for run, _ in read[1:]:
        same = {name: text.text for name, text in run.arguments.items()}
        if run.part != first.part or same != {name: text.text for name, text in first.arguments.items()}:
            return BAD_RUN.at(
                run.written.span,
                "a state runs one part, with the same arguments throughout",
                labels=(Label(first.written.span, "the first `run`"),),
                help="make two states of it",
            )
    rest = tuple(item for item in items if mapping(item).get("run") is None)
    goes_on = tuple(
        (run, item) for run, item in read if any(item.get(word) is not None for word in ("do", "goto", "if"))
    )
    return Stage(key.text.strip(), first.part, first, goes_on, rest, key)


def _wrong(role: str, key: Scalar, run: Run, item: MappingTree, parts: Mapping[str, Part]) -> Diagnostic | None:
    part = parts.get(run.part)
    if part is None:
        return UNKNOWN_PART.at(
            run.written.span, f"there is no part `{run.part}`", help=did_you_mean(run.part, list(parts))
        )
    plays = part.hosted_by(role)
    if plays is None:
        return BAD_RUN.at(run.written.span, f"`{role}` plays no role in `{run.part}`", help="seat it under `parts`")
    if len(state_names(key)) != 1 or key.text.strip() == "any":
        return BAD_RUN.at(run.written.span, "a part is run in a state of its own", help="name one state for it")
    other = next((word for word in _TRIGGERS if item.get(word) is not None), None)
    if other is not None:
        return BAD_RUN.at(
            run.written.span, f"a transition has both `run` and `{other}`", help="make two transitions of it"
        )
    known = {key.text for key, _ in entries(part.tree, "parameters")} | {
        seat.role for seat in part.seats.values() if seat.one_of
    }
    for name, value in run.arguments.items():
        if name not in known:
            return BAD_RUN.at(value.span, f"`{run.part}` has nothing called `{name}` to be told by a run")
    if run.outcome is not None and not any(end.outcome for end in part.ends[plays]):
        return NO_OUTCOME.at(
            run.written.span,
            f"`{part.name}` hands no outcome to its `{plays}`",
            help=f"say in the part what it is: `outcome: {{{plays} in done: ...}}`; or leave `-> {run.outcome}` out",
        )
    return None


_TRIGGERS = ("receive", "ignore", "defer", "after", "every", "at", "decide", "perform", "when")


def _run_twice(role: str, stage: Stage, first: Stage) -> Diagnostic:
    return BAD_RUN.at(
        stage.first.written.span,
        f"`{role}` runs `{stage.part}` in two states",
        labels=(Label(first.first.written.span, "the other one"),),
        help="go to the same state from both places, or declare two parts of the same protocol",
    )


# ---- arguments


def told_arguments(parts: Mapping[str, Part], stages: Mapping[str, Mapping[str, Stage]]) -> Iterator[Diagnostic]:
    """Note what the runs of each part are told; each of them has to say all of it, but the one who sits need not name itself."""
    for part in parts.values():
        told = {
            name
            for of_role in stages.values()
            for s in of_role.values()
            if s.part == part.name
            for name in s.first.arguments
        }
        seated = [seat.role for seat in part.seats.values() if seat.one_of]
        part.arguments = [*seated, *sorted(told - set(seated))]
        for role, of_role in stages.items():
            for stage in of_role.values():
                if stage.part == part.name:
                    yield from _untold(part, role, stage)
        for name in part.arguments:
            if name in part.values or name in _fixed(part):
                yield BAD_RUN.at(
                    part.place.span,
                    f"`{name}` of `{part.name}` cannot be told by a run",
                    help="it is set by `with`, or says how many there are or what is assumed: set it with `with` alone",
                )


def _untold(part: Part, role: str, stage: Stage) -> Iterator[Diagnostic]:
    for name in part.arguments:
        if name not in stage.first.arguments and part.hosted_by(role) != name:
            yield BAD_RUN.at(
                stage.first.written.span,
                f"this run of `{part.name}` does not say what `{name}` is",
                help=f"write `run: {part.name}({name}=...)`; each run says it, and all have to say the same",
            )


def _fixed(part: Part) -> frozenset[str]:
    """Return the parameters that something at the top of the part rests on."""
    from comityc.expand.part import texts
    from comityc.syntax.scanner import names_in

    resting = [text for _, value in entries(part.tree, "assume") for text in texts(value)]
    resting += [count.text for seat in part.seats if isinstance(count := part.role(seat).get("count"), Scalar)]
    resting += [text for _, value in entries(part.tree, "parameters") for text in texts(value)]
    return frozenset(text[start:end] for text in resting for start, end in names_in(text))
