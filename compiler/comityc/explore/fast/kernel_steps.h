/* From one state, every step: `k->next` and `k->next_label` grow by them. */

/* ---- single steps */

static void more_room(Worker *k) {
    u64 n = k->next_capacity * 2;
    State *states = reserve(n * sizeof(State)); i32 *labels = reserve(n * 4);
    if (!states || !labels) no_room(k);
    memcpy(states, k->next, k->next_count * sizeof(State)); memcpy(labels, k->next_label, k->next_count * 4);
    release(k->next, k->next_capacity * sizeof(State)); release(k->next_label, k->next_capacity * 4);
    k->next = states; k->next_label = labels; k->next_capacity = n;
}

/* Room for one more step. */
static inline State *room(Worker *k) {
    if (k->next_count == k->next_capacity) more_room(k);
    return &k->next[k->next_count];
}

static inline void step_to(Worker *k, const State *s, u32 label) {
    *room(k) = *s;
    k->next_label[k->next_count++] = (i32)label;
}

/* How many messages of a kind are under way, where those that differ in their moments alone are of one kind. */
static u64 of_kind(const Worker *k, const State *s, i32 kind) {
    const Tables *t = k->t;
    u64 found = 0;
    for (i32 lane = 0; lane < t->lanes; lane++)
        if (t->lane_envelope[lane] >= 0 && t->envelope_kind[t->lane_envelope[lane]] == kind) found += get(s, &t->lane[lane]);
    return found;
}

static void send(Worker *k, State *s, u32 envelope) {
    Tables *t = k->t;
    i32 lane = t->envelope_lane[envelope];
    const Field *f = &t->lane[lane];
    u64 value = get(s, f);
    if (t->lane_envelope[lane] >= 0) {
        if (t->copies && (t->kinds ? of_kind(k, s, t->envelope_kind[envelope]) : value) >= (u64)t->copies) return;
        if (value == f->mask) { ask(k, APPEND, -1, lane, 0); give_up(k); }  /* the lane has to become wider */
        put(s, f, value + 1);
    } else {
        i32 queue = remembered(k, APPEND, (u64)t->queue_of[lane][value], envelope, lane);
        put(s, &k->t->lane[lane], (u64)k->t->queue_number[queue]);
    }
}

static void sweep(Worker *k, State *s, u32 number) {
    Tables *t = k->t;
    for (int i = 0; i < W; i++) s->w[i] &= t->sweep_mask[(u64)number * W + i];
    Span lanes = t->sweep_queues[number];
    for (u32 i = lanes.first; i < lanes.last; i++) {
        i32 lane = k->t->sweep_lanes[i];
        u64 value = get(s, &k->t->lane[lane]);
        if (!value) continue;
        i32 queue = remembered(k, FILTER, (u64)k->t->queue_of[lane][value], number, lane);
        put(s, &k->t->lane[lane], (u64)k->t->queue_number[queue]);
    }
}

/* How many messages are under way. */
static i32 under_way(const Worker *k, const State *s) {
    i32 found = 0;
    for (i32 word = 0; word < W; word++) found += __builtin_popcountll(s->w[word] & k->t->bits[word]);
    for (i32 i = 0; i < k->t->wide_lanes; i++) {
        i32 lane = k->t->wide[i]; u64 value = get(s, &k->t->lane[lane]);
        found += k->t->lane_envelope[lane] >= 0 ? (i32)value : k->t->queue_length[k->t->queue_of[lane][value]];
    }
    return found;
}

static inline int crosses(const Tables *t, i32 cut, i32 lane) {
    return cut && t->cut_links[(u64)cut * t->instances * t->instances + t->lane_link[lane]];
}

static u8 note(Worker *k, u32 number, u64 index) {
    if (!number) return 0;
    if (k->t->note_first[number] < 0) {
        if (!k->alone) give_up(k);  /* which state is the first, only one at a time can say */
        k->t->note_first[number] = (i64)index;
    }
    return k->t->note_flags[number];
}

static u8 full(Worker *k, i32 label, u64 index) {
    u8 flags = note(k, (u32)k->t->full_note, index);
    return k->t->tick && holds(k, label) ? flags | NOTE_HOLDS : flags;
}

/* Take the steps of a row from `before`; `base` is the same with what is delivered taken out of the network. */
static u8 take(Worker *k, const State *before, const State *base, i32 who, i32 number, int arriving, int kept, u64 index) {
    u8 flags = note(k, k->t->rows[number].note, index);
    u32 last = k->t->rows[number].last;
    for (u32 at = k->t->rows[number].first; at < last; at++) {
        if (k->t->moves[at].flags & PLAIN) {
            const Move *plain = &k->t->moves[at];
            if (k->dull && before == base && arriving && plain->local == get(before, &k->t->local[who])) {
                k->quiet++;  /* a message of a sent set that changes nothing: no progress, and nowhere new */
                continue;
            }
            State *s = room(k);
            *s = *base;
            put(s, &k->t->local[who], plain->local);
            k->next_label[k->next_count++] = (i32)(kept ? plain->kept_label : plain->label);
            continue;
        }
        Move move = k->t->moves[at];
        u64 was = get(before, k->t->rest);
        i32 rest = (i32)was, label = (i32)(kept ? move.kept_label : move.label);
        if (move.operation) {
            rest = remembered(k, APPLY, was, move.operation, 0);
            if (rest == BLOCKED) continue;
            k->t->move_used[at] = 1;
        }
        flags |= note(k, move.note, index);
        if (move.flags & NOT_TAKEN) continue;
        i32 cut = move.send_count && !k->t->holds_up ? k->t->rests[rest].cut : 0;
        if (cut) label = remembered(k, LOSING, (u64)at * 2 + (u64)kept, (u64)cut, 0);
        State s = *base;
        put(&s, &k->t->local[who], move.local);
        for (u32 i = 0; i < move.write_count; i++) {
            const Write *one = &k->t->writes[move.writes + i];
            const Field *f = &k->t->local[one->part];
            put(&s, f, get(&s, f) + (u64)(i64)one->change);
        }
        for (u32 i = 0; i < move.send_count; i++) {
            u32 envelope = k->t->sends[move.sends + i];
            if (crosses(k->t, cut, k->t->envelope_lane[envelope])) continue;
            if (k->t->sorts) {
                i32 receiver = k->t->envelope_receiver[envelope];
                u8 fate = fate_of(k, envelope, receiver == who ? move.local : get(before, &k->t->local[receiver]));
                if (fate == DROP) continue;
                if (fate == LEARN) {
                    if (k->t->learn[envelope]) rest = remembered(k, APPLY, (u64)rest, k->t->learn[envelope], 0);
                    continue;
                }
            }
            send(k, &s, envelope);
        }
        if (move.sweep) sweep(k, &s, move.sweep);
        if (k->t->most >= 0 && move.send_count && under_way(k, &s) > k->t->most) {
            flags |= full(k, label, index);
            continue;
        }
        put(&s, k->t->rest, (u64)rest);
        step_to(k, &s, (u32)label);
    }
    return flags;
}

/* ---- steps that only take bits and add others */

/* Whether a move is one, and which bits: whoever asks knows that its row says nothing and takes no fresh ids. */
static int patch_of(const Tables *t, i32 who, const Move *move, Patch *found) {
    if (move->operation || move->note || move->flags & NOT_TAKEN || move->write_count) return 0;
    if (move->sweep && t->removes) return 0;  /* there may be queues, now or later */
    if (move->send_count && (t->sorts || t->most >= 0 || t->parts || t->kinds || t->copies != 1)) return 0;
    *found = (Patch){{{0}}, {{0}}, move->label, move->sweep};
    for (int i = 0; i < W; i++) found->stays.w[i] = ~0ull;
    put(&found->stays, &t->local[who], 0);
    put(&found->added, &t->local[who], move->local);
    for (u32 i = 0; i < move->send_count; i++) {
        i32 lane = t->envelope_lane[t->sends[move->sends + i]];
        if (t->lane_envelope[lane] < 0 || t->lane[lane].mask != 1) return 0;
        put(&found->added, &t->lane[lane], 1);
    }
    return 1;
}

enum { UNPATCHED = 1 };                  /* in place of the first of the patches: there are none for this state */

static Span find_patched(Worker *k, const State *s, i32 who, u64 local) {
    Inside *in = k->e->inside;
    i32 number = own_root(k, s, who, local);
    if (!k->alone) give_up(k);
    Span *found = &k->patched[who][local];
    *found = (Span){UNPATCHED, UNPATCHED};
    if (number <= FIRST_BRANCH) return *found;
    const Row *row = &k->t->rows[number];
    u32 count = row->last - row->first;
    if (row->note || row->fresh) return *found;
    if (in->patch_count + count > in->patch_capacity) {
        u64 more = 2 * in->patch_capacity + count;
        Patch *wider = reserve(more * sizeof(Patch));
        if (!wider) no_room(k);
        memcpy(wider, in->patches, in->patch_count * sizeof(Patch));
        release(in->patches, in->patch_capacity * sizeof(Patch));
        in->patches = wider; in->patch_capacity = (u32)more;
    }
    for (u32 i = 0; i < count; i++)
        if (!patch_of(k->t, who, &k->t->moves[row->first + i], &in->patches[in->patch_count + i])) return *found;
    *found = (Span){in->patch_count, in->patch_count + count};
    in->patch_count += count;
    return *found;
}

/* The own steps of an instance. */
static inline u8 act(Worker *k, const State *s, i32 who, u64 index) {
    u64 local = get(s, &k->t->local[who]);
    Span patched = k->patched[who][local];
    if (!patched.first) patched = find_patched(k, s, who, local);
    if (patched.first == UNPATCHED) {
        i32 row = own_row(k, s, who, local);
        return row == ROW_NOTHING ? 0 : take(k, s, s, who, with_fresh(k, s, row, who), 0, 0, index);
    }
    const Patch *patches = k->e->inside->patches;
    for (u32 i = patched.first; i < patched.last; i++) {
        State *after = room(k);
        const u64 *unswept = &k->t->sweep_mask[(u64)patches[i].sweep * W];
        for (int j = 0; j < W; j++) after->w[j] = ((s->w[j] & patches[i].stays.w[j]) | patches[i].added.w[j]) & unswept[j];
        k->next_label[k->next_count++] = (i32)patches[i].label;
    }
    return 0;
}

/* ---- messages that arrive */

static u8 arrive(Worker *k, const State *s, u32 envelope, i32 lane, u64 without, u64 index, int *deferred) {
    const Tables *t = k->t;
    i32 who = t->lane_receiver[lane];
    u64 local = get(s, &t->local[who]), known = swift(k, s, envelope, who, local);
    *deferred = 0;
    if (known & SWIFT) {
        u64 to = known >> SWIFT_LOCAL & SWIFT_MASK;
        if (k->dull && to == local) {  /* a message of a sent set that changes nothing: no progress, and nowhere new */
            k->quiet++;
            if (t->lane[lane].mask == 1) k->dull[who][local].w[t->lane[lane].word] |= 1ull << t->lane[lane].shift;
            return 0;
        }
        State *after = room(k);
        *after = *s;
        if (t->removes) put(after, &t->lane[lane], without);
        put(after, &t->local[who], to);
        k->next_label[k->next_count++] = (i32)(known >> SWIFT_LABEL);
        return 0;
    }
    i32 row = delivery_row(k, s, envelope, local);
    *deferred = row == ROW_DEFERRED;
    if (row == ROW_DEFERRED || row == ROW_NOTHING) return 0;
    row = with_fresh(k, s, row, who);
    u8 flags = 0;
    if (k->t->removes) {
        State base = *s;
        put(&base, &k->t->lane[lane], without);
        flags |= take(k, s, &base, who, row, 1, 0, index);
    }
    if (k->t->keeps) flags |= take(k, s, s, who, row, 1, k->t->removes, index);
    return flags;
}

/* The lanes of one bit of which nothing new comes in this state. */
static State dull_in(const Worker *k, const State *s) {
    State found = {{0}};
    if (k->dull)
        for (i32 who = 0; who < k->t->instances; who++) {
            const State *one = &k->dull[who][get(s, &k->t->local[who])];
            for (int i = 0; i < W; i++) found.w[i] |= one->w[i];
        }
    return found;
}

static u8 deliver(Worker *k, const State *s, u64 index) {
    u8 flags = 0;
    int deferred;
    i32 cut = k->t->holds_up ? k->t->rests[get(s, k->t->rest)].cut : 0;
    State dull = dull_in(k, s);
    for (i32 word = 0; word < W; word++) {
        u64 all = s->w[word] & k->t->bits[word];
        k->quiet += (u64)__builtin_popcountll(all & dull.w[word]);
        for (u64 set = all & ~dull.w[word]; set; set &= set - 1) {
            i32 lane = k->t->lane_of_bit[word * 64 + __builtin_ctzll(set)];
            if (!crosses(k->t, cut, lane)) flags |= arrive(k, s, (u32)k->t->lane_envelope[lane], lane, 0, index, &deferred);
        }
    }
    for (i32 i = 0; i < k->t->wide_lanes; i++) {
        i32 lane = k->t->wide[i];
        u64 value = get(s, &k->t->lane[lane]);
        if (!value || crosses(k->t, cut, lane)) continue;
        if (k->t->lane_envelope[lane] >= 0) {
            flags |= arrive(k, s, (u32)k->t->lane_envelope[lane], lane, value - 1, index, &deferred);
            continue;
        }
        i32 queue = k->t->queue_of[lane][value];
        if (!k->t->queue_items[queue].last) ask(k, APPEND, -3, queue, 0);
        Span items = k->t->queue_items[queue];
        for (u32 at = items.first; at < items.last; at++) {
            Waiting one = k->t->items[at];
            flags |= arrive(k, s, one.envelope, lane, (u64)k->t->queue_number[one.without], index, &deferred);
            if (!deferred) break;
        }
    }
    return flags;
}

/* ---- time that passes */

static void grow_older(Worker *k, State *s, u32 passed) {
    Tables *t = k->t;
    State before = *s;
    if (t->ages) {
        for (i32 lane = 0; lane < t->lanes; lane++) put(s, &t->lane[lane], 0);
        for (i32 lane = 0; lane < t->lanes; lane++) {
            u64 value = get(&before, &k->t->lane[lane]);
            if (!value) continue;
            if (k->t->lane_envelope[lane] < 0) {
                i32 queue = remembered(k, QUEUE_LATER, (u64)k->t->queue_of[lane][value], passed, lane);
                put(s, &k->t->lane[lane], (u64)k->t->queue_number[queue]);
                continue;
            }
            u32 envelope = (u32)k->t->lane_envelope[lane], after = (u32)remembered(k, ENVELOPE_LATER, envelope, passed, 0);
            i32 kind = k->t->envelope_kind[envelope];
            u64 most = ~0ull;  /* what becomes equal to another joins it as if it were sent, unless as many were under way before */
            if (k->t->copies) {
                most = of_kind(k, &before, kind);
                if (most < (u64)k->t->copies) most = (u64)k->t->copies;
            }
            const Field *f = &k->t->lane[k->t->envelope_lane[after]];
            for (u64 i = 0; i < value && of_kind(k, s, k->t->envelope_kind[after]) < most; i++) {
                if (get(s, f) == f->mask) { ask(k, APPEND, -1, k->t->envelope_lane[after], 0); give_up(k); }
                put(s, f, get(s, f) + 1);
            }
        }
    }
    for (i32 who = 0; who < t->instances; who++) {
        u64 local = get(&before, &k->t->local[who]);
        put(s, &k->t->local[who], (u64)remembered(k, LATER, (u64)who << 32 | local, passed, 0));
    }
}

/* The timers that go off, and the passing of time; what is owed and takes no time comes before both. */
static u8 pass(Worker *k, const State *s, u64 first, u8 said, u64 index) {
    if (said & NOTE_HOLDS) return said;
    int at_any_time = k->t->liars || rest_of(k, get(s, k->t->rest))->heals;
    for (u64 i = first; i < k->next_count; i++) {
        if (same(&k->next[i], s)) continue;
        if (holds(k, k->next_label[i])) return said;
        at_any_time = 1;
    }
    i64 passed = NEVER;
    for (i32 who = 0; who < k->t->instances; who++) {
        Alarm alarm = alarm_of(k, who, get(s, &k->t->local[who]));
        if (alarm.row != ROW_NOTHING) said |= take(k, s, s, who, with_fresh(k, s, alarm.row, who), 0, 0, index);
        if (alarm.limit != NEVER) at_any_time = 1;  /* one that is due may still wait */
        if (alarm.soonest < passed) passed = alarm.soonest;
        if (alarm.limit < passed) passed = alarm.limit;
    }
    if (passed == NEVER || passed <= 0) return said;
    if (at_any_time && passed > k->t->tick) passed = k->t->tick;  /* between deadlines nothing else makes a difference */
    State after = *s;
    grow_older(k, &after, (u64)passed);
    step_to(k, &after, (u32)remembered(k, TIME, (u64)passed, 0, 0));
    return said;
}

/* ---- faults */

static void change(Worker *k, const State *s, i32 lane, u64 value, i32 rest, u32 label) {
    State after = *s;
    if (value > k->t->lane[lane].mask) { ask(k, APPEND, -1, lane, 0); give_up(k); }
    put(&after, &k->t->lane[lane], value);
    put(&after, k->t->rest, (u64)rest);
    step_to(k, &after, label);
}

static void strike_lane(Worker *k, const State *s, i32 lane, u64 value, i32 lose, i32 duplicate) {
    i32 envelope = k->t->lane_envelope[lane];
    if (envelope >= 0) {
        if (lose >= 0) change(k, s, lane, value - 1, lose, (u32)k->t->lose_label[envelope]);
        if (duplicate >= 0) change(k, s, lane, value + 1, duplicate, (u32)k->t->double_label[envelope]);
        return;
    }
    i32 queue = k->t->queue_of[lane][value];
    for (int doubling = 0; doubling < 2; doubling++) {
        i32 rest = doubling ? duplicate : lose;
        if (rest < 0) continue;
        Span found = doubling ? k->t->queue_doubles[queue] : k->t->queue_losses[queue];
        if (!found.last) {
            ask(k, APPEND, -2, queue, 0);
            found = doubling ? k->t->queue_doubles[queue] : k->t->queue_losses[queue];
        }
        for (u32 i = found.first; i < found.last; i++) {
            Change one = k->t->changes[i];
            change(k, s, lane, (u64)k->t->queue_number[one.after], rest, one.label);
        }
    }
}

static u8 strike_network(Worker *k, const State *s, Rest rest, u64 index) {
    u8 flags = 0;
    if (rest.duplicate >= 0 && k->t->most >= 0) {
        i32 found = under_way(k, s);
        if (found >= k->t->most) rest.duplicate = BLOCKED;
        if (found && found >= k->t->most) flags |= note(k, (u32)k->t->full_note, index);
    }
    if (rest.lose < 0 && rest.duplicate < 0) return flags;
    for (i32 word = 0; word < W; word++)
        for (u64 set = s->w[word] & k->t->bits[word]; set; set &= set - 1)
            strike_lane(k, s, k->t->lane_of_bit[word * 64 + __builtin_ctzll(set)], 1, rest.lose, rest.duplicate);
    for (i32 i = 0; i < k->t->wide_lanes; i++) {
        i32 lane = k->t->wide[i];
        u64 value = get(s, &k->t->lane[lane]);
        if (value) strike_lane(k, s, lane, value, rest.lose, rest.duplicate);
    }
    return flags;
}

/* The network falls apart, where that hits a message: it is lost, or held up. */
static void part(Worker *k, const State *s, Rest rest) {
    for (u32 at = rest.first_split; at < rest.last_split; at++) {
        Split split = k->t->splits[at];
        State hit = {{0}}, left = *s;
        int any = 0;
        for (i32 lane = 0; lane < k->t->lanes; lane++) {
            u64 value = get(s, &k->t->lane[lane]);
            if (!value || !crosses(k->t, (i32)split.cut, lane)) continue;
            any = 1;
            if (k->t->holds_up) continue;
            put(&hit, &k->t->lane[lane], value);
            put(&left, &k->t->lane[lane], 0);
        }
        if (!any) continue;
        u64 told = k->t->holds_up ? 0 : (u64)number_of(k, hit.w, W);
        i32 label = remembered(k, PART, split.cut, told, (i64)(uintptr_t)&hit);
        put(&left, k->t->rest, split.after);
        step_to(k, &left, (u32)label);
    }
}

static u8 forge(Worker *k, const State *s, i32 cut, u64 index) {
    u64 n = (u64)k->t->instances;
    u8 flags = 0;
    for (u64 liar = 0; liar < n; liar++) {
        if (!k->t->is_liar[liar][get(s, &k->t->local[liar])]) continue;
        u64 known = (u64)k->t->knowledge[get(s, k->t->rest) * n + liar];
        for (u64 who = 0; who < n; who++) {
            if (who == liar || (cut && k->t->cut_links[(u64)cut * n * n + liar * n + who])) continue;
            i32 row = remembered(k, FORGE, (known * n + liar) * n + who, get(s, &k->t->local[who]), 0);
            if (row == ROW_NOTHING) continue;
            flags |= take(k, s, s, (i32)who, with_fresh(k, s, row, (i32)who), 0, 0, index);
        }
    }
    return flags;
}

static u8 strike(Worker *k, const State *s, u64 index) {
    Rest rest = *rest_of(k, get(s, k->t->rest));
    u8 flags = strike_network(k, s, rest, index);
    part(k, s, rest);
    if (rest.strikes)
        for (i32 who = 0; who < k->t->instances; who++) {
            i32 row = faults_row(k, s, who, get(s, &k->t->local[who]));
            if (row != ROW_NOTHING) flags |= take(k, s, s, who, row, 0, 0, index);
        }
    return k->t->liars ? flags | forge(k, s, rest.cut, index) : flags;
}

/* ---- all steps */

static u8 successors(Worker *k, const State *s, u64 index) {
    u64 before = k->next_count;
    u8 flags = deliver(k, s, index);
    int progress = 0;
    if (k->t->removes) progress = k->next_count > before;
    else for (u64 i = before; i < k->next_count && !progress; i++) progress = !same(&k->next[i], s);
    u64 delivered = k->next_count;
    for (i32 who = 0; who < k->t->instances; who++) flags |= act(k, s, who, index);
    if (k->t->tick) flags |= pass(k, s, before, flags, index);
    progress |= k->next_count > delivered;
    Rest rest = *rest_of(k, get(s, k->t->rest));
    for (u32 i = rest.first; i < rest.last; i++) {
        WorldMove move = k->t->world_moves[i];
        State after = *s;
        put(&after, k->t->rest, move.after);
        step_to(k, &after, move.label);
        progress |= !move.fault;
    }
    if (k->t->strikes) flags |= strike(k, s, index);
    flags &= (u8)~NOTE_HOLDS;
    if (!progress && !(flags & (NOTE_CUT | NOTE_BROKEN)))
        for (i32 who = 0; who < k->t->instances; who++)
            if (k->t->stuck[who][get(s, &k->t->local[who])]) { flags |= STUCK; break; }
    return flags;
}
