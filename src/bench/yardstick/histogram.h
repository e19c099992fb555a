/* Durations, counted in buckets whose width grows with the duration: a quantile is at most 1 % above the truth. */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stdint.h>

enum { STEP_BITS = 7, STEPS = 1 << STEP_BITS, BUCKETS = (64 - STEP_BITS) * STEPS };

struct histogram {
  uint64_t counts[BUCKETS];
  uint64_t total;
};

/* The first two powers of STEPS have a bucket each; after that every power of two has STEPS of them. */
static inline unsigned bucket_of(uint64_t nanos) {
  unsigned highest = nanos < STEPS ? STEP_BITS : 63 - (unsigned)__builtin_clzll(nanos);
  unsigned shift = highest - STEP_BITS;
  return shift * STEPS + (unsigned)(nanos >> shift);
}

static inline void record(struct histogram *histogram, int64_t nanos) {
  histogram->counts[bucket_of((uint64_t)nanos)]++;
  histogram->total++;
}

/* The upper end of the bucket with the duration that so large a share did not exceed; 0 if nothing was recorded. */
uint64_t quantile_nanos(const struct histogram *histogram, double share);

#endif
