"""The shape of a spec, said once: the loader's check and the published JSON Schema both come from `PROTOCOL`.

A row says what stands under a key, in a sentence that editors show. What the values mean is not said here, and what an
expression may hold neither: this is about which keys there are, and where a value, a list or a map belongs.
"""

from comityc.source.forms import Anything, Choice, Key, Leaf, ListOf, MapOf, Record, Word

LANGUAGE_VERSIONS = ("1",)

_TEXT = Leaf("text")
_NAME = Leaf("name")
_NUMBER = Leaf("number")
_EXPRESSION = Leaf("expression")
_TYPE = Leaf("type")
_TRUTH = Word(("true", "false"))
_NAMES = Choice(value=_NAME, items=ListOf(_NAME, least=1))
_NAME_LIST = ListOf(_NAME)
_DOC = Key("doc", _TEXT, "What it is for, in words; it goes into generated code and diagrams.")
_WITH = MapOf("name", Anything(), example="with: {voters: 5}")

SYNONYMS = {
    "guard": "if",
    "condition": "if",
    "action": "do",
    "actions": "do",
    "effect": "do",
    "to": "goto",
    "target": "goto",
    "next": "goto",
    "then": "goto",
    "on": "receive",
    "event": "receive",
    "timeout": "after",
    "timer": "after",
    "invariant": "always",
    "liveness": "eventually",
    "description": "doc",
    "name": "protocol",
    "version": "comity",
    "enums": "types",
    "records": "types",
    "events": "messages",
    "actors": "roles",
    "agents": "roles",
    "participants": "roles",
    "constants": "parameters",
    "params": "parameters",
    "vars": "variables",
    "fields": "variables",
    "transitions": "states",
    "invariants": "properties",
    "faults": "tolerates",
    "tests": "scenarios",
    "cases": "verify",
    "finally": "eventually",
    "ensures": "always",
    "acts": "performs",
    "outcomes": "performs",
    "answers": "decisions",
    "choices": "decisions",
    "loss": "lose",
    "drop": "lose",
    "dup": "duplicate",
    "recover": "restart",
    "send": "do",
    "where": "if",
    "initial": "default",
    "init": "default",
    "value": "default",
    "number": "count",
    "instances": "count",
}
"""Words that other tools have for ours; a finding about one of them names the other, where it fits."""

# ---- parameters, types, messages

_PARAMETER = Choice(
    value=_TYPE,
    map=Record(
        "parameter",
        (
            Key("type", _TYPE, "The type.", required=True, example="type: int"),
            Key("default", Anything(), "The value, unless another is given.", example="default: 3"),
            Key("range", _EXPRESSION, "The smallest and the largest value, both included.", example="range: 1..100"),
            _DOC,
        ),
    ),
    example="voters: {type: int, default: 3, range: 1..100}",
)

_FIELDS = MapOf("name", _TYPE, example="Ballot: {choice: Choice}")

_TYPE_DECLARATION = Choice(
    value=_TYPE,
    items=ListOf(_NAME, "The words of an enum, in order.", least=1),
    map=MapOf("name", _TYPE, "The fields of a record, with their types.", least=1),
    example="Choice: [yes, no]",
)

_MESSAGE = Choice(
    map=_FIELDS,
    long=Record(
        "message",
        (
            Key("fields", _FIELDS, "The fields, with their types.", required=True, example="fields: {bit: bool}"),
            Key("order", Word(("fifo",)), "`fifo`: it keeps its order even in a network that reorders."),
            _DOC,
        ),
    ),
    long_key="fields",
    example="Ballot: {choice: Choice}",
)

# ---- roles

_VARIABLE = Choice(
    value=_TYPE,
    map=Record(
        "variable",
        (
            Key("type", _TYPE, "The type.", required=True, example="type: int"),
            Key("default", _EXPRESSION, "The value at the start.", example="default: 0"),
            Key(
                "start_in",
                _EXPRESSION,
                "The values it may have at the start: one start for each.",
                example="start_in: 0..1",
            ),
            Key("ghost", _TRUTH, "`true`: it exists for properties alone and is not in generated code."),
            Key("durable", _TRUTH, "`false`: a crash loses it."),
            Key("once", _TRUTH, "`true`: it is set at most once; `decide_once` checks that."),
            _DOC,
        ),
    ),
    example="ballots: map[voter, Choice]",
)

_DEFINITIONS = MapOf("head", Leaf("statements"), example="rank(b): (bids[b], -b.index)")

_TRIGGERS = ("receive", "ignore", "defer", "after", "every", "at", "decide", "perform", "when")

_TRANSITION = Record(
    "transition",
    (
        Key("receive", _NAMES, "A message, or a list of messages, that this handles.", example="receive: Ballot"),
        Key("ignore", _NAMES, "Messages that may arrive here and change nothing.", example="ignore: Ballot"),
        Key("defer", _NAMES, "Messages that stay in the network while in this state.", example="defer: Assign"),
        Key("after", _EXPRESSION, "A timer: armed on entry, gone on exit.", example="after: 30s"),
        Key("every", _EXPRESSION, "A timer that arms itself again.", example="every: 30s"),
        Key("at", _EXPRESSION, "A timer that goes off when a variable of type `time` says.", example="at: until"),
        Key("decide", _EXPRESSION, "The agent's own choice.", example="decide: choice in Choice"),
        Key(
            "perform",
            _EXPRESSION,
            "Something done in the world, and its outcome.",
            example="perform: pay(to=seller) -> ok",
        ),
        Key("when", _EXPRESSION, "A step taken by itself once this holds.", example="when: len(votes) == voters"),
        Key("run", _EXPRESSION, "A part that is played here; taken when it is over.", example="run: sale -> result"),
        Key("if", _EXPRESSION, "Taken only if this holds.", example="if: sender not in ballots"),
        Key("for", _EXPRESSION, "One such transition for each.", example="for: m in others"),
        Key("draw", _EXPRESSION, "Draws one at random.", example="draw: peer in others"),
        Key(
            "do",
            Leaf("statements"),
            "What changes and what is sent.",
            example="do: send Ballot(choice=choice) to chair",
        ),
        Key("goto", _NAME, "The state to go to.", example="goto: closed"),
        Key("prompt", _TRUTH, "`true`: this decision is taken sooner or later."),
        Key("key", _EXPRESSION, "Acts with an equal key are one act.", example="key: job.task"),
        Key("undoes", _NAME, "The act that this one undoes.", example="undoes: charge"),
        Key("fairness", Word(("none", "weak", "strong")), "How it is owed: `none`, `weak` or `strong`."),
        _DOC,
    ),
    description="One trigger, and what then happens: receive Ballot, if ..., do ..., goto closed.",
)

_STATE = Choice(
    value=Word(("final", "resting")),
    items=ListOf(
        Choice(value=Word(("resting", "final")), map=_TRANSITION, example="- receive: Ballot"),
        "The transitions, the first that fits is taken.",
    ),
    example="closed: final",
)

_ROLE = Record(
    "role",
    (
        Key("count", _EXPRESSION, "How many instances there are; without it, one.", example="count: voters"),
        Key("dynamic", _TRUTH, "`true`: instances join and leave while the protocol runs."),
        Key(
            "restart_in",
            _NAME,
            "The state in which an instance comes back from a restart.",
            example="restart_in: follower",
        ),
        Key("variables", MapOf("name", _VARIABLE), "What an instance remembers.", example="variables: {turn: int}"),
        Key("define", _DEFINITIONS, "Names for expressions and blocks of this role."),
        Key(
            "states",
            MapOf("names", _STATE, least=1, example="closed: final"),
            "The states; the first is where an instance starts, `any` holds in each that is not final.",
            required=True,
            example="states: {closed: final}",
        ),
        _DOC,
    ),
)

# ---- parts

_PART = Record(
    "part",
    (
        Key("use", _TEXT, "The protocol that is the part.", example="use: auction/sealed_first_price"),
        Key("with", _WITH, "Values for the part's parameters, or names of parameters here."),
        Key(
            "roles",
            MapOf("name", Leaf("value"), example="roles: {bidder: seller}"),
            "Which role here plays each role of the part; `one of seller` for one that each run names.",
            example="roles: {bidder: seller, agent: agent}",
        ),
        Key("runs", _NUMBER, "How often it may be run at most; without it, once."),
        Key(
            "stages",
            MapOf("name", MapOf("name", _NAME_LIST)),
            "In a full protocol: what each role calls its stay in the part, and the states that this stands for.",
            example="stages: {seller: {selling: [sale_waiting, sale_done]}}",
        ),
        _DOC,
    ),
    one_of=("use", "stages"),
)

# ---- properties

_GIVEN = Record(
    "condition of a property",
    (
        Key("again", _EXPRESSION, "Holds again and again.", example="again: chair in open"),
        Key("forever", _EXPRESSION, "Holds from some moment on.", example="forever: chair in open"),
    ),
    one_of=("again", "forever"),
)

PROPERTY_KINDS = ("always", "never", "stable", "step", "eventually", "leads_to", "reachable", "stays_possible")

_PROPERTY = Record(
    "property",
    (
        Key("always", _EXPRESSION, "Holds in every state.", example="always: balance >= 0"),
        Key("never", _EXPRESSION, "Holds in no state."),
        Key("stable", _EXPRESSION, "Once it is set it never changes; once true it stays true."),
        Key("step", _EXPRESSION, "What one step may change, with `old(x)`."),
        Key("eventually", _EXPRESSION, "Holds at some moment of every run.", example="eventually: chair in closed"),
        Key(
            "leads_to",
            ListOf(_EXPRESSION, least=2, most=2, example="leads_to: [p in asked, p in answered]"),
            "Whenever the first holds, the second holds then or later.",
        ),
        Key("reachable", _EXPRESSION, "Holds in some state: guards against a spec in which nothing happens."),
        Key("stays_possible", _EXPRESSION, "From every state there is a way to it."),
        Key("for", _EXPRESSION, "Stated of each.", example="for: p in participant"),
        Key("only", ListOf(_TEXT, least=1), "Promised in these cases alone.", example="only: [calm]"),
        Key("given", _GIVEN, "A condition that it rests on."),
        _DOC,
    ),
    one_of=PROPERTY_KINDS,
)

# ---- faults, bounds, cases

_BUDGET = Leaf("value", "A number, or `any`.")
_BUDGETS_OF_ROLES = MapOf("name", _BUDGET, example="crash: {voter: 1}")

_PARTITION = Choice(
    value=_BUDGET,
    map=Record(
        "partition",
        (
            Key("times", _BUDGET, "How often the network may fall apart.", required=True, example="times: 1"),
            Key("one_way", _TRUTH, "`true`: only one of the two sides is not heard by the other."),
            Key("heals", _TRUTH, "`false`: it stays apart for ever."),
            Key("messages", Word(("lost", "kept")), "What becomes of messages across the cut: `kept` until it heals."),
            Key("isolates", _NAMES, "Only one instance of these roles at a time is cut off from all others."),
        ),
    ),
    example="partition: 1",
)

_FAULTS = Record(
    "faults",
    (
        Key("lose", _BUDGET, "How many messages may be lost.", example="lose: 1"),
        Key("duplicate", _BUDGET, "How many messages may come twice.", example="duplicate: 1"),
        Key("reorder", _TRUTH, "`true`: messages may overtake each other."),
        Key("crash", _BUDGETS_OF_ROLES, "How many instances of a role may stop for good."),
        Key("restart", _BUDGETS_OF_ROLES, "How often instances of a role may stop and come back."),
        Key("amnesia", _BUDGETS_OF_ROLES, "How often instances of a role may come back as they first started."),
        Key("byzantine", _BUDGETS_OF_ROLES, "How many instances of a role may lie."),
        Key("pause", _BUDGETS_OF_ROLES, "How often instances of a role may sleep."),
        Key("partition", _PARTITION, "How often the network may fall apart into two sides."),
        Key("late_act", _BUDGET, "How often an act may take effect after it was undone."),
        Key("repeat_act", _BUDGET, "How often an act may take effect twice under one key."),
    ),
)
_BOUNDS = MapOf("setting", Leaf("value", "A range, or how many."), example="bounds: {Money: 0..3, text: 2}")
_NETWORK = Word(("unordered", "fifo", "sent_set", "none"))
_CLOCK = Choice(
    value=Word(("synchronous", "none")),
    map=Record("clock", (Key("skew", _EXPRESSION, "How far clocks may differ.", required=True, example="skew: 1s"),)),
    example="clock: synchronous",
)
_SETTING = (
    Key("with", _WITH, "Values of parameters; a range stands for each value in it."),
    Key("faults", _FAULTS, "The faults of this case, in place of `tolerates`."),
    Key("bounds", _BOUNDS, "Bounds for checking."),
    Key("network", _NETWORK, "The network of this case."),
    Key("clock", _CLOCK, "The clocks of this case."),
)

_CASE = Record(
    "case",
    (
        *_SETTING,
        Key("violates", _NAME_LIST, "The properties that fail here; all others hold.", example="violates: [decides]"),
        Key(
            "abstract", _NAME_LIST, "The parts that their outcomes stand for in this case.", example="abstract: [sale]"
        ),
        Key("states", _NUMBER, "The exact number of states.", example="states: 288"),
        Key("levels", _NUMBER, "The exact number of levels.", example="levels: 11"),
        Key("orbits", _NUMBER, "The exact number of states that differ in more than names.", example="orbits: 80"),
        _DOC,
    ),
)

_SIMULATION = Record(
    "simulation",
    (
        *_SETTING,
        Key("runs", _NUMBER, "How many runs.", example="runs: 20"),
        Key("expect", _EXPRESSION, "What holds over all runs.", required=True, example="expect: mean(...) < 1/4"),
        _DOC,
    ),
)

_ANSWERS = MapOf("place", ListOf(Anything()), example="decisions: {voter.choice: [yes, no]}")

_SCENARIO = Record(
    "scenario",
    (
        Key("with", _WITH, "Values of parameters."),
        Key("decisions", _ANSWERS, "What is decided, in the order it is asked for."),
        Key("performs", MapOf("place", _NAME_LIST), "The outcomes of acts.", example="performs: {agent.pay: [ok]}"),
        Key("hold", MapOf("place", _EXPRESSION), "Messages kept back until a condition holds."),
        Key("lose", ListOf(_EXPRESSION), "Messages of which the first is dropped.", example="lose: [chair.Result]"),
        Key("crash", MapOf("place", _EXPRESSION), "Instances that stop when a condition holds."),
        Key("expect", _EXPRESSION, "What holds at the end.", required=True, example="expect: chair in closed"),
        _DOC,
    ),
)

# ---- the whole

PROTOCOL = Record(
    "protocol",
    (
        Key("comity", Leaf("value"), 'The version of the language: `"1"`.', required=True, example='comity: "1"'),
        Key("protocol", _NAME, "The name of the protocol.", required=True, example="protocol: threshold_vote"),
        _DOC,
        Key("use", _TEXT, "The pattern that this protocol is made of.", example="use: voting/threshold_vote"),
        Key("with", _WITH, "Values for the pattern's parameters."),
        Key("rename", MapOf("name", _NAME), "Names of the pattern, and what they are called here."),
        Key("parts", MapOf("name", _PART), "Protocols that roles of this one run, and go on with their outcomes."),
        Key("parameters", MapOf("name", _PARAMETER), "What a user of the protocol may set."),
        Key("assume", MapOf("title", _EXPRESSION), "Conditions on parameters; values that break one are refused."),
        Key("types", MapOf("name", _TYPE_DECLARATION), "Enums, records, and other names of types."),
        Key(
            "messages",
            MapOf("name", _MESSAGE, example="messages: {Ballot: {choice: Choice}}"),
            "The messages and their fields.",
        ),
        Key("network", _NETWORK, "How messages travel."),
        Key("clock", _CLOCK, "What clocks promise."),
        Key("bounds", _BOUNDS, "Bounds for checking; generated code keeps the full types."),
        Key("shared", MapOf("name", _VARIABLE), "Variables that every instance reads and writes: for models."),
        Key("define", _DEFINITIONS, "Names for expressions and blocks."),
        Key(
            "roles", MapOf("name", _ROLE, least=1, example="roles: {voter: {states: {done: final}}}"), "Who takes part."
        ),
        Key(
            "outcome",
            MapOf("place", _EXPRESSION, example="outcome: {chair in closed: verdict}"),
            "Where each role is done, and what it then knows: what a protocol hands over that this one is a part of.",
        ),
        Key(
            "properties",
            MapOf("name", _PROPERTY),
            "What is promised.",
            example="properties: {closes: {eventually: ...}}",
        ),
        Key(
            "waive",
            MapOf("name", _TEXT, example="waive: {no_deadlock: as in the paper}"),
            "Promises that come for free and are not made here, with the reason.",
        ),
        Key("tolerates", _FAULTS, "The faults within which every property holds."),
        Key("verify", MapOf("title", _CASE), "The cases to explore.", example="verify: {three voters: {}}"),
        Key("scenarios", MapOf("title", _SCENARIO), "Single schedules, and how they end."),
        Key("simulate", MapOf("title", _SIMULATION), "Cases to draw at random."),
        Key(
            "survives",
            MapOf("title", _TEXT, example="survives: {drop-guard chair open receive Ballot: late ones cannot come}"),
            "Mutants that no property has to notice, with the reason.",
        ),
    ),
    required_unless=(("roles", "use"),),
    description="One protocol of agents that coordinate.",
)
