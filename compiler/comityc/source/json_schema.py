"""The table of the language comes in, its JSON Schema (Draft 2020-12) goes out: what editors complete and check with.

Editors read `3` as a number and `true` as a truth, so a single value may be any of these. `python -m comityc.source.json_schema`
writes `protocol.schema.json` anew.
"""

from pathlib import Path
from typing import Any, assert_never

from comityc.source.forms import Anything, Choice, Key, KeyKind, Leaf, ListOf, MapOf, Record, Shape, Word
from comityc.source.table import LANGUAGE_VERSIONS, PROTOCOL

SCHEMA_FILE = Path(__file__).with_name("protocol.schema.json")

MOST_NAME = 64

KEY_PATTERNS: dict[KeyKind, str] = {
    "name": r"^[A-Za-z][A-Za-z0-9_]{0,63}(?!\n)$",
    "names": r"^[A-Za-z][A-Za-z0-9_]{0,63}( *, *[A-Za-z][A-Za-z0-9_]{0,63})*(?!\n)$",
    "title": r"^[^\s,:\[\](){}\"'`#]([^,:\[\](){}\"'`#\n\t]{0,98}[^\s,:\[\](){}\"'`#])?(?!\n)$",
    "head": r"^[A-Za-z]",
    "place": r"^[A-Za-z]",
    "setting": r"^[A-Za-z][A-Za-z0-9_]{0,63}(?!\n)$",
}
"""What keys of the user's own look like, for both JSON Schema and Python; `$` alone would let a line end through."""

_Json = dict[str, Any]  # JSON is what it is: the one place where its values have no narrower type


def json_schema() -> _Json:
    """Return the schema of a spec."""
    definitions: _Json = {}
    root = _schema(PROTOCOL, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Comity protocol",
        "description": PROTOCOL.description,
        **root,
        "$defs": dict(sorted(definitions.items())),
    }


def _schema(shape: Shape, definitions: _Json) -> _Json:
    match shape:
        case Anything():
            return {}
        case Leaf():
            short = {"maxLength": MOST_NAME} if shape.kind == "name" else {}
            return {"type": ["string", "number", "boolean"], **short}
        case Word():
            truths = [True, False] if "true" in shape.words else []
            return {"enum": [*shape.words, *truths]}
        case ListOf():
            schema: _Json = {"type": "array", "items": _schema(shape.item, definitions)}
            if shape.least:
                schema["minItems"] = shape.least
            if shape.most is not None:
                schema["maxItems"] = shape.most
            return schema
        case MapOf():
            schema = {
                "type": "object",
                "propertyNames": {"pattern": KEY_PATTERNS[shape.keys]},
                "additionalProperties": _schema(shape.value, definitions),
            }
            if shape.least:
                schema["minProperties"] = shape.least
            return schema
        case Record():
            name = shape.name.replace(" ", "_")
            if name not in definitions:
                definitions[name] = _record(shape, definitions)
            return {"$ref": f"#/$defs/{name}"}
        case Choice():
            return _choice(shape, definitions)
        case _:
            assert_never(shape)


def _record(shape: Record, definitions: _Json) -> _Json:
    schema: _Json = {
        "type": "object",
        "properties": {key.name: _property(key, definitions) for key in shape.keys},
        "patternProperties": {"^x-": {}},
        "additionalProperties": False,
    }
    required = [key.name for key in shape.keys if key.required]
    if required:
        schema["required"] = required
    if shape.one_of:
        schema["oneOf"] = [{"required": [name]} for name in shape.one_of]
    if shape.required_unless:
        schema["allOf"] = [
            {"anyOf": [{"required": [name]}, {"required": [other]}]} for name, other in shape.required_unless
        ]
    if shape.description:
        schema["description"] = shape.description
    return schema


def _property(key: Key, definitions: _Json) -> _Json:
    schema = _schema(key.shape, definitions)
    if key.name == "comity":
        schema = {"enum": [*LANGUAGE_VERSIONS, *(int(version) for version in LANGUAGE_VERSIONS)]}
    description = key.description + (f" Example: `{key.example}`" if key.example else "")
    return {"description": description, **schema}


def _choice(shape: Choice, definitions: _Json) -> _Json:
    options = [_schema(option, definitions) for option in (shape.value, shape.items) if option is not None]
    if shape.map is not None and shape.long is not None:
        options.append(
            {
                "if": {
                    "type": "object",
                    "required": [shape.long_key],
                    "properties": {shape.long_key: {"type": "object"}},
                },
                "then": _schema(shape.long, definitions),
                "else": _schema(shape.map, definitions),
            }
        )
    elif shape.map is not None:
        options.append(_schema(shape.map, definitions))
    return options[0] if len(options) == 1 else {"anyOf": options}


def schema_text() -> str:
    """Return the schema as it is published."""
    import json

    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8", newline="\n")
