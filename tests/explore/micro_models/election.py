"""Micro-models of who leads and who lives: a bully cut off, a ring with a dead relay, a vote forgotten, gossip about the dead."""

from tests.explore.micro_models.form import Form, Model, twins

# The highest of three leads from the start. That two lead once it is cut off is in the rule itself: nobody asks for a majority.
# So there is no right form, and what stands for it is the rule without a partition.
BULLY = """
    network: none
    shared: {}
    roles:
      link:
        states:
          whole:
            - resting
            - decide: part
              if: MAY_PART
              goto: parted
          parted: final
      highest:
        states:
          leading: [resting]
      node:
        count: 2
        states:
          following:
            - resting
            - decide: take_over
              if: link in parted and self.index == 1
              goto: leading
          leading: final
    properties:
      one_leads: {never: highest in leading and any(n in leading for n in node)}
"""

# Ranks 0, 2 and 1 in ring order, each sent on at the start: `place` says by rank which node it is about to reach.
RING = """
    network: none
    shared:
      place: {type: "list[int]", default: "[1, 0, 2]"}
    define:
      rank: "[0, 2, 1][self.index]"
      next: (self.index + 1) % 3
    roles:
      node:
        count: 3
        variables: {leads: bool}
        states:
          up:
            - resting
            - for: sent in [0, 1, 2]
              when: place[sent] == self.index and sent >= rank
              do: |
                leads = sent == rank
                place[sent] = GONE if sent == rank else next
            - for: sent in [0, 1, 2]
              when: place[sent] == self.index
              do: place[sent] = GONE
            - decide: crash
              if: MAY_CRASH and self.index == 0
              goto: down
          down:
            - resting
            - for: sent in [0, 1, 2]
              when: place[sent] == self.index
              do: place[sent] = GONE
    properties:
      somebody_may_lead: {stays_possible: any(n.leads for n in node)}
""".replace("GONE", "-1")

# One term, three nodes. Asking for a vote and giving it is one step; one follower at most restarts, once.
VOTES = """
    network: none
    types:
      Given: {voter: node, candidate: node}
    shared:
      given: set[Given]
      restarted: bool
    roles:
      node:
        count: 3
        variables: {voted: "node?"}
        states:
          follower:
            - resting
            - decide: stand
              if: voted is none
              do: |
                voted = self
                given.add(Given(voter=self, candidate=self))
              goto: candidate
            - for: c in others
              decide: vote
              if: voted is none and c in (candidate, leader)
              do: |
                voted = c
                given.add(Given(voter=self, candidate=c))
            - decide: restart
              if: not restarted
              do: |
                restarted = true
                voted = AS_BEFORE
          candidate:
            - resting
            - when: count(g.candidate == self for g in given) >= 2
              goto: leader
          leader: final
    properties:
      one_leads: {always: count(n in leader for n in node) <= 1}
"""

# Two observers of one member, all at incarnation 0. With the member up there is 1 state. With the member down each observer holds
# one of 3 views, 9 states; wrong, what was dead may be alive or suspected again: 5 each, 25 states.
GOSSIP = """
    network: none
    shared: {}
    types: {View: [alive, suspected, dead]}
    roles:
      member:
        states:
          up:
            - resting
            - decide: crash
              goto: down
          down: final
      observer:
        count: 2
        variables:
          view: View
          buried: {type: bool, ghost: true}
        states:
          watching:
            - resting
            - decide: suspect
              if: view == alive and member in down
              do: view = suspected
            - decide: confirm
              if: view == suspected
              do: |
                view = dead
                buried = true
            - for: o in others
              decide: hear
              if: o.view > view or BEATS
              do: |
                view = o.view
                buried = buried or view == dead
    properties:
      no_resurrection: {always: all(o.view == dead for o in observer if o.buried)}
"""

MODELS: dict[str, Model] = {
    "LEAD-B1: the highest is cut off": twins(
        BULLY,
        wrong=Form({"MAY_PART": "true"}, 3, {"one_leads": 2}),
        right=Form({"MAY_PART": "false"}, 1, {}),
    ),
    "LEAD-B6: a relay of the ring crashes": twins(
        RING,
        wrong=Form({"MAY_CRASH": "true"}, 54, {"somebody_may_lead": 1}),
        right=Form({"MAY_CRASH": "false"}, 24, {}),
    ),
    "LEAD-B11: a vote forgotten": twins(
        VOTES,
        wrong=Form({"AS_BEFORE": "none"}, 196, {"one_leads": 7}),
        right=Form({"AS_BEFORE": "voted"}, 76, {}),
    ),
    "GOS-B1: alive at an equal incarnation beats dead": twins(
        GOSSIP,
        wrong=Form({"BEATS": "o.view == alive"}, 26, {"no_resurrection": 4}),
        right=Form({"BEATS": "false"}, 10, {}),
    ),
}
