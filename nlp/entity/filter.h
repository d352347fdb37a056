/* filter.h - tells most words of a text that no pattern begins with them, before the automaton, whose table is too large for
 * the nearest cache, is asked. Private to nlp/entity/.
 *
 * One set of bits, by hashes of what patterns begin with: the first word (up to eight bytes of it); that and the four bytes
 * behind it, for patterns that long; and for shorter ones whether they only are tickers, which count with a capital or a '$'.
 * It may say yes wrongly, never no. Threads: read-only once built. */
#ifndef TT_NLP_ENTITY_FILTER_H
#define TT_NLP_ENTITY_FILTER_H

#include <endian.h>
#include <string.h>

#include "nlp/entity/lexicon.h"

enum { TT_FILTER_LOG2 = 19 /* 64 KiB of bits */, TT_FILTER_BYTES = 12 /* looked at from a word's start */ };

struct tt_filter {
	uint64_t *bits;
};

int tt_filter_init(struct tt_filter *f, const struct tt_lexicon *l); /* TT_OK, TT_ENOMEM */
void tt_filter_done(struct tt_filter *f);

/* What follows the word in a hash; of names and tickers nothing does. */
enum tt_filter_kind { TT_FILTER_WORD, TT_FILTER_NAME, TT_FILTER_TICKER };

static inline uint64_t tt_filter_bit(uint64_t word, uint64_t with)
{
	return ((word ^ with * 0xd6e8feb86659fd93) * 0x9e3779b97f4a7c15) >> (64 - TT_FILTER_LOG2);
}

static inline bool tt_filter_has(const struct tt_filter *f, uint64_t word, uint64_t with)
{
	uint64_t bit = tt_filter_bit(word, with);
	return f->bits[bit / 64] >> bit % 64 & 1;
}

/* The first word of eight folded bytes, up to a separator, an apostrophe or a full stop (all below '0', unlike word bytes):
 * its bytes, zeros behind, and its length, at most 8. */
static inline uint64_t tt_filter_word(const char *p, size_t *ret_n)
{
	const uint64_t ones = 0x0101010101010101;
	uint64_t bytes;
	memcpy(&bytes, p, 8);
	bytes = le64toh(bytes);
	uint64_t below = (bytes - '0' * ones) & ~bytes & 0x80 * ones; /* the lowest set bit marks the first byte below '0' */
	*ret_n = below ? (size_t)__builtin_ctzll(below) / 8 : 8;
	return below ? bytes & (((below & -below) >> 7) - 1) : bytes;
}

/* Never one of enum tt_filter_kind: a folded byte is 32 at least. */
static inline uint32_t tt_filter_behind(const char *p)
{
	uint32_t bytes;
	memcpy(&bytes, p, 4);
	return bytes;
}

#endif
