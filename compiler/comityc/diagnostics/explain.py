"""The number of a code comes in, its page goes out: the longer story, with a rejected example and a corrected one."""

import re
from pathlib import Path

PAGES = Path(__file__).parent / "explain"


def page(code: str) -> str | None:
    """Return the page of a code as Markdown, or None if there is no such code."""
    if not re.fullmatch("CMY[0-9]{4}", code):
        return None
    file = PAGES / f"{code}.md"
    return file.read_text(encoding="utf-8") if file.is_file() else None
