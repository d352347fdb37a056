/* pack.c - see pack.h. Threads take slices of rows from a counter, in order; where no thread can be started,
 * fewer or only the caller's do it all. */
#include "nlp/model/pack.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "common/cores.h"
#include "common/err.h"
#include "nlp/model/widen.h"

enum { SLICE_ROWS = 256, SLICES_A_THREAD = 16 /* fewer are not worth one */, THREADS_MAX = 16 };

struct slice {
	size_t job, row, rows;
};

struct packing {
	const struct tt_pack_job *jobs;
	struct slice *slices;
	size_t n_slices;
	size_t columns_max;
	atomic_size_t next;
	pthread_mutex_t lock; /* the first that is not finite, by slice and element */
	size_t bad_slice, bad_element;
	atomic_bool no_memory;
};

static void not_finite(struct packing *p, size_t slice, size_t element)
{
	pthread_mutex_lock(&p->lock);
	if (slice < p->bad_slice) {
		p->bad_slice = slice;
		p->bad_element = element;
	}
	pthread_mutex_unlock(&p->lock);
}

static void do_slice(struct packing *p, size_t index, float *row)
{
	const struct slice *s = &p->slices[index];
	const struct tt_pack_job *job = &p->jobs[s->job];
	const struct tt_tensor *t = job->from;
	const struct tt_gemm *gemm = tt_gemm_best(job->precision);
	const size_t columns = t->dims[1], row_bytes = columns * tt_dtype_bytes(t->dtype);
	for (size_t r = s->row; r < s->row + s->rows; r++) {
		const uint8_t *from = t->data + r * row_bytes;
		const size_t bad = tt_first_not_finite(from, t->dtype, columns), to = job->first + r;
		if (bad < columns) {
			not_finite(p, index, r * columns + bad);
			return;
		}
		if (!job->lines) {
			memcpy(job->to + r * row_bytes, from, row_bytes);
			continue;
		}
		tt_widen(row, from, t->dtype, columns);
		tt_matrix_pack(gemm, job->to, job->lines, to, row, columns,
			job->scales ? job->scales + to : NULL, job->sums ? job->sums + to : NULL);
	}
}

static void *work(void *arg)
{
	struct packing *p = arg;
	float *row = malloc(p->columns_max * sizeof(*row));
	if (!row) {
		atomic_store(&p->no_memory, true);
		return NULL;
	}
	for (size_t i; (i = atomic_fetch_add(&p->next, 1)) < p->n_slices;)
		do_slice(p, i, row);
	free(row);
	return NULL;
}

static int cut(struct packing *p, size_t n)
{
	size_t count = 0;
	for (size_t j = 0; j < n; j++)
		count += (p->jobs[j].from->dims[0] + SLICE_ROWS - 1) / SLICE_ROWS;
	p->slices = calloc(count, sizeof(*p->slices));
	if (!p->slices)
		return TT_ENOMEM;
	for (size_t j = 0; j < n; j++) {
		const struct tt_tensor *t = p->jobs[j].from;
		p->columns_max = t->dims[1] > p->columns_max ? t->dims[1] : p->columns_max;
		for (size_t row = 0; row < t->dims[0]; row += SLICE_ROWS) {
			const size_t left = t->dims[0] - row;
			p->slices[p->n_slices++] =
				(struct slice){j, row, left < SLICE_ROWS ? left : SLICE_ROWS};
		}
	}
	p->bad_slice = count;
	return TT_OK;
}

int tt_pack_all(const struct tt_pack_job *jobs, size_t n, const struct tt_tensor **bad, size_t *element)
{
	struct packing p = {.jobs = jobs, .lock = PTHREAD_MUTEX_INITIALIZER};
	pthread_t threads[THREADS_MAX];
	int started = 0, wanted = (int)tt_cores() - 1;
	if (cut(&p, n) < 0)
		return TT_ENOMEM;
	wanted = wanted < THREADS_MAX ? wanted : THREADS_MAX;
	if (wanted > (int)(p.n_slices / SLICES_A_THREAD))
		wanted = (int)(p.n_slices / SLICES_A_THREAD);
	while (started < wanted && pthread_create(&threads[started], NULL, work, &p) == 0)
		started++;
	work(&p);
	for (int i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	*bad = p.bad_slice < p.n_slices ? jobs[p.slices[p.bad_slice].job].from : NULL;
	*element = p.bad_element;
	free(p.slices);
	return atomic_load(&p.no_memory) ? TT_ENOMEM : TT_OK;
}
