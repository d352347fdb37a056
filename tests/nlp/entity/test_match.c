/* test_match.c - what is a mention and what is not, rule by rule, with a small dictionary of its own. */
#include "tests/tt_test.h"

#include "common/buf.h"
#include "nlp/entity/match.h"

static const char dictionary[] =
	"symbol\tname\tkind\tsector\tcountry\taliases\tnot\n"
	"AAPL\tApple Inc.\tcompany\t\tUS\t^Apple\tapple pie|big apple\n"
	"TGT\tTarget Corporation\tcompany\t\tUS\t!Target\tprice target|target price\n"
	"GAP\tThe Gap, Inc.\tcompany\t\tUS\t!Gap\tgap between\n"
	"GOOGL\tAlphabet Inc.\tcompany\t\tUS\tGoogle|^Alphabet|$GOOG\t\n"
	"BRK.B\tBerkshire Hathaway Inc.\tcompany\t\tUS\t^Berkshire|$BRK.A\t\n"
	"BA\tThe Boeing Company\tcompany\t\tUS\t\t\n"
	"C\tCitigroup Inc.\tcompany\t\tUS\t^Citi\t\n"
	"T\tAT&T Inc.\tcompany\t\tUS\tAT&T\t\n"
	"MMM\t3M Company\tcompany\t\tUS\t!3M\t\n"
	"IT\tGartner, Inc.\tcompany\t\tUS\t\t\n"
	"ALL\tThe Allstate Corporation\tcompany\t\tUS\t\t\n"
	"CAT\tCaterpillar Inc.\tcompany\t\tUS\t^Caterpillar\t\n"
	"MCD\tMcDonald's Corporation\tcompany\t\tUS\tMcDonald's\t\n"
	"JPM\tJPMorgan Chase & Co.\tcompany\t\tUS\tJPMorgan|J.P. Morgan\t\n"
	"JNJ\tJohnson & Johnson\tcompany\t\tUS\t\t\n"
	"BBY\tBest Buy Co., Inc.\tcompany\t\tUS\t\t\n"
	"A\tAgilent Technologies, Inc.\tcompany\t\tUS\t\t\n"
	"BAC\tBank of America Corporation\tcompany\t\tUS\tBofA\t\n"
	"AMER\tAmerica Movement Ltd\tcompany\t\tUS\tAmerica\t\n"
	"KO\tThe Coca-Cola Company\tcompany\t\tUS\tCoca-Cola\tcoca cola bottlers\n"
	"OR.PA\tL'Or\xc3\xa9" "al S.A.\tcompany\t\tFR\t\t\n"
	"NESN.SW\tNestl\xc3\xa9 S.A.\tcompany\t\tCH\tNestle\t\n"
	"VOD.L\tVodafone Group Plc\tcompany\t\tGB\t$VOD\t\n"
	"0700.HK\tTencent Holdings Limited\tcompany\t\tCN\t\xe8\x85\xbe\xe8\xae\xaf\t\n"
	"7203.T\tToyota Motor Corporation\tcompany\t\tJP\t\xe3\x83\x88\xe3\x83\xa8\xe3\x82\xbf\t\n"
	"MAERSK-B.CO\tA.P. M\xc3\xb8ller - M\xc3\xa6rsk A/S\tcompany\t\tDK\t!Maersk\t\n"
	"ITC.NS\tITC Limited\tcompany\t\tIN\t!ITC\t\n"
	"NIO\tNIO Inc.\tcompany\t\tCN\t!NIO|!Nio\t\n"
	"^IXIC\tNasdaq Composite\tindex\t\tUS\t^Nasdaq\t\n"
	"GC=F\tGold\tcommodity\t\t\tgold\tgold coast\n"
	"EUR\tEuro\tcurrency\t\tEU\t^euro|!EUR\teuro zone\n";

static const struct {
	const char *text, *want; /* SYMBOL[mention], by position */
} rows[] = {
	/* names: case, capitals, boundaries */
	{"Apple soars", "AAPL[Apple]"},
	{"apple soars", ""},
	{"APPLE SOARS AS STOCKS RISE", "AAPL[APPLE]"},
	{"Pineapple soars", ""},
	{"Apples soar", ""},
	{"google soars", "GOOGL[google]"},
	{"GOOGLE soars", "GOOGL[GOOGLE]"},
	{"Googles soar", ""},
	{"the Google-parent", "GOOGL[Google]"},
	{"non-Google", "GOOGL[Google]"},
	{"xGoogle Google2 Google_x", ""},
	{"(Google)", "GOOGL[Google]"},
	{"\"Google\"/'Apple'", "GOOGL[Google] AAPL[Apple]"},
	{"Google", "GOOGL[Google]"},
	{"", ""},
	{" ", ""},
	/* an exact alias */
	{"Target beats", "TGT[Target]"},
	{"target beats", ""},
	{"TARGET beats", ""},
	{"STOCKS MISS TARGET AFTER RALLY", ""},
	{"mind the gap, says Gap", "GAP[Gap]"},
	{"NIO and Nio, not nio", "NIO[NIO] NIO[Nio]"},
	/* phrases that are no mention */
	{"an Apple pie from Apple", "AAPL[Apple]"},
	{"Price Target raised at Target", "TGT[Target]"},
	{"Target Price up", ""},
	{"Gap between Apple and Google", "AAPL[Apple] GOOGL[Google]"},
	{"Coca-Cola Bottlers fall, Coca-Cola rises", "KO[Coca-Cola]"},
	{"the Big Apple", ""},
	{"Gold Coast gold", "GC=F[gold]"},
	{"euro zone euro Euro", "EUR[euro] EUR[Euro]"},
	/* possessives and apostrophes */
	{"Apple's profit", "AAPL[Apple]"},
	{"Apple\xe2\x80\x99s profit", "AAPL[Apple]"},
	{"McDonald's wins", "MCD[McDonald's]"},
	{"McDonald\xe2\x80\x99s wins", "MCD[McDonald\xe2\x80\x99s]"},
	{"McDonalds wins", "MCD[McDonalds]"},
	{"mcdonald's's", "MCD[mcdonald's]"},
	{"McDonald wins", ""},
	/* one name, many spellings */
	{"Coca Cola, Coca-Cola, COCA\xe2\x80\x91" "COLA", "KO[Coca Cola] KO[Coca-Cola] KO[COCA\xe2\x80\x91" "COLA]"},
	{"Coca - Cola", ""},
	{"AT&T, AT & T, AT&amp;T, AT and T", "T[AT&T] T[AT & T] T[AT&amp;T] T[AT and T]"},
	{"Johnson and Johnson", "JNJ[Johnson and Johnson]"},
	{"J.P. Morgan, JP Morgan, JPMorgan", "JPM[J.P. Morgan] JPM[JP Morgan] JPM[JPMorgan]"},
	{"Nestl\xc3\xa9, Nestle, NESTL\xc3\x89, Nestle\xcc\x81!",
		"NESN.SW[Nestl\xc3\xa9] NESN.SW[Nestle] NESN.SW[NESTL\xc3\x89] NESN.SW[Nestle\xcc\x81]"},
	{"L'Or\xc3\xa9" "al, L\xe2\x80\x99Oreal, LOreal",
		"OR.PA[L'Or\xc3\xa9" "al] OR.PA[L\xe2\x80\x99Oreal] OR.PA[LOreal]"},
	{"Bank of\nAmerica", "AMER[America]"}, /* a line ends a name */
	{"Bank\xc2\xa0of  America", "BAC[Bank\xc2\xa0of  America]"},
	{"\xef\xbc\xa7\xef\xbd\x8f\xef\xbd\x8f\xef\xbd\x87\xef\xbd\x8c\xef\xbd\x85!",
		"GOOGL[\xef\xbc\xa7\xef\xbd\x8f\xef\xbd\x8f\xef\xbd\x87\xef\xbd\x8c\xef\xbd\x85]"},
	{"A.P. M\xc3\xb8ller - M\xc3\xa6rsk falls", "MAERSK-B.CO[A.P. M\xc3\xb8ller - M\xc3\xa6rsk]"},
	{"Google\xe2\x84\xa2 and Apple\xc2\xae", "GOOGL[Google] AAPL[Apple]"},
	/* legal forms */
	{"Apple Inc falls", "AAPL[Apple Inc]"},
	{"apple inc. falls", "AAPL[apple inc]"},
	{"Apple, Inc. falls", "AAPL[Apple, Inc]"},
	{"target corp falls", "TGT[target corp]"},
	{"JPMorgan Chase & Co. falls", "JPM[JPMorgan Chase & Co]"},
	{"gap as wide as", ""},
	{"Apple AS expected", "AAPL[Apple AS]"},
	{"Apple Co-Founder dies", "AAPL[Apple]"},
	{"Google: Corporate bonds", "GOOGL[Google]"},
	{"Toyota Motor Co., Ltd. rises", "7203.T[Toyota Motor Co., Ltd]"},
	{"Agilent and Agilent Technologies", "A[Agilent] A[Agilent Technologies]"},
	{"agilent", ""},
	{"Best Buy, best buy ideas", "BBY[Best Buy]"},
	/* the longest from the left */
	{"Bank of America and America", "BAC[Bank of America] AMER[America]"},
	{"Bank of Americana", ""},
	{"the bank of Apple", "AAPL[Apple]"},
	/* cashtags */
	{"$AAPL", "AAPL[$AAPL]"},
	{"$aapl!", "AAPL[$aapl]"},
	{"long $AAPL, $GOOG; $C.", "AAPL[$AAPL] GOOGL[$GOOG] C[$C]"},
	{"$IT $ALL $A", "IT[$IT] ALL[$ALL] A[$A]"},
	{"$BRK.B $BRK-B $brk/b $BRK.A", "BRK.B[$BRK.B] BRK.B[$BRK-B] BRK.B[$brk/b] BRK.B[$BRK.A]"},
	{"E$C US$C C$A", ""},
	{"$AAPLX $5 $", ""},
	{"$VOD", "VOD.L[$VOD]"},
	{"$ITC", ""},
	{"$AAPL's", "AAPL[$AAPL]"},
	{"#AAPL #Apple #IT", "AAPL[AAPL] AAPL[Apple]"},
	{"$3M in debt, 3M says", "MMM[3M]"},
	/* exchanges and Reuters codes */
	{"IT (NYSE: IT)", "IT[IT]"},
	{"(NASDAQ:AAPL) NYSE : BA", "AAPL[AAPL] BA[BA]"},
	{"Nasdaq falls", "^IXIC[Nasdaq]"},
	{"(LON: VOD) LSE:VOD NYSE:VOD", "VOD.L[VOD] VOD.L[VOD] VOD.L[VOD]"},
	{"TSX: T, TSX: BA", ""},
	{"VOD.L 7203.T 700.HK 0700.HK HKG:700", "VOD.L[VOD.L] 7203.T[7203.T] 0700.HK[700.HK] 0700.HK[0700.HK] 0700.HK[700]"},
	{"vod.l VOD", "VOD.L[VOD]"},
	{"AAPL.O BA.N BA.X", "AAPL[AAPL.O] BA[BA.N]"},
	/* bare symbols */
	{"AAPL rises", "AAPL[AAPL]"},
	{"aapl Aapl", ""},
	{"IT ALL ENDS, A CAT SAYS", ""},
	{"IT and ALL and CAT and BA rise", ""},
	{"BUY AAPL BEFORE MONDAY", ""},
	{"AAPL MSFT GOOG", "AAPL[AAPL] GOOGL[GOOG]"},
	{"BRK.B rises", "BRK.B[BRK.B]"},
	/* URLs and addresses */
	{"see https://www.google.com/apple/Apple Apple", "AAPL[Apple]"},
	{"www.google.com Google", "GOOGL[Google]"},
	{"(http://x.y/Google)", ""},
	/* scripts without spaces, broken bytes */
	{"\xe3\x83\x88\xe3\x83\xa8\xe3\x82\xbf\xe8\x87\xaa\xe5\x8b\x95\xe8\xbb\x8a",
		"7203.T[\xe3\x83\x88\xe3\x83\xa8\xe3\x82\xbf]"},
	{"\xe4\xb9\xb0\xe8\x85\xbe\xe8\xae\xaf!", "0700.HK[\xe8\x85\xbe\xe8\xae\xaf]"},
	{"\xff" "Google\xc3", "GOOGL[Google]"},
	{"Goo\xff" "gle", ""},
};

static struct tt_matcher *new_matcher(struct tt_entity_dict **d)
{
	struct tt_matcher *m = NULL;
	struct tt_err err = {0};
	TT_EQ(tt_entity_dict_parse(d, tt_str_c(dictionary), "test", &err), TT_OK);
	TT_EQ(tt_matcher_new(&m, *d, &err), TT_OK);
	return m;
}

static void show(struct tt_str text, const struct tt_found *f, struct tt_buf *out)
{
	tt_buf_reset(out);
	tt_buf_str(out, TT_STR(""));
	for (size_t i = 0; i < f->n_mentions; i++) {
		const struct tt_mention *m = &f->mentions[i];
		tt_buf_printf(out, "%s%.*s[%.*s]", i ? " " : "", TT_FMT(f->hits[m->hit].entity->symbol),
			(int)(m->end - m->start), text.p + m->start);
	}
}

TT_TEST(match_rows)
{
	struct tt_entity_dict *d = NULL;
	struct tt_matcher *m = new_matcher(&d);
	struct tt_found f;
	struct tt_buf got;
	tt_found_init(&f);
	tt_buf_init(&got, 1 << 16);
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_str text = tt_str_c(rows[i].text);
		TT_EQ_ROW(i, tt_matcher_find(m, text, text.n, &f, NULL), TT_OK);
		show(text, &f, &got);
		TT_STR_EQ_ROW(i, ((struct tt_str){got.p ? got.p : "", got.n}), tt_str_c(rows[i].want));
	}
	tt_buf_done(&got);
	tt_found_done(&f);
	tt_matcher_free(m);
	tt_entity_dict_free(d);
}

TT_TEST(hits_are_grouped_and_ordered)
{
	struct tt_entity_dict *d = NULL;
	struct tt_matcher *m = new_matcher(&d);
	struct tt_found f;
	struct tt_str text = TT_STR("Google beats Apple. Later on, Apple and Citi, then Apple");
	tt_found_init(&f);
	TT_EQ(tt_matcher_find(m, text, 19, &f, NULL), TT_OK);
	TT_EQ(f.n_mentions, 5);
	TT_EQ(f.n_hits, 3);
	TT_STR_EQ(f.hits[0].entity->symbol, TT_STR("AAPL"));
	TT_EQ(f.hits[0].mentions, 3);
	TT_EQ(f.hits[0].first, 1);
	TT_TRUE(f.hits[0].in_title);
	TT_NEAR(f.hits[0].relevance, 0.4 + 0.2 * 0.977721 + 0.4 * 3 / 5, 1e-5); /* 2^(-13/400) */
	TT_STR_EQ(f.hits[1].entity->symbol, TT_STR("GOOGL"));
	TT_STR_EQ(f.hits[2].entity->symbol, TT_STR("C"));
	TT_TRUE(!f.hits[2].in_title);
	for (size_t i = 0; i < f.n_hits; i++)
		TT_EQ_ROW(i, f.mentions[f.hits[i].first].hit, i);
	/* the next text knows nothing of this one */
	TT_EQ(tt_matcher_find(m, TT_STR("Citi"), 4, &f, NULL), TT_OK);
	TT_EQ(f.n_hits, 1);
	TT_EQ(f.hits[0].mentions, 1);
	tt_found_done(&f);
	tt_matcher_free(m);
	tt_entity_dict_free(d);
}

TT_TEST(equal_relevance_goes_by_symbol)
{
	struct tt_entity_dict *d = NULL;
	struct tt_matcher *m = new_matcher(&d);
	struct tt_found f;
	char text[20000];
	memset(text, ' ', sizeof(text));
	memcpy(text + 12000, "Google Apple", 12); /* so far down that the place no longer counts */
	tt_found_init(&f);
	TT_EQ(tt_matcher_find(m, (struct tt_str){text, sizeof(text)}, 0, &f, NULL), TT_OK);
	TT_EQ(f.n_hits, 2);
	TT_EQ(f.mentions[0].start, 12000);
	TT_EQ(f.mentions[0].hit, f.hits[0].relevance == f.hits[1].relevance);
	tt_found_done(&f);
	tt_matcher_free(m);
	tt_entity_dict_free(d);
}

TT_TEST(a_dictionary_of_none_finds_nothing)
{
	struct tt_entity_dict *d = NULL;
	struct tt_matcher *m = NULL;
	struct tt_found f;
	tt_found_init(&f);
	TT_EQ(tt_entity_dict_parse(&d, TT_STR("symbol\tname\tkind\tsector\tcountry\taliases\tnot\n"), "none", NULL), TT_OK);
	TT_EQ(tt_matcher_new(&m, d, NULL), TT_OK);
	TT_EQ(tt_matcher_find(m, TT_STR("Apple $AAPL"), 11, &f, NULL), TT_OK);
	TT_EQ(f.n_mentions, 0);
	tt_found_done(&f);
	tt_matcher_free(m);
	tt_entity_dict_free(d);
}

TT_MAIN(TT_RUN(match_rows), TT_RUN(hits_are_grouped_and_ordered), TT_RUN(equal_relevance_goes_by_symbol),
	TT_RUN(a_dictionary_of_none_finds_nothing))
