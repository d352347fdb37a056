/* train_show.c - see train_show.h. */
#include "app/train/train_show.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "common/clock.h"

enum { DRAW_EVERY_NS = 200000000 };

void tt_train_show_init(struct tt_train_show *s, bool quiet)
{
	*s = (struct tt_train_show){.bar = !quiet && isatty(STDERR_FILENO), .quiet = quiet};
}

void tt_train_show_clear(struct tt_train_show *s)
{
	if (s->drawn)
		fputs("\r\033[K", stderr);
	s->drawn = false;
}

static void print_head(const char *name, const struct tt_confusion *c)
{
	const uint64_t n = tt_confusion_total(c);
	if (n)
		printf(", %s accuracy %.4f macro-F1 %.4f (%" PRIu64 ")", name, tt_confusion_accuracy(c),
			tt_confusion_macro_f1(c), n);
}

static void print_epoch(const struct tt_fit_progress *p)
{
	printf("epoch %" PRId64 ": loss %.4f", p->epoch, p->loss);
	if (p->figures) {
		printf("; valid loss %.4f", p->figures->loss);
		print_head("items", &p->figures->item);
		print_head("entities", &p->figures->entity);
		print_head("exits' items", &p->figures->exit_item);
		print_head("exits' entities", &p->figures->exit_entity);
		if (isfinite(p->figures->words))
			printf(", words right %.4f", p->figures->words);
		fputs(p->best ? "; the best so far\n" : "\n", stdout);
	} else {
		putchar('\n');
	}
	fflush(stdout);
}

void tt_train_show_step(void *show, const struct tt_fit_progress *p)
{
	struct tt_train_show *s = show;
	const int64_t now = tt_mono_ns(&tt_clock_real), left = (int64_t)(p->seconds_left + 0.5);
	if (p->ends_epoch) {
		tt_train_show_clear(s);
		print_epoch(p);
	}
	if (!s->bar || now - s->drawn_ns < DRAW_EVERY_NS)
		return;
	fprintf(stderr,
		"\r\033[Kepoch %" PRId64 "  step %" PRId64 "/%" PRId64
		"  loss %.4f  rate %.2g  %.0f tokens/s  %" PRId64 "m%02" PRId64 "s left",
		p->epoch, p->step, p->steps, p->loss, p->rate, p->tokens_per_s, left / 60, left % 60);
	fflush(stderr);
	s->drawn_ns = now;
	s->drawn = true;
}

void tt_train_show_result(const struct tt_fit_result *r, const char *dir)
{
	if (r->stopped)
		return;
	if (r->best_epoch)
		printf("%s: the weights of epoch %" PRId64 ", metric %.4f%s\n", dir, r->best_epoch,
			r->best_metric, r->early ? "; stopped early" : "");
	else
		printf("%s: the weights after step %" PRId64 "\n", dir, r->steps);
}
