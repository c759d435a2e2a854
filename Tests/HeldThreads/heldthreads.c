/* Holds the threads of a process still but those that wait in poll(2): `heldthreads PID`. What is left is a process
 * that hangs while a library's own thread keeps a session alive. It says how many it holds and how many it left, and
 * holds them until it is killed; then they go on. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The system call that the thread is in; -1 when it is in none. */
static long system_call(const char *process, const char *thread)
{
    char path[512];
    long number = -1;
    snprintf(path, sizeof path, "/proc/%s/task/%s/syscall", process, thread);
    FILE *file = fopen(path, "r");
    if (!file) return -1;
    if (fscanf(file, "%ld", &number) != 1) number = -1;
    fclose(file);
    return number;
}

static int polls(long number)
{
#ifdef SYS_poll
    if (number == SYS_poll) return 1;
#endif
    return number == SYS_ppoll;
}

int main(int count, char **arguments)
{
    if (count != 2) return 64;
    char path[512];
    snprintf(path, sizeof path, "/proc/%s/task", arguments[1]);
    DIR *threads = opendir(path);
    if (!threads) {
        perror(path);
        return 1;
    }
    int held = 0, left = 0;
    for (struct dirent *thread; (thread = readdir(threads));) {
        if (thread->d_name[0] == '.') continue;
        if (polls(system_call(arguments[1], thread->d_name))) {
            left++;
            continue;
        }
        pid_t number = atoi(thread->d_name);
        int status;
        if (ptrace(PTRACE_SEIZE, number, 0, 0) || ptrace(PTRACE_INTERRUPT, number, 0, 0) ||
            waitpid(number, &status, __WALL) != number) {
            if (errno == ESRCH) continue;
            perror("ptrace");
            return 1;
        }
        held++;
    }
    closedir(threads);
    printf("held %d, left %d\n", held, left);
    fflush(stdout);
    for (;;) pause();
}
