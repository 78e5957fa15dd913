"""The models of the comparison in Promela, as somebody would write them for Spin: one process, one `d_step` per action.

`natural` keeps arrays of bytes and bits; `packed` holds them in a few integers by hand, which Spin stores in less.
"""

from typing import Literal

Style = Literal["natural", "packed"]


def two_phase(managers: int, style: Style) -> str:
    """Return two-phase commit as Gray and Lamport have it."""
    return _two_phase_natural(managers) if style == "natural" else _two_phase_packed(managers)


def _two_phase_natural(n: int) -> str:
    everybody = " && ".join(f"heard[{i}]" for i in range(n))
    committed, aborted = (" || ".join(f"state[{i}]=={value}" for i in range(n)) for value in (2, 3))
    lines = [f"byte state[{n}]; bit heard[{n}]; bit prepared[{n}]; byte coordinator; bit commit; bit abort;"]
    lines += ["active proctype M() {", "end: do"]
    lines += [f":: d_step {{ coordinator==0 && {everybody} -> coordinator=1; commit=1 }}"]
    lines += [":: d_step { coordinator==0 -> coordinator=2; abort=1 }"]
    for i in range(n):
        lines += [
            f":: d_step {{ coordinator==0 && prepared[{i}] -> heard[{i}]=1 }}",
            f":: d_step {{ state[{i}]==0 -> state[{i}]=1; prepared[{i}]=1 }}",
            f":: d_step {{ state[{i}]==0 -> state[{i}]=3 }}",
            f":: d_step {{ commit -> state[{i}]=2 }}",
            f":: d_step {{ abort -> state[{i}]=3 }}",
        ]
    return "\n".join([*lines, f":: d_step {{ ({committed}) && ({aborted}) -> assert(false) }}", "od }"])


def _two_phase_packed(n: int) -> str:
    both = [3 << 2 * i for i in range(n)]
    committed = " || ".join(f"(state&{both[i]})=={2 << 2 * i}" for i in range(n))
    aborted = " || ".join(f"(state&{mask})=={mask}" for mask in both)
    lines = ["int state; short heard; short prepared; byte g;", "active proctype M() {", "end: do"]
    lines += [f":: d_step {{ (g&3)==0 && heard=={(1 << n) - 1} -> g=g|5 }}", ":: d_step { (g&3)==0 -> g=g|10 }"]
    for i, mask in enumerate(both):
        lines += [
            f":: d_step {{ (g&3)==0 && (prepared&{1 << i}) -> heard=heard|{1 << i} }}",
            f":: d_step {{ (state&{mask})==0 -> state=state|{1 << 2 * i}; prepared=prepared|{1 << i} }}",
            f":: d_step {{ (state&{mask})==0 -> state=state|{mask} }}",
            f":: d_step {{ (g&4) -> state=(state|{mask})^{1 << 2 * i} }}",
            f":: d_step {{ (g&8) -> state=state|{mask} }}",
        ]
    return "\n".join([*lines, f":: d_step {{ ({committed}) && ({aborted}) -> assert(false) }}", "od }"])


def lossy_ring(nodes: int, most: int, style: Style) -> str:
    """Return the ring whose network loses and overtakes, and holds `most` different messages at a time."""
    packed = style == "packed"

    def has(which: str, at: int, who: int) -> str:
        bit = at * nodes + who
        return f"({which}>>{bit}&1)" if packed else f"{which}[{bit}]"

    def put(which: str, at: int, who: int, value: int) -> str:
        bit = at * nodes + who
        if not packed:
            return f"{which}[{bit}]={value}"
        return f"{which}={which}|(1<<{bit})" if value else f"{which}={which}&(~(1<<{bit}))"

    def send(which: str, at: int, who: int) -> str:
        return f"size=size+1-{has(which, at, who)}; {put(which, at, who, 1)}"

    def take(which: str, at: int, who: int) -> str:
        return f"{put(which, at, who, 0)}; size=size-1"

    network = "int elect; int leads" if packed else f"bit elect[{nodes**2}]; bit leads[{nodes**2}]"
    lines = [f"bit part[{nodes}]; byte leader[{nodes}]; byte size; {network};", "active proctype M() {", "end: do"]
    for i in range(nodes):
        onward = (i + 1) % nodes
        room = f"(size<{most} || {has('elect', onward, i)})"
        lines.append(f":: d_step {{ leader[{i}]==0 && {room} -> part[{i}]=1; {send('elect', onward, i)} }}")
        lines.append(f":: d_step {{ (part[{i}] || leader[{i}]) -> part[{i}]=0; leader[{i}]=0 }}")
        for who in range(nodes):
            elect, leads = has("elect", i, who), has("leads", i, who)
            lines.append(f":: d_step {{ {elect} -> {take('elect', i, who)} }}")
            lines.append(f":: d_step {{ {leads} -> {take('leads', i, who)} }}")
            guard = elect if who >= i else f"{elect} && !part[{i}]"
            after = f"part[{i}]=1; {send('elect', onward, max(i, who))}"
            if who == i:
                after = f"part[{i}]=0; leader[{i}]={i + 1}; {send('leads', onward, i)}"
            else:
                heard = f"part[{i}]=0; leader[{i}]={who + 1}; {send('leads', onward, who)}"
                lines.append(f":: d_step {{ {leads} -> {take('leads', i, who)}; {heard} }}")
            lines.append(f":: d_step {{ {guard} -> {take('elect', i, who)}; {after} }}")
    two = " || ".join(f"(leader[{a}]=={a + 1} && leader[{b}]=={b + 1})" for a in range(nodes) for b in range(a))
    return "\n".join([*lines, f":: d_step {{ ({two}) -> assert(false) }}", "od }"])
