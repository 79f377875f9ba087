/* Counts what a thread does between giving the GIL up and taking it back. Preloaded into a benchmark's process, so that
   its functions stand in front of the interpreter's. CPU time, not wall time: a busy machine does not change it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>

static void *(*real_save)(void);
static void (*real_restore)(void *), (*real_acquire)(void *), (*real_release)(void *);
static __thread long long left_cpu, left_wall, released_cpu, released_wall, releases;

static long long now(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

__attribute__((constructor)) static void find(void) {
    real_save = (void *(*)(void))dlsym(RTLD_NEXT, "PyEval_SaveThread");
    real_restore = (void (*)(void *))dlsym(RTLD_NEXT, "PyEval_RestoreThread");
    real_acquire = (void (*)(void *))dlsym(RTLD_NEXT, "PyEval_AcquireThread");
    real_release = (void (*)(void *))dlsym(RTLD_NEXT, "PyEval_ReleaseThread");
}

static void gave_up(void) {
    releases++;
    left_wall = now(CLOCK_MONOTONIC);
    left_cpu = now(CLOCK_THREAD_CPUTIME_ID);
}

static void takes_back(void) {
    if (left_wall) {
        released_cpu += now(CLOCK_THREAD_CPUTIME_ID) - left_cpu;
        released_wall += now(CLOCK_MONOTONIC) - left_wall;
        left_wall = 0;
    }
}

void *PyEval_SaveThread(void) {
    void *state = real_save();
    gave_up();
    return state;
}

void PyEval_RestoreThread(void *state) {
    takes_back();
    real_restore(state);
}

/* pybind11 takes the GIL for a callback by the first, within a stretch without it, and ends that by PyEval_SaveThread. */
void PyEval_AcquireThread(void *state) {
    takes_back();
    real_acquire(state);
}

void PyEval_ReleaseThread(void *state) {
    real_release(state);
    gave_up();
}

void gil_read(long long *out) {
    out[0] = releases;
    out[1] = released_cpu;
    out[2] = released_wall;
}

void gil_empty_pairs(long n, int counted) {
    while (n-- > 0) {
        if (counted) PyEval_RestoreThread(PyEval_SaveThread());
        else real_restore(real_save());
    }
}
