// The least that an HTTP server can do on this machine: it reads what came and writes an answer, without looking at
// anything. What a heartbeat costs a daemon is told beside it: the two grow and shrink together with the machine.
//
// Whoever sends one request after the other sends each whole: what a read brings is one. It serves on a free port of
// loopback, which it prints, until it is ended. On the same port it reads datagrams, as many as there are at a time, and
// looks again a millisecond later.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LOOPS = 2, EVENTS = 64, READ = 64 << 10, VECTOR = 64, DATAGRAM = 128 };

static const char answer[] = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 15\r\n\r\n{\"rejected\":[]}";

static void *serve(void *queue) {
    struct epoll_event events[EVENTS];
    char bytes[READ];
    for (;;) {
        int count = epoll_wait(*(int *)queue, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            int connection = events[i].data.fd;
            if (read(connection, bytes, sizeof bytes) <= 0 || write(connection, answer, sizeof answer - 1) < 0) {
                close(connection);
            }
        }
    }
    return NULL;
}

static void *receive(void *socket) {
    static char bytes[VECTOR][DATAGRAM];
    struct iovec pieces[VECTOR];
    struct mmsghdr messages[VECTOR];
    memset(messages, 0, sizeof messages);
    for (int i = 0; i < VECTOR; i++) {
        pieces[i] = (struct iovec){.iov_base = bytes[i], .iov_len = DATAGRAM};
        messages[i].msg_hdr.msg_iov = &pieces[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    for (;;) {
        if (recvmmsg(*(int *)socket, messages, VECTOR, MSG_WAITFORONE, NULL) < VECTOR) usleep(1000);
    }
    return NULL;
}

int main(void) {
    static int queues[LOOPS];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, length) != 0 || listen(listener, 1024) != 0
        || getsockname(listener, (struct sockaddr *)&address, &length) != 0) {
        perror("rollcall-floor");
        return 1;
    }
    for (int i = 0; i < LOOPS; i++) {
        pthread_t thread;
        queues[i] = epoll_create1(0);
        if (queues[i] < 0 || pthread_create(&thread, NULL, serve, &queues[i]) != 0) {
            perror("rollcall-floor");
            return 1;
        }
    }
    static int datagrams;
    pthread_t receiver;
    datagrams = socket(AF_INET, SOCK_DGRAM, 0);
    int room = 8 << 20;
    setsockopt(datagrams, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    if (datagrams < 0 || bind(datagrams, (struct sockaddr *)&address, length) != 0
        || pthread_create(&receiver, NULL, receive, &datagrams) != 0) {
        perror("rollcall-floor");
        return 1;
    }
    printf("http=http://127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (unsigned accepted = 0;; accepted++) {
        int connection = accept(listener, NULL, NULL);
        if (connection < 0) continue;
        int on = 1;
        setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct epoll_event event = {.events = EPOLLIN, .data.fd = connection};
        if (epoll_ctl(queues[accepted % LOOPS], EPOLL_CTL_ADD, connection, &event) != 0) close(connection);
    }
}
