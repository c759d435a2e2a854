#pragma once

// The library's header declares the functions of the threaded build only then.
#define THREADED 1
#include <zookeeper/zookeeper.h>

// Swift takes what the library declares as variables for shared mutable state; nobody changes these.

static inline const struct ACL_vector *rollcall_acl_open(void) { return &ZOO_OPEN_ACL_UNSAFE; }

static inline const struct ACL_vector *rollcall_acl_creator(void) { return &ZOO_CREATOR_ALL_ACL; }
