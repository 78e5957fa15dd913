"""The commands come in as functions; the same as an application of Typer goes out, for help, wrong usage and what is unusual."""

import inspect
from collections.abc import Callable
from typing import Annotated, Any, get_args

import typer

from comityc import __version__
from comityc.cli.arguments import Argument
from comityc.cli.table import COMMANDS

app = typer.Typer(
    name="comity",
    help="Coordination protocols you can read, prove, test and run.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


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


def _as_typer_reads_it(command: Callable[..., int]) -> Callable[..., None]:
    def run(**values: Any) -> None:
        raise typer.Exit(command(**values))

    said = inspect.signature(command)
    parameters = [one.replace(annotation=_told(one.annotation)) for one in said.parameters.values()]
    run.__signature__ = said.replace(parameters=parameters, return_annotation=None)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in parameters}
    run.__doc__ = command.__doc__
    return run


def _told(annotation: Any) -> Any:
    kind, said = get_args(annotation)
    how = typer.Argument(**said.how) if isinstance(said, Argument) else typer.Option(*said.names, **said.how)
    return Annotated[kind, how]


for _name, _command in COMMANDS.items():
    app.command(_name)(_as_typer_reads_it(_command))
