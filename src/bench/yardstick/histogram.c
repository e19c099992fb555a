#include "histogram.h"

static uint64_t upper_end(unsigned bucket) {
  unsigned shift = bucket < 2 * STEPS ? 0 : bucket / STEPS - 1;
  return ((uint64_t)(bucket - shift * STEPS + 1) << shift) - 1;
}

uint64_t quantile_nanos(const struct histogram *histogram, double share) {
  double rank = share * (double)histogram->total;
  uint64_t seen = 0;
  for (unsigned i = 0; i < BUCKETS; i++) {
    seen += histogram->counts[i];
    if (seen > 0 && (double)seen >= rank) return upper_end(i);
  }
  return 0;
}
