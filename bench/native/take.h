/* Compares what comes with what should: one way for each mode. Every piece counts once, and only as a whole. */
#ifdef WITH_LIBRARIES
#include <zlib.h>
#endif

static char buffer[256 * 1024];

/* Compares a run of bytes that lies within one piece and has no hole in it. */
static void compare_run(const char *bytes, size_t at, size_t n) {
  if (memcmp(bytes, o.expected + at, n)) totals.wrong++;
}

static void compare_plain(const char *expected, size_t length, long long from, const char *bytes, size_t n) {
  size_t at = from % length;
  while (n > 0) {
    size_t part = length - at < n ? length - at : n;
    if (memcmp(bytes, expected + at, part)) totals.wrong++;
    bytes += part;
    n -= part;
    at = 0;
  }
}

/* The same around the holes. A time is read where it has come as a whole. */
static void compare_around(struct connection *c, const char *bytes, size_t n, long long now) {
  long long from = c->bytes;
  size_t hole = o.hole, end = hole + o.hole_bytes;
  while (n > 0) {
    size_t in_piece = from % o.frame, part;
    if (in_piece >= hole && in_piece < end) {
      part = end - in_piece;
      if (part > n) part = n;
      if (o.stamp && part == o.hole_bytes && c->is_sampled) record_latency(now - read_stamp(bytes));
    } else {
      part = (in_piece < hole ? hole : o.frame) - in_piece;
      if (part > n) part = n;
      compare_run(bytes, from % o.expected_length, part);
    }
    bytes += part;
    n -= part;
    from += part;
  }
}

static void take_bytes(struct connection *c, const char *bytes, size_t n, long long now) {
  if (o.hole < 0) compare_plain(o.expected, o.expected_length, c->bytes, bytes, n);
  else compare_around(c, bytes, n, now);
  c->bytes += n;
  long long pieces = c->bytes / o.frame;
  if (!c->is_slow) totals.received += pieces - c->pieces;
  else if (pieces > c->pieces) c->last_piece = (pieces - 1) % (o.expected_length / o.frame);
  c->pieces = pieces;
}

static void take_watched(struct connection *c, const char *bytes, size_t n) {
  compare_plain(o.watch_expected, o.watch_length, c->bytes, bytes, n);
  c->bytes += n;
  long long pieces = c->bytes / o.watch_frame;
  totals.watched += pieces - c->pieces;
  c->pieces = pieces;
}

/* One whole piece of those that come one by one. */
static void take_piece(struct connection *c, const char *bytes, size_t n, long long now) {
  if (n != o.frame) {
    totals.wrong++;
    return;
  }
  take_bytes(c, bytes, n, now);
}

/* Of a reader that may miss some: the piece is looked for in the cycle, from the last one on. Pieces have no hole here. */
static void take_any_piece(struct connection *c, const char *bytes, size_t n) {
  for (size_t k = 1; n == o.frame && k <= o.expected_length / o.frame; k++) {
    long long at = (c->last_piece + k) % (o.expected_length / o.frame);
    if (memcmp(bytes, o.expected + at * o.frame, o.frame)) continue;
    c->last_piece = at;
    c->pieces++;
    return;
  }
  totals.wrong++;
}

/* Whether the header is complete; then payload_left is known. */
static void read_header_byte(struct connection *c, unsigned char byte) {
  c->header[c->header_used++] = byte;
  if (c->header_used < 2) return;
  int length = c->header[1] & 0x7f, more = length == 126 ? 2 : length == 127 ? 8 : 0;
  if (c->header_used < 2 + more) return;
  c->payload_left = more ? 0 : length;
  for (int i = 0; i < more; i++) c->payload_left = c->payload_left << 8 | c->header[2 + i];
  c->is_control = (c->header[0] & 0x0f) >= 8;
  c->header_used = 0;
}

static void take_payloads(struct connection *c, const char *bytes, size_t n, long long now) {
  for (size_t i = 0; i < n;) {
    if (c->payload_left == 0) {
      read_header_byte(c, bytes[i++]);
      continue;
    }
    size_t part = n - i < (size_t)c->payload_left ? n - i : (size_t)c->payload_left;
    if (!c->is_control) take_bytes(c, bytes + i, part, now);
    c->payload_left -= part;
    i += part;
  }
}

struct frame {
  const unsigned char *payload;
  size_t length, whole; /* `whole` with its header; 0 when it is not all there */
  int opcode, is_compressed;
};

static struct frame frame_at(const char *bytes, size_t n) {
  const unsigned char *b = (const unsigned char *)bytes;
  struct frame f = {0};
  if (n < 2) return f;
  int more = (b[1] & 0x7f) == 126 ? 2 : (b[1] & 0x7f) == 127 ? 8 : 0;
  if (n < 2 + (size_t)more) return f;
  f.length = more ? 0 : b[1] & 0x7f;
  for (int i = 0; i < more; i++) f.length = f.length << 8 | b[2 + i];
  if (n < 2 + more + f.length) return f;
  f.whole = 2 + more + f.length;
  f.payload = b + 2 + more;
  f.opcode = b[0] & 0x0f;
  f.is_compressed = b[0] & 0x40;
  return f;
}

#ifdef WITH_LIBRARIES
/* Inflates one message (RFC 7692, without context takeover) and compares it with a piece. */
static int inflates_to(const struct frame *f, const char *piece) {
  static char out[128 * 1024];
  static const unsigned char end[] = {0, 0, 0xff, 0xff};
  z_stream z = {0};
  inflateInit2(&z, -15);
  z.next_out = (unsigned char *)out;
  z.avail_out = sizeof out;
  z.next_in = (unsigned char *)f->payload;
  z.avail_in = f->length;
  inflate(&z, Z_SYNC_FLUSH);
  z.next_in = (unsigned char *)end;
  z.avail_in = sizeof end;
  inflate(&z, Z_SYNC_FLUSH);
  size_t n = sizeof out - z.avail_out;
  inflateEnd(&z);
  return n == o.frame && !memcmp(out, piece, n);
}

/* What was inflated and found right is compared by its bytes from then on: every subscriber should get the same ones. */
static int deflated_is_right(const struct frame *f, size_t at) {
  static struct known {
    size_t length;
    char *bytes;
  } *known;
  if (!known) known = calloc(o.expected_length / o.frame, sizeof *known);
  struct known *k = &known[at / o.frame];
  if (k->length == f->length && !memcmp(k->bytes, f->payload, f->length)) return 1;
  if (!f->is_compressed || !inflates_to(f, o.expected + at)) return 0;
  k->bytes = realloc(k->bytes, f->length);
  memcpy(k->bytes, f->payload, f->length);
  k->length = f->length;
  return 1;
}
#else
static int deflated_is_right(const struct frame *f, size_t at) { return 0; }
#endif

#define ALIASES 4096

/* Which of the channels says this first; -1 for none. */
static long long channel_of(const char *bytes) {
  for (long long i = 0; i < o.each_reads; i++)
    if (!memcmp(bytes, o.expected + i * o.frame, o.frame)) return i;
  return -1;
}

/* A piece of one channel of several: compared with what that channel should say next. */
static void take_piece_of_channel(struct connection *c, const struct frame *f, const char *bytes) {
  static const char before[] = "{\"c\":";
  size_t at = sizeof before - 1;
  int alias = f->length > at && !memcmp(f->payload, before, at) ? atoi((const char *)f->payload + at) : -1;
  if (alias < 0 || alias >= ALIASES) {
    totals.wrong++;
    return;
  }
  if (!c->next_piece) {
    c->next_piece = malloc(ALIASES * sizeof *c->next_piece);
    for (int i = 0; i < ALIASES; i++) c->next_piece[i] = -1;
  }
  long long piece = c->next_piece[alias] < 0 ? channel_of(bytes) : c->next_piece[alias];
  if (piece < 0) {
    totals.wrong++;
    return;
  }
  compare_plain(o.expected, o.expected_length, piece * o.frame, bytes, o.frame);
  c->next_piece[alias] = (piece + o.each_reads) % (long long)(o.expected_length / o.frame);
  c->pieces++;
  totals.received++;
}

static void take_frame(struct connection *c, const struct frame *f, long long now) {
  const char *payload = (const char *)f->payload;
  size_t whole = o.frame + o.after;
  if (c->is_slow) take_any_piece(c, payload - (f->whole - f->length), f->whole);
  else if (o.mode == DEFLATED) {
    if (!deflated_is_right(f, c->bytes % o.expected_length)) totals.wrong++;
    c->bytes += o.frame;
    c->pieces++;
    totals.received++;
  } else if (f->length < whole) totals.wrong++;
  else if (o.each_reads > 1) take_piece_of_channel(c, f, payload + f->length - whole);
  else take_piece(c, o.mode == HEAD ? payload : payload + f->length - whole, o.frame, now);
}

/* Returns how much of it were whole frames. */
static size_t take_frames(struct connection *c, const char *bytes, size_t n, long long now) {
  size_t at = 0;
  for (;;) {
    struct frame f = frame_at(bytes + at, n - at);
    if (!f.whole) return at;
    if (f.opcode < 8) take_frame(c, &f, now);
    at += f.whole;
  }
}

/* Whether a line of an event stream is none that carries a piece: other fields, comments, and what HTTP puts around chunks. */
static int is_besides(const char *line, size_t n) {
  if (n == 0 || *line == ':' || *line == '\r') return 1;
  if (!strncmp(line, "id:", 3) || !strncmp(line, "event:", 6) || !strncmp(line, "retry:", 6)) return 1;
  for (size_t i = 0; i + 1 < n; i++)
    if (!strchr("0123456789abcdefABCDEF", line[i])) return 0;
  return line[n - 1] == '\r';
}

/* Chunks end where events do, or this says so. */
static size_t take_lines(struct connection *c, const char *bytes, size_t n, long long now) {
  size_t at = 0;
  const char *end;
  while ((end = memchr(bytes + at, '\n', n - at))) {
    const char *line = bytes + at;
    size_t length = end - line;
    if (length > 6 && !memcmp(line, "data: ", 6)) take_piece(c, line + 6, length - 6, now);
    else if (!is_besides(line, length)) totals.wrong++;
    at += length + 1;
  }
  return at;
}

static size_t take_responses(struct connection *c, const char *bytes, size_t n) {
  size_t at = 0;
  for (;;) {
    const char *head = bytes + at, *end = memmem(head, n - at, "\r\n\r\n", 4);
    if (!end) return at;
    const char *length = memmem(head, end - head, "ength: ", 7);
    size_t whole = end + 4 - head + (length ? strtoul(length + 7, NULL, 10) : 0);
    if (n - at < whole) return at;
    if (memcmp(head, "HTTP/1.1 2", 10)) {
      if (totals.wrong++ == 0) fprintf(stderr, "refused: %.*s\n", (int)whole, head);
    } else totals.received++;
    c->pieces++;
    at += whole;
  }
}

/* `n` new bytes are in the buffer, behind what is carried. */
static void take(struct connection *c, size_t n) {
  long long now = o.stamp ? now_micros() : 0;
  if (c->is_watcher) {
    take_watched(c, buffer, n);
    return;
  }
  if (!c->is_slow && o.mode == BYTES) {
    take_bytes(c, buffer, n, now);
    return;
  }
  if (o.mode == PAYLOADS) {
    take_payloads(c, buffer, n, now);
    return;
  }
  if (c->carried > 0) memcpy(buffer, c->carry, c->carried);
  n += c->carried;
  size_t used = o.mode == EVENTS ? take_lines(c, buffer, n, now)
                : o.mode == RESPONSES ? take_responses(c, buffer, n) : take_frames(c, buffer, n, now);
  c->carried = n - used;
  if (c->carried == 0) return;
  if (c->carried == sizeof buffer) die("a message that is larger than the buffer");
  if (c->carried > c->carry_size) c->carry = realloc(c->carry, c->carry_size = c->carried);
  memcpy(c->carry, buffer + used, c->carried);
}

/* Where in the cycle the slow reader stands that is furthest behind, or -1 when one has had nothing. */
static long long slowest_piece(void) {
  long long least = o.expected_length;
  for (int i = 0; i < o.count; i++) {
    struct connection *c = &connections[i];
    if (c->is_slow && c->last_piece < least) least = c->last_piece;
  }
  return least;
}
