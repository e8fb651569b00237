/* What the harness asks of the load generator, and what the load generator has counted. */
#include <errno.h>
#include <stdlib.h>

enum mode {
  BYTES,     /* the pieces are all that comes */
  PAYLOADS,  /* the pieces are in the payloads of WebSocket frames, which may be cut anywhere */
  TAIL,      /* a piece is the end of each WebSocket frame, before `after` more bytes */
  HEAD,      /* each WebSocket frame begins with a piece */
  DEFLATED,  /* a piece is the payload of a compressed WebSocket frame */
  EVENTS,    /* a piece is a `data:` line of an event stream */
  RESPONSES, /* whole HTTP responses come, whose status must be 2xx */
};

static struct {
  int port, count, watchers, abreast, in_flight, answers, credit_port, credit_fd, sample, channels, each_reads, slow, deflate, tls, running;
  enum mode mode;
  const char *path, *protocol, *watch_path;
  long long credit_every, hole;
  size_t hole_bytes, after;
  int stamp;
  char *expected, *to_send, *preamble, *watch_expected;
  size_t expected_length, frame, send_length, send_frame, preamble_length, watch_length, watch_frame;
} o = {.abreast = 64, .answers = 1, .credit_fd = -1, .sample = 16, .channels = 1, .each_reads = 1, .path = "/", .protocol = "", .watch_path = "/",
       .credit_every = 1, .hole = -1, .hole_bytes = 16, .frame = 1, .send_frame = 1, .watch_frame = 1};

static struct {
  long long sent, received, watched, wire_bytes, wrong, lost;
} totals;

static int read_options(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    char *value = strchr(argv[i], '=');
    if (!value) return 0;
    *value++ = 0;
    const char *name = argv[i];
#define TEXT(option, field) else if (!strcmp(name, option)) o.field = value
#define NUMBER(option, field) else if (!strcmp(name, option)) o.field = atoll(value)
#define FILE_OF(option, field, length) else if (!strcmp(name, option)) o.field = read_file(value, &o.length)
    if (0) continue;
    TEXT("path", path);
    TEXT("protocol", protocol);
    TEXT("watch-path", watch_path);
    NUMBER("port", port);
    NUMBER("connections", count);
    NUMBER("mode", mode);
    NUMBER("after", after);
    NUMBER("channels", channels);
    NUMBER("each-reads", each_reads);
    NUMBER("frame", frame);
    NUMBER("send-frame", send_frame);
    NUMBER("in-flight", in_flight);
    NUMBER("answers", answers);
    NUMBER("watchers", watchers);
    NUMBER("watch-frame", watch_frame);
    NUMBER("credit-port", credit_port);
    NUMBER("credit-every", credit_every);
    NUMBER("abreast", abreast);
    NUMBER("hole", hole);
    NUMBER("hole-bytes", hole_bytes);
    NUMBER("stamp", stamp);
    NUMBER("sample", sample);
    NUMBER("slow", slow);
    NUMBER("deflate", deflate);
    NUMBER("tls", tls);
    FILE_OF("expect", expected, expected_length);
    FILE_OF("send", to_send, send_length);
    FILE_OF("preamble", preamble, preamble_length);
    FILE_OF("watch-expect", watch_expected, watch_length);
    else {
      fprintf(stderr, "unknown argument %s\n", name);
      return 0;
    }
  }
  return 1;
}
