/* charset_detect.c - a guess for text without a believable label, see charset.h.
 * Each candidate decodes a sample; the characters that come out are judged by how common they are in running
 * text of the candidate's language. Wrong decodings give rare ideographs, mixed scripts and capitals inside
 * of words. */
#include "ingest/feed/charset.h"

#include "common/err.h"
#include "common/utf8.h"
#include "ingest/feed/entities.h"

enum { SAMPLE_BYTES = 16384, SAMPLE_TEXT = 65536 };

enum script { JAPANESE, KOREAN, CHINESE, TRADITIONAL, CYRILLIC, THAI, WESTERN };

static const struct {
	const char *name;
	enum script script;
} candidates[] = {
	{"euc-jp", JAPANESE},
	{"cp932", JAPANESE},
	{"cp949", KOREAN},
	{"big5-hkscs", TRADITIONAL},
	{"gb18030", CHINESE},
	{"koi8-r", CYRILLIC},
	{"cp1251", CYRILLIC},
	{"cp874", THAI},
	{"cp1252", WESTERN},
};

static bool within(uint32_t c, uint32_t lo, uint32_t hi)
{
	return c >= lo && c <= hi;
}

static bool is_ideograph(uint32_t c)
{
	return within(c, 0x4e00, 0x9fff);
}

static bool is_latin(uint32_t c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* How much a character beyond ASCII speaks for a script: -2 .. 3. */
static int weight(enum script script, uint32_t c, uint32_t before)
{
	if (script != WESTERN &&
		is_latin(before)) /* "simula" and an ideograph: an accented letter, cut wrongly */
		return -2;
	bool punctuation = within(c, 0x3000, 0x3011) || within(c, 0xff01, 0xff1f);
	switch (script) {
	case JAPANESE:
		return within(c, 0x3041, 0x30fe)   ? 3
		       : punctuation               ? 2
		       : is_ideograph(c)           ? 1
		       : within(c, 0xff61, 0xff9f) ? -2
						   : -1;
	case KOREAN:
		return within(c, 0xac00, 0xd7a3) ? 2 : punctuation ? 1 : is_ideograph(c) ? -1 : -2;
	case CHINESE:
	case TRADITIONAL:
		return is_ideograph(c) ? 1 : punctuation ? 2 : -2;
	case CYRILLIC: {
		bool lower = within(c, 0x430, 0x44f), upper = within(c, 0x410, 0x42f);
		if (upper && within(before, 0x430, 0x44f))
			return -2;
		return lower ? 3 : upper ? 2 : -2;
	}
	case THAI:
		return within(c, 0xe01, 0xe5b) ? 2 : -2;
	case WESTERN:
		if (within(c, 0x2013, 0x2026) || c == 0x20ac) /* dashes, curly quotes, the euro sign */
			return 2;
		/* an accented letter stands beside plain ones */
		return within(c, 0xc0, 0xff) && c != 0xd7 && c != 0xf7 ? (is_latin(before) ? 2 : -1) : 0;
	}
	return 0;
}

/* Mean weight per character beyond ASCII, in 1/1000; a bonus for what every text of the script has. */
static int score(enum script script, struct tt_str text)
{
	long sum = 0, n = 0;
	uint32_t before = 0;
	for (size_t i = 0; i < text.n;) {
		uint32_t c;
		size_t k = tt_utf8_char((struct tt_str){text.p + i, text.n - i}, &c);
		i += k ? k : 1;
		if (c >= 0x80) {
			sum += weight(script, c, before);
			n++;
		}
		before = c;
	}
	return n ? (int)(sum * 1000 / n) : 0;
}

const char *tt_charset_detect(struct tt_str bytes)
{
	struct tt_buf text;
	const char *best = NULL;
	int best_score = 0;
	tt_buf_init(&text, SAMPLE_TEXT);
	bool whole = bytes.n <= SAMPLE_BYTES;
	struct tt_str sample = {bytes.p, whole ? bytes.n : SAMPLE_BYTES};
	for (size_t i = 0; i < TT_LEN(candidates); i++) {
		int rc = tt_charset_iconv(candidates[i].name, sample, false, &text);
		if (rc < 0 && !(rc == TT_EPARSE && !whole && text.n > SAMPLE_BYTES / 2))
			continue; /* a cut character at the sample's end is no fault */
		int s = score(candidates[i].script, tt_buf_view(&text));
		if (s > best_score)
			best_score = s, best = candidates[i].name;
	}
	tt_buf_done(&text);
	return best;
}
