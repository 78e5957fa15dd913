"""The structures of `kernel_tables.h`, as ctypes and NumPy have them: the same fields in the same order."""

from ctypes import CFUNCTYPE, POINTER, Structure, c_int32, c_int64, c_uint64, c_void_p

import numpy as np

MOVE = np.dtype(
    [
        (name, np.uint32)
        for name in (
            *("local", "operation", "sends", "send_count", "sweep", "label", "kept_label", "note", "flags"),
            *("writes", "write_count"),
        )
    ]
)
WRITE = np.dtype([("part", np.uint32), ("change", np.int32)])
ROW = np.dtype([(name, np.uint32) for name in ("first", "last", "note", "fresh")])
WORLD_MOVE = np.dtype([(name, np.uint32) for name in ("label", "after", "fault")])
REST = np.dtype(
    [("first", np.uint32), ("last", np.uint32)]
    + [(name, np.int32) for name in ("lose", "duplicate", "strikes", "known", "cut", "heals")]
    + [("first_split", np.uint32), ("last_split", np.uint32)]
)
SPLIT = np.dtype([("after", np.uint32), ("cut", np.uint32)])
ALARM = np.dtype([("row", np.int32), ("known", np.int32), ("soonest", np.int64), ("limit", np.int64)])
SPAN = np.dtype([("first", np.uint32), ("last", np.uint32)])
WAITING = np.dtype([("envelope", np.uint32), ("without", np.uint32)])
CHANGE = np.dtype([("label", np.uint32), ("after", np.uint32)])

OWN, DELIVER, FAULTS, FATE, REST_MOVES, APPLY, APPEND, FILTER, FRESH, FORGE = range(10)
LOSING, PART, ALARM_OF, LABEL, TIME, LATER, ENVELOPE_LATER, QUEUE_LATER, BRANCH = range(10, 19)
"""What the kernel may ask for."""
UNKNOWN, BLOCKED, FIRST_BRANCH = -1, -2, -3
ROW_NOTHING, ROW_DEFERRED = 0, 1
NOT_TAKEN, PLAIN = 1, 2
KEEP, DROP, LEARN = 1, 2, 3
NOTE_CUT, NOTE_BROKEN, STUCK, NOTE_HOLDS = 1, 2, 4, 8
HOLDS, LETS_PASS = 1, 2
NEVER = 2**63 - 1
DONE, NEW_LAYOUT, LIMIT, STOPPED, NO_MEMORY = range(5)

NUMBERS = (
    "instances",
    "lanes",
    "wide_lanes",
    "removes",
    "keeps",
    "copies",
    "sorts",
    "loses",
    "doubles",
    "strikes",
    "liars",
    "has_fresh",
    "most",
    "full_note",
    "holds_up",
    "parts",
    "tick",
    "ages",
    "kinds",
)
POINTERS = (
    "local",
    "lane",
    "rest",
    "wide",
    "lane_of_bit",
    "bits",
    "lane_receiver",
    "lane_envelope",
    "envelope_lane",
    "envelope_receiver",
    "envelope_kind",
    "lane_link",
    "lose_label",
    "double_label",
    "learn",
    "queue_of",
    "queue_number",
    "queue_length",
    "queue_items",
    "queue_losses",
    "queue_doubles",
    "items",
    "changes",
    "own",
    "deliver",
    "faults",
    "fate",
    "stuck",
    "rows",
    "moves",
    "move_used",
    "sends",
    "writes",
    "branches",
    "rests",
    "world_moves",
    "sweep_mask",
    "sweep_queues",
    "sweep_lanes",
    "note_flags",
    "note_first",
    "knowledge",
    "local_ids",
    "queue_ids",
    "envelope_ids",
    "rest_ids",
    "instance_ids",
    "is_liar",
    "cut_links",
    "splits",
    "alarms",
    "label_holds",
)


class TablesStructure(Structure):
    """`Tables` of the kernel."""

    _fields_ = [*((name, c_int32) for name in NUMBERS), *((name, c_void_p) for name in POINTERS)]


Ask = CFUNCTYPE(c_int64, c_int32, c_int64, c_int64, c_int64)


class EngineStructure(Structure):
    """`Engine` of the kernel."""

    _fields_ = [
        ("t", POINTER(TablesStructure)),
        ("ask", Ask),
        ("stop", c_int32),
        ("new_layout", c_int32),
        ("threads", c_int32),
        ("count", c_uint64),
        ("capacity", c_uint64),
        ("limit", c_uint64),
        ("states", c_void_p),
        ("flags", c_void_p),
        ("parent", c_void_p),
        ("parent_label", c_void_p),
        ("edge_count", c_uint64),
        ("edge_capacity", c_uint64),
        ("edge_target", c_void_p),
        ("edge_label", c_void_p),
        ("offsets", c_void_p),
        ("steps", c_uint64),
        ("expanded", c_uint64),
        ("inside", c_void_p),
    ]


def address(array: "np.ndarray[tuple[int, ...], np.dtype[np.generic]]") -> int:
    """Return where an array begins."""
    return int(array.ctypes.data)
