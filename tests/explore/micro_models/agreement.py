"""Micro-models of agreements between parties: offers, sagas, commitment, escrow, delegation, contracts awarded."""

from tests.explore.micro_models.form import Form, Model, twins

WITHDRAWAL = """
    messages: {Offer: {}, Withdraw: {}, Accept: {}, Withdrawn: {}}
    roles:
      buyer:
        states:
          idle:
            - resting
            - decide: offer
              do: send Offer() to seller
              goto: offered
          offered:
            - resting
            - decide: withdraw
              do: send Withdraw() to seller
              goto: AT_ONCE
            - receive: Accept
              goto: deal
          withdrawing:
            - receive: Withdrawn
              goto: withdrawn
            - receive: Accept
              goto: deal
          withdrawn: final
          deal: final
      seller:
        states:
          idle:
            - resting
            - receive: Offer
              goto: considering
            - {receive: Withdraw, do: ANSWER, goto: closed}
          considering:
            - resting
            - decide: accept
              do: send Accept() to buyer
              goto: deal
            - {receive: Withdraw, do: ANSWER, goto: closed}
          deal: final
          closed: final
    properties:
      same_end: {never: buyer in withdrawn and seller in deal}
    tolerates: {reorder: true}
"""

# An `Undo` may be there before its `Do`: then there is nothing to undo. What comes late gets no answer, or nobody to hear it.
LATE_FORWARD = """
    messages: {Do: {}, Undo: {}, Ok: {}}
    roles:
      orchestrator:
        states:
          idle:
            - resting
            - decide: begin
              do: send Do() to participant
              goto: waiting
          waiting:
            - receive: Ok
              goto: completed
            - after: 1s
              do: send Undo() to participant
              goto: timed_out
          completed: final
          timed_out: final
      participant:
        states:
          idle:
            - resting
            - receive: Do
              do: send Ok() to orchestrator
              goto: reserved
            - receive: Undo
              goto: undone
          reserved:
            - resting
            - receive: Undo
              goto: undone
          undone:
            - resting
            - receive: Do
              goto: AFTER_UNDO
    properties:
      nothing_after_its_undo: {stable: participant in undone}
    tolerates: {reorder: true}
"""

# While nothing is decided, with the coordinator up or down, and once it aborted, each of two managers is in one of three states:
# 9 each. Once it committed, 2 each (4 states), or 3 each (9 states) where managers lose patience.
COMMITMENT = """
    network: none
    shared: {}
    roles:
      coordinator:
        states:
          waiting:
            - resting
            - decide: commit
              if: all(m in prepared for m in manager)
              goto: committed
            - decide: abort
              goto: aborted
          committed: final
          aborted: final
      manager:
        count: 2
        states:
          working:
            - resting
            - decide: vote_yes
              goto: prepared
            - decide: vote_no
              goto: aborted
          prepared:
            - resting
            - when: coordinator in committed
              goto: committed
            - when: coordinator in aborted
              goto: aborted
            - decide: lose_patience
              if: UNILATERAL
              goto: aborted
          committed: final
          aborted: final
    properties:
      same_end: {never: any(m in aborted for m in manager) and any(m in committed for m in manager)}
      does_not_block: {stays_possible: "all(m in (committed, aborted) for m in manager)"}
    tolerates: {crash: {coordinator: 1}}
"""

# The timer of the escrow runs from funding, and is not stopped by what happens meanwhile.
ESCROW = """
    network: none
    shared: {to_seller: int, to_buyer: int}
    roles:
      escrow:
        states:
          created:
            - resting
            - decide: fund
              goto: funded
            - decide: cancel
              goto: cancelled
          funded:
            - decide: deliver
              goto: performed
            - decide: dispute
              goto: disputed
          performed:
            - decide: accept
              do: to_seller += 1
              goto: released
          disputed:
            - decide: award_to_seller
              do: to_seller += 1
              goto: awarded
            - decide: award_to_buyer
              do: to_buyer += 1
              goto: refunded
          any:
            - after: 1d
              if: GUARD
              do: to_seller += 1
              goto: released
          released: [resting]
          awarded: [resting]
          refunded: [resting]
          cancelled: final
    properties:
      paid_once: {always: to_seller + to_buyer <= 1}
"""

DELEGATION = """
    network: none
    shared: {unauthorised: {type: bool, ghost: true}}
    roles:
      principal:
        states:
          holding:
            - resting
            - decide: grant
              goto: granted
          granted:
            - resting
            - decide: revoke
              goto: revoked
          revoked: final
      delegate:
        states:
          holding:
            - resting
            - decide: pass_on
              if: principal in granted
              goto: passed_on
          passed_on: final
      second:
        states:
          ready:
            - resting
            - decide: act
              if: delegate in passed_on and STILL_VALID
              do: unauthorised = unauthorised or principal in revoked
    properties:
      unbroken_chain: {never: unauthorised}
"""

# The first contractor is slow, or its notice was lost: the initiator cannot tell, and awards again.
AWARDS = """
    network: none
    shared:
      award: contractor?
      effects: int
    roles:
      initiator:
        states:
          calling:
            - resting
            - decide: award_to_the_first
              do: award = contractor[0]
              goto: awarded
          awarded:
            - resting
            - decide: lose_patience
              do: award = contractor[1]
              goto: awarded_again
          awarded_again: final
      contractor:
        count: 2
        states:
          bidding:
            - resting
            - decide: deliver
              if: WAS_AWARDED and KNOWN
              do: effects += EFFECT
              goto: delivered
            - decide: deliver
              if: WAS_AWARDED
              goto: turned_down
          delivered: final
          turned_down: final
    properties:
      one_effect: {always: effects <= 1}
""".replace("WAS_AWARDED", "(initiator in awarded_again or initiator in awarded and self.index == 0)")

MODELS: dict[str, Model] = {
    "NEG-B1: a withdrawal crosses an acceptance": twins(
        WITHDRAWAL,
        wrong=Form({"AT_ONCE": "withdrawn", ", do: ANSWER": ""}, 13, {"same_end": 4}),
        right=Form({"AT_ONCE": "withdrawing", "ANSWER": "send Withdrawn() to buyer"}, 14, {}),
    ),
    "SAGA-B2: a late forward step after its undoing": twins(
        LATE_FORWARD,
        wrong=Form({"AFTER_UNDO": "reserved"}, 11, {"nothing_after_its_undo": 4}),
        right=Form({"AFTER_UNDO": "undone"}, 10, {}),
    ),
    "ACP-B1: a manager aborts by itself after its yes": twins(
        COMMITMENT,
        wrong=Form({"UNILATERAL": "true"}, 36, {"same_end": 5}),
        right=Form({"UNILATERAL": "false"}, 31, {"does_not_block": 2}),
    ),
    "ESC-B1: a timer that does not look at the state": twins(
        ESCROW,
        wrong=Form({"GUARD": "escrow not in created"}, 11, {"paid_once": 4}),
        right=Form({"GUARD": "escrow in (funded, performed)"}, 9, {}),
    ),
    "DEL-B1: revoking the parent leaves the child alive": twins(
        DELEGATION,
        wrong=Form({"STILL_VALID": "true"}, 6, {"unbroken_chain": 4}),
        right=Form({"STILL_VALID": "principal in granted"}, 5, {}),
    ),
    "CNET-B8: awarded again, on silence": Model(
        AWARDS,
        {
            "no award id": Form({"KNOWN": "true", "EFFECT": "1"}, 7, {"one_effect": 4}),
            "an award id": Form({"KNOWN": "award == self", "EFFECT": "1"}, 9, {"one_effect": 4}),
            "a task key": Form({"KNOWN": "award == self", "EFFECT": "1 if effects == 0 else 0"}, 9, {}),
        },
    ),
}
