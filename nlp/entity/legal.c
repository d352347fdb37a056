/* legal.c - see legal.h. */
#include "nlp/entity/legal.h"

#include "nlp/entity/fold.h"

static const struct {
	const char *form;
	enum tt_legal_case how;
} forms[] = { /* of two that start alike the longer first */
	{"and company", TT_LEGAL_CAPITAL},
	{"and co", TT_LEGAL_CAPITAL},
	{"incorporated", TT_LEGAL_CAPITAL},
	{"inc", TT_LEGAL_ANY},
	{"corporation", TT_LEGAL_CAPITAL},
	{"corp", TT_LEGAL_ANY},
	{"company", TT_LEGAL_CAPITAL},
	{"companies", TT_LEGAL_CAPITAL},
	{"cos", TT_LEGAL_CAPITAL},
	{"co", TT_LEGAL_CAPITAL},
	{"limited", TT_LEGAL_CAPITAL},
	{"ltd", TT_LEGAL_ANY},
	{"plc", TT_LEGAL_ANY},
	{"llc", TT_LEGAL_ANY},
	{"llp", TT_LEGAL_CAPITALS},
	{"lp", TT_LEGAL_CAPITALS},
	{"ag", TT_LEGAL_CAPITALS},
	{"sa", TT_LEGAL_CAPITALS},
	{"sab de cv", TT_LEGAL_CAPITALS},
	{"sab", TT_LEGAL_CAPITALS},
	{"sca", TT_LEGAL_CAPITALS},
	{"sgps", TT_LEGAL_CAPITALS},
	{"se", TT_LEGAL_CAPITALS},
	{"nv", TT_LEGAL_CAPITALS},
	{"bv", TT_LEGAL_CAPITALS},
	{"ab", TT_LEGAL_CAPITALS},
	{"asa", TT_LEGAL_CAPITALS},
	{"a,s", TT_LEGAL_CAPITALS},
	{"as", TT_LEGAL_CAPITALS},
	{"oyj", TT_LEGAL_CAPITAL},
	{"spa", TT_LEGAL_CAPITALS},
	{"kgaa", TT_LEGAL_CAPITAL},
	{"gmbh", TT_LEGAL_ANY},
	{"kk", TT_LEGAL_CAPITALS},
	{"bhd", TT_LEGAL_CAPITAL},
	{"berhad", TT_LEGAL_CAPITAL},
	{"tbk", TT_LEGAL_CAPITAL},
	{"pjsc", TT_LEGAL_CAPITALS},
	{"pty", TT_LEGAL_CAPITAL},
	{"pte", TT_LEGAL_CAPITAL},
};

static const char *const say_little[] = {"group", "holding", "holdings", "technologies", "technology", "international",
	"industries", "enterprises", "pharmaceuticals", "pharmaceutical", "pharma", "therapeutics", "biosciences",
	"biotherapeutics", "bancorp", "bancshares", "bancorporation", "systems", "worldwide", "laboratories", "software",
	"networks", "semiconductor", "semiconductors", "interactive", "entertainment", "platforms", "brands"};

static bool starts_with_word(struct tt_str s, struct tt_str word)
{
	return tt_str_starts(s, word) && (s.n == word.n || tt_fold_separator(s.p[word.n]));
}

static bool ends_with_word(struct tt_str s, struct tt_str word)
{
	return s.n > word.n && tt_fold_separator(s.p[s.n - word.n - 1]) &&
	       tt_str_eq((struct tt_str){s.p + s.n - word.n, word.n}, word);
}

size_t tt_legal_form(struct tt_str s, enum tt_legal_case *ret)
{
	for (size_t i = 0; s.n && i < TT_LEN(forms); i++) {
		if (forms[i].form[0] != s.p[0])
			continue;
		struct tt_str form = tt_str_c(forms[i].form);
		if (starts_with_word(s, form)) {
			*ret = forms[i].how;
			return form.n;
		}
	}
	return 0;
}

struct tt_str tt_legal_stem(struct tt_str s)
{
	if (starts_with_word(s, TT_STR("the")) && s.n > 4)
		s.p += 4, s.n -= 4;
	for (size_t i = 0; i < TT_LEN(forms); i++) {
		struct tt_str form = tt_str_c(forms[i].form);
		if (!ends_with_word(s, form))
			continue;
		s.n -= form.n + 1;
		i = (size_t)-1; /* there may be another before it: "co ltd" */
	}
	return s;
}

struct tt_str tt_legal_short(struct tt_str stem)
{
	for (size_t i = 0; i < TT_LEN(say_little); i++) {
		struct tt_str word = tt_str_c(say_little[i]);
		if (ends_with_word(stem, word)) {
			stem.n -= word.n + 1;
			break;
		}
	}
	return stem;
}
