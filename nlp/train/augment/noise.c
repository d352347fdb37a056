/* noise.c - what differs from source to source and says nothing: a full stop, capitals, the "$" of cashtags,
 * a prefix. */
#include "nlp/train/augment/augment_parts.h"

static const char *const prefixes[] = {
	"UPDATE 1-", "UPDATE 2-", "WRAPUP 1-", "BRIEF-", "RPT-", "REFILE-", "EXCLUSIVE-"};

static int drop_full_stop(struct tt_work *w)
{
	size_t n = w->text.n;
	/* after "Inc" or "U.S" it belongs to the word, which is shorter or has another one */
	bool ends = n > 4 && w->text.p[n - 1] == '.' && tt_letters_before(w->text, n - 1).n > 3;
	return ends && tt_work_free(w, n - 1, n) ? tt_work_edit(w, n - 1, n, TT_STR("")) : TT_OK;
}

static int strip_cashtags(struct tt_work *w)
{
	int rc = TT_OK;
	for (size_t i = 0; i + 1 < w->text.n && rc == TT_OK; i++)
		if (w->text.p[i] == '$' && tt_is_letter(w->text.p[i + 1]) && !tt_word_before(w->text, i))
			rc = tt_work_edit(w, i, i + 1, TT_STR(""));
	return rc;
}

static int toggle_prefix(struct tt_work *w, struct tt_chance *c)
{
	for (size_t i = 0; i < TT_LEN(prefixes); i++) {
		struct tt_str prefix = tt_str_c(prefixes[i]);
		if (tt_str_starts(w->text, prefix))
			return w->text.n > prefix.n && tt_work_free(w, 0, prefix.n)
				       ? tt_work_edit(w, 0, prefix.n, TT_STR(""))
				       : TT_OK;
	}
	bool headline = w->text.n && (tt_is_letter(w->text.p[0]) || tt_is_digit(w->text.p[0]));
	return headline ? tt_work_edit(w, 0, 0, tt_str_c(prefixes[tt_chance_below(c, TT_LEN(prefixes))]))
			: TT_OK;
}

/* Does the case change a letter? */
static bool matters(struct tt_str text, enum tt_noise_case how)
{
	for (size_t i = 0; i < text.n; i++)
		if (how == TT_CASE_LOWER ? tt_is_upper(text.p[i])
					 : tt_is_lower(text.p[i]) && (i == 0 || text.p[i - 1] == ' '))
			return true;
	return false;
}

int tt_augment_noise(struct tt_work *w, struct tt_chance *c)
{
	uint32_t which = tt_chance_below(c, 5);
	if (which == 0)
		return drop_full_stop(w);
	if (which == 1)
		return strip_cashtags(w);
	if (which == 2)
		return toggle_prefix(w, c);
	enum tt_noise_case how = which == 3 ? TT_CASE_LOWER : TT_CASE_TITLE;
	if (matters(w->text, how))
		w->noise_case = how;
	return TT_OK;
}
