/* bench_entity.c - MB/s of finding entities on one core.
 * usage: bench_entity DICTIONARY TEXTS; TEXTS holds one text a line. Measured with that dictionary, and with it filled up by
 * invented companies to 10,000 entities, over the lines one by one and over all of them as one text. Each row is the median
 * of nine timings of at least 100 ms of processor time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/buf.h"
#include "common/clock.h"
#include "common/quantile.h"
#include "nlp/entity/match.h"

enum { ROUNDS = 9, ROUND_NS = 100000000, ENTITIES = 10000, FILE_MAX = 256 << 20 };

static void check(int rc, const struct tt_err *err)
{
	if (rc >= 0)
		return;
	fprintf(stderr, "bench_entity: %s\n", err->msg);
	exit(1);
}

static void read_file(const char *path, struct tt_buf *out)
{
	char piece[65536];
	FILE *f = fopen(path, "rbe");
	if (!f) {
		perror(path);
		exit(1);
	}
	for (size_t n; (n = fread(piece, 1, sizeof(piece), f)) > 0;)
		tt_buf_add(out, piece, n);
	fclose(f);
}

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 16;
}

static void word(struct tt_buf *b, uint32_t *seed)
{
	static const char *const parts[] = {"a", "ber", "con", "del", "e", "fin", "gra", "hol", "in", "jan", "ka", "lo", "mar",
		"nor", "o", "pro", "qua", "ri", "sta", "tel", "u", "ver", "wes", "xi", "yo", "zan"};
	size_t start = b->n;
	for (int i = 2 + (int)(next(seed) % 3); i > 0; i--)
		tt_buf_printf(b, "%s", parts[next(seed) % TT_LEN(parts)]);
	b->p[start] = (char)(b->p[start] - 'a' + 'A');
}

/* Companies of one to three words with a legal form, as registers have them. */
static void add_companies(struct tt_buf *b, size_t n)
{
	static const char *const forms[] = {"Inc", "Corp", "plc", "Ltd", "AG", "Holdings Inc", "Technologies Inc", "Group plc"};
	uint32_t seed = 7;
	for (size_t i = 0; i < n; i++) {
		tt_buf_printf(b, "Q%c%c%c%c\t", 'A' + (int)(i / 17576 % 26), 'A' + (int)(i / 676 % 26), 'A' + (int)(i / 26 % 26),
			'A' + (int)(i % 26));
		for (int k = (int)(next(&seed) % 3); k >= 0; k--) {
			word(b, &seed);
			tt_buf_char(b, ' ');
		}
		tt_buf_printf(b, "%s\tcompany\t\tUS\n", forms[next(&seed) % TT_LEN(forms)]);
	}
}

static size_t pass(const struct tt_matcher *m, struct tt_str text, bool by_line, struct tt_found *f)
{
	struct tt_err err;
	size_t mentions = 0;
	while (text.p && text.n) {
		struct tt_str line = by_line ? tt_str_split(&text, '\n') : text;
		check(tt_matcher_find(m, line, line.n, f, &err), &err);
		mentions += f->n_mentions;
		if (!by_line)
			break;
	}
	return mentions;
}

/* This thread's own time: others share the machine. */
static int64_t cpu_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void measure(const char *what, const struct tt_matcher *m, struct tt_str text, bool by_line)
{
	double rate[ROUNDS];
	size_t mentions = 0;
	struct tt_found f;
	tt_found_init(&f);
	for (int r = 0; r < ROUNDS; r++) {
		int64_t start = cpu_ns(), spent;
		int n = 0;
		do {
			mentions = pass(m, text, by_line, &f);
			n++;
		} while ((spent = cpu_ns() - start) < ROUND_NS);
		rate[r] = (double)text.n * n / (double)spent * 1000;
	}
	printf("%-34s %7.1f MB/s  (%.1f to %.1f), %zu mentions\n", what,
		tt_quantile(rate, ROUNDS, 0.5), tt_quantile(rate, ROUNDS, 0), tt_quantile(rate, ROUNDS, 1),
		mentions);
	tt_found_done(&f);
}

static void measure_dictionary(const char *name, struct tt_str tsv, struct tt_str texts)
{
	struct tt_entity_dict *d = NULL;
	struct tt_matcher *m = NULL;
	struct tt_err err;
	char what[64];
	int64_t start = tt_mono_ns(&tt_clock_real);
	check(tt_entity_dict_parse(&d, tsv, name, &err), &err);
	check(tt_matcher_new(&m, d, &err), &err);
	printf("%zu entities: read and built in %.0f ms\n", tt_entity_dict_count(d),
		(double)(tt_mono_ns(&tt_clock_real) - start) / 1e6);
	snprintf(what, sizeof(what), "%zu entities, line by line", tt_entity_dict_count(d));
	measure(what, m, texts, true);
	snprintf(what, sizeof(what), "%zu entities, one text", tt_entity_dict_count(d));
	measure(what, m, texts, false);
	tt_matcher_free(m);
	tt_entity_dict_free(d);
}

int main(int argc, char **argv)
{
	struct tt_buf tsv, texts;
	size_t lines = 0;
	if (argc != 3) {
		fprintf(stderr, "usage: bench_entity DICTIONARY TEXTS\n");
		return 2;
	}
	tt_buf_init(&tsv, FILE_MAX);
	tt_buf_init(&texts, FILE_MAX);
	read_file(argv[1], &tsv);
	read_file(argv[2], &texts);
	measure_dictionary(argv[1], tt_buf_view(&tsv), tt_buf_view(&texts));
	for (size_t i = 1; i < tsv.n; i++)
		lines += tsv.p[i - 1] == '\n' && tsv.p[i] != '#';
	add_companies(&tsv, ENTITIES > lines ? ENTITIES - lines + 1 : 0);
	measure_dictionary("10,000 entities", tt_buf_view(&tsv), tt_buf_view(&texts));
	tt_buf_done(&texts);
	tt_buf_done(&tsv);
	return 0;
}
