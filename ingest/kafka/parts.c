/* parts.c - see parts.h. A worker has some tens of partitions: a search from the front is quick enough. */
#include "ingest/kafka/parts.h"

#include <stdlib.h>
#include <string.h>

void tt_part_table_done(struct tt_part_table *t)
{
	for (size_t i = 0; i < t->n_names; i++)
		free(t->names[i]);
	free(t->names);
	free(t->v);
	*t = (struct tt_part_table){0};
}

static const char *intern(struct tt_part_table *t, const char *topic)
{
	for (size_t i = 0; i < t->n_names; i++)
		if (strcmp(t->names[i], topic) == 0)
			return t->names[i];
	char **names = realloc(t->names, (t->n_names + 1) * sizeof(*names));
	char *name = strdup(topic);
	if (names)
		t->names = names;
	if (!names || !name) {
		free(name);
		return NULL;
	}
	return t->names[t->n_names++] = name;
}

struct tt_part *tt_part_add(struct tt_part_table *t, const char *topic, int32_t partition)
{
	const char *name = intern(t, topic);
	if (!name)
		return NULL;
	if (t->n == t->room) {
		size_t room = t->room ? 2 * t->room : 16;
		struct tt_part *v = realloc(t->v, room * sizeof(*v));
		if (!v)
			return NULL;
		t->v = v;
		t->room = room;
	}
	struct tt_part *p = &t->v[t->n++];
	*p = (struct tt_part){.topic = name,
		.partition = partition,
		.serial = ++t->serial,
		.state = TT_PART_CLAIM,
		.job = TT_JOB_ASKED};
	return p;
}

struct tt_part *tt_part_find(const struct tt_part_table *t, const char *topic, int32_t partition)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].partition == partition && strcmp(t->v[i].topic, topic) == 0)
			return &t->v[i];
	return NULL;
}

struct tt_part *tt_part_by_serial(const struct tt_part_table *t, uint64_t serial)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].serial == serial)
			return &t->v[i];
	return NULL;
}

void tt_part_remove(struct tt_part_table *t, struct tt_part *p)
{
	*p = t->v[--t->n];
}
