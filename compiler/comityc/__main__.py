"""The entry of the command line. The version is answered before anything slow is imported."""

import os
import sys

from comityc import __version__


def main() -> None:
    """Run the command that the arguments name; exit with 0 fine, 1 findings, 2 wrong usage or a bug of ours."""
    if sys.argv[1:] == ["--version"]:
        print(f"comity {__version__}")
        return
    # NumPy's library for algebra, which nobody here needs, starts a thread for each core when it is imported: 50 ms of work.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from comityc.cache import CACHE
    from comityc.cli import run

    CACHE.open()

    sys.exit(run())


if __name__ == "__main__":
    main()
