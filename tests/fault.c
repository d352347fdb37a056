/* fault.c - see fault.h. A sweep is one thread; others may allocate beside it. The counters are relaxed, so
 * that they order nothing that the thread sanitizer should see unordered. */
#include "tests/fault.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__real_aligned_alloc(size_t align, size_t n);
void __real_free(void *p);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
void *__wrap_aligned_alloc(size_t align, size_t n);
char *__wrap_strdup(const char *s);
char *__wrap_strndup(const char *s, size_t n);
void __wrap_free(void *p);

static atomic_long left = -1; /* allocations that may still succeed; -1: all */
static atomic_long live;

void tt_fault_alloc_after(long n)
{
	atomic_store_explicit(&left, n, memory_order_relaxed);
}

void tt_fault_off(void)
{
	atomic_store_explicit(&left, -1, memory_order_relaxed);
}

long tt_alloc_live(void)
{
	return atomic_load_explicit(&live, memory_order_relaxed);
}

static bool fails(void)
{
	const long n = atomic_load_explicit(&left, memory_order_relaxed);
	if (n > 0)
		atomic_fetch_sub_explicit(&left, 1, memory_order_relaxed);
	return n == 0;
}

static void *counted(void *p)
{
	atomic_fetch_add_explicit(&live, p != NULL, memory_order_relaxed);
	return p;
}

void *__wrap_malloc(size_t n)
{
	return fails() ? NULL : counted(__real_malloc(n));
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : counted(__real_calloc(n, size));
}

void *__wrap_aligned_alloc(size_t align, size_t n)
{
	return fails() ? NULL : counted(__real_aligned_alloc(align, n));
}

void *__wrap_realloc(void *p, size_t n)
{
	if (fails())
		return NULL;
	return p ? __real_realloc(p, n) : counted(__real_realloc(p, n));
}

char *__wrap_strndup(const char *s, size_t n)
{
	size_t len = strnlen(s, n);
	char *p = __wrap_malloc(len + 1);
	if (p) {
		memcpy(p, s, len);
		p[len] = '\0';
	}
	return p;
}

char *__wrap_strdup(const char *s)
{
	return __wrap_strndup(s, strlen(s));
}

void __wrap_free(void *p)
{
	atomic_fetch_sub_explicit(&live, p != NULL, memory_order_relaxed);
	__real_free(p);
}

void *tt_fault_malloc(size_t n)
{
	return __wrap_malloc(n);
}

void *tt_fault_realloc(void *p, size_t n)
{
	return __wrap_realloc(p, n);
}

char *tt_fault_strdup(const char *s)
{
	return __wrap_strdup(s);
}

void tt_fault_free(void *p)
{
	__wrap_free(p);
}
