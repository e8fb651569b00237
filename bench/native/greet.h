/* Everything before the work: connections, handshakes, and what the peer's protocol wants to hear first. */

/* What the system takes for who does not read: little, so that the rest is the server's to keep. */
#define SLOW_READER_BYTES 4096

/* The path of the connection's channel. */
static void write_path(char *to, size_t size, const char *path, int channel) {
  const char *mark = strstr(path, "{}");
  if (mark) snprintf(to, size, "%.*s%04d%s", (int)(mark - path), path, channel, mark + 2);
  else snprintf(to, size, "%s", path);
}

static void ask(struct connection *c, const char *path) {
  char text[1024];
  const char *protocol = c->is_watcher ? "" : o.protocol;
  int n = snprintf(text, sizeof text,
                   "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s"
                   "%s%s%s%s\r\n",
                   path, o.port,
                   o.mode == EVENTS ? "Accept: text/event-stream\r\n"
                                    : "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                                      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n",
                   *protocol ? "Sec-WebSocket-Protocol: " : "", protocol, *protocol ? "\r\n" : "",
                   o.deflate ? "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
                               "client_no_context_takeover\r\n"
                             : "");
  send_all(c, text, n);
}

/* Byte by byte: what follows the head is not ours yet. */
static void hear_answer(struct connection *c) {
  char text[4096];
  size_t used = 0;
  while (used < 12 || memcmp(text + used - 4, "\r\n\r\n", 4)) {
    if (used == sizeof text) die("handshake answer");
    receive_all(c, text + used, 1);
    used++;
  }
  if (memcmp(text, o.mode == EVENTS ? "HTTP/1.1 200" : "HTTP/1.1 101", 12)) {
    fprintf(stderr, "refused: %.*s\n", (int)used, text);
    exit(1);
  }
  if (o.deflate && !memmem(text, used, "permessage-deflate", 18)) {
    fprintf(stderr, "does not compress: %.*s\n", (int)used, text);
    exit(1);
  }
}

static void skip_frame(struct connection *c) {
  char head[10];
  receive_all(c, head, 2);
  uint64_t length = head[1] & 0x7f;
  int more = length == 126 ? 2 : length == 127 ? 8 : 0;
  if (more) {
    receive_all(c, head + 2, more);
    length = 0;
    for (int i = 0; i < more; i++) length = length << 8 | (unsigned char)head[2 + i];
  }
  if (length > sizeof buffer) die("a large frame in the preamble");
  receive_all(c, buffer, length);
}

/* Each step on all of them, so that they wait together for what takes its time. All parts have the same steps. */
static void play_preamble(int first, int last) {
  size_t part = o.preamble_length / o.channels;
  for (size_t at = 0; at < part;) {
    char kind = o.preamble[at];
    uint32_t n;
    memcpy(&n, o.preamble + at + 1, 4);
    at += 5;
    for (int i = first; i < last; i++) {
      if (kind == 'W') send_all(&connections[i], o.preamble + i % o.channels * part + at, n);
      else
        for (uint32_t k = 0; k < n; k++) skip_frame(&connections[i]);
    }
    if (kind == 'W') at += n;
  }
}

static void open_connection(struct connection *c) {
  c->fd = open_socket(o.port, c->is_slow ? SLOW_READER_BYTES : 0);
  c->last_piece = -1;
  if (o.tls) start_tls(c);
  // What TLS has to say is read without waiting; TCP is asked so with each call.
  if (o.tls) fcntl(c->fd, F_SETFL, O_NONBLOCK);
}

static void connect_watchers(void) {
  for (int i = o.count; i < o.count + o.watchers; i++) {
    connections[i].is_watcher = 1;
    open_connection(&connections[i]);
    ask(&connections[i], o.watch_path);
    hear_answer(&connections[i]);
  }
}

static void connect_all(void) {
  for (int first = 0; first < o.count; first += o.abreast) {
    int last = first + o.abreast < o.count ? first + o.abreast : o.count;
    for (int i = first; i < last; i++) {
      char path[512];
      write_path(path, sizeof path, o.path, i % o.channels);
      open_connection(&connections[i]);
      if (o.mode != RESPONSES) ask(&connections[i], path);
    }
    for (int i = first; i < last && o.mode != RESPONSES; i++) hear_answer(&connections[i]);
    play_preamble(first, last);
  }
  connect_watchers();
}
