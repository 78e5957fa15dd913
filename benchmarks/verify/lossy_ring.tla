---- MODULE lossy_ring ----
EXTENDS Naturals, FiniteSets
CONSTANTS N, K
VARIABLES p, l, msgs
vars == <<p, l, msgs>>
P == 0..(N-1)
nx(i) == (i+1) % N
E(d,u) == [t |-> "E", d |-> d, u |-> u]
L(d,u) == [t |-> "L", d |-> d, u |-> u]
Init == p = [i \in P |-> FALSE] /\ l = [i \in P |-> N] /\ msgs = {}
Start(i) == /\ l[i] = N /\ (Cardinality(msgs) < K \/ E(nx(i),i) \in msgs)
            /\ p' = [p EXCEPT ![i] = TRUE] /\ msgs' = msgs \cup {E(nx(i),i)} /\ UNCHANGED l
Crash(i) == /\ (p[i] \/ l[i] # N) /\ p' = [p EXCEPT ![i] = FALSE] /\ l' = [l EXCEPT ![i] = N] /\ UNCHANGED msgs
Lose(m) == msgs' = msgs \ {m} /\ UNCHANGED <<p, l>>
RecvE(m) == /\ m.t = "E"
            /\ IF m.u > m.d THEN /\ msgs' = (msgs \ {m}) \cup {E(nx(m.d), m.u)} /\ p' = [p EXCEPT ![m.d] = TRUE] /\ UNCHANGED l
               ELSE IF m.u < m.d THEN ~p[m.d] /\ msgs' = (msgs \ {m}) \cup {E(nx(m.d), m.d)} /\ p' = [p EXCEPT ![m.d] = TRUE] /\ UNCHANGED l
               ELSE /\ l' = [l EXCEPT ![m.d] = m.d] /\ p' = [p EXCEPT ![m.d] = FALSE] /\ msgs' = (msgs \ {m}) \cup {L(nx(m.d), m.d)}
RecvL(m) == /\ m.t = "L" /\ m.u # m.d /\ l' = [l EXCEPT ![m.d] = m.u] /\ p' = [p EXCEPT ![m.d] = FALSE]
            /\ msgs' = (msgs \ {m}) \cup {L(nx(m.d), m.u)}
Next == \/ \E i \in P : Start(i) \/ Crash(i)
        \/ \E m \in msgs : Lose(m) \/ RecvE(m) \/ RecvL(m)
Spec == Init /\ [][Next]_vars
Inv == \A i, j \in P : i # j => ~(l[i] = i /\ l[j] = j)
====
