"""What a spec was made into is remembered only while nothing has changed, and never believed where it may not be ours."""

import os
import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from comityc import driver
from comityc.cache import MOST_ENTRIES, Cache, pickled, unpickled
from comityc.driver import check_file, checking_module, loaded_module

pytestmark = pytest.mark.skipif(not hasattr(os, "getuid"), reason="nothing is kept where files have no owner")

SPEC = """\
comity: "1"
protocol: lamp
messages: {Press: {}}
roles:
  hand:
    variables: {share: {type: fraction, default: 1/3}}
    states:
      idle: [{when: share < 1/2, do: send Press() to lamp, goto: done}]
      done: final
  lamp:
    states:
      dark: [{receive: Press, goto: lit}]
      lit: final
"""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cache:
    """Return a cache in a folder of its own, which the driver uses."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("COMITY_NO_CACHE", raising=False)
    opened = Cache()
    opened.open()
    monkeypatch.setattr(driver, "CACHE", opened)
    return opened


@pytest.fixture
def lamp(tmp_path: Path) -> str:
    path = tmp_path / "lamp.yaml"
    path.write_text(SPEC, encoding="utf-8")
    return str(path)


def entries(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "cache" / "comity" / "specs").iterdir())


def made(path: str, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Say whether a spec is made anew when it is checked."""
    asked: list[str] = []
    original = driver._checked
    with monkeypatch.context() as patched:

        def noted(path: str, key: str | None) -> driver.CheckResult:
            asked.append(path)
            return original(path, key)

        patched.setattr(driver, "_checked", noted)
        check_file(path)
    return bool(asked)


def test_a_spec_that_has_not_changed_is_not_made_again(
    cache: Cache, lamp: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = check_file(lamp)
    assert not made(lamp, monkeypatch)
    again = check_file(lamp)
    assert first.machine is not None
    assert repr(again) == repr(first)
    assert again.machine is not first.machine


def test_findings_are_remembered_too(cache: Cache, lamp: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Path(lamp).write_text(SPEC.replace("goto: lit", "goto: lid"), encoding="utf-8")
    first = check_file(lamp)
    assert first.has_errors
    assert not made(lamp, monkeypatch)
    assert repr(check_file(lamp)) == repr(first)


def test_another_text_or_another_name_is_another_spec(cache: Cache, lamp: str, monkeypatch: pytest.MonkeyPatch) -> None:
    check_file(lamp)
    other = Path(lamp).with_name("other.yaml")
    other.write_text(SPEC, encoding="utf-8")
    assert made(str(other), monkeypatch)
    Path(lamp).write_text(SPEC + "# more\n", encoding="utf-8")
    assert made(lamp, monkeypatch)


def test_other_sources_of_ours_make_it_anew(cache: Cache, lamp: str, monkeypatch: pytest.MonkeyPatch) -> None:
    check_file(lamp)
    monkeypatch.setattr(cache, "_sources", b"changed")
    assert made(lamp, monkeypatch)


def test_generated_code_is_remembered_for_the_machine_of_the_file_alone(
    cache: Cache, lamp: str, tmp_path: Path
) -> None:
    first = check_file(lamp)
    assert first.machine is not None
    checking_module(first.machine)
    loaded_module(first.machine)
    assert [entry.suffix for entry in entries(tmp_path)] == [".checked", ".checking", ".running"]
    again = check_file(lamp)
    assert again.machine is not None
    kept, changed = checking_module(again.machine), checking_module(replace(again.machine, protocol="lantern"))
    assert set(vars(kept)) == set(vars(checking_module(first.machine)))
    assert changed.__name__ != kept.__name__
    assert len(entries(tmp_path)) == 3


def test_what_is_damaged_is_made_anew(cache: Cache, lamp: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_file(lamp)
    (entry,) = entries(tmp_path)
    whole = entry.read_bytes()
    for damaged in (b"", whole[:-1], whole[:50] + bytes([whole[50] ^ 1]) + whole[51:]):
        entry.write_bytes(damaged)
        assert made(lamp, monkeypatch)
    assert entry.read_bytes() == whole


def test_what_others_may_write_is_not_believed(
    cache: Cache, lamp: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_file(lamp)
    (entry,) = entries(tmp_path)
    entry.chmod(0o622)
    assert made(lamp, monkeypatch)
    entry.parent.chmod(0o777)
    shared = Cache()
    shared.open()
    assert shared.key(lamp) is None


def test_no_function_is_called_that_an_entry_names() -> None:
    class Trap:
        """Would run a command when it is read."""

        def __reduce__(self) -> tuple[object, ...]:
            return os.system, ("exit 1",)

    assert unpickled(pickle.dumps(Trap())) is None
    assert unpickled(pickle.dumps(Path())) is None
    assert unpickled(b"nonsense") is None
    assert unpickled(pickled((1, "a", None))) == (1, "a", None)


def test_a_spec_that_rests_on_other_files_is_not_kept(cache: Cache, tmp_path: Path) -> None:
    result = check_file("specs/composition/purchase.yaml")
    assert result.machine is not None
    assert not entries(tmp_path)


def test_what_cannot_be_read_is_not_kept(cache: Cache, tmp_path: Path) -> None:
    assert check_file(str(tmp_path)).has_errors
    assert check_file(str(tmp_path / "nowhere.yaml")).has_errors
    assert not entries(tmp_path)


def test_the_oldest_are_put_away(cache: Cache, tmp_path: Path) -> None:
    for number in range(MOST_ENTRIES + 3):
        cache.put(f"{number:064}", "checked", b"")
        os.utime(entries(tmp_path)[-1], (number, number))
    assert len(entries(tmp_path)) == MOST_ENTRIES
    assert entries(tmp_path)[0].name.startswith(f"{3:064}")


def test_nobody_keeps_anything_who_has_not_asked_for_it(
    lamp: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert check_file(lamp).machine is not None
    monkeypatch.setenv("COMITY_NO_CACHE", "1")
    refused = Cache()
    refused.open()
    assert refused.key(lamp) is None
    assert not (tmp_path / "cache").exists()
