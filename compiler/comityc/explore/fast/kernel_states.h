/* The states that were found, and a table in which they are looked up, in REGIONS, each of which one member of a team looks after.

   Where steps are kept, an entry is the number of a state. Where not, nobody asks for numbers, and a short state stands in the table
   itself, so that it is found without another look elsewhere. */

enum { AHEAD = 32, HALF = AHEAD / 2 };   /* places are fetched so many steps before they are looked at, a power of two */
#define NOWHERE 0u                       /* a free place; an entry has one more than the number, so that a new table is free all over */
#define FRESH_MARK (1u << 31)            /* in the table: the number of a newcomer of its region, which has no number of its own yet */

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

static inline int is_zero(const State *s) {
    u64 any = 0;
    for (int i = 0; i < W; i++) any |= s->w[i];
    return !any;
}

/* Put a short state into the table, from its first place on; say whether it was not there. */
static inline int put_key(Inside *in, const State *s, u64 at) {
    if (is_zero(s)) {
        int there = in->has_zero;
        in->has_zero = 1;
        return !there;
    }
    for (; !is_zero(&in->keys[at]); at = next_place(in, at)) if (same(&in->keys[at], s)) return 0;
    in->keys[at] = *s;
    return 1;
}

/* Put the states of some regions into a table of states that has none of them. */
static void put_all_keys(Engine *e, u64 first_region, u64 stride) {
    Inside *in = e->inside;
    enum { MANY = 64 };
    u64 places[MANY], numbers[MANY];
    int many = 0;
    for (u64 i = 0; i <= e->count; i++) {
        if (many == MANY || i == e->count) {
            for (int j = 0; j < many; j++) put_key(in, &e->states[numbers[j]], places[j]);
            many = 0;
        }
        if (i == e->count) break;
        u64 h = hash(&e->states[i]);
        if (region_of(h) % stride != first_region) continue;
        places[many] = first_place(in, h); numbers[many] = i;
        __builtin_prefetch(&in->keys[places[many++]], 1);
    }
}

/* Put the states of some regions into a table that has none of them. */
static void place_all(Engine *e, u64 first_region, u64 stride) {
    Inside *in = e->inside;
    if (in->keyed) { put_all_keys(e, first_region, stride); return; }
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

static void release_table(Inside *in) {
    release(in->table, in->table_bytes); release(in->keys, in->table_bytes);
    in->table = 0; in->keys = 0; in->table_bytes = 0;
}

static int fresh_table(Inside *in, u64 slots) {
    release_table(in);
    in->table_bytes = slots * REGIONS * (in->keyed ? sizeof(State) : 4);
    void *table = reserve(in->table_bytes);
    if (!table) return 0;
    if (in->keyed) in->keys = table;
    else in->table = table;
    in->slots = slots; in->numbers = (u32)(slots * REGIONS - 1); in->has_zero = 0;
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

/* Take in a state unless it was found before. Its number is told where steps are kept. */
static inline u64 find(Engine *e, const State *s, u64 h, i64 parent, i32 label) {
    Inside *in = e->inside;
    if (in->keyed) {
        if (put_key(in, s, first_place(in, h))) {
            e->states[e->count++] = *s;
            in->filled[region_of(h)]++;
        }
        return 0;
    }
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
    for (u64 who = 0; in->dull && who < n; who++) release(in->dull[who], in->sizes[who] * in->dull_size);
    for (u64 who = 0; in->patched && who < n; who++) release(in->patched[who], in->sizes[who] * sizeof(Span));
    for (u64 i = 0; in->swift && i < MOST_SWIFT; i++) if (in->swift[i]) release(in->swift[i], in->sizes[e->t->envelope_receiver[i]] * 8);
    release(in->dull, n * 8); release(in->swift, MOST_SWIFT * 8); release(in->sizes, n * 8);
    release(in->patched, n * 8); release(in->patches, in->patch_capacity * in->patch_size);
    in->dull = 0; in->swift = 0; in->sizes = 0; in->patched = 0; in->patches = 0;
}

/* Make room for what is learnt of own steps and deliveries. Where messages stay under way and no steps are kept, most deliveries lead
   nowhere and are only counted. */
static int learn(Engine *e) {
    Inside *in = e->inside;
    u64 n = (u64)e->t->instances;
    forget(e);
    in->dull_size = sizeof(State); in->patch_size = sizeof(Patch);
    in->sizes = reserve(n * 8); in->swift = reserve(MOST_SWIFT * 8);
    in->patched = reserve(n * 8);
    in->patch_capacity = 1 << 6; in->patch_count = 2;  /* 0 and 1 say something else */
    in->patches = reserve(in->patch_capacity * sizeof(Patch));
    if (!in->sizes || !in->swift || !in->patched || !in->patches) return 0;
    for (u64 who = 0; who < n; who++) {
        in->sizes[who] = e->t->local[who].mask + 1;
        in->patched[who] = reserve(in->sizes[who] * sizeof(Span));
        if (!in->patched[who]) return 0;
    }
    in->workers->swift = in->swift; in->workers->patched = in->patched; in->workers->dull = 0;
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
