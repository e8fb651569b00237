/* How long messages took, in a histogram whose buckets are within 2% of what they stand for. */
#include <stdio.h>
#include <string.h>
#include <time.h>

/* 64 buckets for each power of two, from 64 microseconds on; below, one for each microsecond. */
#define SUB_BITS 6
#define SUB (1 << SUB_BITS)
#define BUCKETS (SUB * 40)

static long long latencies[BUCKETS], latency_count, latency_most;

static long long now_micros(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

/* 16 digits. */
static long long read_stamp(const char *digits) {
  long long value = 0;
  for (int i = 0; i < 16; i++) value = value * 10 + (digits[i] - '0');
  return value;
}

static int bucket_of(long long micros) {
  if (micros < SUB) return micros < 0 ? 0 : (int)micros;
  int shift = 63 - __builtin_clzll(micros) - SUB_BITS;
  int bucket = SUB * (shift + 1) + (int)((micros >> shift) - SUB);
  return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

/* The upper end of a bucket. */
static long long micros_of(int bucket) {
  if (bucket < SUB) return bucket;
  int shift = bucket / SUB - 1;
  return ((long long)(bucket % SUB + SUB + 1) << shift) - 1;
}

static void record_latency(long long micros) {
  latencies[bucket_of(micros)]++;
  latency_count++;
  if (micros > latency_most) latency_most = micros;
}

static long long percentile(double share) {
  long long rank = (long long)(share * latency_count), seen = 0;
  for (int i = 0; i < BUCKETS; i++) {
    seen += latencies[i];
    if (seen > rank) return micros_of(i) < latency_most ? micros_of(i) : latency_most;
  }
  return latency_most;
}

/* Says what was counted since the last time. */
static void print_latency(void) {
  printf("{\"count\":%lld,\"p50\":%lld,\"p99\":%lld,\"p999\":%lld,\"max\":%lld}\n", latency_count, percentile(0.5),
         percentile(0.99), percentile(0.999), latency_most);
  memset(latencies, 0, sizeof latencies);
  latency_count = latency_most = 0;
}
