/* test_cmd_feed.c - `tickertone feed` as a user calls it: exit status, and what it prints. */
#include <sys/wait.h>
#include <sysexits.h>

#include "tests/tt_test.h"

#define GOLDEN "tests/ingest/feed/golden/"

static const struct {
	const char *file, *options; /* file below the checkout */
	int status;
	const char *out; /* in what it prints, errors included */
} rows[] = {
	{GOLDEN "rss20.xml", "", EX_OK, "2026-11-23T15:46:23Z      AT&T beats estimates"},
	{GOLDEN "rss20.xml", "--json", EX_OK, "\"published_at\": \"2026-11-23T15:46:23Z\""},
	{GOLDEN "rss20.xml", "--json", EX_OK, "\"content\": null"},
	{GOLDEN "cut.xml", "", EX_OK, "repaired"},
	{GOLDEN "cut.xml", "--json", EX_OK, "\"recovered\": true"},
	{GOLDEN "jsonfeed.json", "--json --base-url http://base.example/x/", EX_OK,
		"\"url\": \"http://base.example/x/rel\""},
	{GOLDEN "html_page.html", "", EX_DATAERR, "html_page.html: not a feed: an HTML page"},
	{GOLDEN "words.txt", "", EX_DATAERR, "not a feed: neither XML nor JSON"},
	{GOLDEN "deep.xml", "", EX_DATAERR, "nested deeper than 100"},
	{GOLDEN "not-there.xml", "", EX_NOINPUT, "No such file or directory"},
	{GOLDEN "rss20.xml", "extra", EX_USAGE, ""},
};

static int run(const char *command, char *out, size_t max)
{
	FILE *p = popen(command, "r");
	TT_TRUE(p != NULL);
	size_t n = fread(out, 1, max - 1, p);
	out[n] = '\0';
	int status = pclose(p);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TT_TEST(cmd_feed)
{
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		char command[8192], out[65536];
		snprintf(command, sizeof(command), "'%s' feed '%s' %s 2>&1", getenv("TT_BINARY"),
			tt_source_path(rows[i].file), rows[i].options);
		TT_EQ_ROW((long)i, run(command, out, sizeof(out)), rows[i].status);
		if (!strstr(out, rows[i].out))
			fail_msg("row %zu: '%s' is not in: %s", i, rows[i].out, out);
	}
}

TT_TEST(cmd_feed_reads_standard_input)
{
	char command[8192], out[65536];
	snprintf(command, sizeof(command),
		"'%s' feed - --json --content-type 'text/xml; charset=koi8-r' 2>&1 < '%s'",
		getenv("TT_BINARY"), tt_source_path(GOLDEN "rss092.xml"));
	TT_EQ(run(command, out, sizeof(out)), EX_OK);
	TT_TRUE(strstr(out, "An item without a title.") != NULL);
}

TT_MAIN(TT_RUN(cmd_feed), TT_RUN(cmd_feed_reads_standard_input))
