"""`comity compile`: the Python of specs is generated into a folder, or compared with what is there."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from comityc.commands.shared import FINDINGS, FINE, print_diagnostics, print_findings, say
from comityc.driver import check_file, generate

if TYPE_CHECKING:
    from comityc.machine.model import Machine


def compile_command(named: Sequence[str], files: Sequence[str], output: str, check: bool) -> int:
    """Generate the Python of specs into a folder; with `check`, only say what is stale."""
    from comityc.output import GeneratedFile, check_files, write_files

    results = [check_file(name) for name in files]
    broken = [result for result in results if result.machine is None or result.has_errors]
    print_findings(broken)
    generated: list[GeneratedFile] = []
    refused = 0
    made_by: dict[str, str] = {}
    for result in results:
        machine = result.machine
        if machine is None or result.has_errors:
            continue
        obstacle = _obstacle(machine)
        if obstacle and result.file in named:
            say(f"comity: {result.file} cannot be compiled: {obstacle}")
            refused += 1
        elif obstacle:
            say(f"{result.file}: passed over, {obstacle}")
        elif machine.protocol in made_by:
            say(f"comity: {result.file} and {made_by[machine.protocol]} are both called `{machine.protocol}`")
            refused += 1
        else:
            made_by[machine.protocol] = result.file
            generated.extend(generate(machine, output))
    if broken or refused:
        say("comity: nothing was written")
        return FINDINGS
    if check:
        stale = check_files(generated, output)
        print_diagnostics(stale)
        return FINDINGS if stale else FINE
    written, findings = write_files(generated, output)
    print_diagnostics(findings)
    for file in written:
        if file.action == "written":
            print(file.path)
    say(f"{len(generated)} files, {sum(file.action == 'written' for file in written)} written")
    return FINDINGS if findings else FINE


def _obstacle(machine: "Machine") -> str | None:
    """Say why a machine has no distributed form, or none as yet."""
    if machine.shared is not None:
        return "it is a model: its instances share variables or look into one another"
    if machine.network == "none":
        return "it is a model without messages"
    return None
