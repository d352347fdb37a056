/* test_fetch_tls.c - https: a certificate that is not the host's, a handshake that goes wrong, a body that is
 * cut, each ends in a last_error that says so; HTTP/2: feeds of one host share a connection. */
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/ingest/fetch/hostile.h"
#include "tests/ingest/fetch/tls_server.h"

static const char feed[] = RIG_RSS("Sealed", "1");
static const struct tt_http_route routes[] = {
	{"/plain", {{"HTTP/1.1 200 OK\r\n", RIG_BODY(RIG_RSS("Plain", "1")), 0}}}};

static const struct hostile_row rows[] = {
	[TT_TLS_GOOD] = {"good", NULL, NO_LIMIT, NO_LIMIT},
	[TT_TLS_OTHER_NAME] = {"other name", "no alternative certificate subject name matches",
		TT_M_failed_tls, NO_LIMIT},
	[TT_TLS_EXPIRED] = {"expired", "certificate has expired", TT_M_failed_tls, NO_LIMIT},
	[TT_TLS_NOT_YET] = {"not yet valid", "certificate is not yet valid", TT_M_failed_tls, NO_LIMIT},
	[TT_TLS_SELF_SIGNED] = {"self-signed", "self-signed certificate|self signed certificate",
		TT_M_failed_tls, NO_LIMIT},
	[TT_TLS_OTHER_CA] = {"unknown authority", "unable to get local issuer certificate", TT_M_failed_tls,
		NO_LIMIT},
	[TT_TLS_NO_SERVER] = {"for clients", "unsuitable certificate purpose|unsupported certificate purpose",
		TT_M_failed_tls, NO_LIMIT},
	[TT_TLS_OLD] = {"TLS 1.1", "protocol version|unsupported protocol|alert", TT_M_failed_tls, NO_LIMIT},
	[TT_TLS_PLAIN] = {"plain HTTP", "wrong version number|packet length", TT_M_failed_tls, NO_LIMIT},
	[TT_TLS_CLOSES] = {"closes", "SSL_ERROR_SYSCALL|unexpected eof|reset|Connection died",
		TT_M_failed_tls, NO_LIMIT},
	[TT_TLS_SILENT] = {"silent", "SSL connection timeout|timed out", TT_M_failed_time, TT_M_limit_time},
	[TT_TLS_GARBAGE] = {"garbage", "SSL|TLS|unexpected", TT_M_failed_tls, NO_LIMIT},
	[TT_TLS_RESET] = {"reset in the body", "reset|transfer closed|SSL_read|OpenSSL", TT_M_failed_network,
		NO_LIMIT},
	[TT_TLS_NO_NOTIFY] = {"no close_notify", NULL, NO_LIMIT, NO_LIMIT}, /* as many servers do */
	[TT_TLS_DOWNGRADE] = {"to plain http", NULL, NO_LIMIT, NO_LIMIT},
};

TT_TEST(each_ends_in_a_reason_and_a_metric)
{
	struct rig r;
	char target[100];
	rig_init(&r, routes, TT_LEN(routes));
	rig_url(&r, "/plain", target);
	struct tt_tls_servers *s = tt_tls_start(tt_str_c(feed), target);
	tt_tls_trust(&r, s);
	r.conf.connect_timeout_ms = 3000;
	for (int k = 0; k < TT_TLS_KINDS; k++)
		tt_tls_feed(&r, tt_tls_port(s, (enum tt_tls_kind)k), "/feed");
	hostile_run(&r, rows, TT_LEN(rows));
	TT_EQ(tt_http_count(r.server, "/plain"), 1); /* as the publisher wants it */
	rig_done(&r);
	tt_tls_stop(s);
}

/* Nobody is trusted but those of the file; one that cannot be read fails every poll, and says so. */
TT_TEST(authorities)
{
	static const struct {
		const char *file, *says;
	} cases[] = {{NULL, "unable to get local issuer certificate"},
		{"/nonexistent/ca.pem", "/nonexistent/ca.pem"}};
	struct tt_tls_servers *s = tt_tls_start(tt_str_c(feed), "");
	for (size_t i = 0; i < TT_LEN(cases); i++) {
		struct rig r;
		rig_init(&r, routes, TT_LEN(routes));
		free(r.conf.ca_file);
		r.conf.ca_file = cases[i].file ? strdup(cases[i].file) : NULL;
		tt_tls_feed(&r, tt_tls_port(s, TT_TLS_GOOD), "/feed");
		rig_open(&r, NULL, 0);
		struct tt_batch *b = rig_polls(&r, 1);
		rig_contains(i, b->feeds[0].last_error, cases[i].says);
		tt_batch_free(b);
		rig_done(&r);
	}
	tt_tls_stop(s);
}

TT_MAIN(TT_RUN(each_ends_in_a_reason_and_a_metric), TT_RUN(authorities))
