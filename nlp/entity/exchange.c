/* exchange.c - see exchange.h. */
#include "nlp/entity/exchange.h"

static const struct {
	const char *suffix;
	const char *names; /* capitals, each between blanks */
} exchanges[] = {
	{"", " NYSE NASDAQ AMEX NYSEAMERICAN NYSEARCA ARCA AMERICAN NASDAQGS NASDAQGM NASDAQCM BATS CBOE OTC OTCMKTS"
	     " OTCQB OTCQX OTCPK PINK NSDQ "},
	{"L", " LON LSE AIM "},
	{"DE", " ETR XETRA XETR GER "},
	{"F", " FRA FWB "},
	{"PA", " EPA PAR "},
	{"AS", " AMS AEX "},
	{"BR", " EBR BRU "},
	{"LS", " ELI "},
	{"MI", " BIT MIL "},
	{"MC", " BME MCE "},
	{"SW", " SWX SIX VTX "},
	{"VI", " VIE WBAG "},
	{"ST", " STO "},
	{"CO", " CPH "},
	{"HE", " HEL "},
	{"OL", " OSL OB OSE "},
	{"IR", " ISE "},
	{"WA", " WSE "},
	{"AT", " ATH "},
	{"IS", " IST BIST "},
	{"TA", " TLV TASE "},
	{"SR", " TADAWUL SAU "},
	{"JO", " JSE "},
	{"T", " TYO TSE JPX "},
	{"HK", " HKG HKEX SEHK HKSE "},
	{"SS", " SHA SSE SHSE "},
	{"SZ", " SHE SZSE "},
	{"TW", " TPE TWSE "},
	{"KS", " KRX KOSPI KSE "},
	{"KQ", " KOSDAQ "},
	{"NS", " NSE "},
	{"BO", " BSE BOM "},
	{"SI", " SGX SES "},
	{"KL", " KLSE KLS "},
	{"JK", " IDX JKT "},
	{"BK", " BKK SET "},
	{"PS", " PSE "},
	{"AX", " ASX "},
	{"NZ", " NZX NZE "},
	{"TO", " TSX TSE TOR "},
	{"V", " TSXV CVE "},
	{"CN", " CSE CNSX "},
	{"SA", " BVMF B3 BOVESPA SAO "},
	{"MX", " BMV MEX "},
	{"BA", " BCBA "},
	{"SN", " SGO "},
	{"ME", " MOEX MCX "},
};

static bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool listed(const char *names, struct tt_str name)
{
	struct tt_str rest = tt_str_c(names);
	while (rest.p && name.n)
		if (tt_str_eq_ci(tt_str_split(&rest, ' '), name))
			return true;
	return false;
}

int tt_exchange_of_suffix(struct tt_str suffix)
{
	for (size_t i = 1; i < TT_LEN(exchanges); i++)
		if (tt_str_eq(tt_str_c(exchanges[i].suffix), suffix))
			return (int)i;
	return -1;
}

bool tt_exchange_stands_before(struct tt_str text, size_t at, int exchange)
{
	while (at && text.p[at - 1] == ' ')
		at--;
	if (!at || text.p[at - 1] != ':')
		return false;
	at--;
	while (at && text.p[at - 1] == ' ')
		at--;
	size_t end = at;
	while (at && is_letter(text.p[at - 1]))
		at--;
	return listed(exchanges[exchange].names, (struct tt_str){text.p + at, end - at});
}

bool tt_exchange_introduces(struct tt_str text, size_t start, size_t end)
{
	struct tt_str name = {text.p + start, end - start};
	while (end < text.n && text.p[end] == ' ')
		end++;
	if (end == text.n || text.p[end] != ':') /* nearly always: the lists are not looked at */
		return false;
	for (end++; end < text.n && text.p[end] == ' ';)
		end++;
	size_t ticker = end;
	while (end < text.n && is_letter(text.p[end]) && (text.p[end] < 'a' || text.p[end] > 'z'))
		end++;
	if (end == ticker || (end < text.n && is_letter(text.p[end])))
		return false;
	bool is_exchange = false;
	for (size_t i = 0; i < TT_LEN(exchanges) && !is_exchange; i++)
		is_exchange = listed(exchanges[i].names, name);
	return is_exchange;
}

size_t tt_exchange_reuters_us(struct tt_str s)
{
	static const char *const codes[] = {".OQ", ".O", ".N", ".K", ".A", ".P"};
	for (size_t i = 0; i < TT_LEN(codes); i++) {
		struct tt_str code = tt_str_c(codes[i]);
		if (tt_str_starts_ci(s, code) && (s.n == code.n || !is_letter(s.p[code.n])))
			return code.n;
	}
	return 0;
}
