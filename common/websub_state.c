/* websub_state.c - see websub_state.h. */
#include "common/websub_state.h"

const char *tt_websub_status_name(enum tt_websub_status status)
{
	static const char *const names[] = {"none", "pending", "active", "denied", "failed"};
	return names[status];
}
