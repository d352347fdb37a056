/* fuzz_entity_match.c - any bytes as a text, with a dictionary that has every kind of rule: mentions lie within the text, by
 * start, without overlap, on UTF-8 boundaries, and the hits count them. */
#include <stdlib.h>
#include <string.h>

#include "nlp/entity/match.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char dictionary[] = "symbol\tname\tkind\tsector\tcountry\taliases\tnot\n"
				 "AAPL\tApple Inc.\tcompany\t\tUS\t^Apple|apple computer\tapple pie|big apple\n"
				 "T\tAT&T Inc.\tcompany\t\tUS\tAT&T\t\n"
				 "MCD\tMcDonald's Corp\tcompany\t\tUS\tMcDonald's\t\n"
				 "BRK.B\tBerkshire Hathaway Inc.\tcompany\t\tUS\t$BRK.A\t\n"
				 "VOD.L\tVodafone Group Plc\tcompany\t\tGB\t!VOD\t\n"
				 "0700.HK\tTencent\tcompany\t\tCN\t\xe8\x85\xbe\xe8\xae\xaf|\xe8\x85\xbe\t\n"
				 "NESN.SW\tNestl\xc3\xa9 S.A.\tcompany\t\tCH\t\t\n"
				 "AB\tA B\tindex\t\t\ta|a a|a a b|b a\ta a a\n";

static const struct tt_matcher *matcher(void)
{
	static struct tt_matcher *m;
	static struct tt_entity_dict *d;
	if (!m && (tt_entity_dict_parse(&d, tt_str_c(dictionary), "fuzz", NULL) < 0 || tt_matcher_new(&m, d, NULL) < 0))
		abort();
	return m;
}

static bool boundary(const uint8_t *data, size_t size, size_t at)
{
	return at == size || (data[at] & 0xc0) != 0x80 || at == 0;
}

/* Bytes that are not UTF-8 have no boundaries to speak of. */
static bool is_utf8(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size;) {
		size_t n = data[i] < 0x80 ? 1 : data[i] >> 5 == 6 ? 2 : data[i] >> 4 == 14 ? 3 : data[i] >> 3 == 30 ? 4 : 0;
		if (!n || i + n > size)
			return false;
		for (size_t k = 1; k < n; k++)
			if ((data[i + k] & 0xc0) != 0x80)
				return false;
		i += n;
	}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tt_found f;
	size_t end = 0, sum = 0;
	char *copy = malloc(size ? size : 1); /* exactly as long, so that reading behind it is seen */
	if (!copy)
		return 0;
	memcpy(copy, data, size);
	bool utf8 = is_utf8(data, size);
	tt_found_init(&f);
	if (tt_matcher_find(matcher(), (struct tt_str){copy, size}, size / 2, &f, NULL) < 0)
		abort();
	for (size_t i = 0; i < f.n_mentions; i++) {
		const struct tt_mention *m = &f.mentions[i];
		if (m->start < end || m->end <= m->start || m->end > size || m->hit >= f.n_hits)
			abort();
		if (utf8 && (!boundary(data, size, m->start) || !boundary(data, size, m->end)))
			abort();
		end = m->end;
	}
	for (size_t i = 0; i < f.n_hits; i++) {
		const struct tt_entity_hit *h = &f.hits[i];
		sum += h->mentions;
		if (f.mentions[h->first].hit != i || !(h->relevance > 0 && h->relevance <= 1.0001f))
			abort();
		if (i && h->relevance > f.hits[i - 1].relevance)
			abort();
	}
	if (sum != f.n_mentions)
		abort();
	tt_found_done(&f);
	free(copy);
	return 0;
}
