/* test_lists_oom.c - memory runs out at every allocation in turn while a list of feeds is read and written, and while a page is
 * searched: each time it is said, and nothing leaks. */
#include "common/err.h"
#include "ingest/discover.h"
#include "ingest/opml.h"
#include "tests/fault.h"
#include "tests/tt_test.h"

static int list(void)
{
	static const char in[] =
		"<?xml version='1.0' encoding='windows-1252'?><!DOCTYPE opml [<!ENTITY e 'x'>]><opml><head><title>T\xe9</title></head>"
		"<outline text='A &e;' xmlUrl='feed://a/x y' htmlUrl='http://a/' language='en' tickertone:interval='5m'/>"
		"<outline xmlUrl='http://b/'/><outline xmlUrl='http://b/'/><outline xmlUrl='no'/><outline type='link' url='u'/>";
	struct tt_arena arena;
	struct tt_opml l;
	struct tt_buf out;
	tt_arena_init(&arena, 1 << 20);
	tt_buf_init(&out, 1 << 20);
	int rc = tt_opml_parse(tt_str_c(in), &arena, &l, NULL);
	if (rc == TT_OK)
		rc = tt_opml_write(&l, 0, &out);
	tt_buf_done(&out);
	tt_arena_done(&arena);
	return rc;
}

static int page(void)
{
	static const char in[] = "<meta charset=latin1><base href=/x/><title>T &eacute;</title><link rel=alternate type='application/rss+xml' "
				 "href='a b' title='\xe9'><a href='feed:http://x/'>RSS</a>";
	struct tt_arena arena;
	struct tt_feed_link *v;
	size_t n;
	tt_arena_init(&arena, 1 << 20);
	int rc = tt_discover(tt_str_c(in), (struct tt_str){NULL, 0}, TT_STR("http://site.example/"), &arena, &v, &n, NULL);
	tt_arena_done(&arena);
	return rc;
}

static void sweep(int (*work)(void))
{
	int rc = TT_ENOMEM;
	long n = 0;
	for (; n < 500 && rc != TT_OK; n++) {
		long before = tt_alloc_live();
		tt_fault_alloc_after(n);
		rc = work();
		tt_fault_off();
		TT_EQ_ROW(n, tt_alloc_live(), before);
		if (rc != TT_OK)
			TT_EQ_ROW(n, rc, TT_ENOMEM);
	}
	TT_EQ(rc, TT_OK);
	TT_TRUE(n > 3);
}

TT_TEST(oom_opml)
{
	sweep(list);
}

TT_TEST(oom_discover)
{
	sweep(page);
}

TT_MAIN(TT_RUN(oom_opml), TT_RUN(oom_discover))
