"""Runs in, what a terminal or a program reads of them out: the live table, the chart, the outcome, JSON."""

import json
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from types import ModuleType
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from comity.record import Entry, describe, describe_entry, fields_of
from comityc.backends.diagram.chart import draw_mermaid
from comityc.machine.model import Machine
from comityc.play.run import RunOptions, RunResult, run_protocol
from comityc.play.telling import changes, chart_of, outcome_lines, rows_of, variables_of

SCHEMA = "comity.run/1"
_WIDTH = 100
"""How wide a chart may be where there is no terminal."""
_PACE = 0.12
_LONGEST_SHOW = 6.0
"""In virtual time a run is over at once; the table pauses at each entry so that it can be watched, but no longer than this."""
_ENDINGS = {
    "rest": "nothing new will happen",
    "time": "stopped at the limit of time",
    "steps": "stopped at the limit of steps",
}


def play_and_show(machine: Machine, module: ModuleType, options: RunOptions, *, in_json: bool = False) -> RunResult:
    """Run a protocol and print what came of it: asking at the terminal, and showing the live table, where there is one.

    Without lists, scenario, seed or terminal, it is played at random from seed 0.
    """
    talk = Console(stderr=True)
    asking = _Asking(talk)
    at_terminal = sys.stdin.isatty() and talk.is_terminal and not in_json
    if options.scenario is None and options.seed is None:
        if at_terminal:
            options = replace(options, prompt=asking)
        elif not options.decide:
            options = replace(options, seed=0)
    with watching(talk, live=options.prompt is None and not in_json) as observer:
        if options.prompt is not None:
            observer = _telling(talk)
        result = run_protocol(machine, module, options, observer)
    if asking.interrupted:
        raise KeyboardInterrupt
    if in_json:
        print(json.dumps(as_json(result), indent=2))
    else:
        show(result, Console())
    return result


class _Asking:
    """Asks at the terminal; after an interrupt nothing more is asked, so that the run comes to its end."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self.interrupted = False

    def __call__(self, text: str) -> str | None:
        if self.interrupted:
            return None
        noted = signal.signal(signal.SIGINT, signal.default_int_handler)  # that of asyncio waits for this answer
        try:
            return self._console.input(escape(text)).strip()
        except EOFError:
            return None
        except KeyboardInterrupt:
            self.interrupted = True
            return None
        finally:
            signal.signal(signal.SIGINT, noted)


def _telling(console: Console) -> Callable[[Entry], None]:
    """Tell each entry in a line of its own, for runs that stop to ask."""

    def tell(entry: Entry) -> None:
        if entry.kind not in ("ask", "request"):
            console.print(str(entry), markup=False, highlight=False, style="dim")

    return tell


@contextmanager
def watching(console: Console, *, live: bool) -> Iterator[Callable[[Entry], None]]:
    """Give an observer that shows who is in which state while a run goes on; on a terminal a table, else nothing."""
    if not live or not console.is_terminal:
        yield lambda entry: None
        return
    board = _Board()
    with Live(board.table(), console=console, refresh_per_second=20, transient=True) as display:

        def observe(entry: Entry) -> None:
            board.note(entry)
            display.update(board.table(), refresh=True)
            time.sleep(board.pause())

        yield observe


class _Board:
    """Who is in which state, and what happened to them last."""

    def __init__(self) -> None:
        self._rows: dict[str, tuple[str, str]] = {}
        self._shown = 0.0

    def note(self, entry: Entry) -> None:
        """Take in what happened."""
        name = str(entry.instance)
        state = str(entry.after.at) if entry.after is not None else self._rows.get(name, ("", ""))[0]
        if entry.kind == "crash":
            state = "down"
        self._rows[name] = state, describe_entry(entry)

    def pause(self) -> float:
        """Return how long to wait, which is less and less the longer it takes."""
        pause = _PACE * max(0.0, 1 - self._shown / _LONGEST_SHOW)
        self._shown += pause
        return pause

    def table(self) -> Table:
        """Return the table to show."""
        table = Table("instance", "state", "last", box=None, pad_edge=False)
        for name in sorted(self._rows, key=lambda name: (name.split("[")[0], len(name), name)):
            state, last = self._rows[name]
            table.add_row(escape(name), f"[bold]{escape(state)}[/bold]", escape(last))
        return table


def show(result: RunResult, console: Console) -> None:
    """Print the sequence chart, the outcome, and what went wrong."""
    plain = (console.encoding or "").lower().replace("-", "") not in ("utf8", "utf16")
    chart = chart_of(
        result.first, result.entries, width=max(console.width, 80) if console.is_terminal else _WIDTH, plain=plain
    )
    console.print(chart, markup=False, highlight=False, soft_wrap=True)
    for line in outcome_lines(result.first, result.last, result.ghosts):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    if result.shared is not None:
        console.print(f"shared: {variables_of(result.shared)}", markup=False, highlight=False, soft_wrap=True)
    console.print(_ending(result), markup=False, highlight=False, soft_wrap=True)


def _ending(result: RunResult) -> str:
    seed = "" if result.seed is None else f"; seed {result.seed}"
    if result.scenario is not None:
        verdict = "as expected" if result.failure is None else f"failed: {result.failure}"
        return f"\nscenario `{result.scenario}`: {verdict}"
    text = f"\n{_ENDINGS[result.ending]}{seed}"
    return text if result.failure is None else f"{text}\nagainst the protocol: {result.failure}"


def as_json(result: RunResult) -> Mapping[str, Any]:
    """Return the run as data for `json.dumps`: values are in the words of the spec."""
    return {
        "schema": SCHEMA,
        "protocol": result.protocol,
        "scenario": result.scenario,
        "seed": result.seed,
        "ending": result.ending,
        "seconds": result.seconds,
        "passed": result.passed,
        "failure": result.failure,
        "instances": [
            {
                "name": name,
                "state": str(state.at),
                "changed": {
                    variable: describe(value)
                    for variable, value in changes(name, result.first[name], state, result.ghosts)
                },
            }
            for name, state in result.last.items()
        ],
        "shared": None if result.shared is None else {name: describe(v) for name, v in fields_of(result.shared) or ()},
        "entries": [_entry(entry) for entry in result.entries],
        "chart": draw_mermaid(list(result.first), rows_of(result.entries)),
    }


def _entry(entry: Entry) -> Mapping[str, Any]:
    data: dict[str, Any] = {
        "time": entry.time,
        "kind": entry.kind,
        "instance": str(entry.instance),
        "text": describe_entry(entry),
    }
    if entry.sender is not None:
        data["sender"] = str(entry.sender)
    if entry.after is not None:
        data["state"] = str(entry.after.at)
    return data
