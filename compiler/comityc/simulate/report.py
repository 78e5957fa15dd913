"""Results of simulations in; the report out: text for people, JSON (`comity.simulate/1`) for programs."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from comityc.explore.telling.report import plain_data
from comityc.explore.telling.wording import show
from comityc.simulate.simulate import SimulationResult

SCHEMA = "comity.simulate/1"


def to_json(file: str, protocol: str, results: Iterable[SimulationResult]) -> dict[str, Any]:
    """Return the report on one spec as plain data."""
    return {
        "schema": SCHEMA,
        "file": file,
        "protocol": protocol,
        "simulations": [_simulation_json(result) for result in results],
    }


def _simulation_json(result: SimulationResult) -> dict[str, Any]:
    return {
        "name": result.name,
        "with": {name: plain_data(value) for name, value in result.values},
        "as_expected": result.as_expected,
        "runs": result.runs,
        "seed": result.seed,
        "expect": result.expect,
        "figures": [
            {"text": one.text, "mean": float(one.mean), "least": float(one.least), "most": float(one.most)}
            for one in result.figures
        ],
        "findings": list(result.findings),
        "steps": result.steps,
        "cut": result.cut,
        "length": [round(length, 3) for length in result.length],
        "seconds": round(result.seconds, 3),
    }


def lines(result: SimulationResult) -> Iterator[str]:
    """Tell one simulation line by line."""
    values = ", ".join(f"{name}={show(value)}" for name, value in result.values)
    title = f"{result.name} ({values})" if values else result.name
    runs = "1 run" if result.runs == 1 else f"{result.runs:,} runs"
    mark = "ok  " if result.as_expected else "BAD "
    if not result.steps and result.findings:
        yield f"  {mark}{title}: not played"
    else:
        yield f"  {mark}{title}: {runs} from seed {result.seed}, {result.steps:,} steps ({result.seconds:.2f} s)"
    yield f"        {result.expect}"
    for figure in result.figures:
        least, most = _number(figure.least), _number(figure.most)
        yield f"        {figure.text} is {_number(figure.mean)} ({least} to {most})"
    for finding in result.findings:
        yield f"      ! {finding}"
    if result.cut:
        yield f"        {result.cut} of the runs did not come to rest; they are judged where they were stopped"


def _number(value: Fraction) -> str:
    """Write a number short: whole as it is, else with four digits."""
    return f"{value.numerator:,}" if value.denominator == 1 else f"{float(value):.4g}"
