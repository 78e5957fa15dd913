"""The command line: arguments come in, the driver and its rooms do the work, text goes out with an exit code.

Exit codes: 0 fine, 1 findings, 2 wrong usage or a bug of ours. Data goes to stdout, talk to stderr. Nothing is imported before
a command needs it.
"""

import os
import re
import sys
import traceback
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from comityc import __version__

if TYPE_CHECKING:
    from comityc.driver import CheckResult

FINE, FINDINGS, USAGE = 0, 1, 2


class Chart(StrEnum):
    """How counterexamples are drawn."""

    TEXT = "text"
    MERMAID = "mermaid"
    NONE = "none"


class Engine(StrEnum):
    """What explores the states."""

    AUTO = "auto"
    REFERENCE = "reference"
    NATIVE = "native"


app = typer.Typer(
    name="comity",
    help="Coordination protocols you can read, prove, test and run.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Files = Annotated[list[str], typer.Argument(metavar="FILE", help="Specs, or folders of them.")]
File = Annotated[str, typer.Argument(metavar="FILE", help="A spec.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a machine to read.")]
With = Annotated[
    list[str] | None, typer.Option("--with", metavar="NAME=VALUE", help="Give a parameter this value; may be repeated.")
]


Html = Annotated[
    str | None, typer.Option("--html", metavar="FILE", help="Write a page that shows the counterexamples in a browser.")
]

SaveTrace = Annotated[
    str | None, typer.Option("--save-trace", metavar="DIR", help="Write each counterexample to a file, for `explain`.")
]
SaveTest = Annotated[
    str | None,
    typer.Option(
        "--save-test", metavar="FILE", help="Write the counterexamples as tests: a .py file, or the spec itself."
    ),
]


def run() -> int:
    """Run the command line and return its exit code; a bug of ours is said in one line, and exits with 2."""
    try:
        app(prog_name="comity")
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else USAGE
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINE
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    except Exception as bug:
        if os.environ.get("COMITY_TRACEBACK"):
            traceback.print_exc()
        print(f"comity: this is a bug of ours: {type(bug).__name__}: {bug}", file=sys.stderr)
        print("comity: set COMITY_TRACEBACK=1 to see where, and please report it with the spec", file=sys.stderr)
        return USAGE
    return FINE


def _version(wanted: bool) -> None:
    if wanted:
        print(f"comity {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command()
def check(
    files: Files,
    strict: Annotated[bool, typer.Option("--strict", help="Count warnings as errors.")] = False,
    json: Json = False,
    sarif: Annotated[bool, typer.Option("--sarif", help="Print SARIF 2.1.0 for code hosts.")] = False,
) -> None:
    """Report everything that is wrong with specs, without exploring them."""
    from comityc.diagnostics import render

    if json and sarif:
        _say("comity: --json and --sarif exclude each other")
        raise typer.Exit(USAGE)
    results = [_check(name) for name in _specs(files)]
    diagnostics = [diagnostic for result in results for diagnostic in result.diagnostics]
    if json:
        print(render.to_json(diagnostics, [result.file for result in results]))
    elif sarif:
        print(render.to_sarif(diagnostics))
    else:
        _print_findings(results)
        _say(render.summary(diagnostics, len(results)))
    bad = any(d.is_error for d in diagnostics) or (strict and bool(diagnostics))
    raise typer.Exit(FINDINGS if bad else FINE)


@app.command()
def verify(
    files: Files,
    case: Annotated[
        list[str] | None, typer.Option("--case", metavar="NAME", help="Only this case; may be repeated.")
    ] = None,
    with_: With = None,
    json: Json = False,
    max_states: Annotated[
        int | None,
        typer.Option(
            "--max-states",
            min=1,
            help="Stop a case after this many states (usually some millions; a rung 100,000).",
            show_default=False,
        ),
    ] = None,
    memory: Annotated[
        str | None, typer.Option("--memory", metavar="SIZE", help="Stop a case that needs more memory: `4G`, `500M`.")
    ] = None,
    engine: Annotated[
        Engine, typer.Option("--engine", help="What explores the states; `auto` takes the quickest that can.")
    ] = Engine.AUTO,
    chart: Annotated[Chart, typer.Option("--chart", help="How to draw counterexamples.")] = Chart.TEXT,
    stories: Annotated[
        bool, typer.Option("--stories", help="Tell also the failures that the spec states itself.")
    ] = False,
    save_trace: SaveTrace = None,
    symmetry: Annotated[
        bool | None,
        typer.Option(
            "--symmetry/--no-symmetry",
            help="Print orbits beside states, and why instances differ; or take no states together that differ in names.",
        ),
    ] = None,
    html: Html = None,
    save_test: SaveTest = None,
    ladder: Annotated[
        bool, typer.Option("--ladder", help="Try each fault alone, then pairs, then all that is declared: a matrix.")
    ] = False,
    seconds: Annotated[
        float | None, typer.Option("--seconds", min=0.1, help="With --ladder: stop a rung after so long (10 s).")
    ] = None,
) -> None:
    """Explore specs exhaustively, case by case, and decide every property."""
    from comityc.commands import ladder_command, verify_command
    from comityc.explore.interruption import by_ctrl_c
    from comityc.explore.telling.keep import Keep

    _fit(not (ladder and (save_trace or html or save_test)), "--ladder keeps no traces, no page and no tests")
    _fit(seconds is None or ladder, "--seconds goes with --ladder")
    names, cases, values = _specs(files), case or [], with_ or []
    use: Literal["found", "shown", "none"] = "found" if symmetry is None else "shown" if symmetry else "none"
    limits = {"max_states": max_states, "memory": _bytes(memory), "engine": engine.value, "symmetry": use}
    if ladder:
        raise typer.Exit(ladder_command(names, cases, values, json, limits, seconds, chart.value, stories))
    keep = Keep(save_trace, html, save_test)
    with by_ctrl_c():
        raise typer.Exit(verify_command(names, cases, values, json, limits, chart.value, stories, keep))


@app.command("compile")
def compile_(
    files: Files,
    output: Annotated[str, typer.Option("--output", "-o", metavar="DIR", help="Where the files go.")] = "generated",
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail when a file is stale.")] = False,
) -> None:
    """Generate typed Python, and Hypothesis tests for it."""
    from comityc.commands import compile_command

    raise typer.Exit(compile_command(files, _specs(files), output, check))


@app.command("run")
def run_(
    file: File,
    decide: Annotated[
        list[str] | None,
        typer.Option(
            "--decide", metavar="ROLE.NAME=VALUES", help="Answers, as in voter.choice=yes,yes,no; may be repeated."
        ),
    ] = None,
    perform: Annotated[
        list[str] | None, typer.Option("--perform", metavar="ROLE.ACT=OUTCOMES", help="Outcomes of an act, in order.")
    ] = None,
    scenario: Annotated[
        str | None, typer.Option("--scenario", metavar="NAME", help="Play this scenario of the spec.")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Decide, and injure, at random from this seed.")] = None,
    lose: Annotated[int, typer.Option("--lose", min=0, help="Lose this many messages.")] = 0,
    duplicate: Annotated[int, typer.Option("--duplicate", min=0, help="Duplicate this many messages.")] = 0,
    reorder: Annotated[bool, typer.Option("--reorder", help="Let messages overtake one another.")] = False,
    crash: Annotated[
        list[str] | None, typer.Option("--crash", metavar="ROLE", help="Stop an instance of this role.")
    ] = None,
    restart: Annotated[
        list[str] | None, typer.Option("--restart", metavar="ROLE", help="Restart one of this role.")
    ] = None,
    pause: Annotated[
        list[str] | None, typer.Option("--pause", metavar="ROLE", help="Let one of this role sleep for a while.")
    ] = None,
    partition: Annotated[int, typer.Option("--partition", min=0, help="Cut the network so often for a while.")] = 0,
    with_: With = None,
    replay: Annotated[
        str | None, typer.Option("--replay", metavar="TOKEN", help="Tell a run again, from its token.")
    ] = None,
    json: Json = False,
) -> None:
    """Play a protocol here and now: a live table, then the sequence chart and the outcome."""
    from comityc.commands import replay_command, run_command
    from comityc.play.run import RunOptions

    _one_spec(file)
    if replay is not None:
        raise typer.Exit(replay_command(file, replay, json))
    options = RunOptions(
        decide=decide or (),
        perform=perform or (),
        scenario=scenario,
        seed=seed,
        lose=lose,
        duplicate=duplicate,
        reorder=reorder,
        crash=crash or (),
        restart=restart or (),
        pause=pause or (),
        partition=partition,
    )
    raise typer.Exit(run_command(file, with_ or [], json, options))


@app.command()
def simulate(
    file: File,
    case: Annotated[
        list[str] | None, typer.Option("--case", metavar="NAME", help="Only this simulation; may be repeated.")
    ] = None,
    runs: Annotated[int | None, typer.Option("--runs", min=1, help="How many runs, in place of the spec's.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Draw other runs.")] = 0,
    with_: With = None,
    json: Json = False,
) -> None:
    """Draw many runs of a spec at random, and decide what it expects of them together."""
    from comityc.commands import simulate_command

    _one_spec(file)
    raise typer.Exit(simulate_command(file, case or [], with_ or [], runs, seed, json))


@app.command()
def mutate(
    file: File,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="TEXT", help="Only mutants with this in their name; may be repeated."),
    ] = None,
    case: Annotated[
        list[str] | None, typer.Option("--case", metavar="NAME", help="Only in this case; may be repeated.")
    ] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", min=1, help="How many processes; one for each core.")] = None,
    max_states: Annotated[
        int, typer.Option("--max-states", min=1, help="Leave out cases of the spec with more states.")
    ] = 30_000,
    seconds: Annotated[float, typer.Option("--seconds", min=1, help="How long to look at one mutant.")] = 60,
    json: Json = False,
) -> None:
    """Make the usual mistakes in a spec, one at a time, and see whether its properties notice."""
    from comityc.commands import mutate_command

    _one_spec(file)
    raise typer.Exit(mutate_command(file, only or [], case or [], jobs, max_states, seconds, json))


@app.command()
def explain(
    code: Annotated[
        str,
        typer.Argument(
            metavar="CODE|FILE",
            help="The code of a finding, as in CMY0201, or its name; or a trace that `verify --save-trace` wrote.",
        ),
    ],
    chart: Annotated[Chart, typer.Option("--chart", help="How to draw the counterexample of a trace.")] = Chart.TEXT,
    html: Html = None,
) -> None:
    """Tell the longer story of a finding's code, or a counterexample again."""
    from comityc.diagnostics.codes import CODES
    from comityc.diagnostics.explain import page
    from comityc.diagnostics.suggest import did_you_mean

    if code.endswith(".json") or os.path.exists(code):  # noqa: PTH110  (pathlib is slow to import)
        from comityc.commands import explain_trace_command

        raise typer.Exit(explain_trace_command(code, chart.value, html))
    number = next((known.number for known in CODES.values() if known.name == code.lower()), code.upper())
    text = page(number)
    if text is None:
        hint = did_you_mean(number, CODES) or did_you_mean(code, [known.name for known in CODES.values()])
        _say(f"comity: there is no code `{code}`; {hint or 'a finding says its own, as in `error[CMY0201]`'}")
        raise typer.Exit(USAGE)
    print(text)


@app.command()
def schema() -> None:
    """Print the JSON Schema of specs, for editors."""
    import json

    from comityc.source.shape import json_schema

    print(json.dumps(json_schema(), indent=2))


@app.command()
def expand(file: File) -> None:
    """Print the full protocol that a spec with `use:` stands for."""
    from comityc.commands import expand_command

    _one_spec(file)
    raise typer.Exit(expand_command(file))


@app.command()
def diagram(file: File) -> None:
    """Print a state diagram of each role, in Mermaid."""
    from comityc.commands import diagram_command

    _one_spec(file)
    raise typer.Exit(diagram_command(file))


# ---- what commands share


def _fit(fits: bool, otherwise: str) -> None:
    """End with a line of explanation where options do not go together."""
    if not fits:
        _say(f"comity: {otherwise}")
        raise typer.Exit(USAGE)


def _bytes(size: str | None) -> int | None:
    """Read `4G`, `500M` or a number of bytes."""
    if size is None:
        return None
    found = re.fullmatch(r"(\d{1,15}(?:\.\d{1,3})?)\s*([kKmMgGtT]?)(?:i?[bB])?", size.strip())
    if found is None or not float(found[1]):
        _say(f"comity: --memory {size!r} is no size: say how much as in 4G, 500M or 2000000000")
        raise typer.Exit(USAGE)
    return int(float(found[1]) * 1000 ** " kmgt".index(found[2].lower() or " "))


def _specs(names: list[str]) -> list[str]:
    from comityc.driver import spec_files

    if "" in names:
        _say("comity: the name of a file is empty")
        raise typer.Exit(USAGE)
    files = spec_files(names)
    if not files:
        _say(f"comity: no spec in {', '.join(names)}")
        raise typer.Exit(USAGE)
    return files


def _one_spec(name: str) -> None:
    if not name or os.path.isdir(name):  # noqa: PTH112  (pathlib is slow to import)
        _say(f"comity: {name} is a folder; name one spec" if name else "comity: the name of the file is empty")
        raise typer.Exit(USAGE)


def _check(name: str) -> "CheckResult":
    from comityc.driver import check_file

    return check_file(name)


def _print_findings(results: "list[CheckResult]") -> None:
    from comityc.diagnostics import render

    for result in results:
        for diagnostic in result.diagnostics:
            print(render.to_text(diagnostic, colours=sys.stdout.isatty()))


def _say(text: str) -> None:
    print(text, file=sys.stderr)
