"""The wrong sagas that the catalogue lists."""

from tests.specs.wrong_variants import Change, WrongVariant

SPEC = "saga/saga.yaml"

ONE_STEP = "{with: {steps: [{name: book, kind: compensable, stage: 0}]}, faults: {}}"
TWO_AT_ONCE = "{with: {steps: [{name: reserve, kind: compensable, stage: 0}, {name: book, kind: compensable, stage: 0}]}, faults: {}}"
ONE_AFTER_ANOTHER = "{with: {steps: [{name: reserve, kind: compensable, stage: 0}, {name: book, kind: compensable, stage: 1}]}, faults: {}}"
THEN_A_PIVOT = (
    "{with: {steps: [{name: book, kind: compensable, stage: 0}, {name: charge, kind: pivot, stage: 1}]}, faults: {}}"
)

VARIANTS = (
    WrongVariant(
        id="SAGA-B1",
        title="a timeout is taken for a failure, and the step is not undone",
        spec=SPEC,
        changes=(
            Change(
                "            finish(i)\n            doubted.add(i) ",
                "            running.remove(i)\n            doubted.add(i) ",
            ),
        ),
        case=ONE_AFTER_ANOTHER,
        breaks=("nothing_left",),
    ),
    WrongVariant(
        id="SAGA-B2",
        title="undoing leaves no tombstone, so that a step may take effect after it",
        spec=SPEC,
        changes=(
            Change(
                "          undoes: act                            # and from now on `act` under this key is refused\n",
                "",
            ),
            Change("          undoes: act\n", ""),
        ),
        case=ONE_STEP,
        breaks=("undone_stays_undone",),
    ),
    WrongVariant(
        id="SAGA-B4",
        title="steps are asked for before it is on record, and a crash forgets them",
        spec=SPEC,
        changes=(
            Change(
                "      running: set[int]                          # steps asked for, outcome not known yet\n",
                '      running: {type: "set[int]", durable: false}\n',
            ),
        ),
        case=TWO_AT_ONCE.replace("faults: {}", "faults: {restart: {orchestrator: 1}}"),
        breaks=("all_happened", "nothing_left"),
    ),
    WrongVariant(
        id="SAGA-B5",
        title="steps are undone in the order in which they happened",
        spec=SPEC,
        changes=(
            Change("          for: i in applied[-1:]\n", "          for: i in applied[:1]\n", times=2),
            Change("          do: applied.pop()\n", "          do: applied.pop(0)\n"),
        ),
        case=ONE_AFTER_ANOTHER,
        breaks=("reverse_order",),
    ),
    WrongVariant(
        id="SAGA-B7",
        title="a step that may fail follows the pivot",
        spec=SPEC,
        changes=(
            Change(
                "  only retriable steps follow the pivot: all(t.kind == retriable for s in steps if s.kind == pivot "
                "for t in steps if t.stage > s.stage)\n",
                "",
            ),
        ),
        case="{with: {steps: [{name: charge, kind: pivot, stage: 0}, {name: ship, kind: compensable, stage: 1}]}, faults: {}}",
        breaks=("no_way_back_after_the_pivot",),
        refused_by="only retriable steps follow the pivot",
    ),
    WrongVariant(
        id="SAGA-B8",
        title="undoing is attempted once",
        spec=SPEC,
        changes=(
            Change(
                "          undoes: act\n          goto: undoing                          # until it succeeds\n",
                "          undoes: act\n          do: applied.pop()\n",
            ),
        ),
        case=ONE_STEP,
        breaks=("nothing_left",),
    ),
    WrongVariant(
        id="SAGA-B10",
        title="undoing begins while a sibling is still running",
        spec=SPEC,
        changes=(Change("        - when: len(running) == 0 and broken ", "        - when: broken "),),
        case=TWO_AT_ONCE,
        breaks=("nothing_left",),
    ),
    WrongVariant(
        id="SAGA-B13",
        title="a cancellation is granted while the pivot is under way",
        spec=SPEC,
        changes=(Change("          if: not no_return\n", ""),),
        case=THEN_A_PIVOT,
        breaks=("no_way_back_after_the_pivot",),
    ),
    WrongVariant(
        id="SAGA-B14",
        title="success is told before the outcome of the pivot is on record",
        spec=SPEC,
        changes=(
            Change(
                "            running = {i for i in every_step if steps[i].stage == stage}\n",
                "            running = {i for i in every_step if steps[i].stage == stage}\n"
                "            if any(steps[i].kind == pivot for i in running):\n"
                "              send Ended(success=true) to customer\n",
            ),
        ),
        case=THEN_A_PIVOT,
        breaks=("told_the_truth",),
    ),
)
