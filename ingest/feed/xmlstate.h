/* xmlstate.h - between the files of the XML feed parser: xmlfeed.c knows where in the document we are,
 * capture.c collects an element's text, fields*.c know what it means there. */
#ifndef TT_INGEST_FEED_XMLSTATE_H
#define TT_INGEST_FEED_XMLSTATE_H

#include "ingest/feed/build.h"
#include "ingest/feed/xml.h"

enum { TT_FRAMES = 256 };

enum tt_scope {
	TT_SCOPE_NONE, /* outside of a feed */
	TT_SCOPE_FEED,
	TT_SCOPE_ITEM,
	TT_SCOPE_PERSON, /* an item's author */
	TT_SCOPE_ASIDE,  /* something that only belongs to feed or item: its title is not theirs */
};

/* One open element. base and lang are inherited. */
struct tt_frame {
	const struct tt_name *name;
	uint8_t scope;
	bool own_lang;      /* xml:lang stands on this element */
	bool opened_item;   /* its end is the item's end */
	struct tt_str base; /* by xml:base; {NULL,0}: the document's */
	struct tt_str lang; /* {"",0}: declared to be none */
};

/* How the text of the element being read is written. */
struct tt_capture {
	bool on;
	size_t depth; /* open elements inside of it */
	enum tt_text_kind kind;
	bool markup;  /* has children: their tags stand in the text */
	bool escape;  /* < and & of the text mean themselves, and are escaped beside the tags */
	bool cut;     /* there was more than fits */
	bool keep;    /* from the start tag: this link is the one to the page, this guid is a URL */
	uint8_t pref; /* added to the name's preference */
};

/* Where the value of an item's field came from: 0 none yet, else 1 + 4 × depth below the item + preference of
 * the element's name. The smaller wins. */
struct tt_item_ranks {
	uint16_t title, summary, content, author, url, guid, published, updated, lang;
};

struct tt_xmlfeed {
	struct tt_build *b;
	struct tt_frame frames[TT_FRAMES];
	size_t depth;
	struct tt_capture cap;
	const char *inner[TT_FRAMES]; /* names of the open elements inside of the capture */
	struct tt_buf text;           /* of the capture */
	struct tt_buf person;         /* text directly inside an author */
	bool person_cut;

	bool known;    /* b->feed.format is set */
	bool atom;     /* texts are plain unless they say otherwise */
	char root[64]; /* name of the first element, for the error message */

	struct tt_feed_item item;
	struct tt_item_ranks ranks;
	size_t item_depth;
	bool guid_is_url;
	const struct tt_name *author_from, *summary_from;
	struct tt_str name, email; /* of the author being read */

	/* Items that the first reading of a broken document completed are not read again. */
	size_t keep, n_begun; /* how many those are; items begun so far */
	size_t n_cut_whole;   /* texts that were cut when the last item was complete */
	bool nested;          /* an item in an item: the rewritten document has others */

	uint16_t feed_title_rank, feed_url_rank;
	int64_t period_ms, frequency;
};

/* The open element. */
static inline struct tt_frame *tt_top(struct tt_xmlfeed *x)
{
	return &x->frames[x->depth - 1];
}

/* All: TT_OK or a code. */

/* capture.c */
void tt_capture_begin(struct tt_xmlfeed *x, enum tt_text_kind kind);
int tt_capture_text(struct tt_xmlfeed *x, struct tt_str s);
int tt_capture_tag(
	struct tt_xmlfeed *x, const char *local, bool end);   /* of a child of the captured element */
int tt_capture_person(struct tt_xmlfeed *x, struct tt_str s); /* text directly inside an author */

/* fields.c */
int tt_field_start(
	struct tt_xmlfeed *x, const struct tt_xml_elem *e); /* a leaf begins: sets up the capture */
int tt_field_end(struct tt_xmlfeed *x);                     /* it ends: its text becomes a value */
int tt_field_attrs(
	struct tt_xmlfeed *x, const struct tt_xml_elem *e); /* values in attributes: CDF, rdf:about */

/* fields_item.c, fields_feed.c: by the scope. */
int tt_field_end_item(struct tt_xmlfeed *x, const struct tt_name *name);
int tt_field_end_feed(struct tt_xmlfeed *x, const struct tt_name *name);
int tt_field_person(struct tt_xmlfeed *x); /* fields_person.c: an author ends */

/* fields_item.c, for the others. The rank of a value of the element on top; whether a value of this rank
 * replaces the one that is there, and then it does. */
enum { TT_FIRST, TT_LAST }; /* which one stays, of equals */
unsigned tt_field_rank(const struct tt_xmlfeed *x, unsigned pref);
bool tt_field_wins(uint16_t *have, unsigned rank, int policy);
int tt_field_text(struct tt_xmlfeed *x, struct tt_str *ret); /* the captured text */
int tt_field_url(struct tt_xmlfeed *x, struct tt_str ref, unsigned pref);
void tt_field_date(struct tt_xmlfeed *x, struct tt_str raw, uint16_t *have, unsigned pref, int64_t *to);

/* kind.c: how the element's text is written. *ret_markup: its children are markup of it. */
enum tt_text_kind tt_kind_of(const struct tt_xml_elem *e, bool atom, bool *ret_markup);

#endif
