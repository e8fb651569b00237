/* The line protocol of bench/runner/child.ts, for the C processes: commands come in on stdin, one to a line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* The end of every answer to `sample`: user and system time of this process, in microseconds. */
static void print_cpu(void) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  printf("\"userMicros\":%lld,\"systemMicros\":%lld}\n", u.ru_utime.tv_sec * 1000000LL + u.ru_utime.tv_usec,
         u.ru_stime.tv_sec * 1000000LL + u.ru_stime.tv_usec);
}

/* One file descriptor for each connection, and some. */
static void raise_file_limit(void) {
  struct rlimit r;
  getrlimit(RLIMIT_NOFILE, &r);
  r.rlim_cur = r.rlim_max;
  setrlimit(RLIMIT_NOFILE, &r);
}

static void die(const char *what) {
  perror(what);
  exit(1);
}

/* Reads what is on stdin and calls `run` for each line. Ends the process with its parent. */
static void read_commands(void (*run)(const char *)) {
  static char line[256];
  static size_t used;
  ssize_t n = read(0, line + used, sizeof line - 1 - used);
  if (n <= 0) exit(0);
  used += n;
  line[used] = 0;
  char *end;
  while ((end = strchr(line, '\n'))) {
    *end = 0;
    if (!strcmp(line, "quit")) exit(0);
    run(line);
    used -= end + 1 - line;
    memmove(line, end + 1, used + 1);
  }
}

static char *read_file(const char *path, size_t *length) {
  FILE *f = fopen(path, "rb");
  if (!f) die(path);
  fseek(f, 0, SEEK_END);
  *length = ftell(f);
  rewind(f);
  char *bytes = malloc(*length);
  if (fread(bytes, 1, *length, f) != *length) die(path);
  fclose(f);
  return bytes;
}
