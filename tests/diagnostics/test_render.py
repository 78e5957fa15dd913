"""Findings as text with carets, as JSON, and as SARIF."""

import json
import re
from pathlib import Path

import pytest

from comityc.diagnostics.codes import CODES
from comityc.diagnostics.codes_source import DUPLICATE_KEY, UNKNOWN_KEY
from comityc.diagnostics.diagnostic import Diagnostic, Label
from comityc.diagnostics.render import all_to_text, summary, to_json, to_sarif, to_text
from comityc.diagnostics.span import Span

LINES = {
    1: "roles:",
    2: "  lamp:",
    14: "      goto: Lokced",
    15: "\tgoto: Lokced",
    16: "日本: Lokced",
    100: "goto: open",
}


def line_of(file: str, number: int) -> str | None:
    return LINES.get(number)


def at(line: int, column: int, end_column: int, end_line: int | None = None) -> Span:
    return Span("specs/door.yaml", line, column, end_line or line, end_column)


def text_of(diagnostic: Diagnostic, *, colours: bool = False) -> list[str]:
    return to_text(diagnostic, colours=colours, line_of=line_of).split("\n")


def test_a_finding_is_rendered_like_this_always() -> None:
    finding = UNKNOWN_KEY.at(
        at(14, 13, 19), "unknown state `Lokced`", caret="no role declares this state", help="did you mean `Locked`?"
    )
    assert text_of(finding) == [
        "specs/door.yaml:14:13: error[CMY0101]: unknown state `Lokced`",
        "   |",
        "14 |       goto: Lokced",
        "   |             ^^^^^^ no role declares this state",
        "   = help: did you mean `Locked`?",
        "   = explain: comity explain CMY0101",
    ]


def test_both_places_are_shown_where_two_matter() -> None:
    labels = (Label(at(2, 3, 7), "first here"), Label(Span("other.yaml", 3, 1, 3, 2), "and there"))
    finding = DUPLICATE_KEY.at(at(100, 1, 5), "twice", labels=labels, notes=("a fact",))
    assert text_of(finding) == [
        "specs/door.yaml:100:1: error[CMY0013]: twice",
        "    |",
        "  2 |   lamp:",
        "    |   ---- first here",
        "...",
        "100 | goto: open",
        "    | ^^^^",
        "    = note: other.yaml:3:1: and there",
        "    = note: a fact",
        "    = explain: comity explain CMY0013",
    ]


def test_tabs_and_wide_characters_keep_carets_in_place() -> None:
    assert text_of(UNKNOWN_KEY.at(at(15, 8, 14), "x"))[2:4] == ["15 |     goto: Lokced", "   |           ^^^^^^"]
    assert text_of(UNKNOWN_KEY.at(at(16, 5, 11), "x"))[2:4] == ["16 | 日本: Lokced", "   |       ^^^^^^"]


def test_a_span_over_several_lines_is_underlined_to_the_end_of_the_first() -> None:
    assert text_of(UNKNOWN_KEY.at(at(1, 1, 7, end_line=2), "x"))[3] == "   | ^^^^^^"[1:]


def test_of_a_very_long_line_the_part_around_the_caret_is_shown() -> None:
    LINES[50] = "x" * 5000 + "here" + "y" * 5000
    shown = text_of(UNKNOWN_KEY.at(at(50, 5001, 5005), "x"))
    assert len(shown[2]) < 160
    assert shown[2][shown[3].index("^") :].startswith("here")


def test_what_cannot_be_seen_is_shown_by_its_escape() -> None:
    LINES[51] = "a\u202eb: \x1b[31m"
    shown = text_of(UNKNOWN_KEY.at(at(51, 3, 4), "not \x1b[0m this"))
    assert shown[0].endswith("not \\x1b[0m this")
    assert shown[2] == "51 | a\\u202eb: \\x1b[31m"
    assert shown[3].index("^") == shown[2].index("b:")


def test_colours_come_only_when_asked_for() -> None:
    finding = UNKNOWN_KEY.at(at(14, 13, 19), "unknown", help="h")
    plain, painted = text_of(finding), text_of(finding, colours=True)
    assert "\x1b" not in "".join(plain)
    assert [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in painted] == plain


def test_a_file_that_is_gone_is_no_trouble() -> None:
    finding = UNKNOWN_KEY.at(Span("/nowhere/at/all.yaml", 1, 1, 1, 1), "x")
    assert to_text(finding).split("\n")[1:] == ["  = explain: comity explain CMY0101"]
    assert to_text(UNKNOWN_KEY.at(Span("/dev/zero", 1, 1, 1, 1), "x"))


def test_lines_are_read_from_the_file(tmp_path: Path) -> None:
    file = tmp_path / "spec.yaml"
    file.write_bytes(b"a: 1\r\nbb: 2\r\n")
    assert to_text(UNKNOWN_KEY.at(Span(str(file), 2, 1, 2, 3), "x")).split("\n")[2:4] == ["2 | bb: 2", "  | ^^"]


def test_several_findings_stand_apart() -> None:
    finding = UNKNOWN_KEY.at(at(1, 1, 6), "x")
    assert all_to_text([finding, finding], line_of=line_of).count("\n\nspecs/") == 1


@pytest.mark.parametrize(
    ("errors", "files", "said"),
    [(0, 1, "no findings in 1 file"), (1, 2, "1 error in 2 files"), (2, 1, "2 errors in 1 file")],
)
def test_the_summary_counts(errors: int, files: int, said: str) -> None:
    assert summary([UNKNOWN_KEY.at(at(1, n + 1, n + 2), "x") for n in range(errors)], files) == said


# ---- for programs


def test_json_says_everything() -> None:
    finding = UNKNOWN_KEY.at(
        at(14, 13, 19), "unknown", caret="c", help="h", notes=("n",), labels=(Label(at(1, 1, 2), "l"),)
    )
    report = json.loads(to_json([finding], ["specs/door.yaml", "b.yaml"]))
    assert report == {
        "schema": "comity.check/1",
        "files": ["specs/door.yaml", "b.yaml"],
        "errors": 1,
        "warnings": 0,
        "diagnostics": [
            {
                "code": "CMY0101",
                "name": "unknown-key",
                "severity": "error",
                "file": "specs/door.yaml",
                "line": 14,
                "column": 13,
                "end_line": 14,
                "end_column": 19,
                "message": "unknown",
                "caret": "c",
                "labels": [
                    {"file": "specs/door.yaml", "line": 1, "column": 1, "end_line": 1, "end_column": 2, "text": "l"}
                ],
                "notes": ["n"],
                "help": "h",
                "explain": "comity explain CMY0101",
            }
        ],
    }


def test_sarif_is_what_code_hosts_read() -> None:
    finding = UNKNOWN_KEY.at(at(14, 13, 19), "unknown", help="h", labels=(Label(at(1, 1, 2), "l"),))
    log = json.loads(to_sarif([finding]))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(CODES)
    assert all(rule["shortDescription"]["text"] for rule in rules)
    (result,) = run["results"]
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == "CMY0101"
    assert result["level"] == "error"
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "specs/door.yaml"
    assert place["region"] == {"startLine": 14, "startColumn": 13, "endLine": 14, "endColumn": 19}
    assert result["relatedLocations"][0]["message"] == {"text": "l"}
    assert run["columnKind"] == "unicodeCodePoints"


def test_sarif_names_files_by_uri() -> None:
    found = [UNKNOWN_KEY.at(Span(name, 1, 1, 1, 2), "x") for name in ("a b#.yaml", "/tmp/é.yaml")]
    results = json.loads(to_sarif(found))["runs"][0]["results"]
    uris = [result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in results]
    assert uris == ["a%20b%23.yaml", "file:///tmp/%C3%A9.yaml"]
