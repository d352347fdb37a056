/* roll_up.c - see roll_up.h. */
#include "mood/roll_up.h"

struct tt_minute tt_roll_up(const struct tt_said *v, size_t n)
{
	struct tt_minute m = {0};
	double sum = 0, score = 0, negative = 0, neutral = 0, positive = 0;

	for (size_t i = 0; i < n; i++) {
		if (!(v[i].weight > 0))
			continue;
		m.w = v[i].weight > m.w ? v[i].weight : m.w;
		sum += v[i].weight;
		score += v[i].weight * v[i].score;
		negative += v[i].weight * (double)v[i].p_negative;
		neutral += v[i].weight * (double)v[i].p_neutral;
		positive += v[i].weight * (double)v[i].p_positive;
	}
	if (sum == 0)
		return m;
	float least = (float)(negative / sum), middle = (float)(neutral / sum),
	      most = (float)(positive / sum);
	score /= sum;
	m.n = 1;
	m.n_neg = least >= middle && least >= most; /* the first of equals, as SQL's label() */
	m.n_pos = !m.n_neg && middle < most;
	m.ws = m.w * score;
	m.wss = m.w * score * score;
	return m;
}
