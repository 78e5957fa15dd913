"""Micro-models of counting: quorums, ballots, and a register read from a majority."""

from tests.explore.micro_models.form import Form, Model, twins

# 3^4 ways to have voted so far; and for each candidate with a quorum, whether it has noticed. QRM-B1 counts 33 ways to have two
# of four for one candidate and 6 to have two for each: 81 + 33 + 33 + 6. With three of four it is 81 + 9 + 9.
ELECTION = """
    network: none
    shared: {}
    roles:
      voter:
        count: 4
        variables: {voted: "candidate?"}
        states:
          asked:
            - resting
            - decide: choice in candidate
              do: voted = choice
              goto: has_voted
          has_voted: final
      candidate:
        count: 2
        states:
          standing:
            - resting
            - when: count(v.voted == self for v in voter) >= QUORUM
              goto: elected
          elected: final
    properties:
      one_is_elected: {never: all(c in elected for c in candidate)}
"""

# Of the five replicas the fifth lies: it has signed for both values from the start.
TWO_FACED = """
    network: none
    shared: {}
    types: {Value: [a, b]}
    roles:
      honest:
        count: 4
        variables: {signed: "Value?"}
        states:
          asked:
            - resting
            - decide: value in Value
              do: signed = value
              goto: has_signed
          has_signed: final
    properties:
      one_value: {never: "all(count(h.signed == v for h in honest) + 1 >= QUORUM for v in [a, b])"}
"""

# 3^3 ballot boxes while it is open. Closed early, either way, each box with two ballots or more comes: 20 and 20; with ballots
# that stand once it is closed, only a box in which two agree: 7 and 7.
EARLY_CLOSE = """
    network: none
    shared: {}
    types: {Choice: [yes, no]}
    roles:
      chair:
        variables: {verdict: "Choice?"}
        states:
          open:
            - resting
            - for: c in [yes, no]
              when: count(v.ballot == c for v in voter) >= 2
              do: verdict = c
              goto: closed
          closed: final
      voter:
        count: 3
        variables: {ballot: "Choice?"}
        states:
          voting:
            - resting
            - decide: choice in Choice
              if: STILL
              do: ballot = choice
    properties:
      as_the_ballots_say: {always: chair in closed implies count(v.ballot == chair.verdict for v in voter) >= 2}
"""

# Any voter's yes may be delivered again and again. The tally ends at three; who is heard is one of 2^3 sets.
TALLY = """
    network: none
    shared:
      heard: set[voter]
      tally: int
    roles:
      voter:
        count: 3
        states:
          in_favour:
            - resting
            - decide: deliver_yes
              do: |
                heard.add(self)
                tally = COUNTED
    properties:
      nobody_counts_twice: {always: tally >= 2 implies len(heard) >= 2}
"""

# One write of a new value that reaches the replicas one by one; two reads, one after the other, each of two of the three.
# By what was read so far, the sets of replicas that have the new value: nothing 8, old 8, new 7, old and old 8, old and new 7, new and
# old 7, new and new 7. With a reader that writes back, a set has two or more once new was read: 8, 8, 4, 8, 4, 0, 4.
READS = """
    network: none
    shared: {new: "set[replica]"}
    roles:
      replica:
        count: 3
        states:
          up:
            - resting
            - decide: write_arrives
              if: self not in new
              do: new.add(self)
      reader:
        variables:
          first: bool
          second: bool
        states:
          has_read_nothing:
            - resting
            - for: left_out in replica
              decide: read
              do: |
                first = any(r in new for r in replica if r != left_out)
                write_back(first, left_out)
              goto: has_read_once
          has_read_once:
            - resting
            - for: left_out in replica
              decide: read
              do: |
                second = any(r in new for r in replica if r != left_out)
                write_back(second, left_out)
              goto: has_read_twice
          has_read_twice: final
    define:
      write_back(found, left_out): |
        if found and WRITES_BACK:
          for r in replica:
            if r != left_out:
              new.add(r)
    properties:
      no_new_then_old: {never: reader in has_read_twice and reader.first and not reader.second}
"""

MODELS: dict[str, Model] = {
    "QRM-B1: a quorum of half, of four": twins(
        ELECTION,
        wrong=Form({"QUORUM": "2"}, 153, {"one_is_elected": 6}),
        right=Form({"QUORUM": "3"}, 99, {}),
    ),
    "QRM-B2: 2f + 1 of five, when one lies": twins(
        TWO_FACED,
        wrong=Form({"QUORUM": "3"}, 81, {"one_value": 4}),
        right=Form({"QUORUM": "4"}, 81, {}),
    ),
    "VOTE-B5: closed early, with ballots that can change": twins(
        EARLY_CLOSE,
        wrong=Form({"STILL": "true"}, 67, {"as_the_ballots_say": 4}),
        right=Form({"STILL": "chair in open"}, 41, {}),
    ),
    "VOTE-B1: the tally counts messages": twins(
        TALLY,
        wrong=Form({"COUNTED": "min(tally + 1, 3)"}, 17, {"nobody_counts_twice": 2}),
        right=Form({"COUNTED": "len(heard)"}, 8, {}),
    ),
    "QRW-B2: a quorum is read and nothing written back": twins(
        READS,
        wrong=Form({"WRITES_BACK": "false"}, 52, {"no_new_then_old": 3}),
        right=Form({"WRITES_BACK": "true"}, 36, {}),
    ),
}
