"""The wrong threshold votes that the catalogue lists."""

from tests.specs.wrong_variants import Change, WrongVariant

SPEC = "voting/threshold_vote.yaml"

# where ballots are taken, and where they are no longer
TAKE = """        - receive: Ballot
          if: sender not in ballots or revote == last_counts and msg.number > numbers[sender]
"""
NO_LONGER = "        - ignore: Ballot                         # after the close\n"
CHAIR = "      motion: text?\n"
TIMER = """        - after: patience                        # armed on entry, gone on exit, survives a restart
          goto: counting
"""
NUMBERED = "            numbers[sender] = msg.number\n"

VARIANTS = (
    WrongVariant(
        id="VOTE-B1",
        title="messages are counted, not voters",
        spec=SPEC,
        changes=(
            Change(CHAIR, CHAIR + "      yeses: int\n"),
            Change(TAKE, "        - receive: Ballot\n"),
            Change(
                "        - ignore: Ballot                         # otherwise: a duplicate, or a change of mind that does not count\n",
                "",
            ),
            Change(NUMBERED, NUMBERED + "            if msg.choice == yes:\n              yeses += 1\n"),
            Change("        - when: carried(counted)\n", "        - when: yeses > threshold * total\n"),
            Change("        - when: not carried(counted)\n", "        - when: yeses <= threshold * total\n"),
        ),
        case="{with: {early: false}, faults: {duplicate: 1}}",
        breaks=("nobody_counts_twice", "accepted_by_the_rule"),
    ),
    WrongVariant(
        id="VOTE-B2",
        title="at least the threshold instead of more than it",
        spec=SPEC,
        changes=(
            Change(
                "eligible(bs) and weight_of(bs, yes) > threshold * base_of(bs)",
                "eligible(bs) and weight_of(bs, yes) >= threshold * base_of(bs)",
            ),
        ),
        case="{with: {voters: 2}, faults: {}}",
        breaks=("accepted_by_the_rule",),
    ),
    WrongVariant(
        id="VOTE-B4",
        title="abstentions fill the quorum where they must not",
        spec=SPEC,
        changes=(
            Change("for v in bs if abstainers_take_part or bs[v] != abstain) >= quorum", "for v in bs) >= quorum"),
        ),
        case="{with: {quorum: 1, base: cast, abstainers_take_part: false}, faults: {}}",
        breaks=("accepted_by_the_rule",),
    ),
    WrongVariant(
        id="VOTE-B4-left-out",
        title="abstentions are left out of the quorum where they belong to it",
        spec=SPEC,
        changes=(
            Change(
                "for v in bs if abstainers_take_part or bs[v] != abstain) >= quorum",
                "for v in bs if bs[v] != abstain) >= quorum",
            ),
        ),
        case="{with: {quorum: 1, base: cast}, faults: {}}",
        breaks=("rejected_by_the_rule",),
    ),
    WrongVariant(
        id="VOTE-B5",
        title="the vote closes early while ballots can still change",
        spec=SPEC,
        changes=(
            Change(
                "  a vote that may still change cannot settle the result: not (early and revote == last_counts)\n", ""
            ),
        ),
        case="{with: {voters: 2, revote: last_counts}, faults: {}}",
        breaks=("early_accepted_is_irrevocable", "early_rejected_is_irrevocable"),
        refused_by="a vote that may still change cannot settle the result",
    ),
    WrongVariant(
        id="VOTE-B7",
        title="a ballot counts by the date that its sender wrote on it",
        spec=SPEC,
        changes=(
            Change("  Choice:  [yes,", "  Date: [in_time, late]\n  Choice:  [yes,"),
            Change(
                "  Ballot:   {choice: Choice, number: int} ", "  Ballot:   {choice: Choice, number: int, date: Date} "
            ),
            Change(
                "send Ballot(choice=c, number=sent) to chair",
                "send Ballot(choice=c, number=sent, date=in_time) to chair",
            ),
            Change(
                NO_LONGER,
                "        - receive: Ballot\n"
                "          if: msg.date == in_time and sender not in ballots\n"
                "          do: |\n"
                "            ballots[sender] = msg.choice\n"
                "            numbers[sender] = msg.number\n" + NO_LONGER,
            ),
        ),
        case="{with: {voters: 2}, faults: {}}",
        breaks=("closed_is_closed",),
    ),
    WrongVariant(
        id="VOTE-B8",
        title="the electorate is who is there at the close, so that who leaves shrinks the base",
        spec=SPEC,
        changes=(
            Change(
                "  base_of(bs): total if base == everyone",
                "  base_of(bs): sum(weight(v) for v in bs) if base == everyone",
            ),
        ),
        case="{faults: {}}",
        breaks=("nobody_counts_twice", "accepted_by_the_rule"),
    ),
    WrongVariant(
        id="VOTE-B10",
        title="whoever comes last breaks a tie",
        spec=SPEC,
        changes=(
            Change(CHAIR, CHAIR + "      last_word: Choice?\n"),
            Change(NUMBERED, NUMBERED + "            last_word = msg.choice\n"),
            Change("tied(bs) and at_threshold == passes", "tied(bs) and last_word == yes"),
        ),
        case="{with: {voters: 2, early: false}, faults: {}}",
        breaks=("accepted_by_the_rule",),
    ),
    WrongVariant(
        id="VOTE-B11",
        title="the chair waits for all ballots",
        spec=SPEC,
        changes=(Change(TIMER, ""),),
        case="{faults: {crash: {voter: 1}}}",
        breaks=("decides",),
    ),
    WrongVariant(
        id="VOTE-B13",
        title="a chair that went down after deciding comes back and counts again, with fewer ballots",
        spec=SPEC,
        changes=(
            Change("  chair:\n    variables:\n", "  chair:\n    restart_in: collecting\n    variables:\n"),
            Change(
                "      ballots: map[voter, Choice]\n", '      ballots: {type: "map[voter, Choice]", durable: false}\n'
            ),
            Change("      closed: final\n", "      closed:\n        - resting\n        - ignore: Ballot\n"),
        ),
        case="{with: {voters: 2}, faults: {reorder: true, restart: {chair: 1}}}",
        breaks=("agreement", "one_verdict"),
    ),
    WrongVariant(
        id="VOTE-B14",
        title="a ballot of an earlier round of the same voter is taken for its last",
        spec=SPEC,
        changes=(Change("revote == last_counts and msg.number > numbers[sender]", "revote == last_counts"),),
        case="{with: {voters: 1, revote: last_counts, early: false}, faults: {reorder: true}}",
        breaks=("only_newer_ballots_replace",),
    ),
    WrongVariant(
        id="VOTE-B16",
        title="weight can be handed on between the snapshot and the count",
        spec=SPEC,
        changes=(
            Change("messages:\n", "messages:\n  HandOver: {to: voter}\n"),
            Change(CHAIR, CHAIR + "      handed: map[voter, voter]\n"),
            Change("  weight_of(bs, c): sum(weight(v) for", "  weight_of(bs, c): sum(held(v) for"),
            Change(
                "      with_the_rest(c): ",
                "      held(v): (0 if v in handed else weight(v)) + sum(weight(w) for w in handed if handed[w] == v)\n"
                "      with_the_rest(c): ",
            ),
            Change("        - ignore: Ballot ", "        - ignore: [Ballot, HandOver] ", times=3),
            Change(
                "      casting:\n        - ignore: Ballot\n", "      casting:\n        - ignore: [Ballot, HandOver]\n"
            ),
            Change(TAKE, "        - receive: HandOver\n          do: handed[sender] = msg.to\n" + TAKE),
            Change(
                "          do: vote(choice)\n          goto: waiting\n",
                "          do: |\n"
                "            vote(choice)\n"
                "            for v in others:\n"
                "              send HandOver(to=v) to chair\n"
                "          goto: waiting\n",
            ),
        ),
        case="{with: {voters: 2, weights: [1, 2], early: false}, faults: {}}",
        breaks=("nobody_counts_twice", "accepted_by_the_rule"),
    ),
    WrongVariant(
        id="VOTE-B17",
        title="a veto that comes after an early pass is ignored",
        spec=SPEC,
        changes=(
            Change(
                " and carried(with_the_rest(no))\n",
                " and eligible(ballots) and weight_of(ballots, yes) > threshold * base_of(with_the_rest(no))\n",
            ),
        ),
        case="{with: {vetoes: [2]}, faults: {}}",
        breaks=("early_accepted_is_irrevocable",),
    ),
    WrongVariant(
        id="VOTE-B17-silent",
        title="nothing is decided before every holder of a veto has spoken",
        spec=SPEC,
        changes=(
            Change(
                TIMER,
                "        - after: patience\n"
                "          if: all(v.index not in vetoes or v in ballots for v in voter)\n"
                "          goto: counting\n",
            ),
        ),
        case="{with: {voters: 2, vetoes: [0]}, faults: {crash: {voter: 1}}}",
        breaks=("decides",),
    ),
)
