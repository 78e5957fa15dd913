"""Runs in; what was found in each, in the same order, out: by as many processes as there are processors.

A process is forked, so that it has the machine and its module already. It takes the next run that nobody has begun, until there
is none, and sends home what it found. Ctrl-C comes to the first process alone, which passes it on; where that one is gone,
nobody works on.
"""

import multiprocessing
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from typing import Any

from comityc.explore.cores import processors, share_with
from comityc.explore.interruption import as_passed_on, asked, asked_by, end_with
from comityc.explore.judging.examine import Examined
from comityc.explore.plan import Run
from comityc.machine.model import Property

Progress = Callable[[str, str], None]
Examine = Callable[[Run, Progress], Examined]

_LOOK_UP = 0.1
"""So many seconds go by before the first process looks up to see whether Ctrl-C was pressed."""


def examine_all(
    runs: Sequence[Run],
    properties: Sequence[Property],
    examine: Examine,
    progress: Progress,
    *,
    alone: bool,
    seen: bytearray | None = None,
) -> list[Examined]:
    """Examine every run; one after the other where it has to be `alone`, or where processes cannot be forked safely.

    `seen` is where the module of the machine notes, as bits, what its conditions were; it has what all processes saw in the end.
    """
    waiting = sum(run.refused is None for run in runs)
    if alone or waiting < 2 or processors() < 2 or sys.platform != "linux" or multiprocessing.current_process().daemon:
        return [examine(run, progress) for run in runs]
    return _Crew(runs, properties, examine, bytearray() if seen is None else seen).work(
        min(processors(), waiting), progress
    )


class _Crew:
    """Processes that share the work."""

    def __init__(self, runs: Sequence[Run], properties: Sequence[Property], examine: Examine, seen: bytearray) -> None:
        self._runs, self._properties, self._examine, self._seen = runs, properties, examine, seen
        self._numbers = {id(prop): number for number, prop in enumerate(properties)}
        self._context = multiprocessing.get_context("fork")
        self._next = self._context.Value("i", 0)
        self._busy = self._context.Value("i", 0)
        self._first = os.getpid()

    def work(self, size: int, progress: Progress) -> list[Examined]:
        """Let them work until all is done."""
        found: dict[int, Examined] = {}
        self._busy.value = size
        homes: dict[Connection, Any] = {}
        try:
            for _ in range(size):
                here, there = self._context.Pipe(duplex=False)
                process = self._context.Process(target=self._serve, args=(there,), daemon=True)
                with warnings.catch_warnings():
                    # Other threads of this process (of NumPy, of the progress line) hold nothing that a search asks for.
                    warnings.simplefilter("ignore", DeprecationWarning)
                    process.start()
                there.close()
                homes[here] = process
            self._listen(homes, found, progress)
        finally:
            for process in homes.values():
                if process.is_alive():
                    process.kill()
                process.join()
        # What a process that was lost had begun is done here.
        return [found[at] if at in found else self._examine(run, progress) for at, run in enumerate(self._runs)]

    def _listen(self, homes: dict[Connection, Any], found: dict[int, Examined], progress: Progress) -> None:
        open_ends, passed_on = list(homes), False
        while open_ends:
            if asked() and not passed_on:
                passed_on = True
                for process in homes.values():
                    if process.is_alive():
                        os.kill(process.pid, asked_by())
            for end in wait(open_ends, _LOOK_UP):
                assert isinstance(end, Connection)
                try:
                    word = end.recv()
                except EOFError:
                    open_ends.remove(end)
                    continue
                if word[0] == "told":
                    progress(*word[1:])
                elif word[0] == "found":
                    _, number, examined, refused, seen = word
                    found[number] = self._at_home(replace(self._runs[number], refused=refused), examined)
                    self._seen[:] = bytes(mine | theirs for mine, theirs in zip(self._seen, seen, strict=True))
                else:
                    raise word[1]

    # ---- in the process

    def _serve(self, home: Connection) -> None:
        os.setpgrp()  # Ctrl-C at the terminal is for the first process
        as_passed_on()
        end_with(self._first)
        share_with(lambda: self._busy.value)
        try:
            while (number := self._take()) < len(self._runs):
                examined = self._examine(self._runs[number], lambda case, doing: home.send(("told", case, doing)))
                refused = examined.run.refused
                home.send(("found", number, self._for_the_way(examined), refused, bytes(self._seen)))
        except BrokenPipeError:
            pass  # nobody listens any more
        except Exception as error:
            home.send(("failed", error))
        finally:
            with self._busy.get_lock():
                self._busy.value -= 1
            home.close()

    def _take(self) -> int:
        with self._next.get_lock():
            number: int = self._next.value
            self._next.value += 1
        return number

    def _for_the_way(self, examined: Examined) -> Any:
        """Leave out what the first process has itself."""
        findings = tuple(
            replace(finding, prop=self._numbers[id(finding.prop)])  # type: ignore[arg-type]  # until it is home
            for finding in examined.findings
        )
        return replace(examined, run=None, findings=findings)  # type: ignore[arg-type]

    def _at_home(self, run: Run, examined: Any) -> Examined:
        findings = tuple(replace(finding, prop=self._properties[finding.prop]) for finding in examined.findings)
        whole: Examined = replace(examined, run=run, findings=findings)
        return whole
