/*
 * The limit: the least that a server does that tells many WebSockets the same thing. One thread, one epoll, events kept
 * as finished frames in one buffer, a cursor per connection. It checks nothing, stores nothing and orders nothing.
 *
 *   c-epoll PORT one|gather
 *
 * one:    each frame in a write of its own.
 * gather: whatever a connection still lacks, in one write.
 *
 * GET with an Upgrade makes a subscriber; POST with a Content-Length tells its body to all of them, answered 204;
 * any other GET is answered with the number of writes. Linux only.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

enum { CONNECTIONS = 20000, REQUEST = 4096, EVENTS = 512, RING = 64 << 20 };

struct connection {
    char *request;   /* what has arrived of a request; NULL for a subscriber */
    int arrived;
    int subscriber;  /* its place among them, or -1 */
    uint64_t cursor; /* up to here it was told */
};

static struct connection connections[CONNECTIONS];
static int subscribers[CONNECTIONS], subscriber_count;
static char *ring;               /* finished frames, one behind the other */
static uint64_t ring_end;        /* bytes appended since the last time that nobody lacked any */
static uint32_t *lengths;        /* of the frames in the ring, for the mode "one" */
static int frames;
static uint64_t writes;
static int poller, gather;

static void fail(const char *what) { perror(what); exit(1); }

static uint32_t rotate(uint32_t x, int by) { return x << by | x >> (32 - by); }

/* SHA-1 of a text shorter than 120 bytes. */
static void sha1(const char *text, size_t length, uint8_t digest[20])
{
    uint8_t block[128] = {0};
    uint32_t h[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    size_t total = length < 56 ? 64 : 128;
    memcpy(block, text, length);
    block[length] = 0x80;
    for (int i = 0; i < 8; i++) block[total - 1 - i] = (uint8_t)((uint64_t)length * 8 >> (8 * i));
    for (size_t at = 0; at < total; at += 64) {
        uint32_t w[80], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
        for (int i = 0; i < 16; i++)
            w[i] = (uint32_t)block[at + 4 * i] << 24 | (uint32_t)block[at + 4 * i + 1] << 16 |
                   (uint32_t)block[at + 4 * i + 2] << 8 | block[at + 4 * i + 3];
        for (int i = 16; i < 80; i++) w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
        for (int i = 0; i < 80; i++) {
            uint32_t f = i < 20 ? (b & c) | (~b & d) : i < 40 || i >= 60 ? b ^ c ^ d : (b & c) | (b & d) | (c & d);
            uint32_t k = i < 20 ? 0x5a827999 : i < 40 ? 0x6ed9eba1 : i < 60 ? 0x8f1bbcdc : 0xca62c1d6;
            uint32_t t = rotate(a, 5) + f + e + k + w[i];
            e = d; d = c; c = rotate(b, 30); b = a; a = t;
        }
        h[0] += a; h[1] += b; h[2] += c; h[3] += d; h[4] += e;
    }
    for (int i = 0; i < 20; i++) digest[i] = (uint8_t)(h[i / 4] >> (24 - 8 * (i % 4)));
}

static void base64(const uint8_t *bytes, int length, char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int i = 0; i < length; i += 3) {
        uint32_t three = (uint32_t)bytes[i] << 16 | (i + 1 < length ? bytes[i + 1] : 0) << 8 | (i + 2 < length ? bytes[i + 2] : 0);
        *text++ = digits[three >> 18];
        *text++ = digits[three >> 12 & 63];
        *text++ = i + 1 < length ? digits[three >> 6 & 63] : '=';
        *text++ = i + 2 < length ? digits[three & 63] : '=';
    }
    *text = 0;
}

static void drop(int fd)
{
    struct connection *gone = &connections[fd];
    if (gone->subscriber >= 0) {
        int last = subscribers[--subscriber_count];
        subscribers[gone->subscriber] = last;
        connections[last].subscriber = gone->subscriber;
    }
    free(gone->request);
    memset(gone, 0, sizeof *gone);
    gone->subscriber = -1;
    close(fd);
}

static void answer(int fd, const char *text)
{
    if (send(fd, text, strlen(text), MSG_NOSIGNAL) < 0) drop(fd);
}

static void append(const char *payload, int length)
{
    if (ring_end + length + 10 > RING) { fprintf(stderr, "somebody is too far behind\n"); exit(1); }
    char *frame = ring + ring_end;
    int header = length < 126 ? 2 : 4;
    frame[0] = (char)0x81;
    if (length < 126) frame[1] = (char)length;
    else { frame[1] = 126; frame[2] = (char)(length >> 8); frame[3] = (char)length; }
    memcpy(frame + header, payload, length);
    ring_end += header + length;
    lengths[frames++] = header + length;
}

/* Tells everybody what they lack. Here nobody is slow: the bench has subscribers that do not read only for the hub. */
static void flush(void)
{
    if (frames == 0) return;
    int behind = 0;
    for (int i = 0; i < subscriber_count; i++) {
        int fd = subscribers[i], frame = 0;
        struct connection *to = &connections[fd];
        uint64_t end = 0;
        while (to->cursor < ring_end) {
            if (gather) end = ring_end;
            else do end += lengths[frame++]; while (end <= to->cursor);
            ssize_t sent = send(fd, ring + to->cursor, end - to->cursor, MSG_NOSIGNAL | MSG_DONTWAIT);
            writes++;
            if (sent < 0) break;
            to->cursor += sent;
            if (to->cursor < end) break;
        }
        behind |= to->cursor < ring_end;
    }
    if (behind) return;
    for (int i = 0; i < subscriber_count; i++) connections[subscribers[i]].cursor = 0;
    ring_end = 0;
    frames = 0;
}

static void upgrade(int fd, const char *key)
{
    char accept[200], text[400];
    uint8_t digest[20];
    int length = snprintf(accept, sizeof accept, "%.*s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", (int)strcspn(key, "\r"), key);
    sha1(accept, length, digest);
    base64(digest, 20, accept);
    snprintf(text, sizeof text, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", accept);
    struct connection *joined = &connections[fd];
    free(joined->request);
    joined->request = NULL;
    joined->cursor = ring_end;
    joined->subscriber = subscriber_count;
    subscribers[subscriber_count++] = fd;
    answer(fd, text);
}

/* Takes one whole request from the front of what has arrived; 0 when there is none, or it was the last. */
static int take(int fd)
{
    struct connection *from = &connections[fd];
    char *end = strstr(from->request, "\r\n\r\n"), *field;
    if (!end) return 0;
    int whole = (int)(end + 4 - from->request), length;
    if (!strncmp(from->request, "POST", 4)) {
        field = strcasestr(from->request, "\r\nContent-Length:");
        length = field ? atoi(field + 17) : 0;
        if (from->arrived < whole + length) return 0;
        append(end + 4, length);
        whole += length;
        answer(fd, "HTTP/1.1 204 No Content\r\n\r\n");
    } else if ((field = strcasestr(from->request, "\r\nSec-WebSocket-Key: "))) {
        upgrade(fd, field + 21);
        return 0;
    } else {
        char body[100], text[200];
        int size = snprintf(body, sizeof body, "socket_writes_total %llu\n", (unsigned long long)writes);
        snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", size, body);
        answer(fd, text);
    }
    if (!from->request) return 0;
    from->arrived -= whole;
    memmove(from->request, from->request + whole, from->arrived + 1);
    return from->arrived > 0;
}

static void ready(int fd)
{
    struct connection *from = &connections[fd];
    char ignored[REQUEST];
    char *into = from->request ? from->request + from->arrived : ignored;
    int room = from->request ? REQUEST - from->arrived : REQUEST;
    ssize_t got = recv(fd, into, room, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) { drop(fd); return; }
    if (!from->request) return; /* a subscriber has nothing to say */
    from->arrived += got;
    from->request[from->arrived] = 0;
    while (take(fd)) {}
}

static void welcome(int listener)
{
    int fd, on = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        if (fd >= CONNECTIONS) { close(fd); continue; }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        connections[fd].request = malloc(REQUEST + 1);
        connections[fd].arrived = 0;
        connections[fd].subscriber = -1;
        struct epoll_event wanted = {.events = EPOLLIN, .data.fd = fd};
        epoll_ctl(poller, EPOLL_CTL_ADD, fd, &wanted);
    }
}

int main(int argc, char **argv)
{
    if (argc != 3) { fprintf(stderr, "usage: c-epoll PORT one|gather\n"); return 2; }
    gather = !strcmp(argv[2], "gather");
    ring = malloc(RING);
    lengths = malloc(RING / 16);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) fail("listen");
    poller = epoll_create1(0);
    struct epoll_event wanted = {.events = EPOLLIN, .data.fd = listener}, events[EVENTS];
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &wanted);
    for (;;) {
        /* Whoever is behind because its socket was full is tried again soon. */
        int count = epoll_wait(poller, events, EVENTS, frames ? 1 : -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == listener) welcome(listener);
            else ready(events[i].data.fd);
        }
        flush();
    }
}
