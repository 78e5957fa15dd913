/* Some states at a time, by a team: each member finds the steps of its share, then looks after its regions of the table.

   Nothing is shared that anybody writes, so what comes out does not depend on who is quicker: new states are numbered by
   region, and within one in the order of the steps that lead to them. */

#include <pthread.h>

static int expand_alone(Engine *e, u64 last);

enum { GENERATE, INSERT, PLACE, REGROW, LEAVE };
enum { RECENT = 1 << 13, AWAKE = 1 << 14 };
enum { LEAST_ROUND = 1 << 12, MOST_ROUND = 1 << 16, WORTH_A_TEAM = 1 << 14 };

typedef struct { pthread_mutex_t lock; pthread_cond_t all_there; int size, waiting, turn; } Barrier;

struct Team {
    Engine *e;
    Worker *members;                     /* and behind them one who catches up on what they miss */
    int size;
    u64 misses;
    Newcomers newcomers[REGIONS];
    u64 base[REGIONS];                   /* the number of the first newcomer of each region */
    int task;
    Barrier barrier;
};

typedef struct { Team *team; int number; } Member;

static inline void rest_a_moment(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

/* Wait for all others: for a moment awake, as most are soon there, then asleep. */
static void meet(Barrier *b) {
    pthread_mutex_lock(&b->lock);
    int turn = b->turn;
    if (++b->waiting == b->size) {
        b->waiting = 0;
        __atomic_store_n(&b->turn, turn + 1, __ATOMIC_RELEASE);
        pthread_cond_broadcast(&b->all_there);
    } else {
        pthread_mutex_unlock(&b->lock);
        for (int i = 0; i < AWAKE && __atomic_load_n(&b->turn, __ATOMIC_ACQUIRE) == turn; i++) rest_a_moment();
        pthread_mutex_lock(&b->lock);
        while (b->turn == turn) pthread_cond_wait(&b->all_there, &b->lock);
    }
    pthread_mutex_unlock(&b->lock);
}

static int widen(void **p, u64 before, u64 after) {
    void *wider = reserve(after);
    if (!wider) return 0;
    if (*p) memcpy(wider, *p, before);
    release(*p, before);
    *p = wider;
    return 1;
}

/* ---- steps */

static int widen_outbox(Outbox *box, int edges) {
    u64 n = box->capacity, m = n ? 2 * n : 1 << 12;
    if (!widen((void **)&box->state, n * sizeof(State), m * sizeof(State))) return 0;
    if (edges && (!widen((void **)&box->source, n * 4, m * 4) || !widen((void **)&box->label, n * 4, m * 4) ||
                  !widen((void **)&box->place, n * 4, m * 4))) return 0;
    box->capacity = m;
    return 1;
}

/* Sort the steps of so many states that were gathered by region. Without edges, a step to where one led a moment ago is passed by. */
static void hand_out(Worker *k, u64 ready) {
    u64 i = 0;
    int edges = k->e->edge_capacity != 0;
    for (u64 state = 0; state < ready; state++) {
        u32 source = (u32)(k->from[state] - k->first);
        for (; i < k->ends[state]; i++) {
            u64 h = hash(&k->next[i]);
            State *like = &k->recent[(h >> 32) % RECENT];
            if (!edges) {
                if (same(like, &k->next[i])) continue;
                *like = k->next[i];
            }
            Outbox *box = &k->out[region_of(h)];
            if (box->count == box->capacity && !widen_outbox(box, edges)) { k->failed = 1; return; }
            u64 at = box->count++;
            box->state[at] = k->next[i];
            if (!edges) continue;
            box->source[at] = source; box->label[at] = k->next_label[i]; box->place[at] = (u32)(k->step_count + i);
        }
        if (edges) k->e->offsets[k->from[state] + 1] = k->step_count + i;
    }
    k->step_count += i;
    k->next_count = 0;
}

static void begin_share(Worker *k) {
    k->next_count = k->step_count = k->missed_count = k->quiet = 0; k->failed = 0;
    for (int r = 0; r < REGIONS; r++) k->out[r].count = 0;
    for (u64 i = 0; i < RECENT; i++) k->recent[i] = k->e->states[0];
}

static void generate_one(Worker *k, u64 index, u64 ready) {
    Engine *e = k->e;
    State s = e->states[index];
    e->flags[index] = successors(k, &s, index);
    k->from[ready] = index; k->ends[ready] = k->next_count;
}

static void generate(Worker *k) {
    volatile u64 index = k->first, ready = 0, quiet = 0;
    begin_share(k);
    if (setjmp(k->away)) {
        if (k->e->stop || k->missed_count == MOST_MISSED) return;
        k->missed[k->missed_count++] = index;
        k->next_count = ready ? k->ends[ready - 1] : 0; k->quiet = quiet;
        if (k->e->edge_capacity) k->e->offsets[index + 1] = 0;
        index++;
    }
    for (; index < k->last; index++) {
        if (ready == BATCH || k->next_count >= ENOUGH) {
            hand_out(k, ready);
            if (k->failed) return;
            ready = 0;
        }
        generate_one(k, index, ready);
        ready++; quiet = k->quiet;
    }
    hand_out(k, ready);
}

/* Ask for what was missed, and find these steps too: 0 where the states have to be laid out anew first. */
static int catch_up(Worker *k, const Worker *members, int size, u64 first) {
    k->first = first;
    begin_share(k);
    if (setjmp(k->away)) return 0;
    for (int m = 0; m < size; m++)
        for (u64 i = 0; i < members[m].missed_count; i++) {
            generate_one(k, members[m].missed[i], 0);
            hand_out(k, 1);
            if (k->failed) return 1;
        }
    return 1;
}

/* ---- new states */

#define NO_NEWCOMER (~0u)                /* there is no room for it */

static int widen_newcomers(Newcomers *n, int edges) {
    u64 c = n->capacity, m = c ? 2 * c : 1 << 12;
    if (!widen((void **)&n->state, c * sizeof(State), m * sizeof(State)) || !widen((void **)&n->at, c * 8, m * 8)) return 0;
    if (edges && (!widen((void **)&n->parent, c * 4, m * 4) || !widen((void **)&n->label, c * 4, m * 4))) return 0;
    n->capacity = m;
    return 1;
}

/* Take in the state of a step that stands in an outbox, which leads there from a member's share. */
static u32 newcomer(Newcomers *n, const Worker *k, const Outbox *box, u64 step, u64 at) {
    int edges = k->e->edge_capacity != 0;
    if (n->count == n->capacity && !widen_newcomers(n, edges)) return NO_NEWCOMER;
    n->state[n->count] = box->state[step]; n->at[n->count] = at;
    if (edges) { n->parent[n->count] = (i32)(k->first + box->source[step]); n->label[n->count] = box->label[step]; }
    return (u32)n->count++;
}

static int want(Newcomers *n, u64 edge, u32 newcomer) {
    if (n->wanted_count == n->wanted_capacity) {
        u64 c = n->wanted_capacity, m = c ? 2 * c : 1 << 12;
        if (!widen((void **)&n->wanted_edge, c * 8, m * 8) || !widen((void **)&n->wanted, c * 4, m * 4)) return 0;
        n->wanted_capacity = m;
    }
    n->wanted_edge[n->wanted_count] = edge; n->wanted[n->wanted_count++] = newcomer;
    return 1;
}

/* Look up the steps that lead into a region, in a table of numbers. */
static int insert_by_number(Team *team, u64 region) {
    Engine *e = team->e;
    Inside *in = e->inside;
    Newcomers *n = &team->newcomers[region];
    for (int m = 0; m <= team->size; m++) {
        const Worker *k = &team->members[m];
        const Outbox *box = &k->out[region];
        u64 places[AHEAD]; u32 tags[AHEAD];
        for (u64 i = 0; i < box->count + AHEAD; i++) {
            if (i >= AHEAD) {
                u64 j = i - AHEAD, at = places[j % AHEAD];
                u32 there, tag = tags[j % AHEAD];
                const State *s = &box->state[j];
                for (at = likely_place(in, at, tag); (there = in->table[at]) != NOWHERE; at = likely_place(in, next_place(in, at), tag)) {
                    u32 number = number_at(in, there);
                    if (same(there & FRESH_MARK ? &n->state[number] : &e->states[number], s)) break;
                }
                if (there == NOWHERE) {
                    u32 number = newcomer(n, k, box, j, at);
                    if (number == NO_NEWCOMER) return 0;
                    there = in->table[at] = (number + 1) | tag | FRESH_MARK;
                }
                if (e->edge_capacity) {
                    u64 edge = k->base + box->place[j];
                    e->edge_label[edge] = box->label[j];
                    if (!(there & FRESH_MARK)) e->edge_target[edge] = (i32)number_at(in, there);
                    else if (!want(n, edge, number_at(in, there))) return 0;
                }
            }
            if (i < box->count) {
                u64 h = hash(&box->state[i]), at = places[i % AHEAD] = first_place(in, h);
                tags[i % AHEAD] = tag_of(in, h);
                __builtin_prefetch(&in->table[at], 1);
            }
            if (i >= HALF && i - HALF < box->count) {
                u64 *at = &places[(i - HALF) % AHEAD];
                *at = likely_place(in, *at, tags[(i - HALF) % AHEAD]);
                u32 there = in->table[*at];
                if (there != NOWHERE && !(there & FRESH_MARK)) __builtin_prefetch(&e->states[number_at(in, there)], 0);
            }
        }
    }
    return 1;
}

/* The same in a table of the states themselves. */
static int insert_by_key(Team *team, u64 region) {
    Inside *in = team->e->inside;
    Newcomers *n = &team->newcomers[region];
    for (int m = 0; m <= team->size; m++) {
        const Worker *k = &team->members[m];
        const Outbox *box = &k->out[region];
        u64 places[AHEAD];
        for (u64 i = 0; i < box->count + AHEAD; i++) {
            if (i >= AHEAD) {
                u64 j = i - AHEAD, at = places[j % AHEAD];
                if (put_key(in, &box->state[j], at) && newcomer(n, k, box, j, at) == NO_NEWCOMER) return 0;
            }
            if (i < box->count) {
                u64 at = places[i % AHEAD] = first_place(in, hash(&box->state[i]));
                __builtin_prefetch(&in->keys[at], 1);
            }
        }
    }
    return 1;
}

static int insert(Team *team, u64 region) {
    Inside *in = team->e->inside;
    Newcomers *n = &team->newcomers[region];
    n->count = n->wanted_count = 0;
    int done = in->keyed ? insert_by_key(team, region) : insert_by_number(team, region);
    in->filled[region] += n->count;
    return done;
}

/* Give the newcomers of a region their numbers. */
static void place(Team *team, u64 region) {
    Engine *e = team->e;
    const Newcomers *n = &team->newcomers[region];
    u64 base = team->base[region];
    if (n->count) memcpy(&e->states[base], n->state, n->count * sizeof(State));
    if (n->count && e->edge_capacity) {
        memcpy(&e->parent[base], n->parent, n->count * 4);
        memcpy(&e->parent_label[base], n->label, n->count * 4);
    }
    Inside *in = e->inside;
    for (u64 i = 0; i < n->count && !in->keyed; i++)
        in->table[n->at[i]] = (in->table[n->at[i]] & ~in->numbers & ~FRESH_MARK) | (u32)(base + i + 1);
    for (u64 i = 0; i < n->wanted_count; i++) e->edge_target[n->wanted_edge[i]] = (i32)(base + n->wanted[i]);
}

/* ---- the team */

static void work(Team *team, int number) {
    Worker *k = &team->members[number];
    Engine *e = team->e;
    switch (team->task) {
        case GENERATE: generate(k); break;
        case INSERT:
            if (e->edge_capacity) for (u64 i = k->first; i < k->last; i++) e->offsets[i + 1] += k->base;
            for (u64 r = (u64)number; r < REGIONS; r += (u64)team->size) if (!insert(team, r)) k->failed = 1;
            break;
        case PLACE: for (u64 r = (u64)number; r < REGIONS; r += (u64)team->size) place(team, r); break;
        case REGROW: place_all(e, (u64)number, (u64)team->size); break;
    }
}

static void *attend(void *argument) {
    Member *member = argument;
    for (;;) {
        meet(&member->team->barrier);
        if (member->team->task == LEAVE) return 0;
        work(member->team, member->number);
        meet(&member->team->barrier);
    }
}

static void together(Team *team, int task) {
    team->task = task;
    meet(&team->barrier);
    if (task == LEAVE) return;
    work(team, 0);
    meet(&team->barrier);
}

static int has_failed(const Team *team) {
    for (int m = 0; m <= team->size; m++) if (team->members[m].failed) return 1;
    return 0;
}

/* Whether a round has to begin again once what was missed is known: the edges of a state stand beside those of the state before it,
   and of a member that met too much to tell, the rest is still to be done. */
static int begins_again(const Team *team) {
    int again = 0;
    for (int m = 0; m < team->size; m++) {
        u64 missed = team->members[m].missed_count;
        again |= missed == MOST_MISSED || (missed && team->e->edge_capacity);
    }
    return again;
}

/* Take every step from `e->expanded` up to `last`, which are of one level. */
static int round_of(Team *team, u64 last) {
    Engine *e = team->e;
    Inside *in = e->inside;
    u64 first = e->expanded, share = (last - first + (u64)team->size - 1) / (u64)team->size;
    Worker *late = &team->members[team->size];
    int again;
    do {
        for (int m = 0; m < team->size; m++) {
            Worker *k = &team->members[m];
            k->first = first + (u64)m * share < last ? first + (u64)m * share : last;
            k->last = k->first + share < last ? k->first + share : last;
        }
        together(team, GENERATE);
        if (e->stop || has_failed(team)) return NO_MEMORY;
        again = begins_again(team);
        if (!catch_up(late, team->members, team->size, first)) return e->stop ? STOPPED : NEW_LAYOUT;
        team->misses += late->step_count > 0;
    } while (again);
    u64 edges = e->edge_count;
    int tight = 0;
    for (int m = 0; m <= team->size; m++) { team->members[m].base = edges; edges += team->members[m].step_count; }
    if (e->edge_capacity && edges > e->edge_capacity) return NO_MEMORY;
    u64 slots = in->slots;
    do {
        tight = 0;
        for (u64 r = 0; r < REGIONS; r++) {
            u64 more = 0;
            for (int m = 0; m <= team->size; m++) more += team->members[m].out[r].count;
            if (too_full(in->filled[r] + more, slots)) tight = 1;
        }
        if (tight) slots *= 2;
    } while (tight);
    if (slots != in->slots) {
        if (!fresh_table(in, slots)) return NO_MEMORY;
        together(team, REGROW);
    }
    together(team, INSERT);
    if (has_failed(team)) return NO_MEMORY;
    u64 number = e->count;
    for (int r = 0; r < REGIONS; r++) { team->base[r] = number; number += team->newcomers[r].count; }
    if (number > e->capacity) return NO_MEMORY;
    together(team, PLACE);
    e->count = number; e->edge_count = edges; e->expanded = last;
    for (int m = 0; m <= team->size; m++) {
        const Worker *k = &team->members[m];
        e->steps += k->step_count + k->quiet;
    }
    return e->count > e->limit ? LIMIT : DONE;
}

static void release_team(Team *team) {
    for (int r = 0; r < REGIONS; r++) {
        Newcomers *n = &team->newcomers[r];
        release(n->state, n->capacity * sizeof(State));
        if (n->parent) release(n->parent, n->capacity * 4);
        if (n->label) release(n->label, n->capacity * 4);
        release(n->at, n->capacity * 8); release(n->wanted_edge, n->wanted_capacity * 8); release(n->wanted, n->wanted_capacity * 4);
    }
    for (int m = 0; team->members && m <= team->size; m++) {
        Worker *k = &team->members[m];
        for (int r = 0; k->out && r < REGIONS; r++) {
            Outbox *box = &k->out[r];
            release(box->state, box->capacity * sizeof(State));
            if (box->source) release(box->source, box->capacity * 4);
            if (box->label) release(box->label, box->capacity * 4);
            if (box->place) release(box->place, box->capacity * 4);
        }
        release(k->out, REGIONS * sizeof(Outbox)); release(k->recent, RECENT * sizeof(State));
        release(k->next, k->next_capacity * sizeof(State)); release(k->next_label, k->next_capacity * 4);
    }
    release(team->members, (u64)(team->size + 1) * sizeof(Worker));
    release(team, sizeof *team);
}

static void dismiss(Engine *e) {
    if (e->inside->team) release_team(e->inside->team);
    e->inside->team = 0;
}

static int make_team(Engine *e) {
    Team *team = e->inside->team = reserve(sizeof *team);
    if (!team) return 0;
    team->e = e; team->size = e->threads < REGIONS ? e->threads : REGIONS;
    team->members = reserve((u64)(team->size + 1) * sizeof(Worker));
    if (!team->members) return 0;
    for (int m = 0; m <= team->size; m++) {
        Worker *k = &team->members[m];
        k->e = e; k->t = e->t; k->answers = &e->inside->answers;
        k->next_capacity = 1 << 12;
        k->next = reserve(k->next_capacity * sizeof(State)); k->next_label = reserve(k->next_capacity * 4);
        k->out = reserve(REGIONS * sizeof(Outbox)); k->recent = reserve(RECENT * sizeof(State));
        k->alone = m == team->size;
        if (!k->next || !k->next_label || !k->out || !k->recent) return 0;
    }
    return 1;
}

/* Have a team, as long as the layout stays as it is: its memory is the same from level to level. */
static Team *team_of(Engine *e) {
    if (!e->inside->team && !make_team(e)) return 0;
    Team *team = e->inside->team;
    for (int m = 0; m <= team->size; m++) {
        Worker *k = &team->members[m];
        k->dull = e->inside->dull; k->swift = e->inside->swift; k->patched = e->inside->patched;
    }
    return team;
}

/* Take every step from `e->expanded` up to `last` by as many as there may be. */
static int expand_together(Engine *e, u64 last) {
    Member members[REGIONS];
    pthread_t threads[REGIONS];
    Team *team = team_of(e);
    if (!team) return NO_MEMORY;
    pthread_mutex_init(&team->barrier.lock, 0); pthread_cond_init(&team->barrier.all_there, 0);
    team->barrier.size = team->size;
    int there = 1, status = DONE;
    for (; there < team->size; there++) {
        members[there] = (Member){team, there};
        if (pthread_create(&threads[there], 0, attend, &members[there])) break;
    }
    if (there == team->size) {
        u64 size = LEAST_ROUND;
        while (status == DONE && e->expanded < last) {
            u64 misses = team->misses, upto = e->expanded + size < last ? e->expanded + size : last;
            status = round_of(team, upto);
            if ((team->misses == misses || !e->edge_capacity) && size < MOST_ROUND) size *= 2;
        }
        together(team, LEAVE);
    } else {  /* the system gives no more threads: those that came are sent away, and one works alone */
        pthread_mutex_lock(&team->barrier.lock);
        team->barrier.size = there; team->task = LEAVE;
        pthread_mutex_unlock(&team->barrier.lock);
        meet(&team->barrier);
        e->threads = 1;
    }
    for (int m = 1; m < there; m++) pthread_join(threads[m], 0);
    pthread_mutex_destroy(&team->barrier.lock); pthread_cond_destroy(&team->barrier.all_there);
    return e->threads == 1 ? expand_alone(e, last) : status;
}
