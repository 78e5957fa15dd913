"""The entry of the command line. The version is answered before anything slow is imported."""

import sys

from comityc import __version__


def main() -> None:
    """Run the command that the arguments name; exit with 0 fine, 1 findings, 2 wrong usage or a bug of ours."""
    if sys.argv[1:] == ["--version"]:
        print(f"comity {__version__}")
        return
    from comityc.cli import run

    sys.exit(run())


if __name__ == "__main__":
    main()
