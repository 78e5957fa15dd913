"""A protocol as written comes in; the tables of all it declares go out, with every name that is taken twice reported.

Two name spaces rule: *types* (declared types, messages, roles) and *values* (parameters, shared variables, defines,
roles, the words of enums, and in a role its variables and defines). Roles may use each other's names. Two enums may
share a word; where both could be meant, the other side of the comparison tells.
"""

from collections.abc import Iterable, Iterator

from comityc.diagnostics.bag import Bag
from comityc.diagnostics.codes_names import DUPLICATE_NAME, RESERVED_WORD, UNKNOWN_STATE
from comityc.diagnostics.diagnostic import Diagnostic, Label
from comityc.diagnostics.span import Span
from comityc.diagnostics.suggest import did_you_mean
from comityc.machine.value_types import DurationType, EnumType, RecordField, ValueType
from comityc.resolve.scopes import Declarations, MessageSymbol, ParameterSymbol, RoleSymbol, VariableSymbol
from comityc.resolve.types import TypeResolver
from comityc.resolve.words import CONDITIONS, RESERVED, TYPE_WORDS
from comityc.syntax import nodes
from comityc.syntax.nodes_beside import StageNode

ANY = "any"
"""The key of `states:` that stands for every state that is not final."""

_INSTANCE_ATTRIBUTES = ("index",)


def resolve_names(protocol: nodes.Protocol, bag: Bag) -> tuple[Declarations, TypeResolver]:
    """Collect what a protocol declares; findings go into the bag."""
    _check_type_names(protocol, bag)
    _check_value_names(protocol, bag)
    resolver = TypeResolver(
        protocol.types,
        (message.name.text for message in protocol.messages),
        (role.name.text for role in protocol.roles),
        bag,
    )
    types = {node.name.text: resolver.declared(node.name.text) for node in protocol.types}
    declared = tuple(types[n.name.text] for n in protocol.types if n.words is not None or n.fields is not None)
    declarations = Declarations(
        protocol=protocol,
        parameters=_parameters(protocol, resolver),
        types=types,
        declared_types=tuple(dict.fromkeys(declared)),
        words=_words(protocol.types, types),
        messages={m.name.text: MessageSymbol(m, _fields(m, resolver, bag)) for m in protocol.messages},
        roles={role.name.text: _role(role, protocol.stages, resolver, bag) for role in protocol.roles},
        shared=_variables(protocol.shared or (), resolver),
        defines={define.name.text: define for define in protocol.defines},
    )
    return declarations, resolver


# ---- the two name spaces


class _Space:
    """Names of one space as they are declared; the second declaration of a name is a finding."""

    def __init__(self, reserved: Iterable[str], bag: Bag, outer: "_Space | None" = None) -> None:
        self._reserved = frozenset(reserved)
        self._bag = bag
        self._outer = outer
        self._taken: dict[str, tuple[str, Span]] = {}

    def declare(self, name: nodes.Name, kind: str) -> None:
        """Take a name for something of this kind."""
        if name.text in self._reserved:
            self._bag.add(
                RESERVED_WORD.at(name.span, f"`{name.text}` is a word of the language", caret=f"no name for {kind}")
            )
            return
        first = self.find(name.text)
        if first is None:
            self._taken[name.text] = (kind, name.span)
        elif not (kind == first[0] == "a word of an enum"):
            self._bag.add(declared_twice(name, kind, *first))

    def find(self, text: str) -> tuple[str, Span] | None:
        """Return what has the name, and where it was given."""
        return self._taken.get(text) or (self._outer.find(text) if self._outer else None)


def declared_twice(name: nodes.Name, kind: str, first_kind: str, first: Span) -> Diagnostic:
    """One name for two things."""
    what = "declared twice" if kind == first_kind else f"the name of {first_kind} and of {kind}"
    return DUPLICATE_NAME.at(
        name.span, f"`{name.text}` is {what}", caret="here again", labels=(Label(first, "first here"),)
    )


def _check_type_names(protocol: nodes.Protocol, bag: Bag) -> None:
    space = _Space(TYPE_WORDS, bag)
    for kind, declared in (("a type", protocol.types), ("a message", protocol.messages), ("a role", protocol.roles)):
        for node in declared:
            space.declare(node.name, kind)


def _check_value_names(protocol: nodes.Protocol, bag: Bag) -> None:
    space = _Space(RESERVED, bag)
    for role in protocol.roles:
        space.declare(role.name, "a role")
    for parameter in protocol.parameters:
        space.declare(parameter.name, "a parameter")
    for variable in protocol.shared or ():
        space.declare(variable.name, "a shared variable")
    for define in protocol.defines:
        space.declare(define.name, "a define")
    for node in protocol.types:
        seen: dict[str, Span] = {}
        for word in node.words or ():
            if word.text in seen:
                bag.add(
                    declared_twice(word, f"a word of {node.name.text}", f"a word of {node.name.text}", seen[word.text])
                )
            else:
                seen[word.text] = word.span
                space.declare(word, "a word of an enum")
        _check_unique(((f.name, "a field") for f in node.fields or ()), bag)
    for role in protocol.roles:
        inner = _Space((*RESERVED, *_INSTANCE_ATTRIBUTES), bag, space)
        for variable in role.variables:
            inner.declare(variable.name, "a variable")
        for define in role.defines:
            inner.declare(define.name, "a define")
    for define in (*protocol.defines, *(d for role in protocol.roles for d in role.defines)):
        _check_unique(((argument, "an argument") for argument in define.arguments), bag)


def _check_unique(names: Iterable[tuple[nodes.Name, str]], bag: Bag) -> None:
    seen: dict[str, Span] = {}
    for name, kind in names:
        if name.text in seen:
            bag.add(declared_twice(name, kind, kind, seen[name.text]))
        seen.setdefault(name.text, name.span)


# ---- the tables


def _fields(message: nodes.MessageNode, resolver: TypeResolver, bag: Bag) -> tuple[RecordField, ...]:
    _check_unique(((field.name, "a field") for field in message.fields), bag)
    return resolver.fields(message.fields)


def _words(type_nodes: Iterable[nodes.TypeNode], types: dict[str, ValueType]) -> dict[str, tuple[EnumType, ...]]:
    words: dict[str, tuple[EnumType, ...]] = {}
    for node in type_nodes:
        enum = types[node.name.text]
        if isinstance(enum, EnumType) and node.words is not None:
            for word in dict.fromkeys(enum.words):
                words[word] = (*words.get(word, ()), enum)
    return words


def _parameters(protocol: nodes.Protocol, resolver: TypeResolver) -> dict[str, ParameterSymbol]:
    ranged = _ranged_parameters(protocol)
    symbols = {}
    for node in protocol.parameters:
        resolved = resolver.resolve(node.type)
        is_ranged = node.name.text in ranged and isinstance(resolved, DurationType)
        symbols[node.name.text] = ParameterSymbol(node, resolved, is_ranged)
    return symbols


def _ranged_parameters(protocol: nodes.Protocol) -> set[str]:
    """Parameters that are given a range, by default or in a case; of durations such a range stays one value."""

    def is_range(value: nodes.Value | None) -> bool:
        return value is not None and isinstance(value.content, nodes.Range)

    defaults = {node.name.text for node in protocol.parameters if is_range(node.default)}
    cases = [*protocol.cases, *protocol.simulations]
    settings = [case.values for case in cases] + [scenario.values for scenario in protocol.scenarios]
    return defaults | {name.text for values in settings for name, value in values if is_range(value)}


def _variables(variables: Iterable[nodes.VariableNode], resolver: TypeResolver) -> dict[str, VariableSymbol]:
    return {node.name.text: VariableSymbol(node, resolver.resolve(node.type)) for node in variables}


def _role(role: nodes.RoleNode, stages: Iterable[StageNode], resolver: TypeResolver, bag: Bag) -> RoleSymbol:
    states = _states(role, bag)
    its = [stage for stage in stages if stage.role.text == role.name.text]
    for stage in its:
        if stage.name.text in states:
            bag.add(declared_twice(stage.name, "a stay in a part", "a state", states[stage.name.text]))
        for state in stage.states:
            if state.text not in states:
                bag.add(unknown_state(state, role.name.text, states))
    return RoleSymbol(
        node=role,
        variables=_variables(role.variables, resolver),
        defines={define.name.text: define for define in role.defines},
        states=states,
        stages={stage.name.text: tuple(state.text for state in stage.states) for stage in its},
        parts={state.text: stage.part.text for stage in its for state in stage.states},
    )


def _states(role: nodes.RoleNode, bag: Bag) -> dict[str, Span]:
    """The states in order. A list of states declares none, unless it says `final`: a typing slip in it must not be a state."""
    states: dict[str, Span] = {}
    for node in role.states:
        declares = len(node.names) == 1 or node.final
        for name in node.names:
            if name.text == ANY or not declares:
                continue
            if name.text in states and len(node.names) == 1:
                bag.add(declared_twice(name, "a state", "a state", states[name.text]))
            if name.text in CONDITIONS:
                bag.add(
                    RESERVED_WORD.at(name.span, f"`{name.text}` is a word of the language", caret="no name for a state")
                )
            states.setdefault(name.text, name.span)
    for node in role.states:
        for name in node.names:
            if name.text != ANY and name.text not in states:
                bag.add(unknown_state(name, role.name.text, states))
    return states


def unknown_state(name: nodes.Name, role: str, states: Iterable[str]) -> Diagnostic:
    """A state that the role does not have."""
    states = list(states)
    help_text = did_you_mean(name.text, states)
    return UNKNOWN_STATE.at(
        name.span,
        f"unknown state `{name.text}`",
        caret=f"{role} has no such state",
        help=help_text,
        notes=() if help_text or len(states) > 8 else (f"it has {', '.join(f'`{state}`' for state in states)}",),
    )


def all_defines(declarations: Declarations) -> Iterator[tuple[str | None, nodes.DefineNode]]:
    """Every define, with the role that it stands in."""
    for define in declarations.protocol.defines:
        yield None, define
    for role in declarations.protocol.roles:
        for define in role.defines:
            yield role.name.text, define
