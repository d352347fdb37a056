/* recognise.h - values that are neither JSON nor text, by their first bytes: said in the dead letter, with
 * what to do about it. */
#ifndef TT_INGEST_KAFKA_RECOGNISE_H
#define TT_INGEST_KAFKA_RECOGNISE_H

#include "common/err.h"
#include "common/str.h"

/* TT_EPARSE with the reason when the value is in a form that is known and not read. JSON in Confluent's wire
 * format is read: *value then begins behind the schema id. */
int tt_kafka_recognise(struct tt_str *value, struct tt_err *err);

#endif
