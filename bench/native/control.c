/*
 * The control rows: what the machine itself can do. A server in C that moves the same bytes with the same system calls
 * and does nothing else: no checks, no limits, no log, no timers.
 *
 *   control echo
 *   control fan-out STREAM-FILE FRAME-BYTES PER-TURN WINDOW CREDIT-EVERY RATE STAMP-OFFSET
 *
 * `echo` unmasks the complete frames of each read (payloads up to 125 bytes) and answers them in one write. `fan-out`
 * writes the next PER-TURN frames of the cyclic STREAM-FILE to every connection, at most WINDOW ahead of the slowest; with a RATE
 * it writes so many frames each second instead; so it does after `start RATE`. STAMP-OFFSET >= 0 is where in a frame the time of sending goes.
 */
#include "lines.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

enum kind { LISTENER, CREDITS, CREDIT_READER, INPUT, GREETING, OPEN };

struct peer {
  enum kind kind;
  int fd;
  size_t used;
  char bytes[8192];
};

static int epoll, is_echo, running, open_count;
static struct peer *open_peers[65536];
static char *stream;
static size_t stream_length, frame, per_turn;
static long long window, credit_every, published, confirmed, usual_rate, rate, stamp = -1;
/* When the pace began, and what had been published by then. */
static long long started, published_before;

static struct peer *watch(int fd, enum kind kind) {
  struct peer *p = calloc(1, sizeof *p);
  p->fd = fd;
  p->kind = kind;
  struct epoll_event e = {EPOLLIN, {.ptr = p}};
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e);
  return p;
}

static int listen_on_free_port(enum kind kind) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof at;
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(fd, (struct sockaddr *)&at, sizeof at) < 0 || listen(fd, 511) < 0) die("listen");
  getsockname(fd, (struct sockaddr *)&at, &length);
  watch(fd, kind);
  return ntohs(at.sin_port);
}

static void write_all(int fd, const char *bytes, size_t n) {
  while (n > 0) {
    ssize_t done = send(fd, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (done > 0) {
      bytes += done;
      n -= done;
    } else if (done < 0 && errno == EAGAIN) {
      struct pollfd wait = {fd, POLLOUT, 0};
      poll(&wait, 1, 1000);
    } else return;
  }
}

/* Answers every complete frame; what is left waits in front of the next read. */
static void echo(struct peer *p) {
  static char out[8192];
  size_t at = 0, o = 0;
  while (p->used - at >= 6) {
    size_t n = p->bytes[at + 1] & 0x7f;
    if (p->used - at < 6 + n) break;
    const char *key = p->bytes + at + 2, *payload = key + 4;
    out[o] = p->bytes[at];
    out[o + 1] = n;
    for (size_t i = 0; i < n; i++) out[o + 2 + i] = payload[i] ^ key[i & 3];
    o += 2 + n;
    at += 6 + n;
  }
  p->used -= at;
  memmove(p->bytes, p->bytes + at, p->used);
  if (o > 0) write_all(p->fd, out, o);
}

static void greet(struct peer *p) {
  static const char answer[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                               "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
  if (p->used < 4 || memcmp(p->bytes + p->used - 4, "\r\n\r\n", 4)) return;
  p->used = 0;
  p->kind = OPEN;
  open_peers[open_count++] = p;
  write_all(p->fd, answer, sizeof answer - 1);
}

static long long now_micros(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

/* A turn at full speed has so many frames, at a rate one; and none goes over the end of the cycle. */
static size_t frames_of_turn(size_t at) {
  size_t left = (stream_length - at) / frame, wanted = rate > 0 ? 1 : per_turn;
  return wanted < left ? wanted : left;
}

static void publish_turn(void) {
  size_t at = published * frame % stream_length, frames = frames_of_turn(at);
  for (size_t i = 0; stamp >= 0 && i < frames; i++) {
    char digits[17];
    snprintf(digits, sizeof digits, "%016lld", now_micros());
    memcpy(stream + at + i * frame + stamp, digits, 16);
  }
  for (int i = 0; i < open_count; i++) write_all(open_peers[i]->fd, stream + at, frames * frame);
  published += frames;
}

static int may_publish(void) {
  if (is_echo || !running) return 0;
  if (rate > 0) return published - published_before < (now_micros() - started) * rate / 1000000;
  return published + (long long)per_turn - confirmed <= window;
}

/* How long to wait for something to happen, in milliseconds. */
static int patience(void) { return may_publish() ? 0 : rate > 0 && running ? 1 : -1; }

static void command(const char *line) {
  if (!strncmp(line, "start", 5)) {
    running = 1;
    rate = line[5] ? atoi(line + 6) : usual_rate;
    started = now_micros();
    published_before = published;
  } else if (!strcmp(line, "stop")) running = 0;
  else {
    printf("{\"published\":%lld,\"refused\":0,", published);
    print_cpu();
  }
}

static void handle(struct peer *p) {
  if (p->kind == INPUT) {
    read_commands(command);
  } else if (p->kind == LISTENER || p->kind == CREDITS) {
    int on = 1, fd = accept(p->fd, NULL, NULL);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    watch(fd, p->kind == CREDITS ? CREDIT_READER : GREETING);
  } else if (p->kind == CREDIT_READER) {
    ssize_t n = read(p->fd, p->bytes, sizeof p->bytes);
    if (n <= 0) exit(0);
    confirmed += n * credit_every;
  } else {
    ssize_t n = read(p->fd, p->bytes + p->used, sizeof p->bytes - p->used);
    if (n <= 0) {
      close(p->fd);
      return;
    }
    p->used += n;
    if (p->kind == GREETING) greet(p);
    else if (is_echo) echo(p);
    else p->used = 0;
  }
}

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  is_echo = !strcmp(argv[1], "echo");
  epoll = epoll_create1(0);
  setvbuf(stdout, NULL, _IOLBF, 0);
  raise_file_limit();
  int port = listen_on_free_port(LISTENER), credits = 0;
  if (!is_echo) {
    if (argc != 9) return 2;
    stream = read_file(argv[2], &stream_length);
    frame = atoi(argv[3]);
    per_turn = atoi(argv[4]);
    window = atoi(argv[5]);
    credit_every = atoi(argv[6]);
    usual_rate = atoi(argv[7]);
    stamp = atoi(argv[8]);
    credits = listen_on_free_port(CREDITS);
  }
  watch(0, INPUT);
  printf("{\"port\":%d,\"creditPort\":%d}\n", port, credits);
  for (;;) {
    struct epoll_event events[256];
    int n = epoll_wait(epoll, events, 256, patience());
    for (int i = 0; i < n; i++) handle(events[i].data.ptr);
    if (may_publish()) publish_turn();
  }
}
