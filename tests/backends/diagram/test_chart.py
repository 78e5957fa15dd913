"""Sequence charts: labels on the arrows where they fit, nothing that Mermaid would misread."""

from comityc.backends.diagram.chart import draw_mermaid, draw_text, lost, message, note

LANES = ["chair", "voter[0]", "voter[1]"]
ROWS = [
    note("chair", "decides motion = buy"),
    message("chair", "voter[0]", "CallVote(motion=buy)"),
    lost("chair", "voter[1]", "CallVote(motion=buy)"),
    message("voter[0]", "chair", "Ballot(choice=yes)"),
    note("", "30s pass"),
]


def test_labels_stand_on_the_arrows_where_they_fit() -> None:
    assert draw_text(LANES, ROWS) == (
        "chair                    voter[0]   voter[1]\n"
        "  ● decides motion = buy     │          │\n"
        "  │── CallVote(motion=buy) ─▶│          │\n"
        "  │─────── CallVote(motion=buy) ───────✗│\n"
        "  │◀── Ballot(choice=yes) ───│          │\n"
        "30s pass\n"
    )


def test_labels_move_to_the_right_where_they_do_not_fit() -> None:
    assert draw_text(LANES, ROWS, width=30, plain=True) == (
        "chair   voter[0]   voter[1]\n"
        "  *         |          |   decides motion = buy\n"
        "  |-------->|          |   CallVote(motion=buy)\n"
        "  |-------------------x|   CallVote(motion=buy)\n"
        "  |<--------|          |   Ballot(choice=yes)\n"
        "  |         |          |   30s pass\n"
    )


def test_a_lane_that_only_the_rows_name_is_added() -> None:
    assert draw_text(["a"], [message("a", "b", "X")]).splitlines()[0].split() == ["a", "b"]


def test_mermaid_text_is_escaped() -> None:
    text = draw_mermaid(["a", "b"], [message("a", "b", "M(x=1; y=#2)"), lost("b", "a", "N"), note("", "all")])
    assert text == (
        "sequenceDiagram\n"
        "    participant p0 as a\n"
        "    participant p1 as b\n"
        "    p0->>p1: M(x=1#59; y=#35;2)\n"
        "    p1-xp0: N\n"
        "    Note over p0,p1: all\n"
    )


def test_an_empty_chart_is_no_trouble() -> None:
    assert draw_text([], []) == "\n"
    assert draw_mermaid([], []) == "sequenceDiagram\n"
