"""Liars: what they may say, to whom, and what they cannot."""

from tests.explore.specs import a_case, load_spec, search

from comityc.machine.model import Bounds, Envelope

POLL = """
    types: {Choice: [yes, no]}
    messages: {Ballot: {choice: Choice}, Result: {choice: Choice}}
    roles:
      chair:
        variables: {heard: "map[voter, Choice]"}
        states:
          polling:
            - resting
            - receive: Ballot
              if: sender not in heard
              do: heard[sender] = msg.choice
            - ignore: Ballot
            - when: len(heard) == 2
              do: send Result(choice=yes) to voter
              goto: closed
          closed:
            - resting
            - ignore: Ballot
      voter:
        count: 2
        variables:
          result: Choice?
        states:
          voting:
            - resting
            - decide: choice in Choice
              do: send Ballot(choice=choice) to chair
              goto: waiting
            - receive: Result
              do: result = msg.choice
              goto: waiting
          waiting:
            - resting
            - receive: Result
              do: result = msg.choice
    verify: {calm: {}}
    """
LIAR = Envelope(byzantine=(("voter", 1),))


def test_there_is_an_initial_state_for_each_choice_of_liars() -> None:
    graph = search(load_spec(POLL), a_case(LIAR, exact=False))
    liars = [tuple(str(liar) for liar in graph.world(index).byzantine) for index in graph.initial]
    assert liars == [(), ("voter[0]",), ("voter[1]",)]


def test_a_liar_says_anything_in_its_own_name_and_stays_as_it_started() -> None:
    graph = search(load_spec(POLL), a_case(LIAR, exact=False))
    said = {(str(label.sender), str(label.message)) for label in graph.labels if label.kind == "forge"}
    assert len(said) == 4
    for index in range(len(graph.states)):
        world = graph.world(index)
        for liar in world.byzantine:
            assert str(world.states["voter"][liar.number].at) == "voting"


def test_only_messages_that_its_role_sends_come_from_a_liar() -> None:
    graph = search(load_spec(POLL), a_case(LIAR, exact=False))
    assert {type(label.message).__name__ for label in graph.labels if label.kind == "forge"} == {"Ballot"}


def test_lies_are_under_way_first_where_figures_are_stated_and_lead_to_the_same() -> None:
    spec = load_spec(POLL)
    quick, literal = (search(spec, a_case(LIAR, exact=exact, bounds=Bounds(copies=1))) for exact in (False, True))
    assert len(literal.states) > len(quick.states)
    views = [{repr(graph.world(index)) for index in range(len(graph.states))} for graph in (quick, literal)]
    assert views[0] == views[1]


SEALED = """
    messages: {Commitment: {seal: digest}, Reveal: {bid: Money, salt: id}}
    types: {Money: int}
    bounds: {Money: 0..1}
    roles:
      auctioneer:
        variables: {seals: "map[bidder, digest]", bids: "map[bidder, Money]"}
        states:
          open:
            - resting
            - receive: Commitment
              if: sender not in seals
              do: seals[sender] = msg.seal
            - ignore: Commitment
            - receive: Reveal
              if: sender in seals and sender not in bids and digest(sender, msg.bid, msg.salt) == seals[sender]
              do: bids[sender] = msg.bid
            - ignore: Reveal
      bidder:
        count: 2
        variables:
          bid: Money?
          salt: id?
        states:
          thinking:
            - resting
            - decide: offer in Money
              do: |
                bid = offer
                salt = fresh()
                send Commitment(seal=digest(self, bid, salt)) to auctioneer
              goto: committed
          committed:
            - resting
            - decide: reveal
              do: send Reveal(bid=bid, salt=salt) to auctioneer
              goto: done
          done: final
    verify: {calm: {}}
    """


def test_a_liar_opens_no_seal_but_its_own() -> None:
    bounds = Bounds(ranges=(("Money", 0, 1),))
    graph = search(load_spec(SEALED), a_case(Envelope(byzantine=(("bidder", 1),)), exact=False, bounds=bounds))
    lied, honest = set(), set()
    for index in range(len(graph.states)):
        world = graph.world(index)
        (auctioneer,) = world.states["auctioneer"]
        for bidder, bid in auctioneer.bids.items():
            if bidder in world.byzantine:
                lied.add(bid)
            else:
                honest.add(bid)
                assert bid == world.states["bidder"][bidder.number].bid
    assert lied == honest == {0, 1}


def test_fresh_ids_are_numbered_alike_whatever_came_first() -> None:
    bounds = Bounds(ranges=(("Money", 0, 1),))
    graph = search(load_spec(SEALED), a_case(bounds=bounds, exact=False))
    salts = {b.salt for index in range(len(graph.states)) for b in graph.world(index).states["bidder"]}
    assert salts == {None, "bidder[0]#1", "bidder[1]#1"}
