"""How the reachable states are found: the search, what can happen in a state, the network, faults, acts and liars."""
