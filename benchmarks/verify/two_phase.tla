---- MODULE two_phase ----
EXTENDS Naturals, FiniteSets
CONSTANT RM
VARIABLES rs, tm, tp, msgs
vars == <<rs, tm, tp, msgs>>
Init == /\ rs = [r \in RM |-> "working"]
        /\ tm = "init" /\ tp = {} /\ msgs = {}
TMRcvPrepared(r) == /\ tm = "init" /\ [type |-> "Prepared", rm |-> r] \in msgs
                    /\ tp' = tp \cup {r} /\ UNCHANGED <<rs, tm, msgs>>
TMCommit == /\ tm = "init" /\ tp = RM /\ tm' = "committed"
            /\ msgs' = msgs \cup {[type |-> "Commit"]} /\ UNCHANGED <<rs, tp>>
TMAbort == /\ tm = "init" /\ tm' = "aborted"
           /\ msgs' = msgs \cup {[type |-> "Abort"]} /\ UNCHANGED <<rs, tp>>
RMPrepare(r) == /\ rs[r] = "working" /\ rs' = [rs EXCEPT ![r] = "prepared"]
                /\ msgs' = msgs \cup {[type |-> "Prepared", rm |-> r]} /\ UNCHANGED <<tm, tp>>
RMChooseToAbort(r) == /\ rs[r] = "working" /\ rs' = [rs EXCEPT ![r] = "aborted"]
                      /\ UNCHANGED <<tm, tp, msgs>>
RMRcvCommit(r) == /\ [type |-> "Commit"] \in msgs /\ rs' = [rs EXCEPT ![r] = "committed"]
                  /\ UNCHANGED <<tm, tp, msgs>>
RMRcvAbort(r) == /\ [type |-> "Abort"] \in msgs /\ rs' = [rs EXCEPT ![r] = "aborted"]
                 /\ UNCHANGED <<tm, tp, msgs>>
Next == TMCommit \/ TMAbort \/ \E r \in RM : TMRcvPrepared(r) \/ RMPrepare(r) \/ RMChooseToAbort(r)
                                   \/ RMRcvCommit(r) \/ RMRcvAbort(r)
Spec == Init /\ [][Next]_vars
Inv == \A a, b \in RM : ~(rs[a] = "committed" /\ rs[b] = "aborted")
====
