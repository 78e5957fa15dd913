/* The states that were found, and where each of them stands: a table in REGIONS, each of which one member of a team looks after. */

enum { REGIONS = 8, REGION_BITS = 3 };
enum { AHEAD = 32, HALF = AHEAD / 2 };   /* places are fetched so many steps before they are looked at, a power of two */
#define NOWHERE 0u                       /* a free place; an entry has one more than the number, so that a new table is free all over */
#define FRESH_MARK (1u << 31)            /* in the table: the number of a newcomer of its region, which has no number of its own yet */

struct Inside {
    u32 *table;
    u64 slots;                           /* of one region, a power of two */
    u32 numbers;                         /* the bits of an entry that are a number; those above, but for the mark, are of the hash */
    u64 filled[REGIONS];
    Answers answers;
    Worker *workers;                     /* the first one works alone */
    State **dull; u64 **swift;
    u64 *sizes;                          /* by instance: how many local states the layout has room for */
};

static inline u64 region_of(u64 h) { return h >> (64 - REGION_BITS); }

/* What an entry has of a hash, so that most states need not be looked at to see that they are others. */
static inline u32 tag_of(const Inside *in, u64 h) { return (u32)(h >> 28) & ~in->numbers & ~FRESH_MARK; }

static inline u64 next_place(const Inside *in, u64 at) {
    return (at & ~(in->slots - 1)) | ((at + 1) & (in->slots - 1));
}

static inline u32 number_at(const Inside *in, u32 entry) { return (entry & in->numbers) - 1; }

/* The first place from here on whose entry may be that of a state with this tag, or is free. */
static inline u64 likely_place(const Inside *in, u64 at, u32 tag) {
    for (u32 there; (there = in->table[at]) != NOWHERE; at = next_place(in, at))
        if ((there & ~in->numbers & ~FRESH_MARK) == tag) break;
    return at;
}

static inline u64 first_place(const Inside *in, u64 h) {
    return region_of(h) * in->slots + (h & (in->slots - 1));
}

/* Put the states of some regions into a table that has none of them. */
static void place_all(Engine *e, u64 first_region, u64 stride) {
    Inside *in = e->inside;
    enum { MANY = 64 };
    u64 places[MANY]; u32 numbers[MANY];
    int many = 0;
    for (u64 i = 0; i <= e->count; i++) {
        if (many == MANY || (i == e->count && many)) {
            for (int j = 0; j < many; j++) {
                u64 at = places[j];
                while (in->table[at] != NOWHERE) at = next_place(in, at);
                in->table[at] = numbers[j];
            }
            many = 0;
        }
        if (i == e->count) break;
        u64 h = hash(&e->states[i]);
        if (region_of(h) % stride != first_region) continue;
        places[many] = first_place(in, h); numbers[many] = (u32)(i + 1) | tag_of(in, h);
        __builtin_prefetch(&in->table[places[many++]], 1);
    }
}

/* A table is at most so full; tags make it easy to pass by what is another's. */
static inline int too_full(u64 filled, u64 slots) { return filled * 4 > slots * 3; }

static int fresh_table(Inside *in, u64 slots) {
    u32 *table = reserve(slots * REGIONS * 4);
    if (!table) return 0;
    release(in->table, in->slots * REGIONS * 4);
    in->table = table; in->slots = slots; in->numbers = (u32)(slots * REGIONS - 1);
    return 1;
}

/* Make room for so many more states, wherever they may stand. */
static int make_room(Engine *e, u64 more) {
    Inside *in = e->inside;
    u64 most = 0;
    for (u64 r = 0; r < REGIONS; r++) if (in->filled[r] > most) most = in->filled[r];
    u64 slots = in->slots;
    while (too_full(most + more, slots)) slots *= 2;
    if (slots != in->slots) {
        if (!fresh_table(in, slots)) return 0;
        place_all(e, 0, 1);
    }
    return e->count + more <= e->capacity;
}

static inline u64 find(Engine *e, const State *s, u64 h, i64 parent, i32 label) {
    Inside *in = e->inside;
    u32 tag = tag_of(in, h);
    u64 at = likely_place(in, first_place(in, h), tag);
    for (; in->table[at] != NOWHERE; at = likely_place(in, next_place(in, at), tag)) {
        u32 there = number_at(in, in->table[at]);
        if (same(&e->states[there], s)) return there;
    }
    u64 number = e->count++;
    in->filled[region_of(h)]++;
    in->table[at] = (u32)(number + 1) | tag;
    e->states[number] = *s;
    if (e->edge_capacity) { e->parent[number] = (i32)parent; e->parent_label[number] = label; }
    return number;
}

/* ---- what is learnt for one layout */

static void forget(Engine *e) {
    Inside *in = e->inside;
    u64 n = (u64)e->t->instances;
    for (u64 who = 0; in->dull && who < n; who++) release(in->dull[who], in->sizes[who] * sizeof(State));
    for (u64 i = 0; in->swift && i < MOST_SWIFT; i++) if (in->swift[i]) release(in->swift[i], in->sizes[e->t->envelope_receiver[i]] * 8);
    release(in->dull, n * 8); release(in->swift, MOST_SWIFT * 8); release(in->sizes, n * 8);
    in->dull = 0; in->swift = 0; in->sizes = 0;
}

/* Make room for what is learnt of deliveries. Where messages stay under way and no steps are kept, most lead nowhere and are only counted. */
static int learn(Engine *e) {
    Inside *in = e->inside;
    u64 n = (u64)e->t->instances;
    forget(e);
    in->sizes = reserve(n * 8); in->swift = reserve(MOST_SWIFT * 8);
    if (!in->sizes || !in->swift) return 0;
    for (u64 who = 0; who < n; who++) in->sizes[who] = e->t->local[who].mask + 1;
    in->workers->swift = in->swift; in->workers->dull = 0;
    if (e->t->removes || e->edge_capacity) return 1;
    in->dull = reserve(n * 8);
    if (!in->dull) return 0;
    for (u64 who = 0; who < n; who++) {
        in->dull[who] = reserve(in->sizes[who] * sizeof(State));
        if (!in->dull[who]) return 0;
    }
    in->workers->dull = in->dull;
    return 1;
}
