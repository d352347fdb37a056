/* scrub.c - see scrub.h. */
#include "nlp/train/data/scrub.h"

void tt_scrub_init(struct tt_scrub *s, bool redacts)
{
	*s = (struct tt_scrub){.redacts = redacts};
	tt_clean_init(&s->clean);
	tt_redacted_init(&s->redacted);
}

void tt_scrub_done(struct tt_scrub *s)
{
	tt_clean_done(&s->clean);
	tt_redacted_done(&s->redacted);
	s->text = (struct tt_str){NULL, 0};
}

int tt_scrub_text(struct tt_scrub *s, struct tt_str given)
{
	int rc = tt_clean_text(&s->clean, given);
	s->text = s->clean.text;
	if (rc == TT_OK && s->redacts) {
		rc = tt_redact(&s->redacted, s->clean.text);
		s->text = tt_buf_view(&s->redacted.text);
	}
	return rc;
}

bool tt_scrub_span(const struct tt_scrub *s, struct tt_span given, struct tt_span *ret)
{
	struct tt_span cleaned;
	if (!tt_clean_span(&s->clean, given, &cleaned))
		return false;
	*ret = s->redacts ? tt_redacted_span(&s->redacted, cleaned) : cleaned;
	return true;
}
