"""The wrong sealed auctions that the catalogue lists, and one that counts what comes late."""

from tests.specs.wrong_variants import Change, WrongVariant

SPEC = "auction/sealed_first_price.yaml"

BID = "            bids[sender] = msg.bid\n"
CONCLUDE = "        send Result(outcome=outcome) to bidder\n"
LATE = "        - receive: Commitment\n          if: sender not in seals\n          do: send TooLate() to sender\n"

VARIANTS = (
    WrongVariant(
        id="AUC-B5",
        title="of equal bids the one that came first wins",
        spec=SPEC,
        changes=(
            Change("      item: text?\n", "      item: text?\n      came: map[bidder, int]\n"),
            Change(BID, f"            came[sender] = len(bids)\n{BID}"),
            Change("      rank(b): (bids[b], -b.index) ", "      rank(b): (bids[b], -came[b]) "),
        ),
        case="{bounds: {Money: 1..1, text: 1, copies: 1}, faults: {}}",
        breaks=("ties_go_to_the_lowest_number",),
    ),
    WrongVariant(
        id="AUC-B7",
        title="a second commitment takes the place of the first",
        spec=SPEC,
        changes=(
            Change(
                "          if: sender not in seals\n          do: seals[sender] = msg.seal\n",
                "          do: seals[sender] = msg.seal\n",
            ),
        ),
        case="{bounds: {Money: 1..2, text: 1, copies: 1}, faults: {byzantine: {bidder: 1}}}",
        breaks=("bids_are_binding",),
    ),
    WrongVariant(
        id="AUC-B7-withdrawn",
        title="a bid can be withdrawn when the others are known",
        spec=SPEC,
        changes=(
            Change("  TooLate: {}\n", "  TooLate: {}\n  Withdraw: {}\n"),
            Change("[Ask, Commitment, Reveal]", "[Ask, Commitment, Reveal, Withdraw]"),
            Change(
                LATE,
                LATE + "        - receive: Withdraw\n          if: sender in bids\n          do: del bids[sender]\n",
            ),
            Change(
                "      revealed:\n",
                "      revealed:\n        - decide: withdraw\n          do: send Withdraw() to auctioneer\n          goto: out\n",
            ),
        ),
        case="{bounds: {Money: 1..2, text: 1, copies: 1}, faults: {}}",
        breaks=("bids_are_binding",),
    ),
    WrongVariant(
        id="AUC-B10",
        title="there is no reserve, and a bid of nothing wins an auction without rivals",
        spec=SPEC,
        changes=(
            Change("max((b for b in bids if bids[b] >= reserve), key", "max((b for b in bids), key"),
            Change("          if: offer >= 1\n", ""),
        ),
        case="{with: {bidders: 1}, faults: {}}",
        breaks=("nobody_bid_higher",),
    ),
    WrongVariant(
        id="AUC-B17",
        title="a commitment is not bound to its bidder, so that whoever sees it copies it, and then its opening",
        spec=SPEC,
        trimmed=(
            Change(
                "send Commitment(seal=digest(self, bid, salt)) to auctioneer",
                "commit_to(digest(self, bid, salt))",
                times=2,
            ),
            Change("send Reveal(bid=bid, salt=salt) to auctioneer", "open_it()", times=2),
            Change(
                "      salt: id?\n      outcome: Outcome?\n",
                "      salt: id?\n      outcome: Outcome?\n"
                "    define:\n"
                "      commit_to(seal): |\n"
                "        send Commitment(seal=seal) to auctioneer\n"
                "        send Commitment(seal=seal) to others\n"
                "      open_it: |\n"
                "        send Reveal(bid=bid, salt=salt) to auctioneer\n"
                "        send Reveal(bid=bid, salt=salt) to others\n",
            ),
            Change(
                "        - ignore: [Open, RevealNow, TooLate]\n",
                "        - ignore: [Open, RevealNow, TooLate, Commitment, Reveal]\n",
            ),
        ),
        changes=(
            Change("digest(sender, msg.bid, msg.salt)", "digest(msg.bid, msg.salt)", times=2),
            Change("digest(self, bid, salt)", "digest(bid, salt)", times=2),
        ),
        case="{bounds: {Money: 1..1, text: 1, copies: 1}, faults: {byzantine: {bidder: 1}}}",
        breaks=("nobody_copies",),
    ),
    WrongVariant(
        id="AUC-B20",
        title="bids are asked for one by one, while others can still commit",
        spec=SPEC,
        changes=(
            Change(
                "          if: sender not in seals\n          do: seals[sender] = msg.seal\n",
                "          if: sender not in seals\n          do: |\n"
                "            seals[sender] = msg.seal\n            send RevealNow() to sender\n",
            ),
        ),
        case="{bounds: {Money: 1..1, text: 1, copies: 1}, faults: {}}",
        breaks=("sealed",),
    ),
    WrongVariant(
        id="AUC-B20-results",
        title="every bidder is told that it has won",
        spec=SPEC,
        changes=(
            Change(
                CONCLUDE,
                "        for b in bids:\n          send Result(outcome=Outcome(winner=b, price=bids[b])) to b\n",
            ),
        ),
        case="{bounds: {Money: 1..1, text: 1, copies: 1}, faults: {}}",
        breaks=("same_result_for_all",),
    ),
    WrongVariant(
        id="AUC-late",
        title="a commitment that comes late still counts, until the first bid is known",
        spec=SPEC,
        changes=(
            Change(
                LATE,
                "        - receive: Commitment\n          if: sender not in seals and len(bids) == 0\n          do: |\n"
                "            seals[sender] = msg.seal\n            send RevealNow() to sender\n" + LATE,
            ),
        ),
        case="{bounds: {Money: 1..1, text: 1, copies: 1}, faults: {}}",
        breaks=("late_is_late",),
    ),
)
