"""Mistakes so small that the states can be counted on a few hands, beside what is right: states, and steps to where it shows.

The catalogue of mistakes is by subject in `micro_models`; each name begins with what the mistake is called there.
"""

import pytest
from tests.explore.engines import compared
from tests.explore.micro_models import agreement, counting, election, resources
from tests.explore.micro_models.form import Form, Model, load_form

from comityc.explore.verify import verify_machine

MODELS: dict[str, Model] = resources.MODELS | counting.MODELS | agreement.MODELS | election.MODELS
FORMS = [
    pytest.param(model, form, id=f"{name} ({how})")
    for name, model in MODELS.items()
    for how, form in model.forms.items()
]
ENOUGH = 1000
"""States: more than any of them has."""


@pytest.mark.parametrize(("model", "form"), FORMS)
def test_a_mistake_shows_in_the_fewest_steps_and_what_is_right_holds(model: Model, form: Form) -> None:
    spec = load_form(model, form)
    (case,) = verify_machine(spec.machine, spec.module).cases
    failing = {}
    for prop in case.properties:
        if prop.verdict == "fails":
            assert prop.counterexample is not None
            failing[prop.name] = len(prop.counterexample.steps)
        else:
            assert prop.verdict == "holds" or prop.reason.startswith("waived") or "a standstill" in prop.reason, (
                prop.name
            )
    assert (case.states, failing) == (form.states, form.fails)


@pytest.mark.parametrize(("model", "form"), FORMS)
def test_every_engine_tells_the_same_of_it(model: Model, form: Form) -> None:
    spec = load_form(model, form)
    told = compared(spec, spec.machine.cases[0], ENOUGH)
    assert told
    assert [name for name, unlike in told.items() if unlike] == [], told


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS.keys())
def test_every_property_of_a_model_fails_in_one_of_its_forms(model: Model) -> None:
    (first, *_) = model.forms.values()
    said = {prop.name for prop in load_form(model, first).machine.properties if prop.expressions}
    assert said <= {name for form in model.forms.values() for name in form.fails}
