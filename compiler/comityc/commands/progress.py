"""The line on the terminal that says what a command is doing."""

import sys
from collections.abc import Callable


class progress_line:  # noqa: N801  (reads as the context it is)
    """A line on the terminal that says what is being done; nothing where nobody watches."""

    def __enter__(self) -> Callable[[str, str], None]:
        self._status = None
        if sys.stderr.isatty():
            from rich.console import Console

            self._status = Console(stderr=True).status("")
            self._status.start()
        return self._say

    def _say(self, case: str, doing: str) -> None:
        if self._status is not None:
            self._status.update(f"{case}: {doing}")

    def __exit__(self, *problem: object) -> None:
        if self._status is not None:
            self._status.stop()
