/* What every part of the program needs: the end of the program after an error, memory, and the clock. */
#ifndef COMMON_H
#define COMMON_H

#include <stddef.h>
#include <stdint.h>

enum status { FAILED = 1, WRONG_USAGE = 2 };

/* Prints one line on standard error, and ends the program. */
_Noreturn void fail(enum status status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* As calloc, but never NULL. */
void *allocate(size_t count, size_t size);

/* The monotonic clock. */
int64_t now_nanos(void);

#endif
