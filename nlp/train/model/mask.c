/* mask.c - see mask.h. Exactly the share of each text is asked, not each token with that probability: of
 * headlines of 12 tokens, one in seven would ask for nothing. */
#include "nlp/train/model/mask.h"

#include <math.h>

#include "nlp/train/model/batch.h"
#include "nlp/train/model/philox.h"

#define KEY 0x6B73616D73646F77 /* other numbers than dropout's of the same seed */

static int32_t below(uint32_t random, int32_t n)
{
	return (int32_t)((uint64_t)random * (uint64_t)n >> 32);
}

static int32_t hidden(int32_t id, const struct tt_mask *m, uint32_t how, uint32_t which)
{
	const int32_t tenth = below(how, 10);
	return tenth < 8 ? m->mask_id : tenth == 8 ? below(which, m->vocab) : id;
}

size_t tt_mask_words(
	int32_t *ids, int32_t *words, size_t n, const struct tt_mask *m, uint32_t pass, uint64_t example)
{
	const size_t all = n > 2 ? n - 2 : 0;
	size_t ask = (size_t)llrint(m->share * (double)all), asked = 0;
	ask = ask || !all ? ask : 1;
	for (size_t t = 0; t < n; t++) {
		const size_t left = n - 1 - t; /* that may be asked, this one included */
		uint32_t r[4] = {(uint32_t)t, (uint32_t)example, (uint32_t)(example >> 32), pass};
		words[t] = TT_NOT_ASKED;
		if (t == 0 || left == 0)
			continue;
		tt_philox((uint32_t *const[]){&r[0], &r[1], &r[2], &r[3]}, 1, m->seed ^ KEY);
		/* Selection sampling (Knuth, volume 2, 3.4.2, algorithm S): every set of `ask` is as likely.
		 */
		if ((uint64_t)r[0] * left >> 32 >= ask - asked)
			continue;
		words[t] = ids[t];
		ids[t] = hidden(ids[t], m, r[1], r[2]);
		asked++;
	}
	return asked;
}
