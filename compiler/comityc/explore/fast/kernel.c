/* Breadth-first search over packed states, by table.

   The tables say what the generated Python does: one row of moves for an instance in a local state, for a message that
   meets a local state, for a fault that strikes one. Whatever is not in a table yet is asked for (`ask`), once; nothing
   about any protocol stands here. `tables.py` makes the tables and describes them.

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

#include "kernel_tables.h"
#include "kernel_asking.h"
#include "kernel_steps.h"
#include "kernel_states.h"
#include "kernel_team.h"

/* Make a new engine's memory. Without edges it is not kept either how a state was first reached: `way_to` finds that out. */
int prepare(Engine *e, u64 capacity, u64 edge_capacity) {
    Inside *in = e->inside = reserve(sizeof(Inside));
    if (!in) return NO_MEMORY;
    e->capacity = capacity; e->edge_capacity = edge_capacity;
    in->keyed = !edge_capacity && W <= SHORT;
    e->states = reserve(capacity * sizeof(State)); e->flags = reserve(capacity);
    e->parent = reserve(edge_capacity ? capacity * 4 : 0); e->parent_label = reserve(edge_capacity ? capacity * 4 : 0);
    e->offsets = reserve((edge_capacity ? capacity + 1 : 1) * 8);
    e->edge_target = reserve(edge_capacity * 4); e->edge_label = reserve(edge_capacity * 4);
    Worker *k = in->workers = reserve(sizeof(Worker));
    if (!e->states || !e->parent || !e->parent_label || !e->flags || !e->offsets || !e->edge_target || !e->edge_label || !k ||
        !fresh_table(in, 1 << 13) || !prepare_answers(&in->answers, 1 << 14) || !learn(e)) return NO_MEMORY;
    k->e = e; k->t = e->t; k->answers = &in->answers; k->alone = 1;
    k->next_capacity = 1 << 12;
    k->next = reserve(k->next_capacity * sizeof(State)); k->next_label = reserve(k->next_capacity * 4);
    return k->next && k->next_label ? DONE : NO_MEMORY;
}

void dispose(Engine *e) {
    Inside *in = e->inside;
    Worker *k = in->workers;
    forget(e);
    dismiss(e);
    release(e->states, e->capacity * sizeof(State)); release(e->flags, e->capacity);
    release(e->parent, e->edge_capacity ? e->capacity * 4 : 0); release(e->parent_label, e->edge_capacity ? e->capacity * 4 : 0);
    release(e->offsets, (e->edge_capacity ? e->capacity + 1 : 1) * 8);
    release(e->edge_target, e->edge_capacity * 4); release(e->edge_label, e->edge_capacity * 4);
    release(k->next, k->next_capacity * sizeof(State)); release(k->next_label, k->next_capacity * 4);
    release(k->hashes, k->hash_capacity * 8);
    release(k, sizeof(Worker));
    forget_answers(&in->answers);
    release_table(in);
    release(in, sizeof(Inside));
}

/* The bytes that this kernel has reserved less those that it has given back. */
i64 held(void) { return held_bytes; }

/* Take in states found elsewhere, in their order; they are distinct. */
int load(Engine *e, const State *states, const i32 *parents, const i32 *labels, u64 count) {
    if (!make_room(e, count)) return NO_MEMORY;
    for (u64 i = 0; i < count; i++) find(e, &states[i], hash(&states[i]), parents[i], labels[i]);
    return DONE;
}

/* Bytes in use. */
u64 memory(const Engine *e) {
    u64 bytes = e->count * (sizeof(State) + (e->edge_capacity ? 9 : 1)) + e->inside->table_bytes + e->inside->answers.slots * 20;
    return bytes + (e->edge_capacity ? e->edge_count * 8 + e->expanded * 8 : 0);
}

/* Look up the steps gathered in `k->next`: first all places in the table are fetched, then all states found there. */
static int look_up(Engine *e, Worker *k, const u64 *ends, u64 first, u64 upto) {
    u64 n = k->next_count;
    if (k->hash_capacity < k->next_capacity) {
        release(k->hashes, k->hash_capacity * 8);
        k->hashes = reserve(k->next_capacity * 8);
        k->hash_capacity = k->next_capacity;
        if (!k->hashes) return NO_MEMORY;
    }
    if (!make_room(e, n)) return NO_MEMORY;
    if (e->edge_capacity && e->edge_count + n > e->edge_capacity) return NO_MEMORY;
    const Inside *in = e->inside;
    for (u64 i = 0; i < n; i++) {
        k->hashes[i] = hash(&k->next[i]);
        if (in->keyed) __builtin_prefetch(&in->keys[first_place(in, k->hashes[i])], 1);
        else __builtin_prefetch(&in->table[first_place(in, k->hashes[i])], 0);
    }
    for (u64 i = 0; i < n && !in->keyed; i++) {
        u32 at = in->table[first_place(in, k->hashes[i])];
        if (at != NOWHERE) __builtin_prefetch(&e->states[number_at(in, at)], 0);
    }
    u64 i = 0;
    for (u64 index = first; index < upto; index++) {
        for (; i < ends[index - first]; i++) {
            u64 found = find(e, &k->next[i], k->hashes[i], (i64)index, k->next_label[i]);
            if (e->edge_capacity) {
                e->edge_target[e->edge_count] = (i32)found;
                e->edge_label[e->edge_count++] = k->next_label[i];
            }
        }
        if (e->edge_capacity) e->offsets[index + 1] = e->edge_count;
    }
    e->steps += n + k->quiet;
    e->expanded = upto;
    return e->count > e->limit ? LIMIT : DONE;
}

/* Take every step from the states `e->expanded` up to `last`, some states at a time. */
static int expand_alone(Engine *e, u64 last) {
    volatile u64 index, ready;   /* where it is; the states before `index` whose steps are gathered number `ready` */
    Worker *k = e->inside->workers;
    while (e->expanded < last) {
        u64 first = e->expanded;
        index = first; ready = 0; k->next_count = k->quiet = 0;
        volatile u64 gathered = 0, quiet = 0;
        if (setjmp(k->away)) {
            if (e->stop) return STOPPED;
            k->next_count = gathered; k->quiet = quiet;  /* what was begun of the last state is begun again */
            int status = ready ? look_up(e, k, k->ends, first, index) : DONE;
            return status == DONE ? NEW_LAYOUT : status;
        }
        while (index < last && ready < BATCH && k->next_count < ENOUGH) {
            State s = e->states[index];
            e->flags[index] = successors(k, &s, index);
            k->ends[ready] = gathered = k->next_count; quiet = k->quiet;
            ready++; index++;
        }
        int status = look_up(e, k, k->ends, first, index);
        if (status != DONE) return status;
    }
    return DONE;
}

/* Take every step from the states `e->expanded` up to `last`, which are of one level. */
int expand(Engine *e, u64 last) {
    int status = e->threads > 1 && last - e->expanded >= WORTH_A_TEAM ? expand_together(e, last) : expand_alone(e, last);
    if (status != DONE) dismiss(e);  /* what it has is as long as states are now */
    return status;
}

/* Find the first of some states, which are of the level before, that leads to a state, and by which label; -1 where none does. */
i64 way_to(Engine *e, u64 first, u64 last, u64 target, i32 *label) {
    Worker *k = e->inside->workers;
    volatile u64 index = first;
    if (setjmp(k->away)) return -1;
    for (; index < last; index++) {
        State s = e->states[index];
        k->next_count = 0;
        successors(k, &s, index);
        for (u64 i = 0; i < k->next_count; i++)
            if (same(&k->next[i], &e->states[target])) { *label = k->next_label[i]; return (i64)index; }
    }
    return -1;
}

/* Write all states anew by another layout: field i moves from `from[i]` to `to[i]`. */
int rebuild(Engine *e, u64 old_words, const Field *from, const Field *to, u64 fields) {
    Inside *in = e->inside;
    Worker *k = in->workers;
    u64 *old = (u64 *)e->states;
    State *states = reserve(e->capacity * sizeof(State));
    if (!states) return NO_MEMORY;
    int moved = old_words > W;
    for (u64 f = 0; f < fields && !moved; f++) moved = from[f].word != to[f].word || from[f].shift != to[f].shift;
    for (u64 i = 0; i < e->count; i++) {
        const u64 *row = old + i * old_words;
        if (!moved) memcpy(&states[i], row, old_words * 8);
        else for (u64 f = 0; f < fields; f++)
            states[i].w[to[f].word] |= ((row[from[f].word] >> from[f].shift) & from[f].mask) << to[f].shift;
    }
    release(old, e->capacity * old_words * 8);
    release(k->next, k->next_capacity * old_words * 8);
    e->states = states;
    k->next = reserve(k->next_capacity * sizeof(State));
    release_table(in);
    in->keyed = !e->edge_capacity && W <= SHORT;
    if (!k->next || !learn(e)) return NO_MEMORY;
    in->answers.layout++;
    memset(in->filled, 0, sizeof in->filled);
    u64 most = 0, slots = in->slots;
    for (u64 i = 0; i < e->count; i++) {
        u64 filled = ++in->filled[region_of(hash(&states[i]))];
        if (filled > most) most = filled;
    }
    while (too_full(most, slots)) slots *= 2;
    if (!fresh_table(in, slots)) return NO_MEMORY;
    place_all(e, 0, 1);
    return DONE;
}
