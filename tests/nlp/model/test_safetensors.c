/* test_safetensors.c - what is read of a good file, and how every kind of damage is refused. */
#include "tests/tt_test.h"

#include <math.h>

#include "nlp/model/safetensors.h"
#include "nlp/model/widen.h"

/* Header length, header and n data bytes, in static storage. */
static struct tt_str file_of(const char *header, size_t n_data)
{
	static char file[4096];
	const size_t n = strlen(header);
	TT_TRUE(8 + n + n_data <= sizeof(file));
	memset(file, 0, sizeof(file));
	file[0] = (char)(n & 255);
	file[1] = (char)(n >> 8);
	memcpy(file + 8, header, n);
	for (size_t i = 0; i < n_data; i++)
		file[8 + n + i] = (char)i;
	return (struct tt_str){file, 8 + n + n_data};
}

#define T(name, dtype, shape, from, to)                                                                      \
	"\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":[" shape "],\"data_offsets\":[" #from "," #to "]}"

TT_TEST(good)
{
	struct tt_tensors *st;
	const struct tt_str file = file_of(
		"{\"__metadata__\":{\"format\":\"pt\"}," T("w", "F16", "2,3", 4, 16) "," T("a", "F32", "", 0,
			4) "," T("none", "BF16", "0,7", 4, 4) "," T("ids", "I64", "1", 16, 24) "}   ",
		24);
	TT_EQ(tt_tensors_parse(&st, tt_safetensors_read, file, "m", NULL), TT_OK);
	const struct tt_tensor *all = st->tensors, *w = tt_tensors_find(st, "w");
	TT_EQ(st->n, 4);
	TT_STR_EQ(tt_str_c(all[0].name), TT_STR("a"));
	TT_TRUE(w != NULL);
	TT_EQ(w->dtype, TT_F16);
	TT_EQ(w->n_dims, 2);
	TT_EQ(w->dims[0], 2);
	TT_EQ(w->dims[1], 3);
	TT_EQ(w->count, 6);
	TT_EQ(w->bytes, 12);
	TT_EQ(w->data[0], 4);
	TT_EQ(all[0].count, 1);
	TT_EQ(tt_tensors_find(st, "ids")->dtype, TT_DTYPE_OTHER);
	TT_EQ(tt_tensors_find(st, "none")->count, 0);
	TT_TRUE(tt_tensors_find(st, "x") == NULL);
	TT_TRUE(tt_tensors_find(st, "__metadata__") == NULL);
	tt_tensors_free(st);
}

TT_TEST(damaged)
{
	static const struct {
		const char *header;
		size_t n_data;
		const char *want;
	} rows[] = {
		{"", 0, "'m': header, byte 0: '[' or '{' expected near end of file"},
		{"[]", 0, "'m': the header is not a JSON object"},
		{"{\"a\":", 0, "'m': header, byte 5: unexpected token near end of file"},
		{"{" T("a", "F32", "1", 0, 4) "," T("a", "F32", "1", 4, 8) "}", 8,
			"'m': header, byte 57: duplicate object key near '\"a\"'"},
		{"{\"a\":1}", 0, "'m': tensor 'a': no dtype"},
		{"{\"a\":{\"dtype\":3}}", 0, "'m': tensor 'a': no dtype"},
		{"{" T("a", "F33", "1", 0, 4) "}", 4, "'m': tensor 'a': unknown dtype 'F33'"},
		{"{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", 4, "'m': tensor 'a': no shape"},
		{"{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4,
			"'m': tensor 'a': no data_offsets of two numbers"},
		{"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}", 4,
			"'m': tensor 'a': no data_offsets of two numbers"},
		{"{" T("a", "F32", "\"1\"", 0, 4) "}", 4,
			"'m': tensor 'a': shape: dimension 0 is not a count"},
		{"{" T("a", "F32", "2,-1", 0, 4) "}", 4,
			"'m': tensor 'a': shape: dimension 1 is not a count"},
		{"{" T("a", "F32", "1,1,1,1,1,1,1,1,1", 0, 4) "}", 4,
			"'m': tensor 'a': 9 dimensions, at most 8 are read"},
		{"{" T("a", "F32", "4294967296,4294967296", 0, 4) "}", 4,
			"'m': tensor 'a': shape: more elements than can be counted"},
		{"{" T("a", "F32", "4611686018427387904", 0, 4) "}", 4,
			"'m': tensor 'a': 4 bytes, but its shape has 4611686018427387904 elements of F32"},
		{"{" T("a", "F32", "2", 0, 4) "}", 4,
			"'m': tensor 'a': 4 bytes, but its shape has 2 elements of F32"},
		{"{" T("a", "F32", "1", 4, 0) "}", 4, "'m': tensor 'a': data_offsets [4, 0] are not a range"},
		{"{" T("a", "F32", "1", -4, 0) "}", 4,
			"'m': tensor 'a': data_offsets [-4, 0] are not a range"},
		{"{" T("a", "F32", "2", 0, 8) "}", 7,
			"'m': tensor 'a': ends at byte 8 of the data, which has 7: the file is cut or "
			"damaged"},
		{"{" T("a", "F32", "1", 0, 4) "," T("b", "F32", "1", 2, 6) "}", 6,
			"'m': tensor 'b': overlaps tensor 'a'"},
		{"{" T("a", "F32", "1", 0, 4) "," T("b", "F32", "1", 0, 4) "}", 4, "overlaps tensor"},
		{"{" T("a", "F32", "1", 0, 4) "," T("b", "F32", "1", 6, 10) "}", 10,
			"'m': tensor 'b': 2 bytes before it belong to no tensor"},
		{"{" T("a", "F32", "1", 0, 4) "}", 9, "'m': the last 5 bytes belong to no tensor"},
		{"{}", 1, "'m': the last 1 bytes belong to no tensor"},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_tensors *st = NULL;
		struct tt_err err = {0};
		TT_EQ_ROW((long)i,
			tt_tensors_parse(
				&st, tt_safetensors_read, file_of(rows[i].header, rows[i].n_data), "m", &err),
			TT_EPARSE);
		if (!strstr(err.msg, rows[i].want))
			fail_msg("row %zu: '%s', want '%s'", i, err.msg, rows[i].want);
	}
}

/* Every cut of a good file, and header lengths that cannot be. */
TT_TEST(cut_and_length)
{
	static const struct {
		unsigned char head[8];
		int rc;
		const char *want;
	} rows[] = {
		{{255, 255, 255, 255, 255, 255, 255, 255}, TT_ELIMIT,
			"'m': header of 18446744073709551615 bytes, at most 16777216 are read: no "
			"safetensors file?"},
		{{1, 0, 0, 1}, TT_ELIMIT, "'m': header of 16777217 bytes"},
		{{0, 0, 0, 1}, TT_EPARSE, "'m': header of 16777216 bytes in a file of 8: the file is cut"},
		{{1}, TT_EPARSE, "'m': header of 1 bytes in a file of 8: the file is cut"},
	};
	const struct tt_str file = file_of("{" T("a", "F32", "1", 0, 4) "}", 4);
	struct tt_tensors *st = NULL;
	for (size_t n = 0; n < file.n; n++)
		TT_EQ_ROW((long)n,
			tt_tensors_parse(&st, tt_safetensors_read, (struct tt_str){file.p, n}, "m", NULL),
			TT_EPARSE);
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_err err = {0};
		TT_EQ_ROW((long)i,
			tt_tensors_parse(&st, tt_safetensors_read,
				(struct tt_str){(const char *)rows[i].head, 8}, "m", &err),
			rows[i].rc);
		TT_TRUE(strstr(err.msg, rows[i].want) != NULL);
	}
}

TT_TEST(widening)
{
	static const struct {
		uint16_t f16;
		float want;
	} halves[] = {{0x0000, 0}, {0x3c00, 1}, {0xc000, -2}, {0x3555, 0x1.554p-2f}, {0x7bff, 65504},
		{0x0400, 0x1p-14f}, {0x03ff, 0x1.ff8p-15f}, {0x0001, 0x1p-24f}, {0x8001, -0x1p-24f},
		{0x7c00, INFINITY}, {0xfc00, -INFINITY}};
	float got[3];
	for (size_t i = 0; i < TT_LEN(halves); i++) {
		tt_widen(got, &halves[i].f16, TT_F16, 1);
		TT_TRUE(got[0] == halves[i].want);
	}
	tt_widen(got, &(uint16_t){0x7e00}, TT_F16, 1);
	TT_TRUE(isnan(got[0]));
	tt_widen(got, &(uint16_t){0x8000}, TT_F16, 1);
	TT_TRUE(got[0] == 0 && signbit(got[0]));
	tt_widen(got, (uint16_t[]){0x3f80, 0xc040, 0x7f80}, TT_BF16, 3);
	TT_TRUE(got[0] == 1 && got[1] == -3 && isinf(got[2]));
	TT_EQ(tt_first_not_finite(got, TT_F32, 3), 2);
	TT_EQ(tt_first_not_finite(got, TT_F32, 2), 2);
	TT_EQ(tt_first_not_finite((uint16_t[]){0x7bff, 0x03ff, 0xfe00}, TT_F16, 3), 2);
	TT_EQ(tt_first_not_finite((uint16_t[]){0x7bff, 0xfbff}, TT_F16, 2), 2);
	TT_EQ(tt_first_not_finite((uint16_t[]){0x7c00, 0x7f7f, 0xff80}, TT_BF16, 3), 2);
	tt_widen(got, &"x\0\0\x80\x3f"[1], TT_F32, 1); /* not aligned */
	TT_TRUE(got[0] == 1);
}

TT_MAIN(TT_RUN(good), TT_RUN(damaged), TT_RUN(cut_and_length), TT_RUN(widening))
