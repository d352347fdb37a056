/* version.c - the text of --version: what a bug report needs. */
#include <jansson.h>
#include <microhttpd.h>
#include <yaml.h>

#include "app/cli_parts.h"

void tt_version_text(struct tt_buf *out)
{
	tt_buf_printf(out, "tickertone %s\n", TT_VERSION);
	tt_buf_printf(out, "libyaml %s\n", yaml_get_version_string());
	tt_buf_printf(out, "jansson %s\n", jansson_version_str());
	tt_buf_printf(out, "libmicrohttpd %s\n", MHD_get_version());
}
