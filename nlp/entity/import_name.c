/* import_name.c - legal names as registers print them ("BERKSHIRE HATHAWAY INC /DE/") in the form people read. */
#include <string.h>

#include "nlp/entity/import.h"

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static char lower(char c)
{
	return (char)(is_upper(c) ? c + 'a' - 'A' : c);
}

/* "... INC /DE/" and "... CORP/" lose what follows the last but one slash, or a slash at the end. */
static struct tt_str without_state(struct tt_str s)
{
	s = tt_str_trim(s);
	if (!s.n || s.p[s.n - 1] != '/')
		return s;
	s.n--;
	const char *slash = s.n ? memrchr(s.p, '/', s.n) : NULL;
	if (slash && (size_t)(s.p + s.n - slash) <= 8)
		s.n = (size_t)(slash - s.p);
	return tt_str_trim(s);
}

static bool listed(struct tt_str word, const char *list)
{
	struct tt_str rest = tt_str_c(list);
	while (rest.p)
		if (tt_str_eq_ci(tt_str_split(&rest, ' '), word))
			return true;
	return false;
}

/* Words that keep their capitals: what cannot be spoken, and legal forms that are initials. */
static bool stays_capital(struct tt_str word)
{
	if (listed(word, "PLC LLC LP LLP NV SA AG SE AB ASA SPA USA US UK ETF ADR REIT"))
		return true;
	if (listed(word, "LTD"))
		return false;
	for (size_t i = 0; i < word.n; i++)
		if (strchr("AEIOUY.", word.p[i]))
			return false;
	return true;
}

static int add_word(struct tt_buf *out, struct tt_str word)
{
	bool first = out->n == 0, capital = true;
	int rc = first ? TT_OK : tt_buf_char(out, ' ');
	if (!first && listed(word, "AND OF THE FOR IN ON DE DES DU LA"))
		capital = false;
	bool keep = stays_capital(word);
	for (size_t i = 0; i < word.n && rc == TT_OK; i++) {
		rc = tt_buf_char(out, keep || capital ? word.p[i] : lower(word.p[i]));
		if (i + 1 < word.n)
			capital = word.p[i] == '-' || word.p[i] == '.' || word.p[i] == '&' || word.p[i] == '/';
	}
	return rc;
}

int tt_import_name(struct tt_str legal_name, struct tt_buf *out)
{
	struct tt_str s = without_state(legal_name);
	bool shouted = true;
	int rc = TT_OK;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= 'a' && s.p[i] <= 'z')
			shouted = false;
	while (s.n && rc == TT_OK) {
		size_t n = 0;
		while (n < s.n && (unsigned char)s.p[n] > ' ' && s.p[n] != 127)
			n++;
		struct tt_str word = {s.p, n};
		if (n && shouted)
			rc = add_word(out, word);
		else if (n) {
			rc = out->n ? tt_buf_char(out, ' ') : TT_OK;
			if (rc == TT_OK)
				rc = tt_buf_str(out, word);
		}
		n += n < s.n;
		s.p += n, s.n -= n;
	}
	return rc;
}
