"""How long a verdict takes: Comity beside Spin, and beside TLC where `--tlc tla2tools.jar` is given, on the same models.

    python benchmarks/verify/measure.py [--rounds 5] [--tlc JAR] [--output FOLDER] [--quick]

Every figure is a whole command as a person would type it: for Spin the generation of the verifier, gcc and the run, in its natural
form and packed by hand; for Comity `comity verify` with all properties decided, as it comes (which looks at one of the states that
differ in names alone, where that is sound), and looking at every state, by its kernel of C and by NumPy alone. The commands take turns
in one run, and a ratio is the median over the rounds. All of them have to report the same number of states, or the run stops.
"""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from promela import Style, lossy_ring, two_phase

HERE = Path(__file__).parent
SPECS = HERE.parent.parent / "specs"


@dataclass(frozen=True)
class Model:
    """One model: the spec and its case for us, its Promela, its TLA+ module with constants, and how many states it has."""

    name: str
    spec: Path
    case: str
    states: int
    promela: Callable[[Style], str] | None = None
    tla: tuple[str, dict[str, str]] | None = None
    table: int = 24  # the size of Spin's hash table, as a power of two
    deep: int = 1_000_000  # how deep Spin may search


Row = tuple[str, ...]


@dataclass
class Contender:
    """One command, and how many seconds it took in each round."""

    name: str
    run: Callable[[Path], int]
    seconds: list[float] = field(default_factory=list)


MODELS = (
    Model("two_phase, 8 managers", HERE / "two_phase.yaml", "eight managers", 1_745_408,
          lambda style: two_phase(8, style), ("two_phase", {"RM": "{r0, r1, r2, r3, r4, r5, r6, r7}"}), 21),
    Model("two_phase, 9 managers", HERE / "two_phase.yaml", "nine managers", 10_340_352,
          lambda style: two_phase(9, style), None, 24),
    Model("lossy_ring, 5 nodes", HERE / "lossy_ring.yaml", "five nodes and five messages", 3_394_151,
          lambda style: lossy_ring(5, 5, style), ("lossy_ring", {"N": "5", "K": "5"}), 22, 5_000_000),
)  # fmt: skip

ALONE = ("--no-symmetry", "--engine", "columns")
HEADS = ("model", "who", "seconds", "times ours", "times ours, every state")
OURS_ALONE = (
    ("paxos, three acceptors", SPECS / "consensus" / "paxos.yaml", "three acceptors"),
    ("raft_election, three nodes", SPECS / "election" / "raft_election.yaml", "three nodes"),
    ("escrow, as it stands", SPECS / "contract" / "escrow.yaml", "as it stands"),
    ("escrow, a message comes twice", SPECS / "contract" / "escrow.yaml", "a message comes twice"),
    ("two_phase_commit, three participants", SPECS / "consensus" / "two_phase_commit.yaml", "three participants"),
)


def comity(spec: Path, case: str, *options: str) -> Callable[[Path], int]:
    """Return what verifies one case and reads off how many states there were."""

    def run(folder: Path) -> int:
        command = [str(Path(sys.executable).with_name("comity")), "verify", str(spec), "--case", case, *options]
        text = _output(command, folder)
        found = re.search(r"\(([\d,]+) states", text)
        if found is None or "BAD" in text:
            raise SystemExit(f"{' '.join(command)}:\n{text}")
        return int(found[1].replace(",", ""))

    return run


def spin(model: Model, style: Style) -> Callable[[Path], int]:
    """Return what makes Spin's verifier, compiles it and runs it."""
    assert model.promela is not None
    text = model.promela(style)

    def run(folder: Path) -> int:
        (folder / "m.pml").write_text(text)
        _output(["spin", "-a", "m.pml"], folder)
        _output(["gcc", "-O2", "-DSAFETY", "-DMEMLIM=16000", "-DNOFAIR", "-o", "pan", "pan.c"], folder)
        told = _output(["./pan", f"-m{model.deep}", f"-w{model.table}", "-n"], folder)
        found = re.search(r"([\d.e+]+) states, stored", told)
        if found is None or "errors: 0" not in told or "max search depth too small" in told:
            raise SystemExit(told)
        return int(float(found[1]))

    return run


def tlc(jar: Path, module: str, constants: dict[str, str]) -> Callable[[Path], int]:
    """Return what runs TLC with as many workers as there are processors."""

    def run(folder: Path) -> int:
        shutil.copy(HERE / f"{module}.tla", folder)
        lines = ["SPECIFICATION Spec", "INVARIANT Inv", "CHECK_DEADLOCK FALSE"]
        lines += [f"CONSTANT {name} = {value}" for name, value in constants.items()]
        (folder / f"{module}.cfg").write_text("\n".join(lines))
        command = ["java", "-XX:+UseParallelGC", "-cp", str(jar), "tlc2.TLC", "-workers", str(os.cpu_count()), module]
        found = re.search(r"([\d,]+) distinct states found", _output(command, folder))
        assert found is not None
        return int(found[1].replace(",", ""))

    return run


def _output(command: Sequence[str], folder: Path) -> str:
    # Nobody is to profit from what was made of a spec in the round before.
    environment = {**os.environ, "COMITY_NO_CACHE": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def contenders(model: Model, jar: Path | None) -> list[Contender]:
    """Return who runs a model; the others are measured against the first two, which are ours."""
    found = [
        Contender("Comity, as it comes", comity(model.spec, model.case)),
        Contender("Comity, every state", comity(model.spec, model.case, "--no-symmetry")),
        Contender("Comity, every state, NumPy alone", comity(model.spec, model.case, *ALONE)),
    ]
    if model.promela is not None and shutil.which("spin"):
        found += [Contender("Spin", spin(model, "natural")), Contender("Spin, packed by hand", spin(model, "packed"))]
    if jar is not None and model.tla is not None:
        found.append(Contender("TLC", tlc(jar, *model.tla)))
    return found


def measure(model: Model, entrants: list[Contender], rounds: int) -> None:
    """Let them take turns; figures that differ end the run. Spin counts its own end states too: some more are allowed to it."""
    for _ in range(rounds):
        for one in entrants:
            with tempfile.TemporaryDirectory() as folder:
                started = time.perf_counter()
                states = one.run(Path(folder))
                one.seconds.append(time.perf_counter() - started)
            more = states - model.states
            if not 0 <= more <= (2 if one.name.startswith("Spin") else 0):
                raise SystemExit(f"{one.name} found {states:,} states of {model.name}, not {model.states:,}")


def rows_of(model: Model, entrants: list[Contender]) -> list[Row]:
    """Return the table of one model: who, the median of the seconds, and of the ratios to ours as it comes and to every state."""
    rows = []
    for one in entrants:
        ratios = [
            statistics.median(theirs / mine for theirs, mine in zip(one.seconds, ours.seconds, strict=True))
            for ours in entrants[:2]
        ]
        rows.append((model.name, one.name, f"{statistics.median(one.seconds):.2f}", *(f"{r:.1f}" for r in ratios)))
    return rows


def table(rows: Sequence[Sequence[str]], heads: Sequence[str]) -> str:
    """Return a table in Markdown."""
    lines = [" | ".join(heads), " | ".join("---" for _ in heads), *(" | ".join(row) for row in rows)]
    return "\n".join(f"| {line} |" for line in lines)


def plot(rows: Sequence[Row], path: Path) -> None:
    """Draw the seconds as bars, by a picture that any browser shows."""
    longest = max(float(row[2]) for row in rows)
    parts, y, last = [], 10, ""
    for model, name, seconds, *_ in rows:
        if model != last:
            y += 26
            parts.append(f'<text x="10" y="{y}" font-weight="bold">{model}</text>')
            last = model
        y += 20
        width = max(float(seconds) / longest * 460, 1)
        colour = "#2b6cb0" if name.startswith("Comity") else "#a0aec0"
        parts.append(f'<text x="210" y="{y + 11}" text-anchor="end">{name}</text>')
        parts.append(f'<rect x="218" y="{y}" width="{width:.0f}" height="14" fill="{colour}"/>')
        parts.append(f'<text x="{223 + width:.0f}" y="{y + 11}">{seconds} s</text>')
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="760" height="{y + 30}" font-family="sans-serif" font-size="12">'
    body = "".join(parts)
    path.write_text(f'{head}<rect width="100%" height="100%" fill="white"/>{body}</svg>\n')


def compile_ours() -> None:
    """Compile our own modules, as any installed package is; an editable install is not, where Python is told to write no bytecode."""
    where = "import comityc, comity; print(*comityc.__path__, *comity.__path__, sep='\\n')"
    folders = subprocess.run(
        [sys.executable, "-c", where], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    subprocess.run([sys.executable, "-m", "compileall", "-q", *folders], check=True)


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tlc", type=Path, metavar="JAR")
    parser.add_argument("--output", type=Path, metavar="FOLDER", help="where to put the table and the plot")
    parser.add_argument("--quick", action="store_true", help="the first model alone, once")
    options = parser.parse_args()
    compile_ours()
    models, rounds = (MODELS[:1], 1) if options.quick else (MODELS, options.rounds)
    rows: list[Row] = []
    for model in models:
        entrants = contenders(model, options.tlc.resolve() if options.tlc else None)
        measure(model, entrants, rounds)
        rows += rows_of(model, entrants)
        print(table(rows_of(model, entrants), HEADS), flush=True)
    alone = []
    for name, spec, case in () if options.quick else OURS_ALONE:
        one, counts = Contender(name, comity(spec, case)), set()
        for _ in range(rounds):
            with tempfile.TemporaryDirectory() as folder:
                started = time.perf_counter()
                counts.add(one.run(Path(folder)))
                one.seconds.append(time.perf_counter() - started)
        alone.append((name, f"{counts.pop():,}", f"{statistics.median(one.seconds):.2f}"))
    told = table(rows, HEADS)
    if alone:
        told += "\n\n" + table(alone, ("protocol of the library, all properties", "states", "seconds"))
        print(told.split("\n\n")[1])
    if options.output:
        options.output.mkdir(parents=True, exist_ok=True)
        (options.output / "results.md").write_text(told + "\n")
        plot(rows, options.output / "results.svg")


if __name__ == "__main__":
    main()
