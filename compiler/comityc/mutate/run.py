"""A machine and limits in; all its mutants judged, in as many processes as there are cores, and what the spec says of them, out."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import field

from comityc.diagnostics.suggest import did_you_mean
from comityc.explore.cores import processors
from comityc.explore.interruption import as_passed_on, asked, asked_by, end_with, how
from comityc.machine.model import Machine
from comityc.mutate.judge import Bench, Fate, Limits, Stopped
from comityc.mutate.mutant import Mutant
from comityc.mutate.mutants import mutants_of
from comityc.records import dataclass

Progress = Callable[[str], None]
_LOOK_UP = 0.1
"""So many seconds go by before it is looked whether Ctrl-C was pressed."""


@dataclass(frozen=True, slots=True)
class MutationOptions:
    """What the command line says. `only` are parts of names; without `jobs`, one process for each core."""

    only: Sequence[str] = ()
    cases: Sequence[str] = ()
    jobs: int | None = None
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Report:
    """What became of each mutant, in the order of the spec. `findings` say what is wrong with the spec's word on them."""

    mutants: tuple[Mutant, ...]
    fates: tuple[Fate, ...]
    reasons: dict[str, str]
    left_out: tuple[str, ...]
    cases: tuple[str, ...]
    findings: tuple[str, ...]

    @property
    def unexplained(self) -> tuple[Fate, ...]:
        """The survivors that the spec says nothing of."""
        return tuple(fate for fate in self.fates if fate.verdict == "survived" and fate.name not in self.reasons)

    @property
    def is_fine(self) -> bool:
        """Whether every mutant is dead, no different, or explained."""
        return not self.unexplained and not self.findings


def mutate_machine(machine: Machine, options: MutationOptions, progress: Progress | None = None) -> Report:
    """Judge the mutants of a machine."""
    tell = progress or (lambda text: None)
    tell("exploring the spec itself")
    mutants = mutants_of(machine)
    wanted = tuple(m for m in mutants if not options.only or any(part in m.name for part in options.only))
    reasons = {name: reason for name, reason, _ in machine.survives}
    try:
        bench = Bench(machine, options.limits, options.cases)
    except Stopped:
        return Report(wanted, (), reasons, (), (), (f"stopped by {how()} before any mutant was judged",))
    findings = [f"the spec itself is not as it says: {wrong}" for wrong in bench.not_as_stated]
    if not bench.cases:
        findings.append("no case is small enough to be looked at: give one fewer instances, or --max-states more")
    if options.only and not wanted:
        findings.append(
            f"no mutant has {' or '.join(f'`{part}`' for part in options.only)} in its name; without --only you see all"
        )
    if findings:
        return Report(wanted, (), reasons, tuple(bench.left_out), (), tuple(findings))
    fates: dict[str, Fate] = {}
    for fate in _judged(bench, machine, wanted, options):
        fates[fate.name] = fate
        tell(f"{len(fates)} of {len(wanted)} mutants")
    fates = {name: fate for name, fate in fates.items() if not (asked() and fate.by == how())}
    ordered = tuple(fates[mutant.name] for mutant in wanted if mutant.name in fates)
    if asked():
        findings.append(f"stopped by {how()}: {len(ordered)} of {len(wanted)} mutants were judged")
    # The reasons that a pattern gives are held to the pattern: they may be for nothing under the parameters of its user.
    own = [name for name, _, span in machine.survives if span.file == machine.file]
    findings += _word_not_kept(own, mutants, fates)
    names = tuple(case.name for case in bench.cases)
    return Report(wanted, ordered, reasons, tuple(bench.left_out), names, tuple(findings))


def _word_not_kept(reasons: Sequence[str], mutants: Sequence[Mutant], fates: dict[str, Fate]) -> Iterator[str]:
    """Name the reasons that are given for nothing."""
    names = [mutant.name for mutant in mutants]
    for name in reasons:
        if name not in names:
            yield f"`survives` names no mutant: `{name}`; {did_you_mean(name, names) or 'without --only you see all names'}"
        elif name in fates and fates[name].verdict in ("killed", "refused"):
            yield f"`survives` explains `{name}`, which is {fates[name].verdict} after all, by {fates[name].by}"


# ---- processes

_bench: Bench | None = None
_mutants: dict[str, Mutant] = {}


def _judged(bench: Bench, machine: Machine, wanted: Sequence[Mutant], options: MutationOptions) -> Iterator[Fate]:
    jobs = min(options.jobs or processors(), max(len(wanted), 1))
    if jobs == 1:
        yield from (bench.judge(mutant) for mutant in wanted if not asked())
        return
    global _bench, _mutants
    _bench, _mutants = bench, {mutant.name: mutant for mutant in wanted}
    # A forked process has the explored spec already; where there is no fork, each explores it once more.
    kind = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
    context = multiprocessing.get_context(kind)
    with ProcessPoolExecutor(jobs, context, _begin, (machine, options, os.getpid())) as pool:
        waiting = [pool.submit(_judge_named, mutant.name) for mutant in wanted]
        try:
            while waiting and not asked():
                done, left = wait(waiting, _LOOK_UP, FIRST_COMPLETED)
                yield from (one.result() for one in done)
                waiting = list(left)
            if asked():
                for process in multiprocessing.active_children():
                    os.kill(process.pid or 0, asked_by())
        finally:
            pool.shutdown(cancel_futures=True)
            _bench, _mutants = None, {}


def _begin(machine: Machine, options: MutationOptions, first: int) -> None:
    global _bench, _mutants
    end_with(first)
    as_passed_on()
    if _bench is None:
        _bench = Bench(machine, options.limits, options.cases)
        _mutants = {mutant.name: mutant for mutant in mutants_of(machine)}


def _judge_named(name: str) -> Fate:
    assert _bench is not None
    return _bench.judge(_mutants[name])
