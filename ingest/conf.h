/* conf.h - the configuration of the sources: sections `fetch`, `feeds` (a list) and `files` (a list).
 * The tables walk with common/conf.h; the structs are read-only once loaded and must outlive the sources opened on them. */
#ifndef TT_INGEST_CONF_H
#define TT_INGEST_CONF_H

#include "common/conf.h"

/* Section `fetch`: how feeds are asked for, and every limit of it. */
struct tt_fetch_conf {
	char *user_agent;            /* NULL: tickertone/VERSION */
	char *contact;               /* address or URL appended to it; NULL: none */
	char *ca_file;               /* PEM; NULL: the system's */
	int64_t interval_ms;         /* wait between polls of a feed that says nothing itself */
	int64_t min_interval_ms;     /* nothing is asked more often */
	int64_t max_interval_ms;     /* no feed, and no Retry-After, makes us wait longer */
	bool adaptive;               /* quiet feeds are asked less often */
	int64_t connect_timeout_ms;
	int64_t total_timeout_ms;    /* whole poll, redirects included */
	int64_t low_speed_bytes;     /* per second ... */
	int64_t low_speed_time_ms;   /* ... for so long is a stalled transfer */
	int64_t max_body_bytes;      /* on the wire, and again after decompression */
	int64_t max_buffered_bytes;  /* bodies of all polls together */
	int64_t max_header_bytes;    /* all header lines of one answer */
	int64_t max_redirects;
	int64_t max_items;           /* of one feed document */
	int64_t max_text_bytes;      /* of each text of an item */
	int64_t max_xml_depth;
	int64_t max_connections;
	int64_t per_host_connections;
	int64_t per_host_spacing_ms; /* between starts at one host */
	int64_t backoff_base_ms, backoff_cap_ms;
	bool allow_private_networks;
};
extern const struct tt_opt tt_fetch_opts[];

/* One element of `feeds`. */
struct tt_feed_conf {
	char *url;           /* http or https; the feed's key in the database */
	char *name;          /* NULL: the feed's own title */
	char *lang;          /* NULL: what the feed says */
	int64_t interval_ms; /* 0: fetch.interval */
	bool enabled;
};
extern const struct tt_opt tt_feed_opts[];

enum tt_lines_format { TT_LINES_AUTO, TT_LINES_JSONL, TT_LINES_TEXT };

/* One element of `files`. */
struct tt_lines_conf {
	char *path; /* "-" is standard input */
	char *name; /* items' source; NULL: the path */
	char *lang; /* NULL: what the line says */
	int format; /* enum tt_lines_format */
	int64_t max_line_bytes;
	int64_t max_text_bytes;
};
extern const struct tt_opt tt_lines_opts[];

#endif
