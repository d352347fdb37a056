/* test_window.c - how a record that kills workers is found, and how little is suspected otherwise; where
 * reading begins. */
#include "ingest/kafka/begin.h"
#include "ingest/kafka/window.h"
#include "tests/tt_test.h"

enum { FULL = 10000, ATTEMPTS = 3, PARTS = 3, READ_AHEAD = 700 };

/* One partition of a log in which records may kill whoever works on them; the store, as sink/pg/positions
 * does it. */
struct log {
	int64_t end, poison;    /* offset; -1: none */
	int64_t next, from, to; /* stored; the window, to <= next: none is open */
	int opened, dead;
	int64_t condemned; /* offset of the dead letter; -1: none */
	/* Of one life: */
	struct tt_window w;
	int64_t read;
};

static void claim(struct log *l)
{
	int64_t open_to = l->to > l->next ? l->to : -1;
	if (open_to >= 0 && l->from < l->next)
		l->opened = 1;
	l->from = l->next;
	l->read = l->next;
	const struct tt_window_found found = {
		.start = l->next, .end = l->end, .open_to = open_to, .opened = l->opened};
	tt_window_begin(&l->w, FULL, &found, ATTEMPTS);
}

static void mark(struct log *l)
{
	int64_t to = tt_window_next(&l->w, l->read);
	l->opened = l->from == l->read && l->to == to ? l->opened + 1 : 1;
	l->from = l->read;
	l->to = to;
	tt_window_opened(&l->w, l->read, to);
}

/* Reads up to `ahead` records beyond what is stored, as the real one has batches under way. False: the worker
 * died of one. */
static bool work(struct log *l, int64_t ahead, bool *ret_moved)
{
	*ret_moved = tt_window_wants_more(&l->w, l->read, l->next == l->read);
	if (*ret_moved)
		mark(l);
	while (l->read < l->end && l->read < l->w.to && l->read - l->next < ahead) {
		if (l->w.condemned) {
			l->w.condemned = false;
			l->condemned = l->read;
			l->dead++;
		} else if (l->read == l->poison) {
			return false;
		}
		l->read++;
		*ret_moved = true;
	}
	return true;
}

/* One life of a worker; everything read is stored at the end of a round. False: it died. */
static bool live(struct log *logs, size_t n, int64_t ahead)
{
	bool moved = true;
	for (size_t i = 0; i < n; i++)
		claim(&logs[i]);
	while (moved) {
		moved = false;
		const struct log *alone = NULL;
		for (size_t i = 0; i < n && !alone; i++)
			alone = logs[i].w.alone ? &logs[i] : NULL;
		for (size_t i = 0; i < n; i++) {
			bool some;
			if (alone && alone != &logs[i])
				continue;
			if (!work(&logs[i], ahead, &some))
				return false;
			moved |= some;
		}
		for (size_t i = 0; i < n; i++) {
			if (logs[i].read > logs[i].next)
				logs[i].opened = 0;
			logs[i].next = logs[i].read;
		}
	}
	return true;
}

static void make(struct log *logs, int64_t end)
{
	for (size_t i = 0; i < PARTS; i++)
		logs[i] = (struct log){.end = end, .poison = -1, .condemned = -1};
}

/* Twice as it was; then 10,000 : 16 = 625 : 16 = 39 : 16 = 2 : 16 = 1, and so often alone; and the times that
 * some of what was read before it is stored, which makes it another range. */
enum { DEATHS_MAX = 2 + 3 + ATTEMPTS + 2 };

TT_TEST(the_record_that_kills_is_found_wherever_it_is)
{
	static const int64_t at[] = {
		0, 1, 15, 16, 17, 624, 625, 626, 4999, 5000, 5001, 9999, 10000, 10001, 12345, 29999};
	for (size_t i = 0; i < TT_LEN(at); i++) {
		struct log logs[PARTS];
		int deaths = 0;
		make(logs, 30000);
		logs[1].poison = at[i];
		while (!live(logs, PARTS, READ_AHEAD) && deaths <= 50)
			deaths++;
		TT_EQ_ROW(i, logs[1].condemned, at[i]);
		for (size_t k = 0; k < PARTS; k++) {
			TT_EQ_ROW(i, logs[k].dead, k == 1);
			TT_EQ_ROW(i, logs[k].next, 30000);
		}
		if (deaths > DEATHS_MAX)
			fail_msg("row %zu: %d deaths", i, deaths);
	}
}

TT_TEST(several_are_found_and_nobody_else_is_blamed)
{
	struct log logs[PARTS];
	int deaths = 0;
	make(logs, 5000);
	logs[0].poison = 4000;
	logs[1].poison = 0;
	logs[2].poison = 1;
	while (!live(logs, PARTS, READ_AHEAD) && deaths <= 100)
		deaths++;
	for (size_t k = 0; k < PARTS; k++) {
		TT_EQ_ROW(k, logs[k].condemned, logs[k].poison);
		TT_EQ_ROW(k, logs[k].dead, 1);
		TT_EQ_ROW(k, logs[k].next, 5000);
	}
}

/* Power cuts, as often as one likes, wherever: a life that ends before it has marked anything, or stored
 * anything. */
TT_TEST(deaths_that_are_no_records_fault_condemn_nothing)
{
	for (int lives = 1; lives < 40; lives++) {
		struct log logs[PARTS];
		bool some;
		make(logs, 1000);
		for (int i = 0; i < lives; i++) {
			for (size_t k = 0; k < PARTS; k++)
				claim(&logs[k]);
			if (i % 2)
				(void)work(&logs[0], 10, &some); /* dies before it is stored */
			if (i % 3 == 0)
				logs[0].next += logs[0].read > logs[0].next;
		}
		TT_TRUE(live(logs, PARTS, READ_AHEAD));
		for (size_t k = 0; k < PARTS; k++)
			TT_EQ_ROW(lives, logs[k].dead, 0);
	}
}

/* Workers killed while they had nothing to do, before and after a few more records come: nothing is condemned,
 * and the partition that is searched first does not keep the others waiting for what may never come. */
TT_TEST(deaths_at_the_end_of_the_log)
{
	for (int lives = 1; lives < 12; lives++) {
		struct log logs[PARTS];
		make(logs, 100);
		for (int grown = 0; grown < 3; grown++) {
			bool some;
			TT_TRUE(live(logs, PARTS, READ_AHEAD));
			for (int i = 0; i < lives; i++)
				for (size_t k = 0; k < PARTS; k++) {
					claim(&logs[k]);
					(void)work(&logs[k], 10, &some);
				}
			for (size_t k = 0; k < PARTS; k++)
				logs[k].end += 2;
		}
		TT_TRUE(live(logs, PARTS, READ_AHEAD));
		for (size_t k = 0; k < PARTS; k++) {
			TT_EQ_ROW(lives, logs[k].next, 106);
			TT_EQ_ROW(lives, logs[k].dead, 0);
		}
	}
}

/* [500, open_to) was left open by so many; the log goes on far behind it. */
static void begin(struct tt_window *w, int64_t open_to, int opened)
{
	const struct tt_window_found found = {
		.start = 500, .end = 100000, .open_to = open_to, .opened = opened};
	tt_window_begin(w, FULL, &found, ATTEMPTS);
}

TT_TEST(windows_move_on_narrow_and_end)
{
	struct tt_window w;
	begin(&w, -1, 0);
	TT_EQ(w.to, 500); /* nothing is marked yet */
	TT_TRUE(tt_window_wants_more(&w, 500, true));
	tt_window_opened(&w, 500, tt_window_next(&w, 500));
	TT_EQ(w.to, 10500);
	TT_TRUE(!tt_window_wants_more(&w, 5499, false));
	TT_TRUE(tt_window_wants_more(&w, 5500, false)); /* in time, and nothing needs to be stored first */
	begin(&w, 10500, 1);
	TT_TRUE(!w.alone);
	TT_EQ(tt_window_next(&w, 500), 10500); /* as it was */
	tt_window_opened(&w, 500, 10500);
	TT_TRUE(!tt_window_wants_more(&w, 10500, false));
	TT_TRUE(tt_window_wants_more(&w, 10500, true));
	tt_window_opened(&w, 10500, tt_window_next(&w, 10500));
	TT_EQ(w.to, 20500);
	TT_EQ(w.suspect_to, -1);
	begin(&w, 10500, 2);
	TT_TRUE(w.alone);
	TT_EQ(tt_window_next(&w, 500), 500 + 625);
	tt_window_opened(&w, 500, 1125);
	TT_TRUE(!tt_window_wants_more(&w, 1125, false)); /* stored first */
	TT_EQ(tt_window_next(&w, 10400), 10500);
	begin(&w, 501, ATTEMPTS - 1);
	TT_TRUE(!w.condemned);
	begin(&w, 501, ATTEMPTS);
	TT_TRUE(w.condemned);
	tt_window_opened(&w, 500, 501);
	TT_TRUE(w.condemned && w.alone);
	tt_window_opened(&w, 501, tt_window_next(&w, 501));
	TT_TRUE(!w.condemned && !w.alone);
	TT_EQ(w.to, 501 + FULL);
}

static const struct {
	int start, on_gap;
	struct tt_begin b; /* stored, committed, low, high */
	int64_t at;        /* -1: refused */
	bool gap;
} begins[] = {
	{TT_START_EARLIEST, TT_GAP_FAIL, {-1, -1, 3, 9}, 3, false},
	{TT_START_LATEST, TT_GAP_FAIL, {-1, -1, 3, 9}, 9, false},
	{TT_START_LATEST, TT_GAP_FAIL, {4, -1, 3, 9}, 4, false},
	{TT_START_LATEST, TT_GAP_FAIL, {-1, 5, 3, 9}, 5, false},
	{TT_START_LATEST, TT_GAP_FAIL, {6, 5, 3, 9}, 6, false},
	{TT_START_LATEST, TT_GAP_FAIL, {5, 6, 3, 9}, 6, false},
	{TT_START_LATEST, TT_GAP_FAIL, {9, -1, 3, 9}, 9,
		false}, /* at the end of the log: nothing is missing */
	{TT_START_LATEST, TT_GAP_FAIL, {3, -1, 3, 9}, 3, false},
	{TT_START_LATEST, TT_GAP_FAIL, {2, -1, 3, 9}, -1, false},
	{TT_START_LATEST, TT_GAP_FAIL, {10, -1, 3, 9}, -1, false},
	{TT_START_LATEST, TT_GAP_EARLIEST, {2, -1, 3, 9}, 3, true},
	{TT_START_LATEST, TT_GAP_EARLIEST, {10, -1, 3, 9}, 3, true},
	{TT_START_EARLIEST, TT_GAP_LATEST, {2, 1, 3, 9}, 9, true},
	{TT_START_EARLIEST, TT_GAP_LATEST, {100, -1, 0, 0}, 0, true},
};

TT_TEST(reading_begins_where_it_should)
{
	for (size_t i = 0; i < TT_LEN(begins); i++) {
		struct tt_kafka_conf conf = {.start = begins[i].start, .on_gap = begins[i].on_gap};
		struct tt_err err = {0};
		int64_t at = -1;
		bool gap = false;
		int rc = tt_begin_at(&begins[i].b, &conf, &at, &gap, &err);
		TT_EQ_ROW(i, rc, begins[i].at < 0 ? TT_ECONF : TT_OK);
		TT_EQ_ROW(i, at, begins[i].at);
		TT_EQ_ROW(i, gap, begins[i].gap);
		TT_EQ_ROW(i, err.msg[0] != '\0', gap || rc < 0);
	}
}

TT_MAIN(TT_RUN(the_record_that_kills_is_found_wherever_it_is),
	TT_RUN(several_are_found_and_nobody_else_is_blamed),
	TT_RUN(deaths_that_are_no_records_fault_condemn_nothing), TT_RUN(deaths_at_the_end_of_the_log),
	TT_RUN(windows_move_on_narrow_and_end),
	TT_RUN(reading_begins_where_it_should))
