"""The names that a module has used come in, its import lines go out, sorted and broken as ruff does."""

from comityc.backends.python.layout import WIDTH
from comityc.backends.python.names import Names
from comityc.backends.python.writer import Writer


def import_lines(names: Names) -> list[str]:
    """Return the import lines: the standard library, then comity."""
    writer = Writer()
    modules = sorted(names.imports)
    for ours in (False, True):
        chosen = [module for module in modules if module.startswith("comity.") == ours]
        if ours and chosen and writer.lines:
            writer.blank()
        for module in chosen:
            for listed in _statements(names.imports[module]):
                line = f"from {module} import {', '.join(listed)}"
                if len(line) <= WIDTH:
                    writer.add(line)
                else:
                    writer.add(f"from {module} import (")
                    for name in listed:
                        writer.add(f"    {name},")
                    writer.add(")")
    return writer.lines


def _statements(known: dict[str, str]) -> list[list[str]]:
    """Return what each import statement of one module names: what is renamed stands alone, all sorted as ruff does."""
    plain = sorted((name for name in known if known[name] == name), key=_isorted)
    groups = [(plain[0], plain)] if plain else []
    groups += [(name, [f"{name} as {alias}"]) for name, alias in known.items() if name != alias]
    return [listed for _, listed in sorted(groups, key=lambda group: _isorted(group[0]))]


def _isorted(name: str) -> tuple[int, str]:
    """Constants first, then classes, then functions, as ruff sorts them."""
    return (0 if name.isupper() and len(name) > 1 else 1 if name[0].isupper() else 2, name)
