/*
 * The load generator: opens WebSocket connections, plays prepared frames, and compares every byte that comes back with
 * the prepared answer. It encodes and parses nothing, so that it is never what is measured.
 *
 *   load PORT PATH CONNECTIONS EXPECT-FILE FRAME-BYTES SEND-FILE SEND-FRAME-BYTES IN-FLIGHT CREDIT-PORT CREDIT-EVERY
 *
 * EXPECT-FILE is the cyclic stream that every connection receives, in frames of FRAME-BYTES. IN-FLIGHT > 0 sends that
 * many frames of SEND-FILE on each connection and one more for each that came back. CREDIT-PORT > 0 tells the publisher
 * there, with one byte, each time that every connection has received CREDIT-EVERY more messages.
 */
#include "lines.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#define MILESTONES 4096

struct connection {
  int fd;
  long long bytes; /* received */
  long long sent;  /* frames */
};

static struct connection *connections;
static int count, in_flight, credit_fd = -1, running;
static long long credit_every, sent, received, wrong, lost;
static char *expected, *to_send;
static size_t expected_length, frame, send_length, send_frame;
static int arrived[MILESTONES];
static char buffer[256 * 1024];

static int open_socket(int port) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) < 0) die("connect");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

static void handshake(int fd, int port, const char *path) {
  char text[1024];
  int n = snprintf(text, sizeof text,
                   "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                   path, port);
  if (write(fd, text, n) != n) die("handshake");
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

static void compare(struct connection *c, const char *bytes, size_t n) {
  size_t at = c->bytes % expected_length;
  while (n > 0) {
    size_t part = expected_length - at < n ? expected_length - at : n;
    if (memcmp(bytes, expected + at, part)) wrong++;
    bytes += part;
    n -= part;
    at = 0;
  }
}

static void tell_credit(long long from, long long to) {
  for (long long m = from / credit_every + 1; m <= to / credit_every; m++)
    if (++arrived[m % MILESTONES] == count) {
      arrived[m % MILESTONES] = 0;
      if (write(credit_fd, "c", 1) != 1) die("credit");
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
  compare(c, buffer, n);
  long long before = c->bytes / frame, after = (c->bytes + n) / frame;
  c->bytes += n;
  received += after - before;
  if (credit_fd >= 0) tell_credit(before, after);
  if (running && in_flight > 0) send_frames(c, after - before);
}

static void command(const char *line) {
  if (!strcmp(line, "start")) {
    running = 1;
    for (int i = 0; i < count; i++) send_frames(&connections[i], in_flight);
  } else if (!strcmp(line, "stop")) {
    running = 0;
  } else {
    printf("{\"sent\":%lld,\"received\":%lld,\"wrong\":%lld,\"lost\":%lld,", sent, received, wrong, lost);
    print_cpu();
  }
}

int main(int argc, char **argv) {
  if (argc != 11) return 2;
  int port = atoi(argv[1]), epoll = epoll_create1(0);
  count = atoi(argv[3]);
  expected = read_file(argv[4], &expected_length);
  frame = atoi(argv[5]);
  in_flight = atoi(argv[8]);
  if (in_flight > 0) to_send = read_file(argv[6], &send_length);
  send_frame = atoi(argv[7]);
  credit_every = atoi(argv[10]);
  setvbuf(stdout, NULL, _IOLBF, 0);
  raise_file_limit();
  connections = calloc(count, sizeof *connections);
  for (int i = 0; i < count; i++) {
    connections[i].fd = open_socket(port);
    handshake(connections[i].fd, port, argv[2]);
    struct epoll_event e = {EPOLLIN, {.ptr = &connections[i]}};
    epoll_ctl(epoll, EPOLL_CTL_ADD, connections[i].fd, &e);
  }
  if (atoi(argv[9]) > 0) credit_fd = open_socket(atoi(argv[9]));
  struct epoll_event input = {EPOLLIN, {.ptr = NULL}};
  epoll_ctl(epoll, EPOLL_CTL_ADD, 0, &input);
  printf("{\"connected\":%d}\n", count);
  for (;;) {
    struct epoll_event events[256];
    int n = epoll_wait(epoll, events, 256, -1);
    for (int i = 0; i < n; i++) {
      if (events[i].data.ptr) receive(events[i].data.ptr);
      else read_commands(command);
    }
  }
}
