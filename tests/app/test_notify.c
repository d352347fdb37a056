/* test_notify.c - what a service manager hears: each message over a socket of the test's own, and a whole run
 * of the program with its reload, its signs of life and its end. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "app/run/notify.h"
#include "tests/tt_test.h"

static char dir[] = "/tmp/tt-notify.XXXXXX";
static char path[64];
static int manager; /* the manager's end */
static char heard[2048];

static int open_manager(void **state)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	struct timeval patience = {.tv_sec = 60};
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/notify", dir);
	memcpy(at.sun_path, path, strlen(path) + 1);
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	setsockopt(manager, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return bind(manager, (const struct sockaddr *)&at, sizeof(at));
}

static int close_manager(void **state)
{
	(void)state;
	close(manager);
	unlink(path);
	return rmdir(dir);
}

static void set_env(const char *socket_path, const char *usec, const char *pid)
{
	const char *const pairs[][2] = {
		{"NOTIFY_SOCKET", socket_path}, {"WATCHDOG_USEC", usec}, {"WATCHDOG_PID", pid}};
	for (size_t i = 0; i < TT_LEN(pairs); i++) {
		unsetenv(pairs[i][0]);
		if (pairs[i][1])
			setenv(pairs[i][0], pairs[i][1], 1);
	}
}

/* The next datagram; "" when flags say not to wait and there is none. */
static const char *hear(int flags)
{
	ssize_t n = recv(manager, heard, sizeof(heard) - 1, flags);
	heard[n > 0 ? n : 0] = '\0';
	return heard;
}

#define HEARS(text) TT_STR_EQ(tt_str_c(hear(MSG_DONTWAIT)), TT_STR(text))

TT_TEST(each_message_in_the_words_of_the_protocol)
{
	struct tt_fake_clock clock;
	struct tt_notify n;
	struct tt_err err = {0};
	tt_fake_clock_init(&clock, 1795448783000);
	tt_fake_clock_advance(&clock, 5000);
	char usec[40];
	snprintf(usec, sizeof(usec), "MONOTONIC_USEC=%lld\n", (long long)tt_mono_ns(&clock.clock) / 1000);
	set_env(path, NULL, NULL);
	TT_EQ(tt_notify_init(&n, &clock.clock, &err), TT_OK);
	tt_notify_waiting(&n, TT_STR("postgres: refused"), 61000);
	HEARS("STATUS=postgres: refused\nEXTEND_TIMEOUT_USEC=61000000");
	tt_notify_ready(&n);
	HEARS("READY=1\nSTATUS=running");
	tt_notify_tick(&n, true, TT_STR("running"));
	HEARS(""); /* nothing new, and no watchdog */
	tt_notify_tick(&n, true, TT_STR("filter waits\nwrite\twaits for \xc3\xa9\n"));
	HEARS("STATUS=filter waits; write waits for \xc3\xa9");
	tt_notify_tick(&n, true, TT_STR("cut here \xc3 not here"));
	HEARS("STATUS=cut here ");
	tt_notify_reloading(&n);
	hear(MSG_DONTWAIT);
	TT_TRUE(strncmp(heard, "RELOADING=1\n", 12) == 0 && strstr(heard, usec));
	tt_notify_stopping(&n, 80000);
	HEARS("STOPPING=1\nSTATUS=stopping\nEXTEND_TIMEOUT_USEC=80000000");
	tt_notify_done(&n);
}

TT_TEST(a_status_of_any_length_is_one_short_datagram)
{
	struct tt_notify n;
	struct tt_err err = {0};
	char text[4000];
	set_env(path, NULL, NULL);
	TT_EQ(tt_notify_init(&n, &tt_clock_real, &err), TT_OK);
	for (size_t i = 0; i < sizeof(text); i += 2)
		memcpy(text + i, "\xc3\xa9", 2);
	for (size_t cut = 0; cut < 4; cut++) {
		tt_notify_tick(&n, true, (struct tt_str){text + cut % 2 * 2, sizeof(text) - 2 - cut});
		tt_notify_tick(&n, true, TT_STR("x"));
		TT_TRUE(strlen(hear(MSG_DONTWAIT)) > 500 && strlen(heard) < TT_NOTIFY_STATUS_MAX + 7);
		HEARS("STATUS=x");
	}
	tt_notify_done(&n);
}

TT_TEST(a_sign_of_life_at_half_the_time_asked_for_and_only_when_alive)
{
	static const struct {
		int64_t advance_ms;
		bool alive, sign;
	} rows[] = {{0, true, true}, {900, true, false}, {100, true, true}, {1000, false, false},
		{5000, false, false}, {0, true, true}, {999, true, false}, {1, true, true}};
	struct tt_fake_clock clock;
	struct tt_notify n;
	struct tt_err err = {0};
	char pid[32];
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	tt_fake_clock_init(&clock, 0);
	set_env(path, "2000000", pid);
	TT_EQ(tt_notify_init(&n, &clock.clock, &err), TT_OK);
	tt_notify_ready(&n);
	hear(MSG_DONTWAIT);
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		tt_fake_clock_advance(&clock, rows[i].advance_ms);
		tt_notify_tick(&n, rows[i].alive, TT_STR("running"));
		TT_STR_EQ_ROW(
			(long)i, tt_str_c(hear(MSG_DONTWAIT)), tt_str_c(rows[i].sign ? "WATCHDOG=1" : ""));
	}
	tt_notify_done(&n);
}

static const struct {
	const char *socket, *usec, *pid;
	int rc;
	bool asks;
	int64_t every_ms;
} environments[] = {
	{NULL, NULL, NULL, TT_OK, false, 0},
	{"", "5000000", NULL, TT_OK, false, 0},
	{"@tt-nobody-there", NULL, NULL, TT_OK, true, 0},
	{"/tmp/tt-nobody-there", "60000000", NULL, TT_OK, true, 30000},
	{"/tmp/tt-nobody-there", "60000000", "1", TT_OK, true, 0}, /* another process's */
	{"/tmp/tt-nobody-there", "1", NULL, TT_OK, true, 1},
	{"relative/path", NULL, NULL, TT_ECONF, false, 0},
	{"vsock:2:1234", NULL, NULL, TT_ECONF, false, 0},
	{"/", NULL, NULL, TT_ECONF, false, 0},
	{"/tmp/"
	 "012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678"
	 "9"
	 "0123456789",
		NULL, NULL, TT_ECONF, false, 0},
	{"/tmp/tt-nobody-there", "soon", NULL, TT_ECONF, false, 0},
	{"/tmp/tt-nobody-there", "0", NULL, TT_ECONF, false, 0},
	{"/tmp/tt-nobody-there", "-5", NULL, TT_ECONF, false, 0},
};

TT_TEST(the_environment_decides)
{
	for (size_t i = 0; i < TT_LEN(environments); i++) {
		struct tt_notify n;
		struct tt_err err = {0};
		set_env(environments[i].socket, environments[i].usec, environments[i].pid);
		TT_EQ_ROW(i, tt_notify_init(&n, &tt_clock_real, &err), environments[i].rc);
		TT_EQ_ROW(i, n.fd >= 0, environments[i].asks);
		if (environments[i].rc == TT_OK)
			TT_EQ_ROW(i, n.every_ms, environments[i].every_ms);
		tt_notify_ready(&n); /* nobody there: nothing happens */
		tt_notify_tick(&n, true, TT_STR("x"));
		tt_notify_stopping(&n, 1);
		tt_notify_done(&n);
	}
}

/* ---- the program ---- */

/* Nothing answers at the feed's address; that is the feeds' business, the pipeline runs. */
static void write_configuration(const char *file)
{
	FILE *f = fopen(file, "we");
	assert_non_null(f);
	fprintf(f, "model: {model: \"%s\", threads: 1}\n", tt_source_path("config/models/minilm-finance"));
	fprintf(f, "fetch: {allow_private_networks: true}\nfeeds: [{url: \"http://127.0.0.1:9/\"}]\n");
	fprintf(f, "pipeline: {sink: stdout}\nservice: {enabled: false}\n");
	assert_int_equal(fclose(f), 0);
}

static pid_t start_program(const char *conf)
{
	pid_t pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
		dup2(null, 1);
		execl(getenv("TT_BINARY"), "tickertone", "run", "-c", conf, NULL);
		_exit(127);
	}
	return pid;
}

/* Waits for a message that begins so; others may come before it. Counts the signs of life among them. */
static int await(const char *begin)
{
	int alive = 0;
	do {
		if (!hear(0)[0])
			fail_msg("waited in vain for %s", begin);
		alive += strcmp(heard, "WATCHDOG=1") == 0;
	} while (strncmp(heard, begin, strlen(begin)) != 0);
	return alive;
}

TT_TEST(a_run_from_start_to_end)
{
	char conf[80];
	int status;
	snprintf(conf, sizeof(conf), "%s/c.yaml", dir);
	write_configuration(conf);
	set_env(path, "600000", NULL); /* every 300 ms: the loop ticks each 200 */
	pid_t pid = start_program(conf);
	await("READY=1\nSTATUS=running");
	await("WATCHDOG=1");
	await("WATCHDOG=1");
	kill(pid, SIGHUP);
	await("RELOADING=1\nMONOTONIC_USEC=");
	await("READY=1");
	TT_EQ(await("WATCHDOG=1"), 1);
	kill(pid, SIGTERM);
	await("STOPPING=1");
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	TT_TRUE(WIFEXITED(status));
	TT_EQ(WEXITSTATUS(status), 0);
	unlink(conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TT_RUN(each_message_in_the_words_of_the_protocol),
		TT_RUN(a_status_of_any_length_is_one_short_datagram),
		TT_RUN(a_sign_of_life_at_half_the_time_asked_for_and_only_when_alive),
		TT_RUN(the_environment_decides),
		TT_RUN(a_run_from_start_to_end),
	};
	return cmocka_run_group_tests(tests, open_manager, close_manager) ? 1 : 0;
}
