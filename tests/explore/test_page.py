"""The page of `--html`: all of it is in the one file, whatever the spec says in it, and it reads without a script."""

import re
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from comityc.cli import run
from comityc.explore.telling.drawing import ROW, TOP, draw
from comityc.explore.telling.page import html_page
from comityc.explore.telling.scene import Mark, Scene, Standing, UnderWay
from comityc.explore.telling.story import Arrow, Story, StoryStep
from comityc.explore.telling.trace import Trace

VOID = {"meta", "link", "br"}


def scene(state: str, count: str, *messages: str, status: str = "up") -> Scene:
    desk = Standing("desk", state, "up", (("count", count),))
    clerk = Standing("clerk[0]", "idle", status, ())  # type: ignore[arg-type]
    return Scene((desk, clerk), (), tuple(UnderWay("clerk[0]", "desk", message) for message in messages))


STORY = Story(
    lanes=("desk", "clerk[0]", "clerk[1]"),
    beginning=("clerk[1] is a liar (byzantine)",),
    steps=(
        StoryStep(
            "the agent of clerk[0] decides to ask",
            ("clerk[0] sends Ask to desk",),
            Arrow("note", "clerk[0]", "", "decides to ask"),
            "decide",
            actor="clerk[0]",
        ),
        StoryStep(
            "desk receives Ask from clerk[0]",
            ("desk: open -> shut", "desk.count: 0 -> 1"),
            Arrow("message", "clerk[0]", "desk", "Ask"),
            "deliver",
            actor="desk",
            marks=(Mark("desk", "", "open", "shut"), Mark("desk", "count", "0", "1")),
        ),
        StoryStep(
            "clerk[0] crashes for good",
            (),
            Arrow("note", "clerk[0]", "", "crashes for good"),
            "crash",
            True,
            "clerk[0]",
        ),
    ),
    loop_from=2,
    why=("`desk in open` never comes to hold:", "  desk is in shut"),
    scenes=(scene("open", "0"), scene("open", "0", "Ask"), scene("shut", "1"), scene("shut", "1", status="down")),
)
TRACE = Trace("desk.yaml", "desk", "0", "one case", (), "opens", "eventually", False, "3 steps", None, STORY)


class Outline(HTMLParser):
    """Checks that every tag is closed, and gathers the texts and the addresses."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.words: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src", "srcset", "action", "data")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass  # shapes of the chart

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "script"):
            self.words += data.split()

    @property
    def text(self) -> str:
        return " ".join(self.words)


def traces(*stories: Story) -> Sequence[Trace]:
    return [replace(TRACE, prop=f"opens_{number}", story=story) for number, story in enumerate(stories)]


def test_nothing_is_fetched() -> None:
    page = html_page(traces(STORY, STORY))
    assert set(Outline(page).addresses) == {"data:,", "#1", "#2"}
    assert not re.search(r"https?:|@import|url\(|fetch\(|XMLHttp|import\(", page)
    assert "default-src 'none'" in page


def test_everything_reads_without_a_script() -> None:
    text = Outline(html_page([TRACE])).text
    for part in (
        "desk receives Ask from clerk[0]",
        "desk: open -> shut",
        "open becomes → shut",
        "clerk[0] → to desk Ask sent",
        "desk in open never comes to hold:",
        "and then this repeats for ever:",
        "clerk[1] is a liar (byzantine)",
        "3 steps 1 fault 2 changes of who acts",
    ):
        assert part in text


def test_one_counterexample_needs_no_index() -> None:
    assert "<nav" not in html_page([TRACE])
    assert "2 counterexamples" in Outline(html_page(traces(STORY, STORY))).text


def test_what_nobody_expects_comes_first() -> None:
    expected = replace(TRACE, prop="stated", expected=True)
    text = Outline(html_page([expected, TRACE])).text
    assert text.index("opens") < text.index("stated")


def test_text_of_a_spec_stays_text() -> None:
    evil = "</script><script>alert(1)</script><img src=x onerror=alert(1)>&amp;"
    step = StoryStep(evil, (evil,), Arrow("note", evil, "", evil), actor=evil, marks=(Mark(evil, evil, evil, evil),))
    where = Scene(
        (Standing(evil, evil, "up", ((evil, evil),)),), ((evil, evil),), (UnderWay(evil, evil, evil),), (evil,)
    )
    story = Story((evil,), (evil,), (step,), None, (evil, f"`{evil}`"), (where, where))
    page = html_page([replace(TRACE, prop=evil, reason=evil, case=evil, file=evil, protocol=evil, story=story)])
    assert page.count("<script>") == 1
    assert "<img" not in page
    assert evil.replace("&amp;", "&amp;") in Outline(page).text.replace("\n", " ")


def test_a_story_without_a_step_is_shown() -> None:
    story = replace(STORY, steps=(), loop_from=0, scenes=STORY.scenes[:1])
    text = Outline(html_page([replace(TRACE, story=story)])).text
    assert "in the initial state" in text
    assert "it may stay so for ever" in text


def test_a_last_step_that_was_refused_says_so() -> None:
    story = replace(STORY, loop_from=None, scenes=STORY.scenes[:3])
    assert "this step is refused" in Outline(html_page([replace(TRACE, story=story)])).text


def test_the_chart_has_a_row_for_each_step_and_a_lane_for_each_who_acts() -> None:
    drawing = draw(STORY)
    assert [lane.name for lane in drawing.lanes] == ["desk", "clerk[0]"]
    assert [(row.number, row.kind, row.fault) for row in drawing.rows] == [
        (1, "note", False),
        (2, "message", False),
        (3, "note", True),
    ]
    assert [row.y for row in drawing.rows] == [TOP + ROW * (at + 0.5) for at in range(3)]
    assert drawing.loop == TOP + 2 * ROW
    assert [piece.status for piece in drawing.lanes[1].pieces] == ["up", "down"]
    assert all(row.label_x + row.label_width <= drawing.width for row in drawing.rows)


def test_long_texts_are_cut_in_the_chart_and_whole_beside_it() -> None:
    long = "Offer(" + "price=1, " * 80 + ")"
    story = replace(STORY, steps=(replace(STORY.steps[1], arrow=Arrow("message", "clerk[0]", "desk", long)),))
    (row,) = draw(story).rows
    assert row.shown.endswith("…")
    assert row.text == long
    assert draw(story).width < 1000


def test_the_command_writes_a_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def call(*arguments: str) -> int:
        monkeypatch.setattr("sys.argv", ["comity", *arguments])
        return run()

    monkeypatch.chdir(tmp_path)
    Path("lamp.yaml").write_text(
        'comity: "1"\nprotocol: lamp\nroles: {lamp: {states: {dark: [{after: 1m, goto: lit}], lit: final}}}\n'
        "properties: {dark: {always: lamp in dark}}\n",
        encoding="utf-8",
    )
    assert call("verify", "lamp.yaml", "--html", "out/lamp.html", "--save-trace", "out") == 1
    page = Path("out/lamp.html").read_text(encoding="utf-8")
    assert "lamp in dark" in Outline(page).text
    capsys.readouterr()
    (trace,) = Path("out").glob("*.json")
    assert call("explain", str(trace), "--html", "again.html") == 0
    assert Path("again.html").read_text(encoding="utf-8") == page
    Path("mine.html").write_text("<p>mine</p>", encoding="utf-8")
    assert call("explain", str(trace), "--html", "mine.html") == 1
    assert "CMY0611" in capsys.readouterr().err
    assert Path("mine.html").read_text(encoding="utf-8") == "<p>mine</p>"
