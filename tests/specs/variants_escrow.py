"""The wrong escrows that the catalogue lists."""

from tests.specs.wrong_variants import Change, WrongVariant

SPEC = "contract/escrow.yaml"

NOBODY_ASKS = (
    Change("        - every: patience\n          do: send Ask() to agent\n", "", times=3),
    Change("        - receive: Ask\n          do: send Notice(phase=phase) to sender\n", ""),
    Change("  Ask: {}\n", ""),
)
"""Nothing is lost in the small cases, so nobody has to ask how things stand: a thirtieth of the states."""

AMONG_THE_LATE = "        - ignore: [Fund, Accept, Delivered, GiveUp, Confirm, Dispute, Award]\n"
WITHOUT_KEYS = (
    Change("          key: seller                            # one payment each, however often it is asked for\n", ""),
    Change("          key: seller\n", ""),
    Change("          key: buyer\n", "", times=2),
)
TO_SELLER = "        - perform: pay(to=seller, amount=to_seller) -> "
MESSAGES = "messages:\n"


def small(faults: str = "{}", values: str = "deposit: 2, to_seller_if_arbiter_is_silent: 1") -> str:
    return f"{{with: {{{values}}}, bounds: {{Money: 0..2, copies: 1}}, faults: {faults}}}"


VARIANTS = (
    WrongVariant(
        id="ESC-B1",
        title="the inspection timer still fires when there is a dispute",
        spec=SPEC,
        trimmed=NOBODY_ASKS,
        changes=(
            Change(
                "        - after: arbitration_time\n",
                "        - after: inspection_time\n"
                "          do: split(deposit - penalty, inspection_lapsed)\n"
                "          goto: paying\n"
                "        - after: arbitration_time\n",
            ),
        ),
        case=small(),
        breaks=("dispute_stops_the_clock",),
    ),
    WrongVariant(
        id="ESC-B1-paid-twice",
        title="the inspection timer still fires when the arbiter's award has been paid",
        spec=SPEC,
        trimmed=NOBODY_ASKS,
        changes=(
            *WITHOUT_KEYS,
            Change(
                "        - perform: pay(to=buyer, amount=to_buyer) -> ok\n",
                "        - after: inspection_time\n"
                "          if: ground == awarded\n"
                "          do: split(deposit - penalty, inspection_lapsed)\n"
                "          goto: paying\n"
                "        - perform: pay(to=buyer, amount=to_buyer) -> ok\n",
            ),
        ),
        case=small(),
        breaks=("each_paid_once", "nothing_lost_nothing_made", "one_disposition"),
    ),
    WrongVariant(
        id="ESC-B2",
        title="the seller asks again while it is being paid, and is paid again: the payment is not on record before it is made",
        spec=SPEC,
        trimmed=NOBODY_ASKS,
        changes=(
            Change(MESSAGES, MESSAGES + "  Withdraw: {}\n"),
            Change(AMONG_THE_LATE, AMONG_THE_LATE.replace("Award]", "Award, Withdraw]")),
            *WITHOUT_KEYS,
            Change(TO_SELLER + "ok\n", "        - receive: Withdraw\n          goto: paying\n" + TO_SELLER + "ok\n"),
            Change(
                "      delivered:\n",
                "      delivered:\n        - decide: withdraw\n          do: send Withdraw() to agent\n          goto: withdrawing\n",
            ),
            Change(
                "      gave_up:\n        - receive",
                "      withdrawing:\n        - resting\n      gave_up:\n        - receive",
            ),
        ),
        case=small(),
        breaks=("each_paid_once", "nothing_lost_nothing_made"),
    ),
    WrongVariant(
        id="ESC-B4",
        title="a dispute is still accepted while the money is on its way",
        spec=SPEC,
        trimmed=NOBODY_ASKS,
        changes=(
            Change(
                TO_SELLER + "ok\n",
                "        - receive: Dispute\n          do: announce(disputed)\n          goto: disputed\n"
                + TO_SELLER
                + "ok\n",
            ),
        ),
        case=small(),
        breaks=("one_disposition",),
    ),
    WrongVariant(
        id="ESC-B5",
        title="the penalty is charged for each late message, so a duplicate charges it twice",
        spec=SPEC,
        trimmed=NOBODY_ASKS,
        changes=(
            Change("      days_late: int\n", "      days_late: int\n      charged: Money\n"),
            Change(
                "      late:\n        - receive: Delivered\n          do: announce(inspection)\n",
                "      late:\n        - receive: Delivered\n          do: |\n"
                "            charged += penalty_per_day\n            announce(inspection)\n",
            ),
            Change(
                "        - receive: Confirm\n          do: split(deposit - penalty, confirmed)\n",
                "        - receive: Delivered\n          if: days_late > 0\n          do: charged += penalty_per_day\n"
                "        - receive: Confirm\n          do: split(deposit - charged, confirmed)\n",
            ),
        ),
        case=small("{duplicate: 1}", "deposit: 2, to_seller_if_arbiter_is_silent: 1, max_days_late: 1"),
        breaks=("penalty_by_the_rule",),
    ),
    WrongVariant(
        id="ESC-B7",
        title="the seller says itself how late it is",
        spec=SPEC,
        trimmed=NOBODY_ASKS,
        changes=(
            Change("  Delivered: {}\n", "  Delivered: {days_late: int}\n"),
            Change(
                "        - decide: deliver\n          do: send Delivered() to agent\n",
                "        - decide: deliver\n          do: send Delivered(days_late=0) to agent\n",
            ),
            Change(
                "          if: msg.phase == due\n          do: send Delivered() to agent\n",
                "          if: msg.phase == due\n          do: send Delivered(days_late=0) to agent\n",
            ),
            Change(
                "      late:\n        - receive: Delivered\n          do: announce(inspection)\n",
                "      late:\n        - receive: Delivered\n          do: |\n"
                "            days_late = msg.days_late\n            announce(inspection)\n",
            ),
        ),
        case=small(),
        breaks=("days_are_the_escrows_own",),
    ),
    WrongVariant(
        id="ESC-B8",
        title="the seller can be the arbiter",
        spec=SPEC,
        trimmed=NOBODY_ASKS,
        changes=(
            Change(
                "      delivered:\n        - receive: Notice\n",
                "      delivered:\n"
                "        - receive: Notice\n          if: msg.phase == disputed\n          do: send Award(to_seller=deposit) to agent\n"
                "        - receive: Notice\n",
            ),
        ),
        case=small(),
        breaks=("awarded_by_the_arbiter",),
    ),
    WrongVariant(
        id="ESC-B10",
        title="the buyer can call the deal off alone, after the goods were shipped",
        spec=SPEC,
        trimmed=NOBODY_ASKS,
        changes=(
            Change(MESSAGES, MESSAGES + "  CallOff: {}\n"),
            Change("arbiter_silent]\n", "arbiter_silent, called_off]\n"),
            Change(AMONG_THE_LATE, AMONG_THE_LATE.replace("Award]", "Award, CallOff]")),
            Change(
                "        - receive: Confirm\n          do: split",
                "        - receive: CallOff\n          do: split(0, called_off)\n          goto: paying\n"
                "        - receive: Confirm\n          do: split",
            ),
            Change(
                "      inspecting:\n",
                "      inspecting:\n        - decide: call_off\n          do: send CallOff() to agent\n          goto: complaining\n",
            ),
        ),
        case=small(),
        breaks=("buyer_refunded_for_a_reason",),
    ),
    WrongVariant(
        id="ESC-B11",
        title="an award is a percentage, rounded down for either party",
        spec=SPEC,
        trimmed=NOBODY_ASKS,
        changes=(
            Change(
                "        to_buyer = deposit - seller_share        # the rest, so that the two always add up\n",
                "        to_buyer = deposit * ((deposit - seller_share) * 100 // deposit) // 100\n",
            ),
        ),
        case="{with: {deposit: 3}, bounds: {Money: 0..3, copies: 1}, faults: {}}",
        breaks=("all_paid_out",),
    ),
)
