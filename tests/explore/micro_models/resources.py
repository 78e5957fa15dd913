"""Micro-models of what is held, lent, or done once: locks, permits, leases, hand-offs, the last item of a queue."""

from tests.explore.micro_models.form import Form, Model, twins

LOCKS = """
    network: none
    shared: {holder: "map[int, client]"}
    roles:
      client:
        count: 2
        states:
          idle:
            - resting
            - decide: take_first
              if: FIRST not in holder
              do: holder[FIRST] = self
              goto: has_one
          has_one:
            - when: 1 - FIRST not in holder
              do: holder[1 - FIRST] = self
              goto: has_both
          has_both:
            - when: true
              do: holder = {}
              goto: idle
"""

BREAKER = """
    network: none
    roles:
      breaker:
        variables: {permit: {type: bool, default: true}}
        states:
          closed:
            - resting
            - decide: failures
              goto: open
          open:
            - after: 1s
              goto: half_open
          half_open:
            - when: permit
              do: permit = false
              goto: probing
          probing:
            - decide: succeeded
              do: permit = true
              goto: closed
            - decide: failed
              do: permit = true
              goto: open
            - decide: ignored
              do: permit = RETURNED
              goto: half_open
"""

HAND_OFF = """
    network: none
    roles:
      task:
        variables:
          second: bool
          budget: {type: int, default: 3}
        states:
          working:
            - when: WHILE
              do: HAND_OVER
            - when: budget == 0
              goto: ended
          ended: final
"""

# A client that pauses keeps its token, whatever becomes of its lease meanwhile, and may write with it at any time, again and again.
# The resource notes the highest token in both forms; only the right one looks at it.
LEASE = """
    network: none
    shared:
      holder: client?
      granted: int
      highest: int                          # of the tokens that the resource has seen
      out_of_order: {type: bool, ghost: true}
    roles:
      server:
        states:
          serving:
            - resting
            - decide: expire
              if: holder is not none
              do: holder = none
      client:
        count: 2
        variables: {token: int}
        states:
          running:
            - resting
            - decide: acquire
              if: holder is none and granted < 3
              do: |
                granted += 1
                token = granted
                holder = self
            - decide: write
              if: token > 0 and ADMITTED
              do: |
                out_of_order = out_of_order or token < highest
                highest = max(highest, token)
    properties:
      writes_in_token_order: {never: out_of_order}
"""

LAST_ITEM = """
    network: none
    shared:
      item: {type: bool, default: true}
      runs: int
    roles:
      worker:
        count: 2
        states:
          idle:
            - resting
            - decide: look
              if: item
              goto: has_looked
          has_looked:
            - when: true
              do: |
                runs += 1 if TAKEN else 0
                item = false
              goto: ended
          ended: final
    properties:
      runs_once: {always: runs <= 1}
"""

MODELS: dict[str, Model] = {
    "RES-B2: locks in opposite order": twins(
        LOCKS,
        wrong=Form({"FIRST": "self.index"}, 6, {"no_deadlock": 2}),
        right=Form({"FIRST": "0"}, 5, {}),
    ),
    "CB-B1: the permit of an ignored probe is not returned": twins(
        BREAKER,
        wrong=Form({"RETURNED": "false"}, 5, {"no_deadlock": 4}),
        right=Form({"RETURNED": "true"}, 4, {}),
    ),
    "DEL-B3: hand-off without a budget": twins(
        HAND_OFF,
        wrong=Form({"WHILE": "true", "HAND_OVER": "second = not second"}, 2, {"never_stuck": 0}),
        right=Form({"WHILE": "budget > 0", "HAND_OVER": "budget -= 1"}, 5, {}),
    ),
    "LEASE-B1: a lease without fencing, three grants": twins(
        LEASE,
        wrong=Form({"ADMITTED": "true"}, 101, {"writes_in_token_order": 5}),
        right=Form({"ADMITTED": "token >= highest"}, 81, {}),
    ),
    "WORK-B1: two look, then both take the last item": twins(
        LAST_ITEM,
        wrong=Form({"TAKEN": "true"}, 9, {"runs_once": 4}),
        right=Form({"TAKEN": "item"}, 9, {}),
    ),
}
