/* entities_import.h - reads lists of companies into an import (nlp/entity/import.h).
 *   SEC company_tickers.json: an object or array of {"cik_str", "ticker", "title"}
 *   constituents CSV (RFC 4180) with a header: Symbol or Ticker; Name, Security or Company; optional Sector (or GICS Sector)
 *   and Country, in any order and case
 * Errors: TT_EPARSE "NAME:LINE: what"; those of the import. */
#ifndef TT_APP_ENTITIES_IMPORT_H
#define TT_APP_ENTITIES_IMPORT_H

#include "nlp/entity/import.h"

/* text's first character tells which of the two it is. `name` stands for the file in messages. */
int tt_entities_import(struct tt_import *im, struct tt_str text, const char *name, struct tt_err *err);

#endif
