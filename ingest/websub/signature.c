/* signature.c - see signature.h. */
#include "ingest/websub/signature.h"

#include <limits.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

static const EVP_MD *method_of(struct tt_str name)
{
	static const struct {
		struct tt_str name;
		const EVP_MD *(*method)(void);
	} methods[] = {
		{{"sha1", 4}, EVP_sha1},
		{{"sha256", 6}, EVP_sha256},
		{{"sha384", 6}, EVP_sha384},
		{{"sha512", 6}, EVP_sha512},
	};
	for (size_t i = 0; i < TT_LEN(methods); i++)
		if (tt_str_eq_ci(name, methods[i].name))
			return methods[i].method();
	return NULL;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Exactly n bytes. */
static bool from_hex(struct tt_str hex, unsigned char *out, size_t n)
{
	if (hex.n != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		int hi = digit(hex.p[2 * i]), lo = digit(hex.p[2 * i + 1]);
		if (hi < 0 || lo < 0)
			return false;
		out[i] = (unsigned char)(hi << 4 | lo);
	}
	return true;
}

enum tt_websub_signature tt_websub_signature_check(
	struct tt_str header, struct tt_str secret, struct tt_str body)
{
	unsigned char want[EVP_MAX_MD_SIZE], got[EVP_MAX_MD_SIZE];
	unsigned int n = 0;
	header = tt_str_trim(header);
	if (!header.n)
		return TT_WEBSUB_UNSIGNED;
	const EVP_MD *method = method_of(tt_str_split(&header, '='));
	if (!method || !header.p || !from_hex(header, got, (size_t)EVP_MD_get_size(method)))
		return TT_WEBSUB_UNREADABLE;
	if (secret.n > INT_MAX ||
		!HMAC(method, secret.p, (int)secret.n, (const unsigned char *)body.p, body.n, want, &n))
		return TT_WEBSUB_FORGED; /* memory was out: not believed */
	return CRYPTO_memcmp(want, got, n) == 0 ? TT_WEBSUB_SIGNED : TT_WEBSUB_FORGED;
}
