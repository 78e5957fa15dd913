/* What the tables hold, and how they are asked for what they do not hold yet. `structures.py` has the same structures. */

typedef struct { u64 w[W]; } State;
typedef struct { u32 word, shift; u64 mask; } Field;

enum { OWN, DELIVER, FAULTS, FATE, REST, APPLY, APPEND, FILTER, FRESH, FORGE,
       LOSING, PART, ALARM, LABEL, TIME, LATER, ENVELOPE_LATER, QUEUE_LATER, BRANCH, NUMBERED };  /* what may be asked for */
enum { UNKNOWN = -1, BLOCKED = -2, FIRST_BRANCH = -3 };  /* in place of a row; of a model it may depend on other parts of the state */
enum { ROW_NOTHING, ROW_DEFERRED };
enum { NOT_TAKEN = 1, PLAIN = 2 };     /* flags of a move; a plain one changes the local state of its instance and nothing else */
enum { KEEP = 1, DROP = 2, LEARN = 3 };                                                   /* fates of a message sent */
enum { NOTE_CUT = 1, NOTE_BROKEN = 2, STUCK = 4, NOTE_HOLDS = 8 };                        /* flags of a state */
enum { DONE, NEW_LAYOUT, LIMIT, STOPPED, NO_MEMORY };                                     /* why `expand` returns */

typedef struct { u32 local, operation, sends, send_count, sweep, label, kept_label, note, flags, writes, write_count; } Move;
typedef struct { u32 first, last, note, fresh; } Row;
typedef struct { u32 part; i32 change; } Write;           /* a part of the state that a move of a model changes, and by how much */
typedef struct { u32 label, after, fault; } WorldMove;
typedef struct { u32 first, last; i32 lose, duplicate, strikes, known, cut, heals; u32 first_split, last_split; } Rest;
typedef struct { u32 after, cut; } Split;                 /* the rest once the network has fallen apart, and how */
typedef struct { i32 row, known; i64 soonest, limit; } Alarm;  /* the timers of a local state: their steps, and what they let pass */
typedef struct { u32 first, last; } Span;
typedef struct { u32 envelope, without; } Waiting;       /* an envelope of a queue, and the queue without it */
typedef struct { u32 label, after; } Change;             /* a loss or a duplicate in a queue, and the queue after it */

typedef struct {
    /* the layout of a state */
    i32 instances, lanes, wide_lanes, removes;
    i32 keeps, copies, sorts, loses;
    i32 doubles, strikes, liars, has_fresh;
    i32 most, full_note;       /* how many messages may be under way (-1: any number), and what is said then */
    i32 holds_up, parts;       /* a cut holds messages up instead of losing them; the network may fall apart */
    i32 tick, ages, kinds;     /* the step of time (0: there is no clock); messages hold moments; copies differ in these */
    Field *local, *lane, *rest;
    i32 *wide;                 /* the lanes of more than one bit */
    i32 *lane_of_bit;          /* [W * 64] */
    u64 *bits;                 /* [W]: the lanes of one bit */
    /* lanes: one for each envelope where there is no order, one for each sender and receiver where there is */
    i32 *lane_receiver, *lane_envelope; /* lane_envelope is -1 for a queue */
    i32 *envelope_lane, *envelope_receiver, *envelope_kind;
    i32 *lane_link;                     /* sender times instances plus receiver */
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
    Write *writes;
    u32 *branches;             /* by branch: which part of the state decides; parts go by the places of their fields behind `local` */
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
    /* cuts and clocks */
    u8 *cut_links;             /* [cut * instances * instances + link]: whether a cut hits a link; cut 0 hits none */
    Split *splits;
    Alarm **alarms;            /* [instance][local] */
    u8 *label_holds;           /* by label: HOLDS where time waits for such a step */
} Tables;

typedef i64 (*Ask)(i32 kind, i64 a, i64 b, i64 c);

typedef struct Inside Inside;

typedef struct {
    Tables *t;
    Ask ask;
    i32 stop, new_layout;      /* set while asked */
    i32 threads;               /* how many may work at once */
    /* the states */
    u64 count, capacity, limit;
    State *states;
    u8 *flags;
    i32 *parent, *parent_label;  /* as the edges, kept or not */
    /* the edges, when they are kept */
    u64 edge_count, edge_capacity;
    i32 *edge_target, *edge_label;
    u64 *offsets;
    u64 steps;                 /* how many there are, also when they are not kept */
    u64 expanded;
    Inside *inside;            /* what Python does not look at */
} Engine;

typedef struct { u64 a, b; } Key;                         /* the kind of question stands in the upper bits of `a` */

/* Answers to questions of two numbers, each asked once. */
typedef struct { Key *keys; i32 *values; u64 slots, count; i32 layout; } Answers;   /* `layout` counts how often states were laid out anew */

enum { BATCH = 256, ENOUGH = 1024 };     /* so many states, or steps, are gathered before they are looked up */
enum { MOST_MISSED = 512 };              /* so many states of which something is not known are met before somebody asks */

/* A step in which bits of the state go and come and nothing has to be asked: what stays of it, and what is added. */
typedef struct { State stays, added; u32 label, sweep; } Patch;

/* Steps for one region of the table; `place` is where each stands among the steps of its finder. Without edges, states alone. */
typedef struct { State *state; u32 *source, *place; i32 *label; u64 count, capacity; } Outbox;

/* States of one region that are new, before they have numbers; `wanted` are the edges that lead to them. */
typedef struct {
    State *state; i32 *parent, *label; u64 *at; u64 count, capacity;
    u64 *wanted_edge; u32 *wanted; u64 wanted_count, wanted_capacity;
} Newcomers;

/* One who finds steps. Of a team, nobody may ask: who misses something says so, and goes on with the next state. */
typedef struct {
    Engine *e;
    Tables *t;
    Answers *answers;
    State **dull;              /* dull[instance][local]: the lanes of which nothing new comes; 0 where that is not looked at */
    u64 **swift;               /* swift[envelope][local]: what most deliveries need, in one number */
    Span **patched;            /* patched[instance][local]: its own steps among the patches, where all of them are such */
    int alone;
    State *next; i32 *next_label; u64 next_count, next_capacity;
    u64 *hashes; u64 hash_capacity;
    u64 quiet;                 /* steps to the state itself that are counted and not looked up */
    jmp_buf away;
    /* in a team */
    u64 first, last;           /* the states that are its share */
    u64 ends[BATCH], from[BATCH];  /* of the states whose steps are gathered: where these end, and which states they are */
    Outbox *out;               /* one for each region */
    State *recent;             /* where steps led a moment ago */
    u64 step_count, base;      /* how many steps it found, and how many edges there are before them */
    u64 missed[MOST_MISSED], missed_count;
    int failed;
} Worker;

enum { REGIONS = 8, REGION_BITS = 3 };
enum { SHORT = 2 };                      /* a state of at most so many words is short */

typedef struct Team Team;

struct Inside {
    u32 *table;                          /* one of the two: by numbers, or the states themselves */
    State *keys;
    int keyed, has_zero;                 /* a state all of whose bits are 0 looks like a free place, and is kept in mind instead */
    u64 slots, table_bytes;              /* the slots of one region, a power of two */
    u32 numbers;                         /* the bits of an entry that are a number; those above, but for the mark, are of the hash */
    u64 filled[REGIONS];
    Answers answers;
    Worker *workers;                     /* the first one works alone */
    Team *team;                          /* once there was one */
    State **dull; u64 **swift; Span **patched;
    Patch *patches; u32 patch_count, patch_capacity;
    u64 dull_size, patch_size;           /* of one entry: who gives them back may be a kernel for longer states */
    u64 *sizes;                          /* by instance: how many local states the layout has room for */
};

static i64 held_bytes;                   /* reserved and not given back by this kernel: what another one took over is below zero here */

static void *reserve(u64 bytes) {
    void *p = mmap(0, bytes ? bytes : 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) return 0;
    __atomic_add_fetch(&held_bytes, (i64)bytes, __ATOMIC_RELAXED);
#ifdef MADV_HUGEPAGE
    /* Places are looked up at random: fewer pages are found sooner. What is small does not take a whole one. */
    if (bytes >= 2 * HUGE) madvise((char *)p + HUGE, bytes - HUGE, MADV_HUGEPAGE);
#endif
    return p;
}

static void release(void *p, u64 bytes) {
    if (!p) return;
    __atomic_sub_fetch(&held_bytes, (i64)bytes, __ATOMIC_RELAXED);
    munmap(p, bytes ? bytes : 1);
}

enum { HOLDS = 1, LETS_PASS = 2 };          /* what a step is to time, while it is owed */
#define NEVER INT64_MAX

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

