/* test_websub_conf.c - which callback URLs are refused. */
#include "ingest/websub/conf.h"
#include "tests/tt_test.h"

TT_TEST(callback_urls)
{
	static const struct {
		const char *url;
		bool enabled;
		int rc;
		const char *says;
	} rows[] = {
		{NULL, true, TT_OK, NULL},
		{"", true, TT_OK, NULL},
		{"https://news.example.com", true, TT_OK, NULL},
		{"http://127.0.0.1:9464", true, TT_OK, NULL},
		{"HTTPS://e.com/tickertone/", true, TT_OK, NULL},
		{"ftp://e.com", true, TT_ECONF, "neither http nor https"},
		{"ftp://e.com", false, TT_OK, NULL},
		{"e.com", true, TT_ECONF, "neither http nor https"},
		{"https://", true, TT_ECONF, "no host"},
		{"https:///path", true, TT_ECONF, "no host"},
		{"https://e.com/?a=b", true, TT_ECONF, "no query"},
		{"https://e.com/#x", true, TT_ECONF, "no query"},
		{"https://e .com/", true, TT_ECONF, "blank"},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_websub_conf conf = {
			.enabled = rows[i].enabled, .callback_url = (char *)rows[i].url};
		struct tt_err err = {0};
		TT_EQ_ROW(i, tt_websub_conf_check(&conf, &err), rows[i].rc);
		TT_TRUE(!rows[i].says || strstr(err.msg, rows[i].says));
	}
}

TT_MAIN(TT_RUN(callback_urls))
