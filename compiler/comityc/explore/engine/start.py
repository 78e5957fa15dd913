"""A setting in; the initial states out: one for each value that `start_in` allows, and for each choice of who lies."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from itertools import chain, combinations, product
from typing import Any

from comity.errors import UndefinedValue
from comity.values import Map
from comityc.backends.python.context import Context
from comityc.backends.python.contexts import MachineContext, ParameterContext
from comityc.backends.python.expressions import emit
from comityc.backends.python.names import Names
from comityc.explore.engine.domains import NoDomainError
from comityc.explore.engine.records import ABSENT, BYZANTINE, UP, Local
from comityc.explore.engine.setting import Setting, budget
from comityc.explore.engine.successors import Successors
from comityc.explore.engine.values import in_order
from comityc.machine.expressions import Expression
from comityc.machine.model import ExpressionDomain, VariableDeclaration
from comityc.machine.value_types import MapType
from comityc.naming import value_name


class _OfShared(ParameterContext):
    """An expression over parameters and instances."""

    def instances(self, role: str) -> str:
        return f"_instances[{role!r}]"


class _OfRole(MachineContext):
    """An expression of one instance, before it has a state."""

    def instances(self, role: str) -> str:
        return f"_instances[{role!r}]"

    def others(self) -> str:
        return "tuple(one for one in _instances[self.me.role] if one != self.me)"


def initial_states(successors: Successors, budgets: tuple[int, ...]) -> Iterator[int]:
    """Yield the states in which a run may begin, packed, in a fixed order."""
    setting = successors.setting
    starts = [_starts_of(setting, who) for who in range(len(setting.instances))]
    knowledge = tuple(() for _ in setting.instances) if setting.faults.byzantine else ()
    rest = successors.rests.start(budgets, knowledge)
    sees, instances = _sees(setting), None
    for shared in _shared_starts(setting):
        common = successors.common(rest, shared)
        if sees or instances is None:
            instances = [list(_locals(successors, starts, common, liars)) for liars in _liars(setting)]
        for rows in instances:
            for row in rows:
                yield row + (common << successors.rest_shift)


def _sees(setting: Setting) -> bool:
    """Say whether what an instance is like at first may depend on what it sees: of a model, the timers that run."""
    return setting.is_model and setting.timing is not None


def _locals(
    successors: Successors, starts: Sequence[Sequence[Any]], common: int, liars: frozenset[int]
) -> Iterator[int]:
    """Yield how all instances may be at first, packed."""
    for row in product(*starts):
        if _sees(successors.setting):
            before = [successors.finder.number(who, Local(state, UP)) for who, state in enumerate(row)]
            successors.look_around(successors.pack(before, common))
        locals_ = [_local(successors, who, state, who in liars) for who, state in enumerate(row)]
        yield successors.pack([successors.finder.number(who, local) for who, local in enumerate(locals_)], 0)


def _local(successors: Successors, who: int, state: Any, lies: bool) -> Local:
    if lies:
        return Local(state, BYZANTINE)
    setting = successors.setting
    forgets = budget(setting.faults.amnesia, setting.instances[who].role) != 0
    local = Local(state, UP, origin=state if forgets else None)
    if setting.roles[who].role.dynamic:
        return local._replace(status=ABSENT)
    return successors.finder.started(who, local)


def _liars(setting: Setting) -> Iterator[frozenset[int]]:
    """Yield every choice of at most so many liars of each role."""
    choices = []
    for role, most in setting.faults.byzantine:
        numbers = [who for who, instance in enumerate(setting.instances) if instance.role == role]
        choices.append([some for size in range(min(most, len(numbers)) + 1) for some in combinations(numbers, size)])
    for picked in product(*choices):
        yield frozenset(chain.from_iterable(picked))


def _starts_of(setting: Setting, who: int) -> list[Any]:
    machine, view = setting.machines[who], setting.roles[who]
    context = _OfRole(Names(setting.machine), view.role)
    free = [variable for variable in view.role.variables if variable.start_in is not None]
    values = [_start_values(setting, variable, context, machine) for variable in free]
    names = [value_name(variable.name) for variable in free]
    with _said_of(str(setting.instances[who])):
        return [machine.start(**dict(zip(names, row, strict=True))) for row in product(*values)]


def _shared_starts(setting: Setting) -> Iterator[Any]:
    variables = setting.machine.shared
    if not variables:
        yield setting.module.SharedState() if variables is not None and hasattr(setting.module, "SharedState") else None
        return
    context = _OfShared(Names(setting.machine), owner="self")
    values = [
        _start_values(setting, variable, context, setting.parameters)
        if variable.start_in is not None
        else (_value(setting, variable.default, context, setting.parameters),)
        for variable in variables
    ]
    for row in product(*values):
        yield setting.module.SharedState(*row)


def _start_values(setting: Setting, variable: VariableDeclaration, context: Context, owner: Any) -> Sequence[Any]:
    """Return the values that a variable may start with; of a map from instances, one for each assignment."""
    domain = variable.start_in
    if domain is None:
        raise AssertionError(variable.name)
    values: Sequence[Any]
    if isinstance(domain, ExpressionDomain):
        found = _value(setting, domain.values, context, owner)
        values = in_order(found) if isinstance(found, frozenset) else tuple(dict.fromkeys(found))
    else:
        values = setting.domains.values(domain.type, variable.name)
    if isinstance(variable.type, MapType) and domain.type != variable.type and variable.type.key is not None:
        keys = setting.domains.values(variable.type.key)
        return [Map(zip(keys, row, strict=True)) for row in product(values, repeat=len(keys))]
    return values


def _value(setting: Setting, expression: Expression, context: Context, owner: Any) -> Any:
    """Evaluate an expression over parameters, and what an instance knows of itself, as the generated module would."""
    text = emit(expression, context)
    known: dict[str, Any] = dict(vars(setting.module))
    for module, imported in context.names.imports.items():
        known.update({alias: getattr(import_module(module), name) for name, alias in imported.items()})
    # The text comes from the typed machine by way of the back end, never from the spec as written.
    # As globals, so that comprehensions in the text see them.
    known["self"] = owner
    known["_instances"] = {
        role.name: tuple(instance for instance in setting.instances if instance.role == role.name)
        for role in setting.machine.roles
    }
    with _said_of(str(getattr(owner, "me", "shared"))):
        return eval(text, known)


@contextmanager
def _said_of(whose: str) -> Iterator[None]:
    """Make of a start value that there is not what is said of the case."""
    try:
        yield
    except ZeroDivisionError as error:
        raise NoDomainError(f"a start value of `{whose}` divides by zero") from error
    except (UndefinedValue, LookupError) as error:
        raise NoDomainError(f"a start value of `{whose}` reads what is not there") from error
