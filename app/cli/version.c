/* version.c - the text of --version: what a bug report needs. */
#include <curl/curl.h>
#include <jansson.h>
#include <libpq-fe.h>
#include <libxml/xmlversion.h>
#include <microhttpd.h>
#include <utf8proc.h>
#include <xxhash.h>
#include <yaml.h>

#include "app/cli/cli_parts.h"

void tt_version_text(struct tt_buf *out)
{
	unsigned xxhash = XXH_versionNumber();
	tt_buf_printf(out, "tickertone %s\n", TT_VERSION);
	tt_buf_printf(out, "%s\n", curl_version());
	tt_buf_printf(out, "libxml2 %s\n", LIBXML_DOTTED_VERSION);
	tt_buf_printf(out, "jansson %s\n", jansson_version_str());
	tt_buf_printf(out, "libyaml %s\n", yaml_get_version_string());
	tt_buf_printf(out, "utf8proc %s\n", utf8proc_version());
	tt_buf_printf(out, "xxhash %u.%u.%u\n", xxhash / 10000, xxhash / 100 % 100, xxhash % 100);
	tt_buf_printf(out, "libmicrohttpd %s\n", MHD_get_version());
	tt_buf_printf(out, "libpq %d.%d\n", PQlibVersion() / 10000, PQlibVersion() % 10000);
}
