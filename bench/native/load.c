/*
 * The load generator: opens connections, plays prepared bytes, and compares what comes back with the prepared answer. It
 * encodes and parses as little as the row allows, so that it is never what is measured.
 *
 *   load port=P path=/x connections=N expect=FILE frame=BYTES [name=value ...]
 *
 *   expect, frame      the cyclic stream that every connection receives, in pieces of `frame` bytes
 *   mode               how the pieces lie in what comes: the values of `enum mode` in options.h
 *   channels=N         `{}` in the path becomes a number of four digits below N, one after the other; `preamble` has N equal parts
 *   each-reads=N       each connection reads N channels, each in its own order; `{"c":NUMBER` before a piece says which. Piece by piece
 *                      they take turns in `expect`, whose first N pieces all differ
 *   preamble=FILE      what each connection says and hears first: `W` length bytes, or `F` count of server frames
 *   send, send-frame, in-flight, answers
 *                      sends that many pieces of the file `send` on each connection, and one more for each `answers` that came back
 *   watchers=N, watch-path, watch-expect, watch-frame
 *                      so many more connections, WebSockets, receive the stream `watch-expect`
 *   credit-port, credit-every
 *                      tells the publisher there, with one byte, each time that every connection has received so many more
 *   abreast=N          so many handshakes are on their way at once
 *   hole, hole-bytes   so many bytes at this place of each piece are read over
 *   stamp=1            the hole is 16 digits, the time the piece was sent (CLOCK_REALTIME, microseconds): how long it took is
 *                      counted on every `sample`-th connection
 *   slow=N             so many connections are read only after `catch-up`, and may get less: whole pieces, in their order
 *   deflate=1, tls=1   offers permessage-deflate; speaks TLS. Only where the machine has zlib and OpenSSL to compile with
 */
#define _GNU_SOURCE
#include "latency.h"
#include "lines.h"
#include "connection.h"
#include "options.h"
#include "take.h"
#include "greet.h"

static void send_frames(struct connection *c, long long frames) {
  while (frames > 0) {
    size_t at = c->sent * o.send_frame % o.send_length;
    size_t most = (o.send_length - at) / o.send_frame;
    size_t now = frames < (long long)most ? (size_t)frames : most;
    send_all(c, o.to_send + at, now * o.send_frame);
    c->sent += now;
    totals.sent += now;
    frames -= now;
  }
}

static void tell_credit(long long from, long long to) {
  static int arrived[4096];
  for (long long m = from / o.credit_every + 1; m <= to / o.credit_every; m++)
    if (++arrived[m % 4096] == o.count - o.slow) {
      arrived[m % 4096] = 0;
      if (write(o.credit_fd, "c", 1) != 1) die("credit");
    }
}

/* What follows when pieces have come as a whole. */
static void answer(struct connection *c, long long before) {
  long long after = c->pieces;
  if (after == before || c->is_watcher) return;
  if (o.credit_fd >= 0 && !c->is_slow) tell_credit(before, after);
  if (o.running && o.in_flight > 0) send_frames(c, after / o.answers - before / o.answers);
}

/* Returns whether more may be waiting that the system does not tell of. */
static int receive(struct connection *c) {
  ssize_t n = receive_some(c, buffer + c->carried, sizeof buffer - c->carried);
  if (n == NOTHING_YET) return 0;
  if (n <= 0) {
    totals.lost++;
    close(c->fd);
    c->fd = -1;
    return 0;
  }
  totals.wire_bytes += n;
  long long before = c->pieces;
  take(c, n);
  answer(c, before);
  return c->fd >= 0 && c->tls != NULL;
}

/* After a burst, as often as the harness asks with `catch-up`. */
static void read_slow(void) {
  for (int i = 0; i < o.count; i++)
    while (connections[i].is_slow && connections[i].fd >= 0) {
      long long had = totals.wire_bytes;
      receive(&connections[i]);
      if (totals.wire_bytes == had) break;
    }
}

static void command(const char *line) {
  if (!strcmp(line, "start")) {
    o.running = 1;
    for (int i = 0; i < o.count && o.in_flight > 0; i++) send_frames(&connections[i], o.in_flight);
  } else if (!strcmp(line, "stop")) {
    o.running = 0;
  } else if (!strcmp(line, "latency")) {
    print_latency();
  } else {
    if (!strcmp(line, "catch-up")) read_slow();
    printf("{\"sent\":%lld,\"received\":%lld,\"watched\":%lld,\"wireBytes\":%lld,\"wrong\":%lld,\"lost\":%lld,", totals.sent,
           totals.received, totals.watched, totals.wire_bytes, totals.wrong, totals.lost);
    if (o.slow > 0) printf("\"slowest\":%lld,", slowest_piece());
    print_cpu();
  }
}

int main(int argc, char **argv) {
  int epoll = epoll_create1(0);
  if (!read_options(argc, argv)) return 2;
  setvbuf(stdout, NULL, _IOLBF, 0);
  raise_file_limit();
  int all = o.count + o.watchers;
  connections = calloc(all, sizeof *connections);
  // The last ones, so that the first, which are sampled, are not all slow.
  for (int i = o.count - o.slow; i < o.count; i++) connections[i].is_slow = 1;
  long long began = now_micros();
  connect_all();
  double seconds = (now_micros() - began) / 1e6;
  for (int i = 0; i < all; i++) {
    struct connection *c = &connections[i];
    c->is_sampled = i % o.sample == 0;
    if (c->is_slow) continue;
    struct epoll_event e = {EPOLLIN, {.ptr = c}};
    epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &e);
  }
  if (o.credit_port > 0) o.credit_fd = open_socket(o.credit_port, 0);
  struct epoll_event input = {EPOLLIN, {.ptr = NULL}};
  epoll_ctl(epoll, EPOLL_CTL_ADD, 0, &input);
  printf("{\"connected\":%d,\"seconds\":%.6f}\n", o.count, seconds);
  for (;;) {
    struct epoll_event events[256];
    int n = epoll_wait(epoll, events, 256, -1);
    for (int i = 0; i < n; i++) {
      if (!events[i].data.ptr) read_commands(command);
      else
        while (receive(events[i].data.ptr)) continue;
    }
  }
}
