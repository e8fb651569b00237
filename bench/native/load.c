/*
 * The load generator: opens WebSocket connections, plays prepared frames, and compares every byte that comes back with
 * the prepared answer. It encodes and parses no messages, so that it is never what is measured.
 *
 *   load port=P path=/x connections=N expect=FILE frame=BYTES [name=value ...]
 *
 *   expect, frame      the cyclic stream that every connection receives, in pieces of `frame` bytes
 *   unframe=1          `expect` holds payloads: WebSocket frame headers are read over, and may stand anywhere
 *   preamble=FILE      what each connection says and hears first: `W` length bytes, or `F` count of server frames
 *   send, send-frame, in-flight
 *                      sends that many pieces of the file `send` on each connection, and one more for each that came back
 *   credit-port, credit-every
 *                      tells the publisher there, with one byte, each time that every connection has received so many more
 *   abreast=N          so many handshakes are on their way at once
 *   stamp=OFFSET       16 digits of each piece are the time it was sent (CLOCK_REALTIME, microseconds): how long it took is
 *                      counted on every `sample`-th connection
 */
#include "lines.h"
#include "latency.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#define MILESTONES 4096
#define STAMP_BYTES 16

struct connection {
  int fd;
  long long bytes;        /* received, of the stream that is compared */
  long long sent;         /* pieces */
  long long payload_left; /* unframe: of the frame being read */
  unsigned char header[10];
  unsigned char header_used, is_control, is_sampled;
};

static struct connection *connections;
static int count, abreast = 64, in_flight, credit_fd = -1, running, unframe, port;
static const char *path = "/";
static long long credit_every = 1, sent, received, wire_bytes, wrong, lost, stamp = -1;
static char *expected, *to_send, *preamble;
static size_t expected_length, frame = 1, send_length, send_frame = 1, preamble_length;
static int arrived[MILESTONES];
static char buffer[256 * 1024];

static int open_socket(int to_port) {
  struct sockaddr_in to = {
      .sin_family = AF_INET, .sin_port = htons(to_port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) < 0) die("connect");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

static void write_all(int fd, const char *bytes, size_t n) {
  if (write(fd, bytes, n) != (ssize_t)n) die("write");
}

static void read_all(int fd, void *to, size_t n) {
  for (size_t used = 0; used < n;) {
    ssize_t got = read(fd, (char *)to + used, n - used);
    if (got <= 0) die("the connection ended in its preamble");
    used += got;
  }
}

static void ask(int fd, const char *protocol) {
  char text[1024];
  int n = snprintf(text, sizeof text,
                   "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n%s%s%s"
                   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                   path, port, *protocol ? "Sec-WebSocket-Protocol: " : "", protocol, *protocol ? "\r\n" : "");
  write_all(fd, text, n);
}

/* Byte by byte: what follows the head is not ours yet. */
static void hear_answer(int fd) {
  char text[2048];
  size_t used = 0;
  while (used < 12 || memcmp(text + used - 4, "\r\n\r\n", 4)) {
    if (used == sizeof text || read(fd, text + used, 1) != 1) die("handshake answer");
    used++;
  }
  if (memcmp(text, "HTTP/1.1 101", 12)) {
    fprintf(stderr, "refused: %.*s\n", (int)used, text);
    exit(1);
  }
}

static void skip_frame(int fd) {
  unsigned char head[10];
  read_all(fd, head, 2);
  uint64_t length = head[1] & 0x7f;
  int more = length == 126 ? 2 : length == 127 ? 8 : 0;
  if (more) {
    read_all(fd, head + 2, more);
    length = 0;
    for (int i = 0; i < more; i++) length = length << 8 | head[2 + i];
  }
  if (length > sizeof buffer) die("a large frame in the preamble");
  read_all(fd, buffer, length);
}

/* Each step on all of them, so that they wait together for what takes its time. */
static void play_preamble(int first, int last) {
  for (size_t at = 0; at < preamble_length;) {
    char kind = preamble[at];
    uint32_t n;
    memcpy(&n, preamble + at + 1, 4);
    at += 5;
    for (int i = first; i < last; i++) {
      if (kind == 'W') write_all(connections[i].fd, preamble + at, n);
      else
        for (uint32_t k = 0; k < n; k++) skip_frame(connections[i].fd);
    }
    if (kind == 'W') at += n;
  }
}

static void send_frames(struct connection *c, long long frames) {
  while (frames > 0) {
    size_t at = c->sent * send_frame % send_length;
    size_t most = (send_length - at) / send_frame;
    size_t now = frames < (long long)most ? (size_t)frames : most;
    size_t bytes = now * send_frame, done = 0;
    while (done < bytes) {
      ssize_t n = send(c->fd, to_send + at + done, bytes - done, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (n > 0) done += n;
      else if (n < 0 && errno == EAGAIN) {
        struct pollfd wait = {c->fd, POLLOUT, 0};
        if (poll(&wait, 1, 1000) != 1) die("the server does not read");
      } else die("send");
    }
    c->sent += now;
    sent += now;
    frames -= now;
  }
}

/* Compares a run of bytes that lies within one piece and has no stamp in it. */
static void compare_run(const char *bytes, size_t at, size_t n) {
  if (memcmp(bytes, expected + at, n)) wrong++;
}

static void compare_plain(long long from, const char *bytes, size_t n) {
  size_t at = from % expected_length;
  while (n > 0) {
    size_t part = expected_length - at < n ? expected_length - at : n;
    compare_run(bytes, at, part);
    bytes += part;
    n -= part;
    at = 0;
  }
}

/* The same around the stamps, which are read where they have come as a whole. */
static void compare_stamped(struct connection *c, const char *bytes, size_t n, long long now) {
  long long from = c->bytes;
  while (n > 0) {
    size_t in_piece = from % frame, part;
    if (in_piece < (size_t)stamp) {
      part = stamp - in_piece;
      if (part > n) part = n;
      compare_run(bytes, from % expected_length, part);
    } else if (in_piece < (size_t)stamp + STAMP_BYTES) {
      part = stamp + STAMP_BYTES - in_piece;
      if (part > n) part = n;
      if (part == STAMP_BYTES && c->is_sampled) record_latency(now - read_stamp(bytes));
    } else {
      part = frame - in_piece;
      if (part > n) part = n;
      compare_run(bytes, from % expected_length, part);
    }
    bytes += part;
    n -= part;
    from += part;
  }
}

static void tell_credit(long long from, long long to) {
  for (long long m = from / credit_every + 1; m <= to / credit_every; m++)
    if (++arrived[m % MILESTONES] == count) {
      arrived[m % MILESTONES] = 0;
      if (write(credit_fd, "c", 1) != 1) die("credit");
    }
}

static void take(struct connection *c, const char *bytes, size_t n, long long now) {
  if (stamp < 0) compare_plain(c->bytes, bytes, n);
  else compare_stamped(c, bytes, n, now);
  long long before = c->bytes / frame, after = (c->bytes + n) / frame;
  c->bytes += n;
  received += after - before;
  if (credit_fd >= 0) tell_credit(before, after);
  if (running && in_flight > 0) send_frames(c, after - before);
}

/* Whether the header is complete; then payload_left is known. */
static int read_header_byte(struct connection *c, unsigned char byte) {
  c->header[c->header_used++] = byte;
  if (c->header_used < 2) return 0;
  int length = c->header[1] & 0x7f, more = length == 126 ? 2 : length == 127 ? 8 : 0;
  if (c->header_used < 2 + more) return 0;
  c->payload_left = more ? 0 : length;
  for (int i = 0; i < more; i++) c->payload_left = c->payload_left << 8 | c->header[2 + i];
  c->is_control = (c->header[0] & 0x0f) >= 8;
  c->header_used = 0;
  return 1;
}

static void take_framed(struct connection *c, const char *bytes, size_t n, long long now) {
  for (size_t i = 0; i < n;) {
    if (c->payload_left == 0) {
      read_header_byte(c, bytes[i++]);
      continue;
    }
    size_t part = n - i < (size_t)c->payload_left ? n - i : (size_t)c->payload_left;
    if (!c->is_control) take(c, bytes + i, part, now);
    c->payload_left -= part;
    i += part;
  }
}

static void receive(struct connection *c) {
  ssize_t n = recv(c->fd, buffer, sizeof buffer, MSG_DONTWAIT);
  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0) {
    lost++;
    close(c->fd);
    return;
  }
  wire_bytes += n;
  long long now = stamp < 0 ? 0 : now_micros();
  if (unframe) take_framed(c, buffer, n, now);
  else take(c, buffer, n, now);
}

static void command(const char *line) {
  if (!strcmp(line, "start")) {
    running = 1;
    for (int i = 0; i < count && in_flight > 0; i++) send_frames(&connections[i], in_flight);
  } else if (!strcmp(line, "stop")) {
    running = 0;
  } else if (!strcmp(line, "latency")) {
    print_latency();
  } else {
    printf("{\"sent\":%lld,\"received\":%lld,\"wireBytes\":%lld,\"wrong\":%lld,\"lost\":%lld,", sent, received,
           wire_bytes, wrong, lost);
    print_cpu();
  }
}

static void connect_all(const char *protocol) {
  for (int first = 0; first < count; first += abreast) {
    int last = first + abreast < count ? first + abreast : count;
    for (int i = first; i < last; i++) {
      connections[i].fd = open_socket(port);
      ask(connections[i].fd, protocol);
    }
    for (int i = first; i < last; i++) hear_answer(connections[i].fd);
    play_preamble(first, last);
  }
}

int main(int argc, char **argv) {
  const char *protocol = "";
  int credit_port = 0, sample = 16, epoll = epoll_create1(0);
  for (int i = 1; i < argc; i++) {
    char *value = strchr(argv[i], '=');
    if (!value) return 2;
    *value++ = 0;
    const char *name = argv[i];
    if (!strcmp(name, "port")) port = atoi(value);
    else if (!strcmp(name, "path")) path = value;
    else if (!strcmp(name, "protocol")) protocol = value;
    else if (!strcmp(name, "connections")) count = atoi(value);
    else if (!strcmp(name, "expect")) expected = read_file(value, &expected_length);
    else if (!strcmp(name, "frame")) frame = atoi(value);
    else if (!strcmp(name, "unframe")) unframe = atoi(value);
    else if (!strcmp(name, "preamble")) preamble = read_file(value, &preamble_length);
    else if (!strcmp(name, "send")) to_send = read_file(value, &send_length);
    else if (!strcmp(name, "send-frame")) send_frame = atoi(value);
    else if (!strcmp(name, "in-flight")) in_flight = atoi(value);
    else if (!strcmp(name, "credit-port")) credit_port = atoi(value);
    else if (!strcmp(name, "credit-every")) credit_every = atoi(value);
    else if (!strcmp(name, "abreast")) abreast = atoi(value);
    else if (!strcmp(name, "stamp")) stamp = atoi(value);
    else if (!strcmp(name, "sample")) sample = atoi(value);
    else {
      fprintf(stderr, "unknown argument %s\n", name);
      return 2;
    }
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  raise_file_limit();
  connections = calloc(count, sizeof *connections);
  long long began = now_micros();
  connect_all(protocol);
  double seconds = (now_micros() - began) / 1e6;
  for (int i = 0; i < count; i++) {
    connections[i].is_sampled = i % sample == 0;
    struct epoll_event e = {EPOLLIN, {.ptr = &connections[i]}};
    epoll_ctl(epoll, EPOLL_CTL_ADD, connections[i].fd, &e);
  }
  if (credit_port > 0) credit_fd = open_socket(credit_port);
  struct epoll_event input = {EPOLLIN, {.ptr = NULL}};
  epoll_ctl(epoll, EPOLL_CTL_ADD, 0, &input);
  printf("{\"connected\":%d,\"seconds\":%.6f}\n", count, seconds);
  for (;;) {
    struct epoll_event events[256];
    int n = epoll_wait(epoll, events, 256, -1);
    for (int i = 0; i < n; i++) {
      if (events[i].data.ptr) receive(events[i].data.ptr);
      else read_commands(command);
    }
  }
}
