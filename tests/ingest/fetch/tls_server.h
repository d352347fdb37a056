/* tls_server.h - https servers for tests, each wrong in its own way. They listen on 127.0.0.1 at ports of the
 * system's choice, a thread for all of them, and answer every request with the same feed. Certificates are
 * made at start: tt_tls_ca() is the file to trust. Failures end the test. */
#ifndef TT_TESTS_INGEST_FETCH_TLS_SERVER_H
#define TT_TESTS_INGEST_FETCH_TLS_SERVER_H

#include "tests/ingest/fetch/rig.h"

enum tt_tls_kind {
	TT_TLS_GOOD,       /* for 127.0.0.1, by the authority that is trusted */
	TT_TLS_OTHER_NAME, /* for another host */
	TT_TLS_EXPIRED,
	TT_TLS_NOT_YET, /* valid from tomorrow on */
	TT_TLS_SELF_SIGNED,
	TT_TLS_OTHER_CA,  /* by an authority that nobody knows */
	TT_TLS_NO_SERVER, /* a certificate for clients only */
	TT_TLS_OLD,       /* speaks TLS 1.1 at best */
	TT_TLS_PLAIN,     /* answers in plain HTTP */
	TT_TLS_CLOSES,    /* closes when it was greeted */
	TT_TLS_SILENT,    /* says nothing when it was greeted */
	TT_TLS_GARBAGE,   /* answers the greeting with anything */
	TT_TLS_RESET,     /* resets the connection in the middle of the body */
	TT_TLS_NO_NOTIFY, /* ends a body without length by closing, not by TLS's close_notify */
	TT_TLS_DOWNGRADE, /* redirects to plain http */
	TT_TLS_KINDS
};

struct tt_tls_servers;

/* feed: body of the answers. target: where TT_TLS_DOWNGRADE redirects to. Both are borrowed. */
struct tt_tls_servers *tt_tls_start(struct tt_str feed, const char *target);
void tt_tls_stop(struct tt_tls_servers *s);
int tt_tls_port(const struct tt_tls_servers *s, enum tt_tls_kind kind);
const char *tt_tls_ca(const struct tt_tls_servers *s);  /* path of a PEM file; removed by stop */
const char *tt_tls_key(const struct tt_tls_servers *s); /* of the good server, for others to use */
const char *tt_tls_cert(const struct tt_tls_servers *s);

/* A feed at https://127.0.0.1:PORT/path, and a configuration that trusts the authority. */
static inline void tt_tls_feed(struct rig *r, int port, const char *path)
{
	rig_feed(r, "/");
	snprintf(r->urls[r->n_feeds - 1], sizeof(r->urls[0]), "https://127.0.0.1:%d%s", port, path);
}

static inline void tt_tls_trust(struct rig *r, const struct tt_tls_servers *s)
{
	free(r->conf.ca_file);
	r->conf.ca_file = strdup(tt_tls_ca(s));
}

#endif
