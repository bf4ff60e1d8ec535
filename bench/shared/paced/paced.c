/*
 * The load of clients that speak at a fixed rate, each delivery timed. In C, because what is timed is the server: a hundred thousand
 * small reads a second fill the core of a generator in Node, and what waits there counts as the server's. Linux only. Compiled and
 * started by paced.ts.
 *
 * paced irc|relay|nats PORT CLIENTS CHANNELS MESSAGES_A_SECOND WARMUP_MS MEASURE_MS
 *   Clients are spread evenly over the channels (rooms, subjects). Prints "start" when the measured time begins, then one line of figures
 *   (see report), and keeps its connections until its input ends.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "wires.h"

enum { READ = 262144, CARRY = 8192, COMING = 500, EVENTS = 1024, NUMBERS = 100000, QUIET_MS = 300, STRIDE = 7919 };
/* What the last deliveries may take behind the measured time. */
enum { SETTLE_MS = 5000 };

enum state { CONNECTING, REGISTERING, JOINING, JOINED, THERE };

struct client {
  int fd;
  enum state state;
  /* What has come of a line, or all that has come, until it is in its channel. */
  char *carry;
  int carried;
  /* Of a delivery of fixed length: bytes that have come, that are to come, and whether it is one at all. */
  int come, left, counts;
};

/* NULL for IRC, which has lines. */
static const struct fixed *fixed;
static struct client *clients;
static int client_count, channel_count, port, begun, joined, there;
static int poller, timer;
static uint64_t lines, bytes, reads;
/* When each message left, in nanoseconds; 0 for none. */
static uint64_t sent_at[NUMBERS];
/* How long deliveries took, in nanoseconds. */
static uint32_t *times;
static size_t time_count, time_room;
/* Whether what comes is counted, and whether it is timed. */
static int speaking, timing;

static void die(const char *what) {
  fprintf(stderr, "paced: %s: %s\n", what, strerror(errno));
  exit(1);
}

static uint64_t now_ns(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return (uint64_t)at.tv_sec * 1000000000u + (uint64_t)at.tv_nsec;
}

static int index_of(const struct client *client) { return (int)(client - clients); }

static int channel_of(int index) { return index % channel_count; }

static void say(struct client *client, const char *text, size_t length) {
  while (length > 0) {
    ssize_t done = write(client->fd, text, length);
    if (done < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN) die("the server does not take what is sent");
      struct pollfd room = {.fd = client->fd, .events = POLLOUT};
      poll(&room, 1, -1);
      continue;
    }
    text += done;
    length -= (size_t)done;
  }
}

static void begin_client(void) {
  struct client *client = &clients[begun++];
  int one = 1;
  client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (client->fd < 0) die("socket");
  setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (connect(client->fd, (struct sockaddr *)&to, sizeof to) < 0 && errno != EINPROGRESS) die("connect");
  client->carry = malloc(CARRY);
  if (client->carry == NULL) die("malloc");
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.ptr = client};
  if (epoll_ctl(poller, EPOLL_CTL_ADD, client->fd, &event) < 0) die("epoll_ctl");
}

static void connected(struct client *client) {
  int problem = 0;
  socklen_t size = sizeof problem;
  getsockopt(client->fd, SOL_SOCKET, SO_ERROR, &problem, &size);
  errno = problem;
  if (problem != 0) die("connect");
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
  if (epoll_ctl(poller, EPOLL_CTL_MOD, client->fd, &event) < 0) die("epoll_ctl");
  char text[512];
  client->state = REGISTERING;
  int index = index_of(client);
  say(client, text, greeting(fixed, index, channel_of(index), text, sizeof text));
}

static void come_in(struct client *client) {
  client->state = THERE;
  there++;
  if (begun < client_count) begin_client();
}

/* The joins of all others stand before the answer. */
static void ask_all(void) {
  static const char question[] = "PING :there\r\n";
  for (int i = 0; i < client_count; i++) say(&clients[i], question, sizeof question - 1);
}

/* A whole line for a client of an IRC server before anybody speaks. */
static void hear(struct client *client, char *line) {
  char text[CARRY];
  if (strncmp(line, "PING ", 5) == 0) {
    int length = snprintf(text, sizeof text, "PONG %s\r\n", line + 5);
    say(client, text, (size_t)length);
  } else if (strncmp(line, "ERROR ", 6) == 0) {
    fprintf(stderr, "paced: the server says %s\n", line);
    exit(1);
  } else if (client->state == REGISTERING && (strstr(line, " 376 ") != NULL || strstr(line, " 422 ") != NULL)) {
    int length = snprintf(text, sizeof text, "JOIN #bench%d\r\n", channel_of(index_of(client)));
    client->state = JOINING;
    say(client, text, (size_t)length);
  } else if (client->state == JOINING && strstr(line, " 366 ") != NULL) {
    client->state = JOINED;
    if (++joined == client_count) ask_all();
    else if (begun < client_count) begin_client();
  } else if (client->state == JOINED && strstr(line, " PONG ") != NULL) {
    client->state = THERE;
    there++;
  }
}

static void hear_all(struct client *client, const char *read_bytes, int length) {
  for (int i = 0; i < length && client->state != THERE; i++) {
    if (read_bytes[i] == '\n') {
      if (client->carried > 0 && client->carry[client->carried - 1] == '\r') client->carried--;
      client->carry[client->carried] = 0;
      client->carried = 0;
      hear(client, client->carry);
    } else if (client->carried < CARRY - 1) {
      client->carry[client->carried++] = read_bytes[i];
    }
  }
}

/* Until the server's last word to who comes. What follows it would be the beginning of a delivery, but nobody speaks yet. */
static void hear_welcome(struct client *client, const char *read_bytes, int length) {
  for (int i = 0; i < length && client->carried < CARRY; i++) client->carry[client->carried++] = read_bytes[i];
  if (memmem(client->carry, (size_t)client->carried, fixed->welcome, strlen(fixed->welcome)) != NULL) come_in(client);
  else if (client->carried == CARRY) die("the server does not let a client in");
}

static void keep_time(uint64_t took) {
  if (time_count == time_room) {
    time_room = time_room == 0 ? 1u << 20 : time_room * 2;
    times = realloc(times, time_room * sizeof *times);
    if (times == NULL) die("realloc");
  }
  times[time_count++] = took > UINT32_MAX ? UINT32_MAX : (uint32_t)took;
}

/* The number of a message, and how long it took, where it is one of those that are timed. */
static void time_message(const char *digits, uint64_t now) {
  int number = 0;
  for (int i = 0; i < DIGITS; i++) {
    if (digits[i] < '0' || digits[i] > '9') return;
    number = number * 10 + (digits[i] - '0');
  }
  if (sent_at[number] != 0) keep_time(now - sent_at[number]);
}

/* Counts lines, and times those whose number at their end is in this read. */
static void count_lines(const char *read_bytes, int length, uint64_t now) {
  const char *from = read_bytes, *end = read_bytes + length, *feed;
  while (from < end && (feed = memchr(from, '\n', (size_t)(end - from))) != NULL) {
    lines++;
    from = feed + 1;
    if (timing && feed - read_bytes > DIGITS) time_message(feed - 1 - DIGITS, now);
  }
}

/* The same of deliveries of one length. A relay says who joins to who is there: that has come before anybody speaks. */
static void count_deliveries(struct client *client, const char *read_bytes, int length, uint64_t now) {
  for (int at = 0; at < length;) {
    if (client->left == 0) {
      client->counts = read_bytes[at] == fixed->first;
      client->left = client->counts ? fixed->size : fixed->other;
      client->come = 0;
    }
    int piece = client->left < length - at ? client->left : length - at;
    int digits = fixed->payload_at - client->come;
    if (timing && client->counts && digits >= 0 && digits + DIGITS <= piece) time_message(read_bytes + at + digits, now);
    client->come += piece;
    client->left -= piece;
    at += piece;
    if (client->left == 0 && client->counts) lines++;
  }
}

static void readable(struct client *client) {
  static char buffer[READ];
  ssize_t length = read(client->fd, buffer, sizeof buffer);
  if (length < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (length <= 0) die("a client was lost");
  bytes += (uint64_t)length;
  reads++;
  if (client->state != THERE) {
    if (fixed == NULL) hear_all(client, buffer, (int)length);
    else hear_welcome(client, buffer, (int)length);
    if (client->state == THERE) {
      free(client->carry);
      client->carry = NULL;
    }
  } else if (!speaking) {
    return;
  } else if (fixed == NULL) {
    count_lines(buffer, (int)length, now_ns());
  } else {
    count_deliveries(client, buffer, (int)length, now_ns());
  }
}

/* Looks once at what has happened. @param wait_ms as of epoll_wait */
static void turn(int wait_ms) {
  struct epoll_event events[EVENTS];
  int count = epoll_wait(poller, events, EVENTS, wait_ms);
  if (count < 0 && errno != EINTR) die("epoll_wait");
  for (int i = 0; i < count; i++) {
    struct client *client = events[i].data.ptr;
    if (client == NULL) {
      uint64_t expired;
      if (read(timer, &expired, sizeof expired) < 0 && errno != EAGAIN) die("timer");
    } else if (client->state == CONNECTING) {
      connected(client);
    } else {
      readable(client);
    }
  }
}

static void populate(void) {
  while (begun < client_count && begun < COMING) begin_client();
  while (there < client_count) turn(-1);
  /* What a relay says of others arrives. */
  for (uint64_t before = bytes + 1; before != bytes;) {
    before = bytes;
    for (uint64_t until = now_ns() + QUIET_MS * 1000000ull; now_ns() < until;) turn(10);
  }
}

static void send_message(uint64_t number) {
  char text[256];
  int index = (int)(number * STRIDE % (uint64_t)client_count), slot = (int)(number % NUMBERS);
  size_t length = message(fixed, channel_of(index), slot, text, sizeof text);
  sent_at[slot] = timing ? now_ns() : 0;
  say(&clients[index], text, length);
}

static double cpu_seconds(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

/* Messages leave when they are due, until that time. */
static void speak_until(uint64_t first, double interval_ns, uint64_t *said, uint64_t until) {
  for (;;) {
    uint64_t now = now_ns();
    if (now >= until) return;
    uint64_t due;
    while ((due = first + (uint64_t)((double)*said * interval_ns)) <= now) send_message((*said)++);
    struct itimerspec at = {.it_value = {.tv_sec = (time_t)(due / 1000000000u), .tv_nsec = (long)(due % 1000000000u)}};
    if (timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL) < 0) die("timer");
    turn(-1);
  }
}

static int by_time(const void *one, const void *other) {
  uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)other;
  return (a > b) - (a < b);
}

static double at(double share) {
  if (time_count == 0) return NAN;
  size_t place = (size_t)ceil(share * (double)time_count);
  return (double)times[place == 0 ? 0 : place - 1] / 1e9;
}

struct counts {
  uint64_t lines, bytes, reads;
  double cpu;
};

static struct counts counted(void) { return (struct counts){lines, bytes, reads, cpu_seconds()}; }

/*
 * Of the measured time: seconds, deliveries, their bytes, reads, CPU seconds of its own. Of all: messages said, deliveries. Of the
 * messages of the measured time: deliveries that were timed, their p50, p95, p99, p99.9 and longest in seconds.
 */
static void report(double seconds, struct counts from, struct counts to, uint64_t said) {
  qsort(times, time_count, sizeof *times, by_time);
  printf("%.6f %llu %llu %llu %.6f %llu %llu %zu %.9f %.9f %.9f %.9f %.9f\n", seconds, (unsigned long long)(to.lines - from.lines),
         (unsigned long long)(to.bytes - from.bytes), (unsigned long long)(to.reads - from.reads), to.cpu - from.cpu,
         (unsigned long long)said, (unsigned long long)lines, time_count, at(0.5), at(0.95), at(0.99), at(0.999), at(1));
}

int main(int argc, char **argv) {
  if (argc != 8) {
    fprintf(stderr, "usage: paced irc|relay|nats PORT CLIENTS CHANNELS MESSAGES_A_SECOND WARMUP_MS MEASURE_MS\n");
    return 2;
  }
  fixed = strcmp(argv[1], "irc") == 0 ? NULL : strcmp(argv[1], "nats") == 0 ? &NATS : &RELAY;
  port = atoi(argv[2]);
  client_count = atoi(argv[3]);
  channel_count = atoi(argv[4]);
  double interval_ns = 1e9 / atof(argv[5]);
  uint64_t warmup = (uint64_t)(atof(argv[6]) * 1e6), measured = (uint64_t)(atof(argv[7]) * 1e6);
  setvbuf(stdout, NULL, _IOLBF, 0);
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  clients = calloc((size_t)client_count, sizeof *clients);
  poller = epoll_create1(EPOLL_CLOEXEC);
  timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  if (clients == NULL || poller < 0 || timer < 0) die("the start");
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
  if (epoll_ctl(poller, EPOLL_CTL_ADD, timer, &event) < 0) die("epoll_ctl");
  populate();
  speaking = 1;
  uint64_t said = 0, first = now_ns();
  speak_until(first, interval_ns, &said, first + warmup);
  puts("start");
  timing = 1;
  uint64_t begin = now_ns();
  struct counts from = counted();
  speak_until(first, interval_ns, &said, begin + measured);
  double seconds = (double)(now_ns() - begin) / 1e9;
  struct counts to = counted();
  uint64_t expected = said * (uint64_t)(client_count / channel_count - 1);
  for (uint64_t until = now_ns() + SETTLE_MS * 1000000ull; lines < expected && now_ns() < until;) turn(10);
  report(seconds, from, to, said);
  while (getchar() != EOF) continue;
  return 0;
}
