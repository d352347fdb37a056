/* fault.h - an allocator that fails on command, for programs linked with tt_test(... FAULT).
 * It stands (by the linker's --wrap) before malloc and friends of our own code; libraries keep theirs, libxml2 can be
 * handed these through xmlMemSetup. */
#ifndef TT_TESTS_FAULT_H
#define TT_TESTS_FAULT_H

#include <stddef.h>

void tt_fault_alloc_after(long n); /* allocation number n (from 0) and all later ones return NULL */
void tt_fault_off(void);
long tt_alloc_live(void); /* blocks allocated by our code and not yet freed */

void *tt_fault_malloc(size_t n);
void *tt_fault_realloc(void *p, size_t n);
char *tt_fault_strdup(const char *s);
void tt_fault_free(void *p);

#endif
