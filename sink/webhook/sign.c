/* sign.c - see sign.h. */
#include "sink/webhook/sign.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = (TT_WEBHOOK_KEY_MAX + 2) / 3 * 4, HASH = 32 };

size_t tt_webhook_key(struct tt_str secret, unsigned char key[TT_WEBHOOK_KEY_MAX])
{
	unsigned char bytes[TEXT_MAX];
	const struct tt_str prefix = TT_STR("whsec_");
	if (!tt_str_starts(secret, prefix))
		return 0;
	secret = (struct tt_str){secret.p + prefix.n, secret.n - prefix.n};
	size_t padding = 0;
	while (padding < 2 && secret.n > padding && secret.p[secret.n - 1 - padding] == '=')
		padding++;
	if (!secret.n || secret.n % 4 || secret.n > TEXT_MAX)
		return 0;
	int n = EVP_DecodeBlock(bytes, (const unsigned char *)secret.p, (int)secret.n);
	if (n < 0 || (size_t)n < padding + TT_WEBHOOK_KEY_MIN || (size_t)n - padding > TT_WEBHOOK_KEY_MAX)
		return 0;
	memcpy(key, bytes, (size_t)n - padding);
	return (size_t)n - padding;
}

bool tt_webhook_sign(struct tt_str secret, struct tt_str id, int64_t timestamp_s, struct tt_str body,
	char out[TT_WEBHOOK_SIGNATURE])
{
	unsigned char key[TT_WEBHOOK_KEY_MAX], hash[HASH], text[TT_WEBHOOK_SIGNATURE];
	char number[32];
	size_t n_key = tt_webhook_key(secret, key), n_hash = 0;
	int n_number = snprintf(number, sizeof(number), ".%lld.", (long long)timestamp_s);
	EVP_PKEY *pkey = n_key ? EVP_PKEY_new_raw_private_key(EVP_PKEY_HMAC, NULL, key, n_key) : NULL;
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	n_hash = sizeof(hash);
	bool fine = pkey && md && EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, pkey) == 1 &&
		    EVP_DigestSignUpdate(md, id.p, id.n) == 1 &&
		    EVP_DigestSignUpdate(md, number, (size_t)n_number) == 1 &&
		    EVP_DigestSignUpdate(md, body.p, body.n) == 1 &&
		    EVP_DigestSignFinal(md, hash, &n_hash) == 1;
	EVP_MD_CTX_free(md);
	EVP_PKEY_free(pkey);
	if (!fine)
		return false;
	EVP_EncodeBlock(text, hash, sizeof(hash));
	memcpy(out, "v1,", 3);
	memcpy(out + 3, text, TT_WEBHOOK_SIGNATURE - 3); /* with its NUL */
	return true;
}
