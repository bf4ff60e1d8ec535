/* How IRC servers, the relay and NATS are spoken to. Used by paced.c. */
#ifndef WIRES_H
#define WIRES_H

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Digits of the number of a message, which ends a line of IRC and begins what is said to a relay or to NATS; bytes of that. */
enum { DIGITS = 5, PAYLOAD = 64 };

/* How a server is spoken to whose deliveries all have one length, names and numbers being of fixed length. */
struct fixed {
  int size, payload_at;
  /* The first byte of a delivery. What begins otherwise has `other` bytes and is passed over. */
  char first;
  int other;
  /* The last word of a server to who comes. */
  const char *welcome;
};

static const struct fixed RELAY = {.size = 4 + 1 + 1 + 7 + 1 + 7 + PAYLOAD, .payload_at = 21, .first = 0, .welcome = "\"joined\""};
static const struct fixed NATS = {.size = 18 + PAYLOAD + 2, .payload_at = 18, .first = 'M', .other = 6, .welcome = "PONG\r\n"};

/* A frame of the relay: its length, then what is in it. Answers how much it takes. */
static size_t frame(char *into, const char *what, size_t length) {
  uint32_t header = htonl((uint32_t)length);
  memcpy(into, &header, sizeof header);
  memcpy(into + sizeof header, what, length);
  return length + sizeof header;
}

/* All that a client says to come in; of IRC what comes before its channel. */
static size_t greeting(const struct fixed *fixed, int index, int channel, char *into, size_t most) {
  if (fixed == NULL) return (size_t)snprintf(into, most, "NICK c%05d\r\nUSER c%05d 0 * :load\r\n", index, index);
  if (fixed == &NATS) {
    const char *options = "{\"verbose\":false,\"pedantic\":false,\"echo\":false,\"lang\":\"bench\",\"version\":\"1\"}";
    return (size_t)snprintf(into, most, "CONNECT %s\r\nSUB r%06d 1\r\nPING\r\n", options, channel);
  }
  char hello[128], join[128];
  /* A control frame begins with a NUL. */
  int hello_length = snprintf(hello + 1, sizeof hello - 1, "{\"type\":\"hello\",\"mode\":\"rooms\",\"peer\":\"c%06d\"}", index);
  int join_length = snprintf(join + 1, sizeof join - 1, "{\"type\":\"join\",\"room\":\"r%06d\"}", channel);
  hello[0] = join[0] = 0;
  size_t used = frame(into, hello, (size_t)hello_length + 1);
  return used + frame(into + used, join, (size_t)join_length + 1);
}

/* A message to a channel. */
static size_t message(const struct fixed *fixed, int channel, int number, char *into, size_t most) {
  if (fixed == NULL)
    return (size_t)snprintf(into, most, "PRIVMSG #bench%d :the quick brown fox jumps over it %05d\r\n", channel, number);
  if (fixed == &NATS)
    return (size_t)snprintf(into, most, "PUB r%06d %d\r\n%05d%*s\r\n", channel, PAYLOAD, number, PAYLOAD - DIGITS, "");
  char inner[128];
  int length = snprintf(inner, sizeof inner, "\2\7r%06d%05d%*s", channel, number, PAYLOAD - DIGITS, "");
  return frame(into, inner, (size_t)length);
}

#endif
