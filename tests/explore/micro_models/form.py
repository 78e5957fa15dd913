"""What a micro-model is: one spec with words left open, and its forms, each of which fills them in its own way.

The figures are those of an independent explorer over hand-written models of a few lines, which gave no encodings: that ours
come out the same is what was looked for.
"""

from functools import cache
from typing import NamedTuple

from tests.explore.specs import Spec, load_spec


class Form(NamedTuple):
    """What stands for the open words; the states reachable; and each property that fails, with the steps to where it does.

    For `never_stuck` and `stays_possible` the steps lead to where there is no way on to what must stay possible.
    """

    words: dict[str, str]
    states: int
    fails: dict[str, int]


class Model(NamedTuple):
    """A spec with words in capitals left open, and its forms by name; the wrong one comes first."""

    spec: str
    forms: dict[str, Form]


def twins(spec: str, wrong: Form, right: Form) -> Model:
    """Return a model that has one wrong form and one right one."""
    return Model(spec, {"wrong": wrong, "right": right})


ENDING = """
    waive: {no_dead_parts: one text stands for all forms of the model}
    verify: {one: {states: STATES}}
"""


def load_form(model: Model, form: Form) -> Spec:
    """Compile a form in memory, with its figure for the states stated, so that each state is counted as it is."""
    text = model.spec.rstrip() + ENDING.replace("STATES", str(form.states))
    for word, meaning in form.words.items():
        assert word in text, word
        text = text.replace(word, meaning)
    return _loaded(text)


@cache
def _loaded(text: str) -> Spec:
    return load_spec(text, unchecked=True)
