/* tls_server.c - see tls_server.h. One connection at a time for each server: a thread a kind. */
#include "tests/ingest/fetch/tls_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "tests/tt_test.h"

enum { DAY = 86400 };

struct server {
	struct tt_tls_servers *all;
	enum tt_tls_kind kind;
	int fd, port;
	SSL_CTX *ctx;
	pthread_t thread;
};

struct tt_tls_servers {
	struct server v[TT_TLS_KINDS];
	struct tt_str feed;
	const char *target;
	char dir[40], ca[60], cert[60], key[60];
	atomic_bool stopping;
};

/* ---- certificates ---- */

struct identity {
	EVP_PKEY *key;
	X509 *cert;
};

static void done(struct identity *i)
{
	X509_free(i->cert);
	EVP_PKEY_free(i->key);
}

static void add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	TT_TRUE(e && X509_add_ext(cert, e, -1));
	X509_EXTENSION_free(e);
}

/* by NULL: signed by itself. from, to: days from now. names: of the host; NULL: an authority. */
static struct identity issue(const char *common_name, const struct identity *by, int from, int to,
	const char *names, const char *usage)
{
	static long serial;
	struct identity i = {EVP_EC_gen("P-256"), X509_new()};
	TT_TRUE(i.key && i.cert);
	X509 *issuer = by ? by->cert : i.cert;
	X509_set_version(i.cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(i.cert), ++serial);
	X509_gmtime_adj(X509_getm_notBefore(i.cert), (long)from * DAY);
	X509_gmtime_adj(X509_getm_notAfter(i.cert), (long)to * DAY);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(i.cert), "CN", MBSTRING_ASC,
		(const unsigned char *)common_name, -1, -1, 0);
	X509_set_issuer_name(i.cert, X509_get_subject_name(issuer));
	X509_set_pubkey(i.cert, i.key);
	add_extension(
		i.cert, issuer, NID_basic_constraints, names ? "critical,CA:FALSE" : "critical,CA:TRUE");
	if (names)
		add_extension(i.cert, issuer, NID_subject_alt_name, names);
	if (usage)
		add_extension(i.cert, issuer, NID_ext_key_usage, usage);
	TT_TRUE(X509_sign(i.cert, by ? by->key : i.key, EVP_sha256()));
	return i;
}

static struct identity issue_for(
	enum tt_tls_kind kind, const struct identity *ca, const struct identity *stranger)
{
	static const char here[] = "IP:127.0.0.1", server[] = "serverAuth";
	switch (kind) {
	case TT_TLS_OTHER_NAME:
		return issue("other", ca, -1, 30, "DNS:feeds.example.com,IP:127.0.0.2", server);
	case TT_TLS_EXPIRED:
		return issue("expired", ca, -30, -1, here, server);
	case TT_TLS_NOT_YET:
		return issue("not yet", ca, 1, 30, here, server);
	case TT_TLS_SELF_SIGNED:
		return issue("self", NULL, -1, 30, here, server);
	case TT_TLS_OTHER_CA:
		return issue("stranger's", stranger, -1, 30, here, server);
	case TT_TLS_NO_SERVER:
		return issue("client", ca, -1, 30, here, "clientAuth");
	default:
		return issue("good", ca, -1, 30, here, server);
	}
}

static void save(const char *path, const struct identity *i, bool key)
{
	FILE *f = fopen(path, "w");
	TT_TRUE(f && (key ? PEM_write_PrivateKey(f, i->key, NULL, NULL, 0, NULL, NULL)
			  : PEM_write_X509(f, i->cert)));
	fclose(f);
}

/* ---- serving ---- */

/* False: nothing came within ms, or we stop. */
static bool readable(const struct server *s, int fd, int ms)
{
	for (int waited = 0; waited < ms; waited += 20) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		if (atomic_load(&s->all->stopping))
			return false;
		if (poll(&p, 1, 20) > 0)
			return true;
	}
	return false;
}

static void reset_at_close(int fd)
{
	const struct linger linger = {1, 0};
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

static void say(SSL *ssl, const char *text, size_t n)
{
	(void)SSL_write(ssl, text, (int)n); /* to a client that may have gone */
}

static void answer(const struct server *s, SSL *ssl, int fd)
{
	const struct tt_tls_servers *all = s->all;
	char head[300];
	if (s->kind == TT_TLS_DOWNGRADE)
		snprintf(head, sizeof(head),
			"HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n", all->target);
	else if (s->kind == TT_TLS_NO_NOTIFY)
		snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n");
	else
		snprintf(head, sizeof(head),
			"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nConnection: close\r\nContent-Length: "
			"%zu\r\n\r\n",
			all->feed.n);
	say(ssl, head, strlen(head));
	if (s->kind == TT_TLS_DOWNGRADE)
		return;
	say(ssl, all->feed.p, s->kind == TT_TLS_RESET ? all->feed.n / 2 : all->feed.n);
	if (s->kind == TT_TLS_RESET)
		reset_at_close(fd);
	else if (s->kind != TT_TLS_NO_NOTIFY)
		SSL_shutdown(ssl);
}

static void talk_tls(const struct server *s, int fd)
{
	char request[2048];
	SSL *ssl = SSL_new(s->ctx);
	SSL_set_fd(ssl, fd);
	if (SSL_accept(ssl) == 1 && SSL_read(ssl, request, sizeof(request)) > 0)
		answer(s, ssl, fd);
	ERR_clear_error();
	SSL_free(ssl);
}

static void talk(const struct server *s, int fd)
{
	static const char plain[] = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
	static const char garbage[] = "\x16\x03\x03\x40\x00not what you think it is";
	char greeting[4096];
	if (!readable(s, fd, 5000))
		return;
	if (s->kind < TT_TLS_PLAIN || s->kind > TT_TLS_GARBAGE) {
		talk_tls(s, fd);
		return;
	}
	if (recv(fd, greeting, sizeof(greeting), 0) <= 0) /* unread, it would turn the close into a reset */
		return;
	switch (s->kind) {
	case TT_TLS_PLAIN:
		(void)send(fd, plain, sizeof(plain) - 1, MSG_NOSIGNAL);
		return;
	case TT_TLS_GARBAGE:
		(void)send(fd, garbage, sizeof(garbage) - 1, MSG_NOSIGNAL);
		return;
	case TT_TLS_SILENT:
		while (!atomic_load(&s->all->stopping) && recv(fd, greeting, 1, MSG_DONTWAIT) != 0)
			(void)readable(s, fd, 20);
		return;
	default: /* closes */
		return;
	}
}

static void *serve(void *arg)
{
	const struct server *s = arg;
	while (!atomic_load(&s->all->stopping)) {
		if (!readable(s, s->fd, 100))
			continue;
		int fd = accept(s->fd, NULL, NULL);
		if (fd < 0)
			continue;
		talk(s, fd);
		close(fd);
	}
	return NULL;
}

/* ---- start and stop ---- */

static void listen_at(struct server *s)
{
	struct sockaddr_in sa = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(sa);
	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	TT_EQ(bind(s->fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	TT_EQ(listen(s->fd, 16), 0);
	TT_EQ(getsockname(s->fd, (struct sockaddr *)&sa, &size), 0);
	s->port = ntohs(sa.sin_port);
}

static void use(struct server *s, const struct identity *i)
{
	s->ctx = SSL_CTX_new(TLS_server_method());
	TT_TRUE(s->ctx && SSL_CTX_use_certificate(s->ctx, i->cert) == 1 &&
		SSL_CTX_use_PrivateKey(s->ctx, i->key) == 1);
	if (s->kind != TT_TLS_OLD)
		return;
	SSL_CTX_set_security_level(s->ctx, 0);
	SSL_CTX_set_min_proto_version(s->ctx, TLS1_VERSION);
	SSL_CTX_set_max_proto_version(s->ctx, TLS1_1_VERSION);
}

struct tt_tls_servers *tt_tls_start(struct tt_str feed, const char *target)
{
	struct tt_tls_servers *all = calloc(1, sizeof(*all));
	struct identity ca = issue("Test Authority", NULL, -60, 60, NULL, NULL);
	struct identity stranger = issue("Strange Authority", NULL, -60, 60, NULL, NULL);
	TT_TRUE(all);
	signal(SIGPIPE, SIG_IGN); /* OpenSSL writes without MSG_NOSIGNAL */
	all->feed = feed;
	all->target = target;
	snprintf(all->dir, sizeof(all->dir), "/tmp/tt_tls_XXXXXX");
	TT_TRUE(mkdtemp(all->dir));
	snprintf(all->ca, sizeof(all->ca), "%s/ca.pem", all->dir);
	snprintf(all->cert, sizeof(all->cert), "%s/cert.pem", all->dir);
	snprintf(all->key, sizeof(all->key), "%s/key.pem", all->dir);
	save(all->ca, &ca, false);
	for (int k = 0; k < TT_TLS_KINDS; k++) {
		struct server *s = &all->v[k];
		struct identity i = issue_for((enum tt_tls_kind)k, &ca, &stranger);
		s->all = all;
		s->kind = (enum tt_tls_kind)k;
		use(s, &i);
		listen_at(s);
		if (k == TT_TLS_GOOD) {
			save(all->cert, &i, false);
			save(all->key, &i, true);
		}
		TT_EQ(pthread_create(&s->thread, NULL, serve, s), 0);
		done(&i);
	}
	done(&ca);
	done(&stranger);
	return all;
}

void tt_tls_stop(struct tt_tls_servers *all)
{
	atomic_store(&all->stopping, true);
	for (int k = 0; k < TT_TLS_KINDS; k++) {
		pthread_join(all->v[k].thread, NULL);
		close(all->v[k].fd);
		SSL_CTX_free(all->v[k].ctx);
	}
	unlink(all->ca);
	unlink(all->cert);
	unlink(all->key);
	rmdir(all->dir);
	free(all);
}

int tt_tls_port(const struct tt_tls_servers *s, enum tt_tls_kind kind)
{
	return s->v[kind].port;
}

const char *tt_tls_ca(const struct tt_tls_servers *s)
{
	return s->ca;
}

const char *tt_tls_key(const struct tt_tls_servers *s)
{
	return s->key;
}

const char *tt_tls_cert(const struct tt_tls_servers *s)
{
	return s->cert;
}
