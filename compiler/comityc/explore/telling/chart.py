"""A story in; its sequence chart out, as text for a terminal or as Mermaid."""

from collections.abc import Iterator

from comityc.backends.diagram.chart import Row, draw_mermaid, draw_text, lost, message, note
from comityc.explore.telling.story import Arrow, Story, stretches


def text_chart(story: Story, *, width: int = 100, plain: bool = False) -> str:
    """Draw the story for a terminal; `plain` keeps to ASCII."""
    return draw_text(_lanes(story), list(_rows(story)), width=width, plain=plain)


def mermaid_chart(story: Story) -> str:
    """Draw the story as a Mermaid sequence diagram."""
    return draw_mermaid(_lanes(story), list(_rows(story)))


def _lanes(story: Story) -> list[str]:
    """Return the instances that do something in the story, or all when nobody does."""
    named = {name for step in story.steps for name in (step.arrow.source, step.arrow.target)}
    return [lane for lane in story.lanes if lane in named] or list(story.lanes)


def _rows(story: Story) -> Iterator[Row]:
    for line in story.beginning:
        yield note("", line)
    for stretch in stretches(story):
        if stretch.first == story.loop_from:
            yield note("", "from here on it repeats for ever")
        arrow = stretch.step.arrow
        yield note(arrow.source, arrow.text + stretch.times) if stretch.count > 1 else _row(arrow)
    if story.loop_from == len(story.steps):
        yield note("", "and nothing more is owed")


def _row(arrow: Arrow) -> Row:
    match arrow.kind:
        case "message":
            return message(arrow.source, arrow.target, arrow.text)
        case "lost":
            return lost(arrow.source, arrow.target, arrow.text)
        case "note":
            return note(arrow.source, arrow.text)
