"""Work goes on without the search for garbage, which is there again afterwards, whatever became of the work."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from comityc.explore import collecting
from comityc.explore.collecting import uncollected


class Knot:
    """Something that holds on to itself."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def collector_as_it_was() -> Iterator[None]:
    was_on = gc.isenabled()
    gc.enable()
    yield
    if not was_on:
        gc.disable()


def test_work_is_not_interrupted() -> None:
    def work(number: int, *, more: int) -> tuple[int, bool]:
        return number + more, gc.isenabled()

    assert uncollected(work, 1, more=2) == (3, False)
    assert gc.isenabled()


def test_an_error_passes_through() -> None:
    with pytest.raises(ZeroDivisionError):
        uncollected(lambda: 1 // 0)
    assert gc.isenabled()


def test_who_wants_no_collector_gets_none() -> None:
    gc.disable()
    uncollected(lambda: None)
    assert not gc.isenabled()


def test_long_work_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, "LONG", 0.0)
    assert uncollected(lambda: weakref.ref(Knot()))() is None
