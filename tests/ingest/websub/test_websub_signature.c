/* test_websub_signature.c - the test vectors of RFC 4231 and RFC 2202, and what must not be believed. */
#include "ingest/websub/signature.h"
#include "tests/tt_test.h"

#define KEY20 "\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b"
#define JEFE  "what do ya want for nothing?"

static const struct {
	const char *header, *key, *body;
	enum tt_websub_signature want;
} rows[] = {
	/* RFC 4231, test cases 1 and 2; RFC 2202, test cases 1 and 2 */
	{"sha256=b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7", KEY20, "Hi There",
		TT_WEBSUB_SIGNED},
	{"sha384="
	 "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6",
		KEY20, "Hi There", TT_WEBSUB_SIGNED},
	{"sha512="
	 "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9"
	 "d914e"
	 "eb61f1702e696c203a126854",
		KEY20, "Hi There", TT_WEBSUB_SIGNED},
	{"sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", "Jefe", JEFE,
		TT_WEBSUB_SIGNED},
	{"sha1=b617318655057264e28bc0b6fb378c8ef146be00", KEY20, "Hi There", TT_WEBSUB_SIGNED},
	{"sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", "Jefe", JEFE, TT_WEBSUB_SIGNED},
	/* written otherwise */
	{" SHA1=EFFCDF6AE5EB2FA2D27416D5F184DF9C259A7C79 ", "Jefe", JEFE, TT_WEBSUB_SIGNED},
	/* an empty body (computed with openssl dgst) */
	{"sha1=dba545a3ff9cd80e1a4be3bf5a37b2f62c1b8e43", "Jefe", "", TT_WEBSUB_FORGED},
	/* not to be believed */
	{"sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c78", "Jefe", JEFE, TT_WEBSUB_FORGED},
	{"sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", "jefe", JEFE, TT_WEBSUB_FORGED},
	{"sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", "Jefe", JEFE "!", TT_WEBSUB_FORGED},
	{"", "Jefe", JEFE, TT_WEBSUB_UNSIGNED},
	{NULL, "Jefe", JEFE, TT_WEBSUB_UNSIGNED},
	{"  ", "Jefe", JEFE, TT_WEBSUB_UNSIGNED},
	{"sha1", "Jefe", JEFE, TT_WEBSUB_UNREADABLE},
	{"sha1=", "Jefe", JEFE, TT_WEBSUB_UNREADABLE},
	{"=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", "Jefe", JEFE, TT_WEBSUB_UNREADABLE},
	{"sha256=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", "Jefe", JEFE,
		TT_WEBSUB_UNREADABLE}, /* too short */
	{"sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c7", "Jefe", JEFE, TT_WEBSUB_UNREADABLE},
	{"sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79a", "Jefe", JEFE, TT_WEBSUB_UNREADABLE},
	{"sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c7g", "Jefe", JEFE, TT_WEBSUB_UNREADABLE},
	{"md5=750c783e6ab0b503eaa86e310a5db738", "Jefe", JEFE, TT_WEBSUB_UNREADABLE},
	{"none=", "Jefe", JEFE, TT_WEBSUB_UNREADABLE},
};

TT_TEST(signatures)
{
	for (size_t i = 0; i < TT_LEN(rows); i++)
		TT_EQ_ROW(i,
			tt_websub_signature_check(
				tt_str_c(rows[i].header), tt_str_c(rows[i].key), tt_str_c(rows[i].body)),
			rows[i].want);
}

TT_MAIN(TT_RUN(signatures))
