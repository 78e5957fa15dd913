"""The commands: what each takes, and what it does with that. A command returns its exit code; what they share ends it at once."""

import os
import re
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Literal

from comityc.cli.arguments import Argument, Chart, Engine, File, Files, Html, Json, Option, SaveTest, SaveTrace, With

if TYPE_CHECKING:
    from comityc.driver import CheckResult

FINE, FINDINGS, USAGE = 0, 1, 2


def check(
    files: Files,
    strict: Annotated[bool, Option("--strict", help="Count warnings as errors.")] = False,
    json: Json = False,
    sarif: Annotated[bool, Option("--sarif", help="Print SARIF 2.1.0 for code hosts.")] = False,
) -> int:
    """Report everything that is wrong with specs, without exploring them."""
    from comityc.diagnostics import render

    if json and sarif:
        _say("comity: --json and --sarif exclude each other")
        raise SystemExit(USAGE)
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
    return FINDINGS if bad else FINE


def verify(
    files: Files,
    case: Annotated[list[str] | None, Option("--case", metavar="NAME", help="Only this case; may be repeated.")] = None,
    with_: With = None,
    json: Json = False,
    max_states: Annotated[
        int | None,
        Option(
            "--max-states",
            min=1,
            help="Stop a case after this many states (usually some millions; a rung 100,000).",
            show_default=False,
        ),
    ] = None,
    memory: Annotated[
        str | None, Option("--memory", metavar="SIZE", help="Stop a case that needs more memory: `4G`, `500M`.")
    ] = None,
    engine: Annotated[
        Engine, Option("--engine", help="What explores the states; `auto` takes the quickest that can.")
    ] = Engine.AUTO,
    chart: Annotated[Chart, Option("--chart", help="How to draw counterexamples.")] = Chart.TEXT,
    stories: Annotated[bool, Option("--stories", help="Tell also the failures that the spec states itself.")] = False,
    save_trace: SaveTrace = None,
    symmetry: Annotated[
        bool | None,
        Option(
            "--symmetry/--no-symmetry",
            help="Print orbits beside states, and why instances differ; or take no states together that differ in names.",
        ),
    ] = None,
    html: Html = None,
    save_test: SaveTest = None,
    ladder: Annotated[
        bool, Option("--ladder", help="Try each fault alone, then pairs, then all that is declared: a matrix.")
    ] = False,
    seconds: Annotated[
        float | None, Option("--seconds", min=0.1, help="With --ladder: stop a rung after so long (10 s).")
    ] = None,
) -> int:
    """Explore specs exhaustively, case by case, and decide every property."""
    _fit(not (ladder and (save_trace or html or save_test)), "--ladder keeps no traces, no page and no tests")
    _fit(seconds is None or ladder, "--seconds goes with --ladder")
    names, cases, values = _specs(files), case or [], with_ or []
    use: Literal["found", "shown", "none"] = "found" if symmetry is None else "shown" if symmetry else "none"
    limits = {"max_states": max_states, "memory": _bytes(memory), "engine": engine.value, "symmetry": use}
    from comityc.explore.interruption import by_ctrl_c

    if ladder:
        from comityc.commands.ladder import ladder_command

        with by_ctrl_c():
            return ladder_command(names, cases, values, json, limits, seconds, chart.value, stories)
    from comityc.commands.verify import verify_command
    from comityc.explore.telling.keep import Keep

    keep = Keep(save_trace, html, save_test)
    with by_ctrl_c():
        return verify_command(names, cases, values, json, limits, chart.value, stories, keep)


def compile_(
    files: Files,
    output: Annotated[str, Option("--output", "-o", metavar="DIR", help="Where the files go.")] = "generated",
    check: Annotated[bool, Option("--check", help="Write nothing; fail when a file is stale.")] = False,
) -> int:
    """Generate typed Python, and Hypothesis tests for it."""
    from comityc.commands.compile import compile_command

    return compile_command(files, _specs(files), output, check)


def run_(
    file: File,
    decide: Annotated[
        list[str] | None,
        Option("--decide", metavar="ROLE.NAME=VALUES", help="Answers, as in voter.choice=yes,yes,no; may be repeated."),
    ] = None,
    perform: Annotated[
        list[str] | None, Option("--perform", metavar="ROLE.ACT=OUTCOMES", help="Outcomes of an act, in order.")
    ] = None,
    scenario: Annotated[
        str | None, Option("--scenario", metavar="NAME", help="Play this scenario of the spec.")
    ] = None,
    seed: Annotated[int | None, Option("--seed", help="Decide, and injure, at random from this seed.")] = None,
    lose: Annotated[int, Option("--lose", min=0, help="Lose this many messages.")] = 0,
    duplicate: Annotated[int, Option("--duplicate", min=0, help="Duplicate this many messages.")] = 0,
    reorder: Annotated[bool, Option("--reorder", help="Let messages overtake one another.")] = False,
    crash: Annotated[list[str] | None, Option("--crash", metavar="ROLE", help="Stop an instance of this role.")] = None,
    restart: Annotated[list[str] | None, Option("--restart", metavar="ROLE", help="Restart one of this role.")] = None,
    pause: Annotated[
        list[str] | None, Option("--pause", metavar="ROLE", help="Let one of this role sleep for a while.")
    ] = None,
    partition: Annotated[int, Option("--partition", min=0, help="Cut the network so often for a while.")] = 0,
    with_: With = None,
    replay: Annotated[str | None, Option("--replay", metavar="TOKEN", help="Tell a run again, from its token.")] = None,
    json: Json = False,
) -> int:
    """Play a protocol here and now: a live table, then the sequence chart and the outcome."""
    from comityc.commands.run import replay_command, run_command
    from comityc.play.run import RunOptions

    _one_spec(file)
    if replay is not None:
        return replay_command(file, replay, json)
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
    return run_command(file, with_ or [], json, options)


def simulate(
    file: File,
    case: Annotated[
        list[str] | None, Option("--case", metavar="NAME", help="Only this simulation; may be repeated.")
    ] = None,
    runs: Annotated[int | None, Option("--runs", min=1, help="How many runs, in place of the spec's.")] = None,
    seed: Annotated[int, Option("--seed", help="Draw other runs.")] = 0,
    with_: With = None,
    json: Json = False,
) -> int:
    """Draw many runs of a spec at random, and decide what it expects of them together."""
    from comityc.commands.simulate import simulate_command

    _one_spec(file)
    return simulate_command(file, case or [], with_ or [], runs, seed, json)


def mutate(
    file: File,
    only: Annotated[
        list[str] | None,
        Option("--only", metavar="TEXT", help="Only mutants with this in their name; may be repeated."),
    ] = None,
    case: Annotated[
        list[str] | None, Option("--case", metavar="NAME", help="Only in this case; may be repeated.")
    ] = None,
    jobs: Annotated[int | None, Option("--jobs", min=1, help="How many processes; one for each core.")] = None,
    max_states: Annotated[
        int, Option("--max-states", min=1, help="Leave out cases of the spec with more states.")
    ] = 30_000,
    seconds: Annotated[float, Option("--seconds", min=1, help="How long to look at one mutant.")] = 60,
    json: Json = False,
) -> int:
    """Make the usual mistakes in a spec, one at a time, and see whether its properties notice."""
    from comityc.commands.mutate import mutate_command
    from comityc.explore.interruption import by_ctrl_c

    _one_spec(file)
    with by_ctrl_c():
        return mutate_command(file, only or [], case or [], jobs, max_states, seconds, json)


def explain(
    code: Annotated[
        str,
        Argument(
            metavar="CODE|FILE",
            help="The code of a finding, as in CMY0201, or its name; or a trace that `verify --save-trace` wrote.",
        ),
    ],
    chart: Annotated[Chart, Option("--chart", help="How to draw the counterexample of a trace.")] = Chart.TEXT,
    html: Html = None,
) -> int:
    """Tell the longer story of a finding's code, or a counterexample again."""
    from comityc.diagnostics.codes import CODES
    from comityc.diagnostics.explain import page
    from comityc.diagnostics.suggest import did_you_mean

    if code.endswith(".json") or os.path.exists(code):  # noqa: PTH110  (pathlib is slow to import)
        from comityc.commands.explain import explain_trace_command

        return explain_trace_command(code, chart.value, html)
    number = next((known.number for known in CODES.values() if known.name == code.lower()), code.upper())
    text = page(number)
    if text is None:
        hint = did_you_mean(number, CODES) or did_you_mean(code, [known.name for known in CODES.values()])
        _say(f"comity: there is no code `{code}`; {hint or 'a finding says its own, as in `error[CMY0201]`'}")
        raise SystemExit(USAGE)
    print(text)
    return FINE


def schema() -> int:
    """Print the JSON Schema of specs, for editors."""
    import json

    from comityc.source.shape import json_schema

    print(json.dumps(json_schema(), indent=2))
    return FINE


def expand(file: File) -> int:
    """Print the full protocol that a spec with `use:` stands for."""
    from comityc.commands.expand import expand_command

    _one_spec(file)
    return expand_command(file)


def diagram(file: File) -> int:
    """Print a state diagram of each role, in Mermaid."""
    from comityc.commands.diagram import diagram_command

    _one_spec(file)
    return diagram_command(file)


# ---- what commands share


def _fit(fits: bool, otherwise: str) -> None:
    """End with a line of explanation where options do not go together."""
    if not fits:
        _say(f"comity: {otherwise}")
        raise SystemExit(USAGE)


def _bytes(size: str | None) -> int | None:
    """Read `4G`, `500M` or a number of bytes."""
    if size is None:
        return None
    found = re.fullmatch(r"(\d{1,15}(?:\.\d{1,3})?)\s*([kKmMgGtT]?)(?:i?[bB])?", size.strip())
    if found is None or not float(found[1]):
        _say(f"comity: --memory {size!r} is no size: say how much as in 4G, 500M or 2000000000")
        raise SystemExit(USAGE)
    return int(float(found[1]) * 1000 ** " kmgt".index(found[2].lower() or " "))


def _specs(names: list[str]) -> list[str]:
    from comityc.driver import spec_files

    if "" in names:
        _say("comity: the name of a file is empty")
        raise SystemExit(USAGE)
    files = spec_files(names)
    if not files:
        _say(f"comity: no spec in {', '.join(names)}")
        raise SystemExit(USAGE)
    return files


def _one_spec(name: str) -> None:
    if not name or os.path.isdir(name):  # noqa: PTH112  (pathlib is slow to import)
        _say(f"comity: {name} is a folder; name one spec" if name else "comity: the name of the file is empty")
        raise SystemExit(USAGE)


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


COMMANDS: Mapping[str, Callable[..., int]] = {
    "check": check,
    "verify": verify,
    "compile": compile_,
    "run": run_,
    "simulate": simulate,
    "mutate": mutate,
    "explain": explain,
    "schema": schema,
    "expand": expand,
    "diagram": diagram,
}
"""By name, in the order in which help shows them."""
