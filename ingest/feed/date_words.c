/* date_words.c - the words in dates: months, zones, before and after noon. */
#include "ingest/feed/date_parts.h"

#include <string.h>

struct word {
	const char *text; /* lower case where it has case; matched as a beginning */
	int value;
};

/* A month is known by its beginning, so that January, Jan., Janvier and Januar are one row. Longer rows first
 * where one begins another. Case is folded for ASCII only, so other scripts have a row for each spelling. */
static const struct word months[] = {
	{"jan", 1},
	{"ene", 1},
	{"gen", 1},
	{"sty", 1},
	{"oca", 1},
	{"feb", 2},
	{"fev", 2},
	{"f\xc3\xa9v", 2},
	{"lut", 2},
	{"\xc5\x9fub", 2},
	{"mar", 3},
	{"m\xc3\xa4r", 3},
	{"maa", 3},
	{"mrt", 3},
	{"mrz", 3},
	{"m\xc3\xa1rc", 3},
	{"apr", 4},
	{"avr", 4},
	{"abr", 4},
	{"\xc3\xa1pr", 4},
	{"kwi", 4},
	{"nis", 4},
	{"may", 5},
	{"mai", 5},
	{"maj", 5},
	{"mei", 5},
	{"mag", 5},
	{"m\xc3\xa1j", 5},
	{"m\xc3\xa1u", 5}, /* so misspelt by Hungarian feeds */
	{"juin", 6},
	{"jun", 6},
	{"j\xc3\xban", 6},
	{"giu", 6},
	{"cze", 6},
	{"haz", 6},
	{"juil", 7},
	{"jul", 7},
	{"j\xc3\xbal", 7},
	{"lug", 7},
	{"lip", 7},
	{"tem", 7},
	{"aug", 8},
	{"ago", 8},
	{"ao\xc3\xbb", 8},
	{"aou", 8},
	{"sie", 8},
	{"sep", 9},
	{"set", 9},
	{"szep", 9},
	{"wrz", 9},
	{"eyl", 9},
	{"oct", 10},
	{"okt", 10},
	{"ott", 10},
	{"out", 10},
	{"pa\xc5\xba", 10},
	{"eki", 10},
	{"nov", 11},
	{"lis", 11},
	{"kas", 11},
	{"dec", 12},
	{"dez", 12},
	{"dic", 12},
	{"d\xc3\xa9"
	 "c",
		12},
	{"gru", 12},
	{"ara", 12},
	/* Greek */
	{"\xce\x99\xce\xb1\xce\xbd", 1},
	{"\xce\xa6\xce\xb5\xce\xb2", 2},
	{"\xce\x9c\xce\xac\xcf\x8e", 3},
	{"\xce\x9c\xce\xb1\xcf\x8e", 3},
	{"\xce\x9c\xce\xb1\xcf\x81", 3},
	{"\xce\x9c\xce\xac\xcf\x81", 3},
	{"\xce\x91\xcf\x80\xcf\x81", 4},
	{"\xce\x9c\xce\xac\xce\xb9", 5},
	{"\xce\x9c\xce\xb1\xcf\x8a", 5},
	{"\xce\x9c\xce\xb1\xce\xb9", 5},
	{"\xce\x99\xce\xbf\xcf\x8d\xce\xbd", 6},
	{"\xce\x99\xce\xbf\xce\xbd", 6},
	{"\xce\x99\xce\xbf\xcf\x85\xce\xbd", 6},
	{"\xce\x99\xce\xbf\xcf\x8d\xce\xbb", 7},
	{"\xce\x99\xce\xbf\xce\xbb", 7},
	{"\xce\x99\xce\xbf\xcf\x85\xce\xbb", 7},
	{"\xce\x91\xcf\x8d\xce\xb3", 8},
	{"\xce\x91\xcf\x85\xce\xb3", 8},
	{"\xce\xa3\xce\xb5\xcf\x80", 9},
	{"\xce\x9f\xce\xba\xcf\x84", 10},
	{"\xce\x9d\xce\xbf\xce\xad", 11},
	{"\xce\x9d\xce\xbf\xce\xb5", 11},
	{"\xce\x94\xce\xb5\xce\xba", 12},
	/* Russian, in the genitive of dates and short */
	{"\xd1\x8f\xd0\xbd\xd0\xb2", 1},
	{"\xd1\x84\xd0\xb5\xd0\xb2", 2},
	{"\xd0\xbc\xd0\xb0\xd1\x80", 3},
	{"\xd0\xb0\xd0\xbf\xd1\x80", 4},
	{"\xd0\xbc\xd0\xb0\xd1\x8f", 5},
	{"\xd0\xbc\xd0\xb0\xd0\xb9", 5},
	{"\xd0\xb8\xd1\x8e\xd0\xbd", 6},
	{"\xd0\xb8\xd1\x8e\xd0\xbb", 7},
	{"\xd0\xb0\xd0\xb2\xd0\xb3", 8},
	{"\xd1\x81\xd0\xb5\xd0\xbd", 9},
	{"\xd0\xbe\xd0\xba\xd1\x82", 10},
	{"\xd0\xbd\xd0\xbe\xd1\x8f", 11},
	{"\xd0\xb4\xd0\xb5\xd0\xba", 12},
};

/* Whole words; minutes east of Greenwich. Where two zones share a name, the one of the larger feeds (US,
 * Europe) stands. */
static const struct word zones[] = {
	{"z", 0},
	{"ut", 0},
	{"utc", 0},
	{"gmt", 0},
	{"wet", 0},
	{"uct", 0},
	{"west", 60},
	{"bst", 60},
	{"ist", 330},
	{"cet", 60},
	{"met", 60},
	{"mez", 60},
	{"cest", 120},
	{"mest", 120},
	{"mesz", 120},
	{"eet", 120},
	{"sast", 120},
	{"cat", 120},
	{"eest", 180},
	{"msk", 180},
	{"trt", 180},
	{"eat", 180},
	{"gst", 240},
	{"pkt", 300},
	{"wib", 420},
	{"ict", 420},
	{"hkt", 480},
	{"sgt", 480},
	{"pht", 480},
	{"awst", 480},
	{"jst", 540},
	{"kst", 540},
	{"acst", 570},
	{"aest", 600},
	{"acdt", 630},
	{"aedt", 660},
	{"nzst", 720},
	{"nzdt", 780},
	{"brt", -180},
	{"art", -180},
	{"clt", -240},
	{"nst", -210},
	{"ndt", -150},
	{"adt", -180},
	{"ast", -240},
	{"at", -240},
	{"edt", -240},
	{"est", -300},
	{"et", -300},
	{"cdt", -300},
	{"cst", -360},
	{"ct", -360},
	{"mdt", -360},
	{"mst", -420},
	{"mt", -420},
	{"pdt", -420},
	{"pst", -480},
	{"pt", -480},
	{"akdt", -480},
	{"akst", -540},
	{"hst", -600},
};

/* Most are told apart by their first letter. */
static bool may_be(struct tt_str word, const char *text)
{
	return word.n && ((word.p[0] ^ text[0]) & ~0x20) == 0;
}

static bool begins(struct tt_str word, const char *text)
{
	return may_be(word, text) && tt_str_starts_ci(word, tt_str_c(text));
}

static bool equals(struct tt_str word, const char *text)
{
	return may_be(word, text) && tt_str_eq_ci(word, tt_str_c(text));
}

int tt_date_month(struct tt_str word)
{
	for (size_t i = 0; i < TT_LEN(months); i++)
		if (begins(word, months[i].text))
			return months[i].value;
	return 0;
}

bool tt_date_zone(struct tt_str word, int *ret)
{
	if (tt_str_starts_ci(word, TT_STR("etc/")))
		word.p += 4, word.n -= 4;
	for (size_t i = 0; i < TT_LEN(zones); i++)
		if (equals(word, zones[i].text)) {
			*ret = zones[i].value;
			return true;
		}
	if (word.n != 1) { /* "GMT+1", "UTC-05:00" */
		bool named = begins(word, "gmt") || begins(word, "utc");
		return named && tt_date_offset((struct tt_str){word.p + 3, word.n - 3}, ret);
	}
	char c = (char)(word.p[0] | 0x20); /* RFC 822: A to M without J, going west; N to Y, going east */
	if (c >= 'a' && c <= 'm' && c != 'j')
		*ret = -60 * (c - 'a' + (c < 'j'));
	else if (c >= 'n' && c <= 'y')
		*ret = 60 * (c - 'n' + 1);
	else
		return false;
	return true;
}

bool tt_date_offset(struct tt_str s, int *ret)
{
	if (s.n < 2 || (s.p[0] != '+' && s.p[0] != '-'))
		return false;
	size_t at = 1;
	int64_t v = 0, minutes = 0;
	int n = tt_date_digits(s, &at, 4, &v);
	if (n == 0)
		return false;
	if (n >= 3)
		minutes = v % 100, v /= 100;
	if (at < s.n && s.p[at] == ':') {
		at++;
		if (n > 2 || tt_date_digits(s, &at, 2, &minutes) == 0)
			return false;
	}
	if (at != s.n || v > 25 || minutes > 99)
		return false;
	*ret = (int)(v * 60 + minutes) * (s.p[0] == '-' ? -1 : 1);
	return true;
}

bool tt_date_noon(struct tt_str word, bool *ret_pm)
{
	static const struct word noons[] = {
		{"am", 0}, {"a.m.", 0}, {"a.m", 0}, {"pm", 1}, {"p.m.", 1}, {"p.m", 1},
		{"\xec\x98\xa4\xec\xa0\x84", 0}, {"\xec\x98\xa4\xed\x9b\x84", 1}, /* Korean */
		{"\xe4\xb8\x8a\xe5\x8d\x88", 0}, {"\xe4\xb8\x8b\xe5\x8d\x88", 1}, /* Chinese */
		{"\xe5\x8d\x88\xe5\x89\x8d", 0}, {"\xe5\x8d\x88\xe5\xbe\x8c", 1}, /* Japanese */
	};
	for (size_t i = 0; i < TT_LEN(noons); i++)
		if (equals(word, noons[i].text)) {
			*ret_pm = noons[i].value;
			return true;
		}
	return false;
}
