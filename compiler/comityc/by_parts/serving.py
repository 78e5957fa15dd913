"""A whole and one of its parts come in; out goes why others may wait in vain for those who are done with the part, if so.

Alone, an instance that is done but not final goes on answering. In the whole it is elsewhere by then: there it still answers
what can be answered without leaving, but not in a final state, and what it did of its own accord it does no more.
"""

from comityc.expand.compose import Composition
from comityc.expand.host import items_of, states_behind
from comityc.expand.inline import final_states
from comityc.expand.part import Part, entries, mapping, state_names

_OF_ITS_OWN_ACCORD = ("after", "every", "at", "decide", "perform", "when")


def keeps_serving(composition: Composition, part: Part) -> str | None:
    """Say why the ends of a part may be worth less in the whole than alone; None where they are not."""
    for seat in part.seats.values():
        role = part.role(seat.role)
        of_whole = mapping(mapping(composition.tree.get("roles")).get(seat.host))
        final = final_states(role)
        serving = [state for end in part.ends[seat.role] for state in end.states if state not in final]
        stage = next((s for s in composition.stages[seat.host].values() if s.part == part.name), None)
        if not serving or stage is None or not stage.goes_on:
            continue
        items = [
            mapping(item)
            for key, below in entries(role, "states")
            if key.text.strip() == "any" or any(state in state_names(key) for state in serving)
            for item in items_of(below)
        ]
        if any(item.get(word) is not None for item in items for word in _OF_ITS_OWN_ACCORD):
            return (
                f"its `{seat.role}` has more to do of its own accord when it is done, and does not do it in the whole"
            )
        answers = [item for item in items if item.get("receive") is not None]
        if any(item.get("goto") is not None for item in answers):
            return f"its `{seat.role}` may go on when it is done, and does not in the whole"
        if answers and states_behind(of_whole, stage.state) & final_states(of_whole):
            return f"`{seat.host}` answers nobody in `{seat.role}`'s stead once it is final"
    return None
