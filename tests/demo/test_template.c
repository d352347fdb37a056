/* The demo feeds' templates: times in both forms, blocks that come and go, what is wrong named by its line. */
#include "tests/tt_test.h"

#include "common/clock.h"
#include "common/err.h"
#include "demo/template.h"

#define START INT64_C(1795448783000) /* 2026-11-23T15:46:23Z */

static const struct {
	const char *text;
	int64_t age_s;
	enum tt_demo_dates dates;
	const char *want;
	int64_t want_changed_s; /* after the start */
} rows[] = {
	{"plain { } text", 0, TT_DEMO_RFC822, "plain { } text", 0},
	{"a {{-35m}} b", 0, TT_DEMO_RFC822, "a Mon, 23 Nov 2026 15:11:23 GMT b", 0},
	{"a {{-35m}} b", 900, TT_DEMO_RFC3339, "a 2026-11-23T15:11:23Z b", 0},
	{"{{-1d2h3m4s}}", 0, TT_DEMO_RFC3339, "2026-11-22T13:43:19Z", 0},
	{"{{+0s}}", 0, TT_DEMO_RFC3339, "2026-11-23T15:46:23Z", 0},
	{"x{{from +10s}}new{{end}}y", 9, TT_DEMO_RFC822, "xy", 0},
	{"x{{from +10s}}new{{end}}y", 10, TT_DEMO_RFC822, "xnewy", 10},
	{"x{{until +10s}}old{{end}}y", 9, TT_DEMO_RFC822, "xoldy", 0},
	{"x{{until +10s}}old{{end}}y", 11, TT_DEMO_RFC822, "xy", 10},
	{"{{from +10s}}{{+10s}}{{end}}", 9, TT_DEMO_RFC3339, "", 0},
	{"{{from +10s}}{{+10s}}{{end}}", 99, TT_DEMO_RFC3339, "2026-11-23T15:46:33Z", 10},
	{"{{from +10s}}a{{end}}{{from +5s}}b{{end}}", 20, TT_DEMO_RFC822, "ab", 10},
};

TT_TEST(templates)
{
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_demo_time time = {START, START + rows[i].age_s * 1000, rows[i].dates};
		struct tt_buf out;
		int64_t changed_ms = 0;
		tt_buf_init(&out, 1000);
		tt_buf_str(&out, TT_STR(""));
		TT_EQ_ROW(i, tt_demo_render(tt_str_c(rows[i].text), &time, &out, &changed_ms, NULL), TT_OK);
		TT_STR_EQ_ROW(i, tt_buf_view(&out), tt_str_c(rows[i].want));
		TT_EQ_ROW(i, changed_ms, START + rows[i].want_changed_s * 1000);
		tt_buf_done(&out);
	}
}

static const struct {
	const char *text, *want;
} bad[] = {
	{"one\n{{-5m", "line 2: '{{' without '}}'"},
	{"{{5m}}", "line 1: cannot read {{5m}}"},
	{"{{-5}}", "line 1: cannot read {{-5}}"},
	{"{{-m}}", "line 1: cannot read {{-m}}"},
	{"\n\n{{from -x}}", "line 3: cannot read {{from -x}}"},
	{"{{from +1s}}{{from +2s}}{{end}}{{end}}", "line 1: cannot read {{from +2s}}"},
	{"{{end}}", "line 1: cannot read {{end}}"},
	{"{{from +1s}}\ntext", "line 2: {{end}} is missing"},
};

TT_TEST(bad_templates)
{
	for (size_t i = 0; i < TT_LEN(bad); i++) {
		struct tt_demo_time time = {START, START, TT_DEMO_RFC822};
		struct tt_buf out;
		struct tt_err err = {0};
		int64_t changed_ms = 0;
		tt_buf_init(&out, 1000);
		TT_EQ_ROW(i, tt_demo_render(tt_str_c(bad[i].text), &time, &out, &changed_ms, &err), TT_EPARSE);
		TT_STR_EQ_ROW(i, tt_str_c(err.msg), tt_str_c(bad[i].want));
		tt_buf_done(&out);
	}
}

TT_TEST(full_buffer)
{
	struct tt_demo_time time = {START, START, TT_DEMO_RFC822};
	struct tt_buf out;
	int64_t changed_ms;

	tt_buf_init(&out, 10);
	TT_EQ(tt_demo_render(TT_STR("eleven byte"), &time, &out, &changed_ms, NULL), TT_ELIMIT);
	tt_buf_done(&out);
}

TT_MAIN(TT_RUN(templates), TT_RUN(bad_templates), TT_RUN(full_buffer))
