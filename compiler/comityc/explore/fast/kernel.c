/* Breadth-first search over packed states, by table.

   The tables say what the generated Python does: one row of moves for an instance in a local state, for a message that
   meets a local state, for a fault that strikes one. Whatever is not in a table yet is asked for (`ask`), once; nothing
   about any protocol stands here. `tables.py` makes the tables and describes them; the structures there and here are the same.

   A state is W words of 64 bits. -DW=... chooses how many. */

#define _GNU_SOURCE
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#ifndef W
#define W 1
#endif

typedef uint64_t u64;
typedef int64_t i64;
typedef uint32_t u32;
typedef int32_t i32;
typedef uint8_t u8;

enum { HUGE = 1 << 22 };                 /* memory of so many bytes is asked for in large pages */
enum { BATCH = 256, ENOUGH = 1024 };   /* so many states, or steps, are gathered before they are looked up */

typedef struct { u64 w[W]; } State;
typedef struct { u32 word, shift; u64 mask; } Field;

enum { OWN, DELIVER, FAULTS, FATE, REST, APPLY, APPEND, FILTER, FRESH, FORGE };           /* what may be asked for */
enum { UNKNOWN = -1, BLOCKED = -2 };
enum { ROW_NOTHING, ROW_DEFERRED };
enum { NOT_TAKEN = 1, PLAIN = 2 };     /* flags of a move; a plain one changes the local state of its instance and nothing else */
enum { KEEP = 1, DROP = 2, LEARN = 3 };                                                   /* fates of a message sent */
enum { NOTE_CUT = 1, NOTE_BROKEN = 2, STUCK = 4 };                                        /* flags of a state */
enum { DONE, NEW_LAYOUT, LIMIT, STOPPED, NO_MEMORY };                                     /* why `expand` returns */

typedef struct { u32 local, operation, sends, send_count, sweep, label, kept_label, note, flags; } Move;
typedef struct { u32 first, last, note, fresh; } Row;
typedef struct { u32 label, after, fault; } WorldMove;
typedef struct { u32 first, last; i32 lose, duplicate, strikes, known; } Rest;
typedef struct { u32 first, last; } Span;
typedef struct { u32 envelope, without; } Waiting;       /* an envelope of a queue, and the queue without it */
typedef struct { u32 label, after; } Change;             /* a loss or a duplicate in a queue, and the queue after it */

typedef struct {
    /* the layout of a state */
    i32 instances, lanes, wide_lanes, removes;
    i32 keeps, copies, sorts, loses;
    i32 doubles, strikes, liars, has_fresh;
    i32 most, full_note;       /* how many messages may be under way (-1: any number), and what is said then */
    Field *local, *lane, *rest;
    i32 *wide;                 /* the lanes of more than one bit */
    i32 *lane_of_bit;          /* [W * 64] */
    u64 *bits;                 /* [W]: the lanes of one bit */
    /* lanes: one for each envelope where there is no order, one for each sender and receiver where there is */
    i32 *lane_receiver, *lane_envelope; /* lane_envelope is -1 for a queue */
    i32 *envelope_lane, *envelope_receiver;
    i32 *lose_label, *double_label;     /* by envelope */
    u32 *learn;                         /* by envelope: the operation by which a liar learns */
    i32 **queue_of;            /* [lane][number in the lane] -> queue */
    i32 *queue_number;         /* queue -> its number in its lane */
    i32 *queue_length;         /* by queue */
    Span *queue_items, *queue_losses, *queue_doubles;
    Waiting *items;
    Change *changes;
    /* rows */
    i32 **own, **deliver, **faults; /* own[instance][local], deliver[envelope][local], faults[instance][local] */
    u8 **fate;                 /* [envelope][local] */
    u8 **stuck;                /* [instance][local] */
    Row *rows;
    Move *moves;
    u8 *move_used;
    u32 *sends;
    Rest *rests;
    WorldMove *world_moves;
    u64 *sweep_mask;           /* [sweep * W]: what stays of the lanes without order */
    Span *sweep_queues;        /* lanes with order that are swept */
    i32 *sweep_lanes;
    u8 *note_flags;
    i64 *note_first;           /* the first state with these notes */
    /* liars and fresh ids */
    i32 *knowledge;            /* [rest * instances + instance]: the number of what a liar knows */
    u64 **local_ids, *queue_ids, *envelope_ids, *rest_ids, *instance_ids;
    u8 **is_liar;              /* [instance][local] */
} Tables;

typedef struct { u64 a, b; } Key;                         /* the kind of question stands in the upper bits of `a` */

typedef i64 (*Ask)(i32 kind, i64 a, i64 b, i64 c);

typedef struct {
    Tables *t;
    Ask ask;
    i32 stop, new_layout;      /* set while asked */
    /* the states */
    u64 count, capacity, limit;
    State *states;
    i32 *parent, *parent_label;
    u8 *flags;
    u32 *table;
    u64 slots;
    /* the edges, when they are kept */
    u64 edge_count, edge_capacity;
    i32 *edge_target, *edge_label;
    u64 *offsets;
    u64 steps;                 /* how many there are, also when they are not kept */
    u64 expanded;
    i64 first_stuck;
    /* what was asked before */
    Key *map_keys; i32 *map_values; u64 map_slots, map_count;
    /* the steps from one state */
    State *next; i32 *next_label; u64 next_count, next_capacity;
    u64 *hashes; u64 hash_capacity;
    u64 quiet;                 /* steps to the state itself that are counted and not looked up */
} Engine;

static jmp_buf away;

static void *reserve(u64 bytes) {
    void *p = mmap(0, bytes ? bytes : 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) return 0;
#ifdef MADV_HUGEPAGE
    if (bytes >= HUGE) madvise(p, bytes, MADV_HUGEPAGE);  /* places are looked up at random: fewer pages are found sooner */
#endif
    return p;
}

static inline u64 mix(u64 x) {
    x ^= x >> 32; x *= 0xd6e8feb86659fd93ull; x ^= x >> 32; x *= 0xd6e8feb86659fd93ull; x ^= x >> 32;
    return x;
}

static inline u64 hash(const State *s) {
    u64 h = mix(s->w[0]);
    for (int i = 1; i < W; i++) h = mix(h ^ (s->w[i] + 0x9e3779b97f4a7c15ull * i));
    return h;
}

static inline int same(const State *a, const State *b) {
    for (int i = 0; i < W; i++) if (a->w[i] != b->w[i]) return 0;
    return 1;
}

static inline u64 get(const State *s, const Field *f) { return (s->w[f->word] >> f->shift) & f->mask; }

static inline void put(State *s, const Field *f, u64 value) {
    s->w[f->word] = (s->w[f->word] & ~(f->mask << f->shift)) | (value << f->shift);
}

/* ---- what is not known yet */

static i64 ask(Engine *e, i32 kind, i64 a, i64 b, i64 c) {
    i64 answer = e->ask(kind, a, b, c);
    if (e->stop || e->new_layout) longjmp(away, 1);
    return answer;
}

#define FREE ~0ull

static inline u64 slot_of(const Engine *e, Key key) {
    u64 at = mix(key.a ^ mix(key.b)) & (e->map_slots - 1);
    while (e->map_keys[at].a != FREE && (e->map_keys[at].a != key.a || e->map_keys[at].b != key.b)) at = (at + 1) & (e->map_slots - 1);
    return at;
}

static void map_grow(Engine *e) {
    Key *old_keys = e->map_keys; i32 *old_values = e->map_values; u64 old = e->map_slots;
    Key *keys = reserve(2 * old * sizeof(Key)); i32 *values = reserve(2 * old * 4);
    if (!keys || !values) { e->stop = 1; longjmp(away, 1); }
    memset(keys, 0xff, 2 * old * sizeof(Key));
    e->map_keys = keys; e->map_values = values; e->map_slots = 2 * old;
    for (u64 i = 0; i < old; i++) {
        if (old_keys[i].a == FREE) continue;
        u64 at = slot_of(e, old_keys[i]);
        keys[at] = old_keys[i]; values[at] = old_values[i];
    }
    munmap(old_keys, old * sizeof(Key)); munmap(old_values, old * 4);
}

/* The answer to a question of two numbers, asked once; `c` is told but no part of the question. */
static i32 remembered(Engine *e, i32 kind, u64 a, u64 b, i64 c) {
    Key key = {((u64)kind << 56) | a, b};
    u64 at = slot_of(e, key);
    if (e->map_keys[at].a != FREE) return e->map_values[at];
    i32 answer = (i32)ask(e, kind, (i64)a, (i64)b, c);
    if (2 * ++e->map_count > e->map_slots) map_grow(e);
    at = slot_of(e, key);
    e->map_keys[at] = key; e->map_values[at] = answer;
    return answer;
}

static inline i32 own_row(Engine *e, i32 who, u64 local) {
    if (e->t->own[who][local] == UNKNOWN) ask(e, OWN, who, (i64)local, 0);
    return e->t->own[who][local];
}

static inline i32 delivery_row(Engine *e, u32 envelope, u64 local) {
    if (e->t->deliver[envelope][local] == UNKNOWN) ask(e, DELIVER, envelope, (i64)local, 0);
    return e->t->deliver[envelope][local];
}

static inline i32 faults_row(Engine *e, i32 who, u64 local) {
    if (e->t->faults[who][local] == UNKNOWN) ask(e, FAULTS, who, (i64)local, 0);
    return e->t->faults[who][local];
}

static inline u8 fate_of(Engine *e, u32 envelope, u64 local) {
    if (!e->t->fate[envelope][local]) ask(e, FATE, envelope, (i64)local, 0);
    return e->t->fate[envelope][local];
}

static inline Rest *rest_of(Engine *e, u64 rest) {
    if (!e->t->rests[rest].known) ask(e, REST, (i64)rest, 0, 0);
    return &e->t->rests[rest];
}

/* The ids that occur somewhere in a state, as bits. */
static u64 ids_in(Engine *e, const State *s) {
    Tables *t = e->t;
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
static inline i32 with_fresh(Engine *e, const State *s, i32 row, i32 who) {
    if (!e->t->rows[row].fresh) return row;
    return remembered(e, FRESH, (u64)row, ids_in(e, s) & e->t->instance_ids[who], who);
}

/* ---- steps */

static void more_room(Engine *e) {
    u64 n = e->next_capacity * 2;
    State *states = reserve(n * sizeof(State)); i32 *labels = reserve(n * 4);
    if (!states || !labels) { e->stop = 1; longjmp(away, 1); }
    memcpy(states, e->next, e->next_count * sizeof(State)); memcpy(labels, e->next_label, e->next_count * 4);
    munmap(e->next, e->next_capacity * sizeof(State)); munmap(e->next_label, e->next_capacity * 4);
    e->next = states; e->next_label = labels; e->next_capacity = n;
}

/* Room for one more step. */
static inline State *room(Engine *e) {
    if (e->next_count == e->next_capacity) more_room(e);
    return &e->next[e->next_count];
}

static void step_to(Engine *e, const State *s, u32 label) {
    *room(e) = *s;
    e->next_label[e->next_count++] = (i32)label;
}

static void send(Engine *e, State *s, u32 envelope) {
    Tables *t = e->t;
    i32 lane = t->envelope_lane[envelope];
    const Field *f = &t->lane[lane];
    u64 value = get(s, f);
    if (t->lane_envelope[lane] >= 0) {
        if (t->copies && value >= (u64)t->copies) return;
        if (value == f->mask) { ask(e, APPEND, -1, lane, 0); longjmp(away, 1); }  /* the lane has to become wider */
        put(s, f, value + 1);
    } else {
        i32 queue = remembered(e, APPEND, (u64)t->queue_of[lane][value], envelope, lane);
        put(s, &e->t->lane[lane], (u64)e->t->queue_number[queue]);
    }
}

static void sweep(Engine *e, State *s, u32 number) {
    Tables *t = e->t;
    for (int i = 0; i < W; i++) s->w[i] &= t->sweep_mask[(u64)number * W + i];
    Span lanes = t->sweep_queues[number];
    for (u32 i = lanes.first; i < lanes.last; i++) {
        i32 lane = e->t->sweep_lanes[i];
        u64 value = get(s, &e->t->lane[lane]);
        if (!value) continue;
        i32 queue = remembered(e, FILTER, (u64)e->t->queue_of[lane][value], number, lane);
        put(s, &e->t->lane[lane], (u64)e->t->queue_number[queue]);
    }
}

/* How many messages are under way. */
static i32 under_way(const Engine *e, const State *s) {
    i32 found = 0;
    for (i32 word = 0; word < W; word++) found += __builtin_popcountll(s->w[word] & e->t->bits[word]);
    for (i32 i = 0; i < e->t->wide_lanes; i++) {
        i32 lane = e->t->wide[i]; u64 value = get(s, &e->t->lane[lane]);
        found += e->t->lane_envelope[lane] >= 0 ? (i32)value : e->t->queue_length[e->t->queue_of[lane][value]];
    }
    return found;
}

static u8 note(Engine *e, u32 number, u64 index) {
    if (!number) return 0;
    if (e->t->note_first[number] < 0) e->t->note_first[number] = (i64)index;
    return e->t->note_flags[number];
}

/* Take the steps of a row from `before`; `base` is the same with what is delivered taken out of the network. */
static u8 take(Engine *e, const State *before, const State *base, i32 who, i32 number, int arriving, int kept, u64 index) {
    u8 flags = note(e, e->t->rows[number].note, index);
    u32 last = e->t->rows[number].last;
    for (u32 at = e->t->rows[number].first; at < last; at++) {
        if (e->t->moves[at].flags & PLAIN) {
            const Move *plain = &e->t->moves[at];
            if (!e->t->removes && !e->edge_capacity && before == base && arriving && plain->local == get(before, &e->t->local[who])) {
                e->quiet++;  /* a message of a sent set that changes nothing: no progress, and nowhere new */
                continue;
            }
            State *s = room(e);
            *s = *base;
            put(s, &e->t->local[who], plain->local);
            e->next_label[e->next_count++] = (i32)(kept ? plain->kept_label : plain->label);
            continue;
        }
        Move move = e->t->moves[at];
        u64 was = get(before, e->t->rest);
        i32 rest = (i32)was;
        if (move.operation) {
            rest = remembered(e, APPLY, was, move.operation, 0);
            if (rest == BLOCKED) continue;
            e->t->move_used[at] = 1;
        }
        flags |= note(e, move.note, index);
        if (move.flags & NOT_TAKEN) continue;
        State s = *base;
        put(&s, &e->t->local[who], move.local);
        for (u32 i = 0; i < move.send_count; i++) {
            u32 envelope = e->t->sends[move.sends + i];
            if (e->t->sorts) {
                i32 receiver = e->t->envelope_receiver[envelope];
                u8 fate = fate_of(e, envelope, receiver == who ? move.local : get(before, &e->t->local[receiver]));
                if (fate == DROP) continue;
                if (fate == LEARN) {
                    if (e->t->learn[envelope]) rest = remembered(e, APPLY, (u64)rest, e->t->learn[envelope], 0);
                    continue;
                }
            }
            send(e, &s, envelope);
        }
        if (move.sweep) sweep(e, &s, move.sweep);
        if (e->t->most >= 0 && move.send_count && under_way(e, &s) > e->t->most) {
            flags |= note(e, (u32)e->t->full_note, index);
            continue;
        }
        put(&s, e->t->rest, (u64)rest);
        step_to(e, &s, kept ? move.kept_label : move.label);
    }
    return flags;
}

static u8 arrive(Engine *e, const State *s, u32 envelope, i32 lane, u64 without, u64 index, int *deferred) {
    i32 who = e->t->lane_receiver[lane];
    i32 row = delivery_row(e, envelope, get(s, &e->t->local[who]));
    *deferred = row == ROW_DEFERRED;
    if (row == ROW_DEFERRED || row == ROW_NOTHING) return 0;
    row = with_fresh(e, s, row, who);
    u8 flags = 0;
    if (e->t->removes) {
        State base = *s;
        put(&base, &e->t->lane[lane], without);
        flags |= take(e, s, &base, who, row, 1, 0, index);
    }
    if (e->t->keeps) flags |= take(e, s, s, who, row, 1, e->t->removes, index);
    return flags;
}

static u8 deliver(Engine *e, const State *s, u64 index) {
    u8 flags = 0;
    int deferred;
    for (i32 word = 0; word < W; word++)
        for (u64 set = s->w[word] & e->t->bits[word]; set; set &= set - 1) {
            i32 lane = e->t->lane_of_bit[word * 64 + __builtin_ctzll(set)];
            flags |= arrive(e, s, (u32)e->t->lane_envelope[lane], lane, 0, index, &deferred);
        }
    for (i32 i = 0; i < e->t->wide_lanes; i++) {
        i32 lane = e->t->wide[i];
        u64 value = get(s, &e->t->lane[lane]);
        if (!value) continue;
        if (e->t->lane_envelope[lane] >= 0) {
            flags |= arrive(e, s, (u32)e->t->lane_envelope[lane], lane, value - 1, index, &deferred);
            continue;
        }
        i32 queue = e->t->queue_of[lane][value];
        if (!e->t->queue_items[queue].last) ask(e, APPEND, -3, queue, 0);
        Span items = e->t->queue_items[queue];
        for (u32 k = items.first; k < items.last; k++) {
            Waiting one = e->t->items[k];
            flags |= arrive(e, s, one.envelope, lane, (u64)e->t->queue_number[one.without], index, &deferred);
            if (!deferred) break;
        }
    }
    return flags;
}

static void change(Engine *e, const State *s, i32 lane, u64 value, i32 rest, u32 label) {
    State after = *s;
    if (value > e->t->lane[lane].mask) { ask(e, APPEND, -1, lane, 0); longjmp(away, 1); }
    put(&after, &e->t->lane[lane], value);
    put(&after, e->t->rest, (u64)rest);
    step_to(e, &after, label);
}

static void strike_lane(Engine *e, const State *s, i32 lane, u64 value, i32 lose, i32 duplicate) {
    i32 envelope = e->t->lane_envelope[lane];
    if (envelope >= 0) {
        if (lose >= 0) change(e, s, lane, value - 1, lose, (u32)e->t->lose_label[envelope]);
        if (duplicate >= 0) change(e, s, lane, value + 1, duplicate, (u32)e->t->double_label[envelope]);
        return;
    }
    i32 queue = e->t->queue_of[lane][value];
    for (int doubling = 0; doubling < 2; doubling++) {
        i32 rest = doubling ? duplicate : lose;
        if (rest < 0) continue;
        Span found = doubling ? e->t->queue_doubles[queue] : e->t->queue_losses[queue];
        if (!found.last) {
            ask(e, APPEND, -2, queue, 0);
            found = doubling ? e->t->queue_doubles[queue] : e->t->queue_losses[queue];
        }
        for (u32 i = found.first; i < found.last; i++) {
            Change one = e->t->changes[i];
            change(e, s, lane, (u64)e->t->queue_number[one.after], rest, one.label);
        }
    }
}

static u8 strike(Engine *e, const State *s, u64 index) {
    Rest rest = *rest_of(e, get(s, e->t->rest));
    u8 flags = 0;
    if (rest.duplicate >= 0 && e->t->most >= 0) {
        i32 found = under_way(e, s);
        if (found >= e->t->most) rest.duplicate = BLOCKED;
        if (found && found >= e->t->most) flags |= note(e, (u32)e->t->full_note, index);
    }
    if (rest.lose >= 0 || rest.duplicate >= 0) {
        for (i32 word = 0; word < W; word++)
            for (u64 set = s->w[word] & e->t->bits[word]; set; set &= set - 1)
                strike_lane(e, s, e->t->lane_of_bit[word * 64 + __builtin_ctzll(set)], 1, rest.lose, rest.duplicate);
        for (i32 i = 0; i < e->t->wide_lanes; i++) {
            i32 lane = e->t->wide[i];
            u64 value = get(s, &e->t->lane[lane]);
            if (value) strike_lane(e, s, lane, value, rest.lose, rest.duplicate);
        }
    }
    if (rest.strikes)
        for (i32 who = 0; who < e->t->instances; who++) {
            i32 row = faults_row(e, who, get(s, &e->t->local[who]));
            if (row != ROW_NOTHING) flags |= take(e, s, s, who, row, 0, 0, index);
        }
    if (e->t->liars) {
        u64 n = (u64)e->t->instances;
        for (u64 liar = 0; liar < n; liar++) {
            if (!e->t->is_liar[liar][get(s, &e->t->local[liar])]) continue;
            u64 known = (u64)e->t->knowledge[get(s, e->t->rest) * n + liar];
            for (u64 who = 0; who < n; who++) {
                if (who == liar) continue;
                i32 row = remembered(e, FORGE, (known * n + liar) * n + who, get(s, &e->t->local[who]), 0);
                if (row == ROW_NOTHING) continue;
                flags |= take(e, s, s, (i32)who, with_fresh(e, s, row, (i32)who), 0, 0, index);
            }
        }
    }
    return flags;
}

/* Add every step from a state to `e->next`, and say what is to be said of it. */
static u8 successors(Engine *e, const State *s, u64 index) {
    u64 before = e->next_count;
    u8 flags = deliver(e, s, index);
    int progress = 0;
    if (e->t->removes) progress = e->next_count > before;
    else for (u64 i = before; i < e->next_count && !progress; i++) progress = !same(&e->next[i], s);
    u64 delivered = e->next_count;
    for (i32 who = 0; who < e->t->instances; who++) {
        i32 row = own_row(e, who, get(s, &e->t->local[who]));
        if (row == ROW_NOTHING) continue;
        flags |= take(e, s, s, who, with_fresh(e, s, row, who), 0, 0, index);
    }
    progress |= e->next_count > delivered;
    Rest rest = *rest_of(e, get(s, e->t->rest));
    for (u32 i = rest.first; i < rest.last; i++) {
        WorldMove move = e->t->world_moves[i];
        State after = *s;
        put(&after, e->t->rest, move.after);
        step_to(e, &after, move.label);
        progress |= !move.fault;
    }
    if (e->t->strikes) flags |= strike(e, s, index);
    if (!progress && !(flags & (NOTE_CUT | NOTE_BROKEN)))
        for (i32 who = 0; who < e->t->instances; who++)
            if (e->t->stuck[who][get(s, &e->t->local[who])]) { flags |= STUCK; break; }
    return flags;
}

/* ---- the states that were found */

static int make_room(Engine *e, u64 more) {
    while ((e->count + more) * 5 > e->slots * 3) {
        u64 slots = e->slots * 2;
        u32 *table = reserve(slots * 4);
        if (!table) return 0;
        memset(table, 0xff, slots * 4);
        for (u64 i = 0; i < e->count; i++) {
            u64 at = hash(&e->states[i]) & (slots - 1);
            while (table[at] != ~0u) at = (at + 1) & (slots - 1);
            table[at] = (u32)i;
        }
        munmap(e->table, e->slots * 4);
        e->table = table; e->slots = slots;
    }
    return e->count + more <= e->capacity;
}

static inline u64 find(Engine *e, const State *s, u64 start, i64 parent, i32 label) {
    u64 at = start & (e->slots - 1);
    for (; e->table[at] != ~0u; at = (at + 1) & (e->slots - 1))
        if (same(&e->states[e->table[at]], s)) return e->table[at];
    u64 number = e->count++;
    e->table[at] = (u32)number;
    e->states[number] = *s;
    e->parent[number] = (i32)parent;
    e->parent_label[number] = label;
    return number;
}

/* Make a new engine's memory. */
int prepare(Engine *e, u64 capacity, u64 edge_capacity) {
    e->capacity = capacity; e->edge_capacity = edge_capacity;
    e->slots = 1 << 16; e->map_slots = 1 << 14; e->next_capacity = 1 << 10;
    e->states = reserve(capacity * sizeof(State)); e->parent = reserve(capacity * 4);
    e->parent_label = reserve(capacity * 4); e->flags = reserve(capacity); e->table = reserve(e->slots * 4);
    e->offsets = reserve((edge_capacity ? capacity + 1 : 1) * 8);
    e->edge_target = reserve(edge_capacity * 4); e->edge_label = reserve(edge_capacity * 4);
    e->map_keys = reserve(e->map_slots * sizeof(Key)); e->map_values = reserve(e->map_slots * 4);
    e->next = reserve(e->next_capacity * sizeof(State)); e->next_label = reserve(e->next_capacity * 4);
    if (!e->states || !e->parent || !e->parent_label || !e->flags || !e->table || !e->offsets || !e->edge_target ||
        !e->edge_label || !e->map_keys || !e->map_values || !e->next || !e->next_label) return NO_MEMORY;
    memset(e->table, 0xff, e->slots * 4);
    memset(e->map_keys, 0xff, e->map_slots * sizeof(Key));
    e->first_stuck = -1;
    return DONE;
}

void dispose(Engine *e) {
    munmap(e->states, e->capacity * sizeof(State)); munmap(e->parent, e->capacity * 4);
    munmap(e->parent_label, e->capacity * 4); munmap(e->flags, e->capacity); munmap(e->table, e->slots * 4);
    munmap(e->offsets, (e->edge_capacity ? e->capacity + 1 : 1) * 8);
    munmap(e->edge_target, e->edge_capacity * 4); munmap(e->edge_label, e->edge_capacity * 4);
    munmap(e->map_keys, e->map_slots * sizeof(Key)); munmap(e->map_values, e->map_slots * 4);
    munmap(e->next, e->next_capacity * sizeof(State)); munmap(e->next_label, e->next_capacity * 4);
    if (e->hashes) munmap(e->hashes, e->hash_capacity * 8);
}

/* Take in states found elsewhere, in their order; they are distinct. */
int load(Engine *e, const State *states, const i32 *parents, const i32 *labels, u64 count) {
    if (!make_room(e, count)) return NO_MEMORY;
    for (u64 i = 0; i < count; i++) find(e, &states[i], hash(&states[i]), parents[i], labels[i]);
    return DONE;
}

/* Bytes in use. */
u64 memory(const Engine *e) {
    u64 bytes = e->count * (sizeof(State) + 9) + e->slots * 4 + e->map_slots * 20;
    return bytes + (e->edge_capacity ? e->edge_count * 8 + e->expanded * 8 : 0);
}

/* Look up the steps gathered in `e->next`: first all places in the table are fetched, then all states found there. */
static int look_up(Engine *e, const u64 *ends, u64 first, u64 upto) {
    u64 n = e->next_count;
    if (e->hash_capacity < e->next_capacity) {
        if (e->hashes) munmap(e->hashes, e->hash_capacity * 8);
        e->hashes = reserve(e->next_capacity * 8);
        e->hash_capacity = e->next_capacity;
        if (!e->hashes) return NO_MEMORY;
    }
    if (!make_room(e, n)) return NO_MEMORY;
    if (e->edge_capacity && e->edge_count + n > e->edge_capacity) return NO_MEMORY;
    u64 mask = e->slots - 1;
    for (u64 i = 0; i < n; i++) {
        e->hashes[i] = hash(&e->next[i]);
        __builtin_prefetch(&e->table[e->hashes[i] & mask], 0);
    }
    for (u64 i = 0; i < n; i++) {
        u32 at = e->table[e->hashes[i] & mask];
        if (at != ~0u) __builtin_prefetch(&e->states[at], 0);
    }
    u64 i = 0;
    for (u64 index = first; index < upto; index++) {
        for (; i < ends[index - first]; i++) {
            u64 found = find(e, &e->next[i], e->hashes[i], (i64)index, e->next_label[i]);
            if (e->edge_capacity) {
                e->edge_target[e->edge_count] = (i32)found;
                e->edge_label[e->edge_count++] = e->next_label[i];
            }
        }
        if (e->edge_capacity) e->offsets[index + 1] = e->edge_count;
    }
    e->steps += n + e->quiet;
    e->expanded = upto;
    return e->count > e->limit ? LIMIT : DONE;
}

/* Take every step from the states `e->expanded` up to `last`, some states at a time. */
int expand(Engine *e, u64 last) {
    volatile u64 index, ready;   /* where it is; the states before `index` whose steps are gathered number `ready` */
    u64 ends[BATCH];
    while (e->expanded < last) {
        u64 first = e->expanded;
        index = first; ready = 0; e->next_count = e->quiet = 0;
        volatile u64 gathered = 0, quiet = 0;
        if (setjmp(away)) {
            if (e->stop) return STOPPED;
            e->next_count = gathered; e->quiet = quiet;  /* what was begun of the last state is begun again */
            int status = ready ? look_up(e, ends, first, index) : DONE;
            return status == DONE ? NEW_LAYOUT : status;
        }
        while (index < last && ready < BATCH && e->next_count < ENOUGH) {
            State s = e->states[index];
            u8 flags = successors(e, &s, index);
            e->flags[index] = flags;
            if ((flags & STUCK) && e->first_stuck < 0) e->first_stuck = (i64)index;
            ends[ready] = gathered = e->next_count; quiet = e->quiet;
            ready++; index++;
        }
        int status = look_up(e, ends, first, index);
        if (status != DONE) return status;
    }
    return DONE;
}

/* The successors of one state, for tests and traces: `e->next` and `e->next_label` hold them. */
i64 steps_from(Engine *e, const State *s) {
    if (setjmp(away)) return -1;
    e->next_count = 0;
    successors(e, s, 0);
    return (i64)e->next_count;
}

/* Write all states anew by another layout: field i moves from `from[i]` to `to[i]`. */
int rebuild(Engine *e, u64 old_words, const Field *from, const Field *to, u64 fields) {
    u64 *old = (u64 *)e->states;
    State *states = reserve(e->capacity * sizeof(State));
    if (!states) return NO_MEMORY;
    for (u64 i = 0; i < e->count; i++) {
        const u64 *in = old + i * old_words;
        for (u64 f = 0; f < fields; f++)
            states[i].w[to[f].word] |= ((in[from[f].word] >> from[f].shift) & from[f].mask) << to[f].shift;
    }
    munmap(old, e->capacity * old_words * 8);
    munmap(e->next, e->next_capacity * old_words * 8);
    e->states = states;
    e->next = reserve(e->next_capacity * sizeof(State));
    if (!e->next) return NO_MEMORY;
    memset(e->table, 0xff, e->slots * 4);
    for (u64 i = 0; i < e->count; i++) {
        u64 at = hash(&states[i]) & (e->slots - 1);
        while (e->table[at] != ~0u) at = (at + 1) & (e->slots - 1);
        e->table[at] = (u32)i;
    }
    return DONE;
}

/* Find the first state of each combination of what the tables make of some parts; `met` has a byte for each combination. */
u64 sift(const Engine *e, u64 parts, const Field *fields, const i32 **tables, const u64 *widths, u8 *met, i64 *first) {
    u64 found = 0;
    for (u64 i = 0; i < e->count; i++) {
        u64 key = 0;
        for (u64 p = 0; p < parts; p++) key = key * widths[p] + (u64)tables[p][get(&e->states[i], &fields[p])];
        if (met[key]) continue;
        met[key] = 1;
        first[found++] = (i64)i;
    }
    return found;
}
