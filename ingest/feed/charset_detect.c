/* charset_detect.c - a guess for text without a believable label, see charset.h.
 * The bytes beyond ASCII are gathered into a small sample, each run of them with what stands around it. Each
 * candidate decodes it; the characters that come out are judged by how common they are in running text of the
 * candidate's language. Wrong decodings give rare ideographs, mixed scripts and capitals inside of words. */
#include "ingest/feed/charset.h"

#include "common/err.h"
#include "common/utf8.h"

enum { SAMPLE_BYTES = 2048, SAMPLE_TEXT = 4 * SAMPLE_BYTES };

enum script { LATIN, JAPANESE, KOREAN, CHINESE, HEBREW, CYRILLIC, GREEK, ARABIC, THAI };

/* Of equals the first is taken. Hebrew comes before Cyrillic: what it gives is all lower case there, and its
 * letters leave out the codes that every Russian sentence has. The narrow sets of East Asia are asked for
 * before the wide ones, in which nearly any bytes are characters; what they find is read by the wide ones.
 * `lo` and `hi` are the first bytes of ideographs in daily use; those beyond are rare. */
static const struct {
	const char *name, *asked;
	enum script script;
	unsigned char lo, hi;
} candidates[] = {
	{"cp1252", "cp1252", LATIN, 0, 0},
	{"cp1250", "cp1250", LATIN, 0, 0},
	{"euc-jp", "euc-jp", JAPANESE, 0xb0, 0xcf},
	{"cp932", "cp932", JAPANESE, 0x88, 0x97},
	{"cp949", "euc-kr", KOREAN, 0, 0},
	{"big5-hkscs", "big5", CHINESE, 0xa4, 0xc6},
	{"gb18030", "gb2312", CHINESE, 0xb0, 0xd7},
	{"gb18030", "gb18030", CHINESE, 0xb0, 0xd7},
	{"cp1255", "cp1255", HEBREW, 0, 0},
	{"koi8-r", "koi8-r", CYRILLIC, 0, 0},
	{"cp1251", "cp1251", CYRILLIC, 0, 0},
	{"cp1253", "cp1253", GREEK, 0, 0},
	{"cp1256", "cp1256", ARABIC, 0, 0},
	{"cp874", "cp874", THAI, 0, 0},
};

struct sample {
	char bytes[SAMPLE_BYTES];
	size_t n;
	bool full;  /* there was more */
	bool latin; /* single letters beyond ASCII inside of words of ASCII */
};

static bool within(uint32_t c, uint32_t lo, uint32_t hi)
{
	return c >= lo && c <= hi;
}

static bool is_ideograph(uint32_t c)
{
	return within(c, 0x4e00, 0x9fff);
}

static bool is_ascii_letter(uint32_t c)
{
	return c < 0x80 && within(c | 0x20, 'a', 'z');
}

/* An accented letter stands beside plain ones. */
static int weight_latin(uint32_t c, uint32_t before)
{
	if (within(c, 0x2013, 0x2026) || c == 0x20ac) /* dashes, curly quotes, the euro sign */
		return 2;
	if (c == 0xaa || c == 0xba) /* ordinals, where windows-1250 has letters */
		return 2;
	if ((within(c, 0xc0, 0xff) && c != 0xd7 && c != 0xf7) || within(c, 0x100, 0x17f))
		return is_ascii_letter(before) ? 2 : -1;
	return 0;
}

/* What stands in running text of any script. */
static bool is_punctuation(uint32_t c)
{
	return c == 0xa0 || c == 0xab || c == 0xbb || c == 0xb7 || within(c, 0x2010, 0x203a) || c == 0x2116;
}

/* A script of two cases that lie at lo..hi and up..end: no capital follows a small letter. */
static int weight_cased(uint32_t c, uint32_t before, uint32_t lo, uint32_t hi, uint32_t up, uint32_t end)
{
	if (within(c, up, end))
		return within(before, lo, hi) ? -4 : 2;
	return within(c, lo, hi) ? 3 : is_punctuation(c) ? 0 : -6;
}

/* Marks above and below stand on a consonant or on another mark. */
static int weight_thai(uint32_t c, uint32_t before)
{
	bool mark = c == 0xe31 || within(c, 0xe34, 0xe3a) || within(c, 0xe47, 0xe4e);
	if (mark)
		return within(before, 0xe01, 0xe2e) || within(before, 0xe31, 0xe3a) ||
				       within(before, 0xe47, 0xe4e)
			       ? 3
			       : -4;
	return within(c, 0xe01, 0xe2f) ? 1 : within(c, 0xe30, 0xe46) ? 2 : -2;
}

/* Whether ideographs, two bytes each, are nearly all of those in daily use. */
static bool is_daily(struct tt_str s, unsigned char lo, unsigned char hi)
{
	size_t all = 0, good = 0;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c < 0x81)
			continue;
		all += c >= lo;
		good += within(c, lo, hi);
		i++;
	}
	return good * 10 >= all * 9;
}

/* How much a character beyond ASCII speaks for a script: -6 .. 3. */
static int weight(enum script script, bool daily, uint32_t c, uint32_t before)
{
	bool punctuation = within(c, 0x3000, 0x3011) || within(c, 0xff01, 0xff1f);
	if (script == LATIN)
		return weight_latin(c, before);
	if (is_ascii_letter(before)) /* "simula" and an ideograph: an accented letter, cut wrongly */
		return -2;
	switch (script) {
	case JAPANESE:
		return within(c, 0x3041, 0x30fe)   ? 3
		       : punctuation               ? 2
		       : is_ideograph(c)           ? 2 * daily
		       : within(c, 0xff61, 0xff9f) ? -2
						   : -1;
	case KOREAN:
		return within(c, 0xac00, 0xd7a3) ? 3 : punctuation ? 1 : is_ideograph(c) ? -1 : -2;
	case HEBREW:
		return within(c, 0x5d0, 0x5ea) ? 3 : is_punctuation(c) ? 0 : -6;
	case CYRILLIC:
		return c == 0x451 ? 2 : weight_cased(c, before, 0x430, 0x44f, 0x410, 0x42f);
	case GREEK:
		return weight_cased(c, before, 0x3ac, 0x3ce, 0x386, 0x3ab);
	case ARABIC:
		return within(c, 0x621, 0x64a) ? 3 : c == 0x60c || c == 0x61f || is_punctuation(c) ? 0 : -6;
	case THAI:
		return weight_thai(c, before);
	default: /* Chinese */
		return is_ideograph(c) ? 2 * daily : punctuation ? 2 : -2;
	}
}

/* Mean weight per character beyond ASCII, in 1/1000. */
static int score(enum script script, bool daily, struct tt_str text)
{
	long sum = 0, n = 0;
	uint32_t before = 0;
	for (size_t i = 0; i < text.n;) {
		uint32_t c;
		size_t k = tt_utf8_char((struct tt_str){text.p + i, text.n - i}, &c);
		i += k ? k : 1;
		if (c >= 0x80) {
			sum += weight(script, daily, c, before);
			n++;
		}
		before = c;
	}
	return n ? (int)(sum * 1000 / n) : 0;
}

/* Runs of bytes beyond ASCII, each with the byte before it and the one after, which may be the second half of
 * a character; a character goes on over single ASCII bytes. */
static void take_sample(struct tt_str s, struct sample *out)
{
	size_t runs = 0, inside = 0, high = 0;
	out->n = 0;
	for (size_t i = 0; i < s.n && out->n + 4 < SAMPLE_BYTES;) {
		i += tt_utf8_ascii((struct tt_str){s.p + i, s.n - i});
		if (i == s.n)
			break;
		runs++;
		inside += i > 0 && is_ascii_letter((unsigned char)s.p[i - 1]);
		if (i > 0)
			out->bytes[out->n++] = s.p[i - 1];
		for (; i < s.n && out->n + 2 < SAMPLE_BYTES; i++) {
			bool beyond = (unsigned char)s.p[i] >= 0x80;
			if (!beyond && (unsigned char)s.p[i - 1] < 0x80)
				break;
			high += beyond;
			out->bytes[out->n++] = s.p[i];
		}
		out->bytes[out->n++] = ' ';
	}
	out->full = out->n + 4 >= SAMPLE_BYTES;
	out->latin = inside * 2 > runs && high <= runs * 2;
}

size_t tt_charset_detect(struct tt_str bytes, const char *ret[TT_CHARSET_GUESSES])
{
	struct sample sample;
	struct tt_buf text;
	int scores[TT_CHARSET_GUESSES];
	size_t n = 0;
	tt_buf_init(&text, SAMPLE_TEXT);
	take_sample(bytes, &sample);
	for (size_t i = 0; i < TT_LEN(candidates); i++) {
		if (sample.latin && candidates[i].script != LATIN)
			continue;
		struct tt_str s = {sample.bytes, sample.n};
		int rc = tt_charset_iconv(candidates[i].asked, s, false, &text);
		bool fits = rc == TT_OK || (rc == TT_EPARSE && sample.full && text.n > SAMPLE_BYTES / 2);
		bool daily = candidates[i].hi && is_daily(s, candidates[i].lo, candidates[i].hi);
		int now = fits ? score(candidates[i].script, daily, tt_buf_view(&text)) : 0;
		size_t at = n;
		while (at && now > scores[at - 1])
			at--;
		if (now <= 0 || at == TT_CHARSET_GUESSES)
			continue;
		n += n < TT_CHARSET_GUESSES;
		for (size_t k = n - 1; k > at; k--)
			scores[k] = scores[k - 1], ret[k] = ret[k - 1];
		scores[at] = now, ret[at] = candidates[i].name;
	}
	tt_buf_done(&text);
	return n;
}
