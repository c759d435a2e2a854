#ifndef ALLOCATION_COUNT_H
#define ALLOCATION_COUNT_H

#include <stdint.h>

/// How many times this thread has asked for memory since it began.
uint64_t allocation_count(void);

/// How many bytes are allocated and not given back.
uint64_t allocated_bytes(void);

/// Does nothing with a value that the optimizer must not leave out.
void keep_value(uint64_t value);

#endif
