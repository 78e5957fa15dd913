"""Only regular files of UTF-8 are read, and a finding names the first place that is wrong."""

from pathlib import Path

import pytest

from comityc.source.loader import decode, load


def found(data: bytes) -> list[tuple[str, int, int]]:
    return [(d.code.number, d.span.line, d.span.column) for d in decode("spec.yaml", data)[1]]


def test_a_file_is_read_under_the_name_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "spec.yaml").write_bytes("a: é\r\nb: 1\r\n".encode())
    monkeypatch.chdir(tmp_path)
    source, diagnostics = load("./spec.yaml")
    assert not diagnostics
    assert source is not None
    assert (source.file, source.text, source.line(2), source.line(9)) == ("./spec.yaml", "a: é\nb: 1\n", "b: 1", "")


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (b"a: 1\nb: \xff", ("CMY0004", 2, 4)),
        ("a: é\nbé: ".encode() + b"\xc3", ("CMY0004", 2, 5)),
        (b"\xef\xbb\xbfa: 1\n", ("CMY0004", 1, 1)),
        (b"\xff\xfea\x00", ("CMY0004", 1, 1)),
        (b"a: 1\n  b\x00c: 1\n", ("CMY0005", 2, 4)),
        ("a: 1\nb: \u2066x\n".encode(), ("CMY0005", 2, 4)),
        ("a: \u2028b\n".encode(), ("CMY0005", 1, 4)),
        (b"a: 1\rb: 2\n", ("CMY0005", 1, 5)),
        (b"  \n", ("CMY0006", 1, 1)),
        (b"#" * ((1 << 20) + 1), ("CMY0003", 1, 1)),
    ],
)
def test_what_is_no_plain_text_is_refused_at_its_place(data: bytes, where: tuple[str, int, int]) -> None:
    assert found(data) == [where]


def test_a_binary_file_does_not_flood_the_terminal() -> None:
    assert len(found(b"\x01" * 5_000)) == 20


def test_letters_of_all_languages_are_welcome() -> None:
    assert not found("doc: Ein Gruß, 挨拶, שלום, नमस्ते, 👩\u200d🚀\n".encode())
