"""Plain arguments are read without Typer, and mean what they mean to Typer; all others are left to it."""

import inspect
import shlex
from typing import Any

import pytest
import typer

from comityc.cli.by_typer import _as_typer_reads_it
from comityc.cli.quick import read
from comityc.cli.table import COMMANDS

PLAIN = """
check a.yaml
check a.yaml b.yaml --strict --json
check --sarif a.yaml --sarif
verify a.yaml
verify a.yaml --case one --case "two words" --with n=3 --with=m=4 --json
verify --no-symmetry --engine native a.yaml --chart=mermaid
verify a.yaml --symmetry --max-states 10 --memory 4G --stories
verify a.yaml --ladder --html page.html --save-trace d --save-test t.py
compile specs -o out
compile specs --output=out --check
run a.yaml --decide v.c=yes,no --lose 2 --seed 7 --crash voter --reorder
run a.yaml --perform= --scenario ""
simulate a.yaml --runs 5 --case one
mutate a.yaml --only x --jobs 2 --max-states 5
explain CMY0201
explain trace.json --chart none
schema
expand a.yaml
diagram a.yaml
""".strip().splitlines()

UNUSUAL = """
check
check --help
check a.yaml --strictly
check a.yaml --stric
check a.yaml --json=1
check -- a.yaml
check ""
verify a.yaml --case
verify a.yaml --case --json
verify a.yaml --max-states 0
verify a.yaml --max-states ten
verify a.yaml --max-states 1_0
verify a.yaml --engine fast
verify a.yaml --ladder --seconds 0.5
verify a.yaml --memory 1G --memory 2G
compile specs -oout
run a.yaml b.yaml
run a.yaml --seed -1
schema a.yaml
expand
""".strip().splitlines()


@pytest.mark.parametrize("line", PLAIN)
def test_plain_arguments_mean_what_they_mean_to_typer(line: str) -> None:
    name, *arguments = shlex.split(line)
    values = read(COMMANDS[name], arguments)
    assert values is not None
    defaults = {one.name: one.default for one in inspect.signature(COMMANDS[name]).parameters.values()}
    assert {**defaults, **values} == _by_typer(name, arguments)


@pytest.mark.parametrize("line", UNUSUAL)
def test_all_others_are_left_to_typer(line: str) -> None:
    name, *arguments = shlex.split(line)
    assert read(COMMANDS[name], arguments) is None


def _by_typer(name: str, arguments: list[str]) -> dict[str, Any]:
    got: dict[str, Any] = {}

    def command(**values: Any) -> int:
        got.update(values)
        return 0

    command.__signature__ = inspect.signature(COMMANDS[name])  # type: ignore[attr-defined]
    app = typer.Typer(rich_markup_mode=None)
    app.command()(_as_typer_reads_it(command))
    app(arguments, standalone_mode=False)
    return got
