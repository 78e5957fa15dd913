/* What is asked of a graph of states and steps, all of it in one or a few passes over the steps.
 *
 * The steps of state s stand at offsets[s] up to offsets[s + 1], each with its target and its label. Masks have a byte for each state or
 * label. Nothing is kept between two calls. What needs memory of its own says -1 when there is none.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef int32_t i32;
typedef int64_t i64;
typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;

typedef struct {
    i64 count; /* of states */
    const i64 *offsets;
    const i32 *targets, *labels;
} Graph;

/* ---- what can be reached */

/* Take in the states from which a path of usable steps leads to what is reached; `open` has room for every state. */
void reach_backward(const Graph *g, const u8 *usable, u8 *reached, i32 *open) {
    i64 left = 0;
    for (i64 s = g->count - 1; s >= 0; s--)
        if (!reached[s]) open[left++] = (i32)s;
    for (i64 before = -1; before != left && left;) {
        before = left;
        left = 0;
        for (i64 at = 0; at < before; at++) {
            i64 s = open[at], e = g->offsets[s], end = g->offsets[s + 1];
            while (e < end && !(reached[g->targets[e]] && usable[g->labels[e]])) e++;
            if (e < end) reached[s] = 1;
            else open[left++] = (i32)s;
        }
    }
}

/* Take in the states of the region to which a path through it leads from what is reached; `waiting` has room for every state. */
void reach_forward(const Graph *g, const u8 *region, u8 *reached, i32 *waiting) {
    i64 end = 0;
    for (i64 s = 0; s < g->count; s++)
        if (reached[s]) waiting[end++] = (i32)s;
    for (i64 at = 0; at < end; at++) {
        i64 s = waiting[at];
        for (i64 e = g->offsets[s]; e < g->offsets[s + 1]; e++) {
            i32 t = g->targets[e];
            if (region[t] && !reached[t]) {
                reached[t] = 1;
                waiting[end++] = t;
            }
        }
    }
}

/* Find the states that have a step with one of these labels, by whether it leads away or back to the state itself. */
void with_step(const Graph *g, const u8 *away, const u8 *back, u8 *found) {
    for (i64 s = 0; s < g->count; s++) {
        i64 e = g->offsets[s], end = g->offsets[s + 1];
        while (e < end && !(g->targets[e] == s ? back : away)[g->labels[e]]) e++;
        found[s] = e < end;
    }
}

/* ---- cycles */

enum { UNMET = 0, OUTSIDE = -1 }; /* else its number in the order of the search */

/* Leave out states from which no step stays inside, a few times over. Most steps lead to a later state, so that finds most of them. */
static i64 trim(const Graph *g, i32 *number) {
    i64 left = g->count;
    for (i64 gone = left; gone * 8 > left;) {
        gone = left = 0;
        for (i64 s = g->count - 1; s >= 0; s--) {
            if (number[s] == OUTSIDE) continue;
            i64 e = g->offsets[s], end = g->offsets[s + 1];
            while (e < end && (g->targets[e] == s || number[g->targets[e]] == OUTSIDE)) e++;
            if (e < end) left++;
            else number[s] = OUTSIDE, gone++;
        }
    }
    return left;
}

typedef struct {
    i64 at; /* the next step to look at */
    i32 state, low;
} Visit;

/* Number the strongly connected components of more than one state among those inside; -1 for every other state (Tarjan). */
i64 components(const Graph *g, const u8 *inside, i32 *parts) {
    i64 n = g->count, met = 0, found = 0, open = 0;
    i32 *number = malloc((n + 1) * sizeof(i32));
    if (!number) return -1;
    for (i64 s = 0; s < n; s++) number[s] = inside[s] ? UNMET : OUTSIDE, parts[s] = -1;
    i64 left = trim(g, number);
    i32 *stack = malloc((left + 1) * sizeof(i32));
    Visit *path = malloc((left + 1) * sizeof(Visit));
    if (!stack || !path) found = -1;
    for (i64 root = 0; root < n && found >= 0; root++) {
        if (number[root] != UNMET) continue;
        Visit *v = path;
        *v = (Visit){g->offsets[root], (i32)root, number[root] = (i32)++met};
        stack[open++] = (i32)root;
        while (v >= path) {
            i64 end = g->offsets[v->state + 1];
            i32 next = -1;
            while (v->at < end && next < 0) {
                i32 t = g->targets[v->at++];
                if (number[t] == UNMET) next = t;
                else if (number[t] != OUTSIDE && number[t] < v->low) v->low = number[t];
            }
            if (next >= 0) {
                stack[open++] = next;
                *++v = (Visit){g->offsets[next], next, number[next] = (i32)++met};
                continue;
            }
            if (v->low == number[v->state]) { /* what stands above it on the stack goes round through it */
                i64 begin = open;
                do number[stack[--begin]] = OUTSIDE;
                while (stack[begin] != v->state);
                if (open - begin > 1) {
                    for (i64 i = begin; i < open; i++) parts[stack[i]] = (i32)found;
                    found++;
                }
                open = begin;
            } else if (v->low < v[-1].low) {
                v[-1].low = v->low;
            }
            v--;
        }
    }
    free(number), free(stack), free(path);
    return found;
}

/* ---- what is owed: rows of `words` words, one for each label, state or part */

/* Find what is enabled in each state, and whether a run may stop there: all of that is met by steps that lead back to it. */
void enabled_in(const Graph *g, i64 words, const u64 *owed, u64 *enabled, u8 *may_stop) {
    for (i64 s = 0; s < g->count; s++) {
        u64 *here = enabled + s * words;
        for (i64 w = 0; w < words; w++) {
            u64 all = 0, met = 0;
            for (i64 e = g->offsets[s]; e < g->offsets[s + 1]; e++) {
                u64 row = owed[g->labels[e] * words + w];
                all |= row;
                if (g->targets[e] == s) met |= row;
            }
            here[w] = all;
            may_stop[s] &= !(all & ~met);
        }
    }
}

/* Find what the steps within each part meet, and what is enabled in all and in any of its states; the rows come in neutral. */
void owed_in_parts(const Graph *g, i64 words, const u64 *owed, const u64 *enabled, const i32 *parts, u64 *met, u64 *always, u64 *ever) {
    for (i64 s = 0; s < g->count; s++) {
        if (parts[s] < 0) continue;
        i64 part = parts[s] * words;
        for (i64 w = 0; w < words; w++) {
            always[part + w] &= enabled[s * words + w];
            ever[part + w] |= enabled[s * words + w];
        }
        for (i64 e = g->offsets[s]; e < g->offsets[s + 1]; e++) {
            if (parts[g->targets[e]] != parts[s]) continue;
            for (i64 w = 0; w < words; w++) met[part + w] |= owed[g->labels[e] * words + w];
        }
    }
}

/* ---- sets of keys, which are numbered as they first appear: a table where they are small, else a hash table that grows */

typedef struct {
    u32 *numbers; /* 0: not met; else the number, counted from 1 */
    u64 *keys;    /* none in a table */
    u64 size, count;
} Keys;

static int begin(Keys *k, u64 bound, u64 most) {
    int small = bound <= (1u << 16) || bound / 8 <= most;
    k->size = small ? bound : 1u << 16;
    k->count = 0;
    k->numbers = calloc(k->size, sizeof(u32));
    k->keys = small ? NULL : malloc(k->size * sizeof(u64));
    return k->numbers && (small || k->keys);
}

static void end(Keys *k) {
    free(k->numbers), free(k->keys);
}

static u64 mixed(u64 key) {
    key ^= key >> 32;
    key *= 0x9e3779b97f4a7c15u;
    return key ^ key >> 29;
}

static u32 *slot(const Keys *k, u64 key) {
    if (!k->keys) return &k->numbers[key];
    u64 at = mixed(key) & (k->size - 1);
    while (k->numbers[at] && k->keys[at] != key) at = (at + 1) & (k->size - 1);
    k->keys[at] = key;
    return &k->numbers[at];
}

static int grow(Keys *k) {
    Keys larger = {calloc(2 * k->size, sizeof(u32)), malloc(2 * k->size * sizeof(u64)), 2 * k->size, k->count};
    if (!larger.numbers || !larger.keys) {
        end(&larger);
        return 0;
    }
    for (u64 i = 0; i < k->size; i++)
        if (k->numbers[i]) *slot(&larger, k->keys[i]) = k->numbers[i];
    end(k);
    *k = larger;
    return 1;
}

/* Return the number of a key, counted from 1; `fresh` says whether it was met for the first time. 0: there is no memory. */
static u32 number_of(Keys *k, u64 key, int *fresh) {
    u32 *found = slot(k, key);
    *fresh = !*found;
    if (!*fresh) return *found;
    u32 number = *found = (u32)++k->count;
    return k->keys && k->count * 2 > k->size && !grow(k) ? 0 : number;
}

/* ---- classes */

typedef struct {
    u32 word, shift;
    u64 mask; /* not shifted */
} Field;

enum { REMEMBERED = 1 << 13 };

static void forget(u64 *known, u64 words) {
    memset(known, 0, REMEMBERED * (words + 1) * sizeof(u64));
}

/* Sort packed states into classes by what the tables make of some of their fields: `first` is the first state of each, and `of`, where it is
 * asked for, the class of each state. States that agree in these fields stand near each other, so what was lately met is remembered. A
 * state's words stand `across` from each other, and states `down`. */
i64 classify(i64 count, i64 words, const u64 *rows, i64 down, i64 across, i64 parts, const Field *fields, const i32 **tables, const u64 *widths, u64 bound, i32 *of, i64 *first) {
    Keys keys = {0};
    u64 *known = malloc(REMEMBERED * (words + 1) * sizeof(u64)), *seen = calloc(words, sizeof(u64));
    int fits = known && seen && begin(&keys, bound, count);
    for (i64 p = 0; p < parts && fits; p++) seen[fields[p].word] |= fields[p].mask << fields[p].shift;
    if (fits) forget(known, words);
    for (i64 s = 0; s < count && fits; s++) {
        const u64 *row = rows + s * down;
        u64 h = 0;
        for (i64 w = 0; w < words; w++) h = (h ^ (row[w * across] & seen[w])) * 0x9e3779b97f4a7c15u;
        u64 *lately = known + (h >> 51) * (words + 1);
        u64 differs = !lately[words];
        for (i64 w = 0; w < words; w++) differs |= lately[w] ^ (row[w * across] & seen[w]);
        if (differs) {
            u64 key = 0;
            int fresh;
            for (i64 p = 0; p < parts; p++)
                key = key * widths[p] + (u64)tables[p][row[fields[p].word * across] >> fields[p].shift & fields[p].mask];
            u32 number = number_of(&keys, key, &fresh);
            fits = number != 0;
            if (fresh && fits) first[number - 1] = s;
            for (i64 w = 0; w < words; w++) lately[w] = row[w * across] & seen[w];
            lately[words] = number;
        }
        if (of) of[s] = (i32)lately[words] - 1;
    }
    i64 found = fits ? (i64)keys.count : -1;
    end(&keys), free(known), free(seen);
    return found;
}

/* Find the distinct steps between classes, in the order of the first step of each: source class, where it leads, and that step.
 *
 * Where a step leads is the class times `turns`, plus the turn of the step where it has one. */
i64 class_steps(const Graph *g, const i32 *of, i64 classes, i64 turns, const i32 *turn, i64 *sources, i64 *afters, i64 *steps) {
    u64 width = (u64)classes * (u64)turns;
    Keys keys;
    u8 *stays = calloc(classes, 1);
    if (!begin(&keys, (u64)classes * width, g->offsets[g->count]) || !stays) {
        end(&keys), free(stays);
        return -1;
    }
    i64 found = 0;
    for (i64 s = 0; s < g->count; s++) {
        i64 source = of[s];
        for (i64 e = g->offsets[s]; e < g->offsets[s + 1]; e++) {
            i64 after = of[g->targets[e]] * turns + (turn ? turn[e] : 0);
            int fresh;
            if (after == source * turns) { /* nearly all steps are none */
                fresh = !stays[source];
                stays[source] = 1;
            } else if (!number_of(&keys, (u64)source * width + (u64)after, &fresh)) {
                end(&keys), free(stays);
                return -1;
            }
            if (!fresh) continue;
            sources[found] = source, afters[found] = after, steps[found++] = e;
        }
    }
    end(&keys), free(stays);
    return found;
}
