/*
 * A loop that does the writes of a chat server and nothing else: it takes the clients of the load generator, and hands each line
 * (IRC) or frame (the relay's rooms) to everybody else in its room. It knows no modes, no names, no limits and no errors, and keeps
 * nothing that a socket does not take at once: it waits for it. So it shows what the machine itself takes for the same sockets, the
 * same bytes and the same number of lines a write. Linux only. Compiled and started by c-loop.ts.
 *
 * c-loop irc|relay PORT LINES_A_WRITE LINE_BYTES
 *   LINES_A_WRITE  how many lines it gathers for a write; fewer where nobody sends any more for GATHER_MS, or where it is below 2
 *   LINE_BYTES     how long a line of IRC is made; 0: as it comes
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { CLIENTS = 65536, ROOMS = 4096, READ = 65536, CARRY = 8192, NAME = 64, PIECES = 512, GATHER_MS = 1 };

struct line {
  int sender;
  size_t start, end;
};

struct room {
  char name[NAME];
  int *members;
  int count, room_for;
  /* What is to be written: bytes of all lines, and where each begins. */
  char *bytes;
  size_t used, size;
  struct line *lines;
  int pending, most;
  /* Share of a line that the last writes left over, where LINES_A_WRITE is no whole number. */
  double owed;
  int queued;
};

struct client {
  char name[NAME];
  struct room *room;
  char *carry;
  int carried;
  /* The last write in which there is a line of its own. */
  unsigned spoke;
};

static struct client clients[CLIENTS];
static struct room rooms[ROOMS];
static int room_count;
static int waiting[ROOMS], waiting_count;
static double lines_a_write;
static size_t line_bytes;
static int relay;
static unsigned write_number;

static void die(const char *what) {
  perror(what);
  exit(1);
}

static void *grown(void *old, size_t bytes) {
  void *made = realloc(old, bytes);
  if (made == NULL) die("realloc");
  return made;
}

/* Hands all of it to the kernel, and waits where it does not take it: the generator always reads. */
static void write_pieces(int fd, struct iovec *pieces, int count) {
  while (count > 0) {
    ssize_t done = count == 1 ? write(fd, pieces->iov_base, pieces->iov_len) : writev(fd, pieces, count);
    if (done < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN) return;
      struct pollfd room = {.fd = fd, .events = POLLOUT};
      poll(&room, 1, -1);
      continue;
    }
    while (count > 0 && (size_t)done >= pieces->iov_len) {
      done -= pieces->iov_len;
      pieces++;
      count--;
    }
    if (count > 0) {
      pieces->iov_base = (char *)pieces->iov_base + done;
      pieces->iov_len -= done;
    }
  }
}

static void say(int fd, const char *text, size_t length) {
  struct iovec piece = {.iov_base = (void *)text, .iov_len = length};
  write_pieces(fd, &piece, 1);
}

/* One write to each member, with the lines of others among the next `count`. */
static void flush_lines(struct room *room, int count) {
  write_number++;
  for (int i = 0; i < count; i++) clients[room->lines[i].sender].spoke = write_number;
  size_t end = room->lines[count - 1].end;
  for (int m = 0; m < room->count; m++) {
    int fd = room->members[m];
    if (clients[fd].spoke != write_number) {
      say(fd, room->bytes, end);
      continue;
    }
    struct iovec pieces[PIECES];
    int used = 0;
    size_t from = 0;
    for (int i = 0; i < count && used < PIECES - 1; i++) {
      if (room->lines[i].sender != fd) continue;
      if (room->lines[i].start > from)
        pieces[used++] = (struct iovec){.iov_base = room->bytes + from, .iov_len = room->lines[i].start - from};
      from = room->lines[i].end;
    }
    if (end > from) pieces[used++] = (struct iovec){.iov_base = room->bytes + from, .iov_len = end - from};
    write_pieces(fd, pieces, used);
  }
  room->used -= end;
  memmove(room->bytes, room->bytes + end, room->used);
  room->pending -= count;
  memmove(room->lines, room->lines + count, room->pending * sizeof(struct line));
  for (int i = 0; i < room->pending; i++) {
    room->lines[i].start -= end;
    room->lines[i].end -= end;
  }
}

/* Writes full batches; all that there is where nobody sends any more. Answers how many rooms still gather. */
static void flush_waiting(int all) {
  int kept = 0;
  for (int i = 0; i < waiting_count; i++) {
    struct room *room = &rooms[waiting[i]];
    for (;;) {
      int batch = (int)(lines_a_write + room->owed);
      if (batch < 1) batch = 1;
      if (room->pending < batch) break;
      room->owed += lines_a_write - batch;
      flush_lines(room, batch);
    }
    if (all && room->pending > 0) flush_lines(room, room->pending);
    if (room->pending > 0) waiting[kept++] = waiting[i];
    else room->queued = 0;
  }
  waiting_count = kept;
}

static char *reserve(struct room *room, size_t length) {
  if (room->used + length > room->size) {
    room->size = (room->used + length) * 2;
    room->bytes = grown(room->bytes, room->size);
  }
  return room->bytes + room->used;
}

static void add_line(struct room *room, int sender, size_t length) {
  if (room->pending == room->most) {
    room->most = room->most * 2 + 64;
    room->lines = grown(room->lines, room->most * sizeof(struct line));
  }
  room->lines[room->pending++] = (struct line){sender, room->used, room->used + length};
  room->used += length;
  if (room->queued) return;
  room->queued = 1;
  waiting[waiting_count++] = (int)(room - rooms);
}

static void enter(int fd, const char *name, int length) {
  if (length >= NAME) length = NAME - 1;
  struct room *room = NULL;
  for (int i = 0; i < room_count && room == NULL; i++)
    if (strncmp(rooms[i].name, name, length) == 0 && rooms[i].name[length] == 0) room = &rooms[i];
  if (room == NULL) {
    if (room_count == ROOMS) exit(2);
    room = &rooms[room_count++];
    memcpy(room->name, name, length);
  }
  if (room->count == room->room_for) {
    room->room_for = room->room_for * 2 + 64;
    room->members = grown(room->members, room->room_for * sizeof(int));
  }
  room->members[room->count++] = fd;
  clients[fd].room = room;
}

static void irc_line(int fd, char *line, int length) {
  struct client *client = &clients[fd];
  char answer[256];
  if (length > 0 && line[length - 1] == '\r') length--;
  line[length] = 0;
  if (strncmp(line, "PRIVMSG ", 8) == 0) {
    struct room *room = client->room;
    if (room == NULL) return;
    size_t fixed = 1 + strlen(client->name) * 2 + 3 + 1 + length + 2;
    size_t host = line_bytes > fixed ? line_bytes - fixed : 1;
    char *at = reserve(room, fixed + host);
    char *begin = at;
    at += sprintf(at, ":%s!~%s@", client->name, client->name);
    memset(at, 'h', host);
    at += host;
    *at++ = ' ';
    memcpy(at, line, length);
    at += length;
    *at++ = '\r';
    *at++ = '\n';
    add_line(room, fd, at - begin);
  } else if (strncmp(line, "NICK ", 5) == 0) {
    snprintf(client->name, NAME, "%s", line + 5);
  } else if (strncmp(line, "USER ", 5) == 0) {
    say(fd, answer, snprintf(answer, sizeof answer, ":loop 422 %s :no message of the day\r\n", client->name));
  } else if (strncmp(line, "PING ", 5) == 0) {
    say(fd, answer, snprintf(answer, sizeof answer, ":loop PONG loop %.100s\r\n", line + 5));
  } else if (strncmp(line, "JOIN ", 5) == 0) {
    enter(fd, line + 5, (int)strlen(line + 5));
    say(fd, answer, snprintf(answer, sizeof answer, ":loop 366 %s %.100s :end\r\n", client->name, line + 5));
  }
}

/* The text of a field of JSON as the load generator writes it. */
static int field(const char *json, int length, const char *key, const char **value) {
  const char *found = memmem(json, length, key, strlen(key));
  if (found == NULL) return 0;
  found += strlen(key);
  const char *end = memchr(found, '"', json + length - found);
  *value = found;
  return end == NULL ? 0 : (int)(end - found);
}

static void relay_frame(int fd, const char *payload, int length) {
  struct client *client = &clients[fd];
  const char *value;
  if (length > 0 && payload[0] == 2 && client->room != NULL) {
    int head = 2 + (unsigned char)payload[1], named = (int)strlen(client->name);
    uint32_t size = htonl(length + 1 + named);
    char *at = reserve(client->room, 4 + length + 1 + named);
    memcpy(at, &size, 4);
    memcpy(at + 4, payload, head);
    at[4 + head] = (char)named;
    memcpy(at + 5 + head, client->name, named);
    memcpy(at + 5 + head + named, payload + head, length - head);
    add_line(client->room, fd, 4 + length + 1 + named);
    return;
  }
  int found = field(payload, length, "\"peer\":\"", &value);
  if (found > 0) snprintf(client->name, NAME, "%.*s", found, value);
  found = field(payload, length, "\"room\":\"", &value);
  if (found <= 0) return;
  enter(fd, value, found);
  static const char joined[] = "\0\0\0\x12\0{\"type\":\"joined\"}";
  say(fd, joined, sizeof joined - 1);
}

/* Takes whole lines or frames; answers how many bytes they had. */
static int take(int fd, char *bytes, int length) {
  int at = 0;
  while (at < length) {
    if (relay) {
      uint32_t size;
      if (length - at < 4) break;
      memcpy(&size, bytes + at, 4);
      size = ntohl(size);
      if (size > CARRY - 4) exit(2);
      if (length - at - 4 < (int)size) break;
      relay_frame(fd, bytes + at + 4, (int)size);
      at += 4 + (int)size;
    } else {
      char *end = memchr(bytes + at, '\n', length - at);
      if (end == NULL) break;
      irc_line(fd, bytes + at, (int)(end - bytes) - at);
      at = (int)(end - bytes) + 1;
    }
  }
  return at;
}

static void leave(int fd) {
  struct room *room = clients[fd].room;
  for (int i = 0; room != NULL && i < room->count; i++) {
    if (room->members[i] != fd) continue;
    room->members[i] = room->members[--room->count];
    break;
  }
  clients[fd].room = NULL;
  clients[fd].carried = 0;
  close(fd);
}

static void read_client(int fd) {
  static char bytes[CARRY + READ + 1];
  struct client *client = &clients[fd];
  memcpy(bytes, client->carry, client->carried);
  ssize_t got = read(fd, bytes + client->carried, READ);
  if (got <= 0) {
    if (got == 0 || (errno != EAGAIN && errno != EINTR)) leave(fd);
    return;
  }
  int length = client->carried + (int)got;
  int taken = take(fd, bytes, length);
  client->carried = length - taken;
  if (client->carried > CARRY) exit(2);
  memcpy(client->carry, bytes + taken, client->carried);
}

int main(int argc, char **argv) {
  if (argc != 5) return 2;
  signal(SIGPIPE, SIG_IGN);
  relay = strcmp(argv[1], "relay") == 0;
  lines_a_write = atof(argv[3]);
  line_bytes = (size_t)atoi(argv[4]);
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1, ep = epoll_create1(0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[2]))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0) die("bind");
  if (listen(listener, 4096) < 0) die("listen");
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[256];
  epoll_ctl(ep, EPOLL_CTL_ADD, listener, &event);
  for (;;) {
    int patience = lines_a_write < 2 ? 0 : GATHER_MS;
    int ready = epoll_wait(ep, events, 256, waiting_count > 0 ? patience : -1);
    for (int i = 0; i < ready; i++) {
      int fd = events[i].data.fd;
      if (fd != listener) {
        read_client(fd);
        continue;
      }
      while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        if (fd >= CLIENTS) exit(2);
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (clients[fd].carry == NULL) clients[fd].carry = grown(NULL, CARRY);
        clients[fd].name[0] = 0;
        event = (struct epoll_event){.events = EPOLLIN, .data.fd = fd};
        epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event);
      }
    }
    flush_waiting(ready <= 0);
  }
}
