"""The command line: arguments come in, the driver and its rooms do the work, text goes out with an exit code.

Exit codes: 0 fine, 1 findings, 2 wrong usage or a bug of ours. Data goes to stdout, talk to stderr. Nothing is imported before
a command needs it: arguments that are plain are read by `quick`, and only the others, with help and wrong usage, by Typer.
"""

import errno
import gc
import os
import sys

COLLECT_AFTER = 50_000
"""How many more objects there have to be before Python looks for garbage: what a command makes first, modules and nodes, stays."""

FINE, FINDINGS, USAGE = 0, 1, 2

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


def run() -> int:
    """Run the command line and return its exit code; a bug of ours is said in one line, and exits with 2."""
    if sys.stdout.encoding != "utf-8":
        from comityc.cli.plain import take_any_encoding

        take_any_encoding(sys.stdout)
    try:
        status = _run(sys.argv[1:])
        sys.stdout.flush()
        return status
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else USAGE
    except BrokenPipeError:
        _print_no_more()
        return FINDINGS
    except OSError as error:
        if error.errno not in _NO_ROOM:
            return _bug(error)
        _print_no_more()
        print(f"comity: the output could not be written: {error.strerror}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        return 130
    except MemoryError:
        print(
            "comity: there is not enough memory for this; fewer instances, or bounds, make it smaller", file=sys.stderr
        )
        return USAGE
    except Exception as bug:
        return _bug(bug)


def _print_no_more() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _bug(bug: Exception) -> int:
    if os.environ.get("COMITY_TRACEBACK"):
        import traceback

        traceback.print_exc()
    print(f"comity: this is a bug of ours: {type(bug).__name__}: {bug}", file=sys.stderr)
    print("comity: set COMITY_TRACEBACK=1 to see where, and please report it with the spec", file=sys.stderr)
    return USAGE


def _run(arguments: list[str]) -> int:
    gc.set_threshold(COLLECT_AFTER)
    from comityc.cli.quick import read
    from comityc.cli.table import COMMANDS

    command = COMMANDS.get(arguments[0]) if arguments else None
    values = read(command, arguments[1:]) if command is not None else None
    if command is None or values is None:
        from comityc.cli.by_typer import app

        app(prog_name="comity")
        return FINE
    return command(**values)
