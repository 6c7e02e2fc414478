/* Runs a command and writes to a file: wall seconds, CPU seconds of it and its children, and the peak memory
   of the largest of them in bytes. A program of its own because a process begins with the peak memory of the
   one that forked it: under an interpreter a small client would look as large as the interpreter. */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double seconds(struct timeval time) { return (double)time.tv_sec + (double)time.tv_usec / 1e6; }

int main(int argc, char **argv) {
    struct rusage used;
    int status = 0;
    if (argc < 3) return 2;
    double start = now();
    pid_t child = fork();
    if (child == 0) {
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &used) != child) return 2;
    double wall = now() - start;
#ifdef __APPLE__
    double unit = 1;
#else
    double unit = 1024;
#endif
    FILE *file = fopen(argv[1], "w");
    if (file == NULL) return 2;
    fprintf(file, "%.6f %.6f %.0f\n", wall, seconds(used.ru_utime) + seconds(used.ru_stime),
            (double)used.ru_maxrss * unit);
    if (fclose(file) != 0) return 2;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
