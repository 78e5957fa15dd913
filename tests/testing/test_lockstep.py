"""Tests of the comparison between generated and checked machines."""

from types import ModuleType

from comity.machine import Received
from comity.values import Instance, Map, Word
from comityc.testing.lockstep import translate


class Choice(Word):
    YES = "yes"


def test_values_get_the_classes_of_the_other_module() -> None:
    module = ModuleType("other")
    exec("from comity.values import Word\nclass Choice(Word):\n    YES = 'yes'", module.__dict__)
    chair = Instance("chair", 0)
    assert translate(Map([(chair, Choice.YES)]), module) == Map([(chair, module.Choice.YES)])


def test_a_type_of_the_spec_may_be_called_like_one_of_the_runtime() -> None:
    module = ModuleType("other")
    module.Received = Choice  # type: ignore[attr-defined]
    event = Received(Instance("chair", 0), None)
    assert translate(event, module) == event
