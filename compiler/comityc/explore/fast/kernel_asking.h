/* What is not known yet is asked for once; a member of a team does not ask, and leaves the state at hand. */

static void give_up(Worker *k) {
    longjmp(k->away, 1);
}

static void no_room(Worker *k) {
    k->e->stop = 1;
    give_up(k);
}

static i64 ask(Worker *k, i32 kind, i64 a, i64 b, i64 c) {
    if (!k->alone) give_up(k);
    i64 answer = k->e->ask(kind, a, b, c);
    if (k->e->stop || k->e->new_layout) give_up(k);
    return answer;
}

#define FREE ~0ull

static inline u64 slot_of(const Answers *known, Key key) {
    u64 at = mix(key.a ^ mix(key.b)) & (known->slots - 1);
    while (known->keys[at].a != FREE && (known->keys[at].a != key.a || known->keys[at].b != key.b)) at = (at + 1) & (known->slots - 1);
    return at;
}

static int prepare_answers(Answers *known, u64 slots) {
    known->slots = slots; known->count = 0; known->layout = 0;
    known->keys = reserve(slots * sizeof(Key)); known->values = reserve(slots * 4);
    if (!known->keys || !known->values) return 0;
    memset(known->keys, 0xff, slots * sizeof(Key));
    return 1;
}

static void forget_answers(Answers *known) {
    release(known->keys, known->slots * sizeof(Key)); release(known->values, known->slots * 4);
}

static void remember(Worker *k, Key key, i32 answer) {
    Answers *known = k->answers;
    if (2 * ++known->count > known->slots) {
        Answers wider;
        if (!prepare_answers(&wider, 2 * known->slots)) no_room(k);
        for (u64 i = 0; i < known->slots; i++) {
            if (known->keys[i].a == FREE) continue;
            u64 at = slot_of(&wider, known->keys[i]);
            wider.keys[at] = known->keys[i]; wider.values[at] = known->values[i];
        }
        wider.count = known->count; wider.layout = known->layout;
        forget_answers(known);
        *known = wider;
    }
    u64 at = slot_of(known, key);
    known->keys[at] = key; known->values[at] = answer;
}

/* The answer to a question of two numbers, asked once; `c` is told but no part of the question. */
static i32 remembered(Worker *k, i32 kind, u64 a, u64 b, i64 c) {
    Key key = {((u64)kind << 56) | a, b};
    u64 at = slot_of(k->answers, key);
    if (k->answers->keys[at].a != FREE) return k->answers->values[at];
    i32 answer = (i32)ask(k, kind, (i64)a, (i64)b, c);
    remember(k, key, answer);
    return answer;
}

/* A small number for a row of words, the same each time; words of another layout are others. */
static i32 number_of(Worker *k, const u64 *words, int count) {
    i32 number = -k->answers->layout;
    for (int i = 0; i < count; i++) {
        Key key = {((u64)NUMBERED << 56) | (u64)(u32)number, words[i]};
        u64 at = slot_of(k->answers, key);
        if (k->answers->keys[at].a != FREE) { number = k->answers->values[at]; continue; }
        if (!k->alone) give_up(k);
        number = (i32)k->answers->count + 1;
        remember(k, key, number);
    }
    return number;
}

/* A delivery in one number, where it is the only and plain move of its row: its label, the local state after it, and SWIFT.
   0 is not known yet. */
enum { SWIFT = 1, SLOW = 2, SWIFT_LOCAL = 2, SWIFT_LABEL = 26, SWIFT_MASK = (1 << 24) - 1 };
enum { MOST_SWIFT = 1 << 12 };           /* only so many envelopes are delivered so */

static u64 swift_of(const Tables *t, i32 row) {
    if (row <= ROW_DEFERRED) return SLOW;
    const Row *r = &t->rows[row];
    if (r->note || r->fresh || r->last != r->first + 1) return SLOW;
    const Move *move = &t->moves[r->first];
    if (move->flags != PLAIN || (t->keeps && t->removes)) return SLOW;
    return SWIFT | (u64)move->local << SWIFT_LOCAL | (u64)move->label << SWIFT_LABEL;
}

/* Go on from a branch to a row. */
static i32 along(Worker *k, const State *s, i32 row) {
    while (row <= FIRST_BRANCH) {
        u32 branch = (u32)(FIRST_BRANCH - row);
        row = remembered(k, BRANCH, branch, get(s, &k->t->local[k->t->branches[branch]]), (i64)(uintptr_t)s);
    }
    return row;
}

/* A row, or the branch with which the way to it begins. */
static inline i32 own_root(Worker *k, const State *s, i32 who, u64 local) {
    if (k->t->own[who][local] == UNKNOWN) ask(k, OWN, who, (i64)local, (i64)(uintptr_t)s);
    return k->t->own[who][local];
}

static inline i32 own_row(Worker *k, const State *s, i32 who, u64 local) {
    i32 row = own_root(k, s, who, local);
    return row <= FIRST_BRANCH ? along(k, s, row) : row;
}

static inline i32 delivery_root(Worker *k, const State *s, u32 envelope, u64 local) {
    i32 row = k->t->deliver[envelope][local];
    if (row != UNKNOWN) return row;
    ask(k, DELIVER, envelope, (i64)local, (i64)(uintptr_t)s);
    return k->t->deliver[envelope][local];
}

static inline i32 delivery_row(Worker *k, const State *s, u32 envelope, u64 local) {
    i32 row = delivery_root(k, s, envelope, local);
    return row <= FIRST_BRANCH ? along(k, s, row) : row;
}

static u64 find_swift(Worker *k, const State *s, u32 envelope, i32 who, u64 local) {
    if (!k->alone) give_up(k);
    if (!k->swift[envelope]) k->swift[envelope] = reserve((k->t->local[who].mask + 1) * 8);
    if (!k->swift[envelope]) no_room(k);
    return k->swift[envelope][local] = swift_of(k->t, delivery_root(k, s, envelope, local));
}

static inline u64 swift(Worker *k, const State *s, u32 envelope, i32 who, u64 local) {
    if (envelope >= MOST_SWIFT) return SLOW;
    u64 known = k->swift[envelope] ? k->swift[envelope][local] : 0;
    return known ? known : find_swift(k, s, envelope, who, local);
}

static inline i32 faults_row(Worker *k, const State *s, i32 who, u64 local) {
    if (k->t->faults[who][local] == UNKNOWN) ask(k, FAULTS, who, (i64)local, (i64)(uintptr_t)s);
    return along(k, s, k->t->faults[who][local]);
}

static inline Alarm alarm_of(Worker *k, i32 who, u64 local) {
    if (!k->t->alarms[who][local].known) ask(k, ALARM, who, (i64)local, 0);
    return k->t->alarms[who][local];
}

static inline u8 fate_of(Worker *k, u32 envelope, u64 local) {
    if (!k->t->fate[envelope][local]) ask(k, FATE, envelope, (i64)local, 0);
    return k->t->fate[envelope][local];
}

static inline Rest *rest_of(Worker *k, u64 rest) {
    if (!k->t->rests[rest].known) ask(k, REST, (i64)rest, 0, 0);
    return &k->t->rests[rest];
}

static inline int holds(Worker *k, i32 label) {
    if (!k->t->label_holds[label]) ask(k, LABEL, label, 0, 0);
    return k->t->label_holds[label] == HOLDS;
}

/* The ids that occur somewhere in a state, as bits. */
static u64 ids_in(Worker *k, const State *s) {
    Tables *t = k->t;
    u64 found = t->rest_ids[get(s, t->rest)];
    for (i32 who = 0; who < t->instances; who++) found |= t->local_ids[who][get(s, &t->local[who])];
    for (i32 word = 0; word < W; word++)
        for (u64 set = s->w[word] & t->bits[word]; set; set &= set - 1)
            found |= t->envelope_ids[t->lane_envelope[t->lane_of_bit[word * 64 + __builtin_ctzll(set)]]];
    for (i32 i = 0; i < t->wide_lanes; i++) {
        i32 lane = t->wide[i]; u64 value = get(s, &t->lane[lane]);
        if (!value) continue;
        found |= t->lane_envelope[lane] >= 0 ? t->envelope_ids[t->lane_envelope[lane]] : t->queue_ids[t->queue_of[lane][value]];
    }
    return found;
}

/* A row that takes fresh ids stands for one row for each set of ids in use. */
static inline i32 with_fresh(Worker *k, const State *s, i32 row, i32 who) {
    if (!k->t->has_fresh || !k->t->rows[row].fresh) return row;
    return remembered(k, FRESH, (u64)row, ids_in(k, s) & k->t->instance_ids[who], who);
}

