/* alert.h - the third noun: something a desk should know, with its evidence. Decided by mood/, stored and
 * delivered by sink/. Plain data. Strings live where the holder says. */
#ifndef TT_COMMON_ALERT_H
#define TT_COMMON_ALERT_H

#include "common/clock.h"
#include "common/id.h"
#include "common/str.h"

enum tt_severity { TT_SEVERITY_INFO, TT_SEVERITY_WARNING, TT_SEVERITY_CRITICAL, TT_SEVERITIES };

/* Of a rule for a subject. NO_DATA: what the rule asks for is not known; it never resolves an alert by
 * itself. */
enum tt_alert_state {
	TT_ALERT_INACTIVE,
	TT_ALERT_PENDING,
	TT_ALERT_FIRING,
	TT_ALERT_RESOLVED,
	TT_ALERT_NO_DATA,
	TT_ALERT_STATES
};

/* A part of a title and what it adds to the score. */
struct tt_evidence_word {
	struct tt_str text;
	float contribution;
};

/* An item that moved the subject. */
struct tt_evidence {
	struct tt_id item_id;
	int64_t event_ms;
	struct tt_str title, url, source;
	double score, weight;
	double contribution;                  /* to the value: its share of the mean, signed */
	const struct tt_evidence_word *words; /* strongest first; none before they were asked for */
	size_t n_words;
};

/* One change of state; what is delivered. */
struct tt_alert {
	struct tt_id change_id;   /* of this change: the same however often it is decided or delivered */
	struct tt_id fingerprint; /* TT_ID(rule, kind of subject, subject) */
	int64_t episode;          /* counts the times this fingerprint fired, from 1 */
	enum tt_alert_state from, to;
	enum tt_severity severity;
	struct tt_str rule;
	struct tt_str
		subject_kind;    /* "entity", "sector", "watch_list", "market", "item", "feed", "service" */
	struct tt_str subject;   /* symbol, name of sector or watch list, "market", ... */
	double value, threshold; /* value NAN: no data */
	int64_t at_ms;           /* when it changed: event clock of the evaluation */
	int64_t since_ms;        /* when the condition began to hold */
	struct tt_str sentence;  /* for people: "NVDA mood fell from +0.31 to -0.42 in 45 min on 14 new
				    stories; ..." */
	const struct tt_evidence *evidence; /* strongest first */
	size_t n_evidence;
};

const char *tt_severity_name(enum tt_severity severity); /* "info", "warning", "critical" */
const char *tt_alert_state_name(
	enum tt_alert_state state); /* "inactive", "pending", "firing", "resolved", "no_data" */

/* change_id of the change of an episode of a fingerprint to a state. */
struct tt_id tt_alert_change_id(struct tt_id fingerprint, int64_t episode, enum tt_alert_state to);

#endif
