/* A connection of the load generator, over TCP or, where it is compiled with OpenSSL, TLS. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#ifdef WITH_LIBRARIES
#include <openssl/ssl.h>
#endif

#define NOTHING_YET -2

struct connection {
  int fd;
  void *tls;
  long long bytes;        /* of the stream that is compared */
  long long pieces;       /* of it, as a whole */
  long long sent;         /* pieces */
  long long payload_left; /* PAYLOADS: of the frame being read */
  char *carry;            /* what was read and is not a whole frame, line or response yet */
  size_t carried, carry_size;
  long long last_piece;   /* slow ones: which piece of the cycle came last */
  long long *next_piece;  /* of each channel, by its alias: only where one connection reads several */
  unsigned char header[10];
  unsigned char header_used, is_control, is_sampled, is_watcher, is_slow;
};

static struct connection *connections;

/* `receive_bytes`: the size of the receive buffer, 0 for the system's own. */
static int open_socket(int to_port, int receive_bytes) {
  struct sockaddr_in to = {
      .sin_family = AF_INET, .sin_port = htons(to_port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  if (receive_bytes > 0) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
  if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) < 0) die("connect");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

#ifdef WITH_LIBRARIES
/* The certificate is the bench's own, and nothing checks it. */
static void start_tls(struct connection *c) {
  static SSL_CTX *context;
  if (!context) context = SSL_CTX_new(TLS_client_method());
  c->tls = SSL_new(context);
  SSL_set_fd(c->tls, c->fd);
  if (SSL_connect(c->tls) != 1) die("TLS handshake");
}

static int tls_wants(struct connection *c, int result) {
  int error = SSL_get_error(c->tls, result);
  return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}
#else
static void start_tls(struct connection *c) { die("compiled without OpenSSL"); }
#endif

/* The bytes that are there; NOTHING_YET; or 0 or less when the connection has ended. */
static ssize_t receive_some(struct connection *c, char *to, size_t n) {
#ifdef WITH_LIBRARIES
  if (c->tls) {
    int got = SSL_read(c->tls, to, n);
    return got > 0 ? got : tls_wants(c, got) ? NOTHING_YET : 0;
  }
#endif
  ssize_t got = recv(c->fd, to, n, MSG_DONTWAIT);
  return got < 0 && errno == EAGAIN ? NOTHING_YET : got;
}

static ssize_t send_some(struct connection *c, const char *bytes, size_t n) {
#ifdef WITH_LIBRARIES
  if (c->tls) {
    int done = SSL_write(c->tls, bytes, n);
    return done > 0 ? done : tls_wants(c, done) ? NOTHING_YET : -1;
  }
#endif
  ssize_t done = send(c->fd, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL);
  return done < 0 && errno == EAGAIN ? NOTHING_YET : done;
}

static void send_all(struct connection *c, const char *bytes, size_t n) {
  while (n > 0) {
    ssize_t done = send_some(c, bytes, n);
    if (done > 0) {
      bytes += done;
      n -= done;
    } else if (done == NOTHING_YET) {
      struct pollfd wait = {c->fd, POLLOUT, 0};
      if (poll(&wait, 1, 1000) != 1) die("the server does not read");
    } else die("send");
  }
}

/* Waits for all of them. */
static void receive_all(struct connection *c, char *to, size_t n) {
  while (n > 0) {
    ssize_t got = receive_some(c, to, n);
    if (got == NOTHING_YET) {
      struct pollfd wait = {c->fd, POLLIN, 0};
      poll(&wait, 1, 10000);
    } else if (got <= 0) die("the connection ended in its greeting");
    else {
      to += got;
      n -= got;
    }
  }
}
