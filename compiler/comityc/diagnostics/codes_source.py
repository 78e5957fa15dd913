"""Findings of `source`: CMY00xx about a file and its YAML, CMY010x-014x about the shape of a spec."""

from comityc.diagnostics.registry import Block

BLOCK = Block("CMY00", "CMY010", "CMY011", "CMY012", "CMY013", "CMY014")

# ---- the file

UNREADABLE_FILE = BLOCK.error("CMY0001", "unreadable-file", "A file is not there, or may not be read.")
NOT_A_FILE = BLOCK.error("CMY0002", "not-a-file", "A path leads to a folder or a device, not to a file.")
FILE_TOO_LARGE = BLOCK.error("CMY0003", "file-too-large", "A file is larger than any spec needs to be.")
NOT_UTF_8 = BLOCK.error("CMY0004", "not-utf-8", "A file is not plain UTF-8.")
FORBIDDEN_CHARACTER = BLOCK.error(
    "CMY0005", "forbidden-character", "A character that cannot be seen could make a text look like another."
)
EMPTY_FILE = BLOCK.error("CMY0006", "empty-file", "A file says nothing.")
SEVERAL_DOCUMENTS = BLOCK.error("CMY0007", "several-documents", "A file holds more than one YAML document.")

# ---- YAML

YAML_SYNTAX = BLOCK.error("CMY0009", "yaml-syntax", "A file is not YAML.")
YAML_TAG = BLOCK.error("CMY0010", "yaml-tag", "A YAML tag or directive is used; specs have none.")
YAML_ANCHOR = BLOCK.error("CMY0011", "yaml-anchor", "A YAML anchor or alias is used; specs have none.")
YAML_MERGE_KEY = BLOCK.error("CMY0012", "yaml-merge-key", "A YAML merge key is used; specs have none.")
DUPLICATE_KEY = BLOCK.error("CMY0013", "duplicate-key", "A key stands twice in the same map.")
TOO_DEEP = BLOCK.error("CMY0014", "too-deep", "Values are nested deeper than any spec needs.")
TOO_MANY_VALUES = BLOCK.error("CMY0015", "too-many-values", "A file holds more values than any spec needs.")
TEXT_TOO_LONG = BLOCK.error("CMY0016", "text-too-long", "A key or a value is longer than any spec needs.")
TAB_INDENTATION = BLOCK.error("CMY0017", "tab-indentation", "A tab stands where YAML takes only spaces.")
KEY_NOT_A_WORD = BLOCK.error("CMY0018", "key-not-a-word", "A key of a map is a list, a map, or text of several lines.")

# ---- what YAML makes of an expression

BRACKETS_IN_BRACES = BLOCK.error(
    "CMY0020", "brackets-in-braces", "Inside braces or brackets, YAML ends a value at the bracket that follows it."
)
QUESTION_MARK_IN_BRACES = BLOCK.error(
    "CMY0021", "question-mark-in-braces", "Inside braces or brackets, YAML does not take a question mark everywhere."
)
SPLIT_AT_COMMA = BLOCK.error(
    "CMY0022", "split-at-comma", "Inside braces or brackets, YAML splits an expression at its commas."
)
CUT_AT_HASH = BLOCK.error("CMY0023", "cut-at-hash", "YAML takes the rest of an expression for a comment.")
BEGINS_WITH_BRACKET = BLOCK.error(
    "CMY0024", "begins-with-bracket", "An expression begins with a bracket or a quote, which YAML reads in its own way."
)
COLON_IN_VALUE = BLOCK.error(
    "CMY0025", "colon-in-value", "An expression holds a colon and a space, which makes it a map."
)
RESERVED_START = BLOCK.error("CMY0026", "reserved-start", "A value begins with a character that YAML keeps for itself.")

# ---- the shape of a spec

UNKNOWN_KEY = BLOCK.error("CMY0101", "unknown-key", "A key is not one of the language, or not of this place.")
WRONG_KIND = BLOCK.error(
    "CMY0102", "wrong-kind", "A value stands where a list or a map belongs, or the other way round."
)
MISSING_KEY = BLOCK.error("CMY0103", "missing-key", "A key that has to be there is missing.")
CONFLICTING_KEYS = BLOCK.error("CMY0104", "conflicting-keys", "Keys stand together of which only one can be meant.")
UNKNOWN_CHOICE = BLOCK.error("CMY0105", "unknown-choice", "A value is not one of the words that fit here.")
UNKNOWN_VERSION = BLOCK.error("CMY0106", "unknown-version", "A file is written in an unknown version of the language.")
BAD_NAME = BLOCK.error(
    "CMY0107", "bad-name", "A key that names something is not made of letters, digits and underscores."
)
NOTHING_GIVEN = BLOCK.error("CMY0108", "nothing-given", "A key has nothing behind it, or a list or map that is empty.")
BAD_TITLE = BLOCK.error("CMY0109", "bad-title", "The name of a case, a scenario or an assumption is not plain words.")
WRONG_LENGTH = BLOCK.error("CMY0110", "wrong-length", "A list has too few or too many items.")
