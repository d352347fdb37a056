/* conf.c - see conf.h. Ranges are in the option's base unit: milliseconds for durations, bytes for sizes. */
#include "ingest/conf.h"

#include <stddef.h>

#define SECOND 1000.0
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define KIB    1024.0
#define MIB    (1024 * KIB)

/* clang-format off */
#define OPT(name, type, field, def, lo, hi, unit, flags, doc) \
	{name, type, offsetof(struct tt_fetch_conf, field), def, lo, hi, unit, flags, doc, NULL}
const struct tt_opt tt_fetch_opts[] = {
	OPT("user_agent", TT_OPT_STR, user_agent, NULL, 0, 0, "", 0,
		"First part of the User-Agent header. The default is tickertone/VERSION."),
	OPT("contact", TT_OPT_STR, contact, NULL, 0, 0, "", 0,
		"Mail address or URL added to the User-Agent, so that a publisher can reach you; SEC EDGAR demands one."),
	OPT("ca_file", TT_OPT_PATH, ca_file, NULL, 0, 0, "", 0,
		"Certificate authorities (PEM) that servers are checked with. The default is the system's."),
	OPT("interval", TT_OPT_DURATION, interval_ms, "15m", SECOND, 30 * DAY, "", TT_OPT_RELOAD,
		"Wait between two polls of a feed. A feed or server that asks for more (ttl, Cache-Control, Expires) is obeyed."),
	OPT("min_interval", TT_OPT_DURATION, min_interval_ms, "1s", SECOND, DAY, "", TT_OPT_RELOAD,
		"No feed is polled more often, whatever its own interval says."),
	OPT("max_interval", TT_OPT_DURATION, max_interval_ms, "1d", MINUTE, 30 * DAY, "", TT_OPT_RELOAD,
		"The longest wait that a feed's ttl, a server's max-age or a Retry-After can cause."),
	OPT("adaptive", TT_OPT_BOOL, adaptive, "false", 0, 0, "", TT_OPT_RELOAD,
		"Ask quiet feeds less often: wait a tenth of the time since they last changed, at most four intervals. Off, "
		"because the rarest feeds often matter most; a feed with an interval of its own is never slowed."),
	OPT("connect_timeout", TT_OPT_DURATION, connect_timeout_ms, "10s", 100, 5 * MINUTE, "", 0,
		"Longest wait for a connection, name lookup and TLS included."),
	OPT("total_timeout", TT_OPT_DURATION, total_timeout_ms, "60s", 100, HOUR, "", 0,
		"Longest time of one poll, redirects included."),
	OPT("low_speed_bytes", TT_OPT_INT, low_speed_bytes, "50", 0, MIB, "bytes/s", 0,
		"A transfer slower than this for low_speed_time is given up; 0 turns the check off."),
	OPT("low_speed_time", TT_OPT_DURATION, low_speed_time_ms, "20s", SECOND, HOUR, "", 0,
		"How long a transfer may be slower than low_speed_bytes. Counted in whole seconds."),
	OPT("max_body_bytes", TT_OPT_SIZE, max_body_bytes, "16MiB", KIB, 1024 * MIB, "", 0,
		"Largest feed document, on the wire and again after decompression."),
	OPT("max_buffered_bytes", TT_OPT_SIZE, max_buffered_bytes, "32MiB", 64 * KIB, 1024 * 1024 * MIB, "", 0,
		"Feed documents received and not yet parsed, of all polls together. Half of it is shared out among "
		"max_connections; a poll that needs more than its share waits while the other half is used up, but for one."),
	OPT("max_header_bytes", TT_OPT_SIZE, max_header_bytes, "64KiB", KIB, MIB, "", 0,
		"All header lines of one answer."),
	OPT("max_redirects", TT_OPT_INT, max_redirects, "5", 0, 50, "hops", 0, "Redirects followed in one poll."),
	OPT("max_items", TT_OPT_INT, max_items, "1000", 1, 1000000, "items", 0,
		"Items taken from one feed document, from its start; the rest is left out and counted."),
	OPT("max_text_bytes", TT_OPT_SIZE, max_text_bytes, "256KiB", 256, 16 * MIB, "", 0,
		"Longest title, summary or content of an item; what is longer is cut and counted."),
	OPT("max_xml_depth", TT_OPT_INT, max_xml_depth, "100", 8, 250, "levels", 0,
		"Deepest nesting of XML elements in a feed."),
	OPT("max_connections", TT_OPT_INT, max_connections, "64", 1, 4096, "connections", 0,
		"Polls under way at the same time."),
	OPT("per_host_connections", TT_OPT_INT, per_host_connections, "2", 1, 256, "connections", 0,
		"Polls under way at one host."),
	OPT("per_host_spacing", TT_OPT_DURATION, per_host_spacing_ms, "200ms", 0, HOUR, "", 0,
		"Shortest time between the starts of two polls at one host."),
	OPT("backoff_base", TT_OPT_DURATION, backoff_base_ms, "1m", SECOND, DAY, "", TT_OPT_RELOAD,
		"First wait after a failed poll; it doubles with each further failure. A server that answered with an error is "
		"not asked again before the feed's interval either."),
	OPT("backoff_cap", TT_OPT_DURATION, backoff_cap_ms, "6h", SECOND, 30 * DAY, "", TT_OPT_RELOAD,
		"Longest wait after failures. A feed is never given up."),
	OPT("allow_private_networks", TT_OPT_BOOL, allow_private_networks, "false", 0, 0, "", 0,
		"Allow feeds and redirects to addresses that are not public: loopback, private, link-local, cloud metadata."),
	{0}
};
#undef OPT

#define OPT(name, type, field, def, lo, hi, flags, doc) \
	{name, type, offsetof(struct tt_feed_conf, field), def, lo, hi, "", flags, doc, NULL}
const struct tt_opt tt_feed_opts[] = {
	OPT("url", TT_OPT_STR, url, NULL, 0, 0, TT_OPT_REQUIRED | TT_OPT_RELOAD,
		"Address of the feed, http or https. It is the feed's identity in the database."),
	OPT("name", TT_OPT_STR, name, NULL, 0, 0, TT_OPT_RELOAD, "Name for people. The default is the feed's own title."),
	OPT("lang", TT_OPT_STR, lang, NULL, 0, 0, TT_OPT_RELOAD,
		"Language of the items (BCP 47), for feeds that say none or a wrong one."),
	OPT("interval", TT_OPT_DURATION, interval_ms, "0s", 0, 30 * DAY, TT_OPT_RELOAD,
		"Wait between two polls of this feed; 0s means fetch.interval."),
	OPT("enabled", TT_OPT_BOOL, enabled, "true", 0, 0, TT_OPT_RELOAD, "A disabled feed keeps its state and is not polled."),
	{0}
};
#undef OPT

#define OPT(name, type, field, def, lo, hi, flags, doc, choices) \
	{name, type, offsetof(struct tt_lines_conf, field), def, lo, hi, "", flags, doc, choices}
const struct tt_opt tt_lines_opts[] = {
	OPT("path", TT_OPT_PATH, path, NULL, 0, 0, TT_OPT_REQUIRED, "File to read once, from start to end; - is standard input.", NULL),
	OPT("name", TT_OPT_STR, name, NULL, 0, 0, 0, "Source that the items get. The default is the path.", NULL),
	OPT("lang", TT_OPT_STR, lang, NULL, 0, 0, 0, "Language of the items (BCP 47) where a line says none.", NULL),
	OPT("format", TT_OPT_ENUM, format, "auto", 0, 0, 0,
		"jsonl: one JSON object a line. text: one title a line. auto: a line that starts with { is JSON.", "auto|jsonl|text"),
	OPT("max_line_bytes", TT_OPT_SIZE, max_line_bytes, "1MiB", 64, 64 * MIB, 0,
		"Longest line; a longer one becomes a dead letter.", NULL),
	OPT("max_text_bytes", TT_OPT_SIZE, max_text_bytes, "256KiB", 256, 16 * MIB, 0,
		"Longest title, summary or content of an item; what is longer is cut and counted.", NULL),
	{0}
};
