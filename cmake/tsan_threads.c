/* tsan_threads.c - part of every program that is built for the thread sanitizer: librdkafka starts its
 * threads with C11's thrd_create() and thrd_join(), which the sanitizer does not know of; it crashes in them.
 * POSIX threads it knows, and in glibc the two are the same thing. */
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <threads.h>

struct start {
	thrd_start_t fn;
	void *arg;
};

static void *run(void *arg)
{
	struct start s = *(struct start *)arg;
	free(arg);
	return (void *)(intptr_t)s.fn(s.arg);
}

__attribute__((visibility("default"))) int thrd_create(thrd_t *thread, thrd_start_t fn, void *arg)
{
	struct start *s = malloc(sizeof(*s));
	if (!s)
		return thrd_nomem;
	*s = (struct start){fn, arg};
	int e = pthread_create(thread, NULL, run, s);
	if (!e)
		return thrd_success;
	free(s);
	return e == EAGAIN || e == ENOMEM ? thrd_nomem : thrd_error;
}

__attribute__((visibility("default"))) int thrd_join(thrd_t thread, int *ret)
{
	void *result;
	if (pthread_join(thread, &result))
		return thrd_error;
	if (ret)
		*ret = (int)(intptr_t)result;
	return thrd_success;
}

const char *__tsan_default_suppressions(void);
__attribute__((visibility("default"))) const char *__tsan_default_suppressions(void)
{
	return "called_from_lib:librdkafka.so\nrace:librdkafka.so\n"
	       "called_from_lib:libzstd.so\ncalled_from_lib:liblz4.so\nrace:libz.so\n";
}
