/* test_golden_default.c - the default model's logits against PyTorch's: golden/default.jsonl, by
 * make_golden.py. */
#include "tests/nlp/model/golden.h"
#include "tests/tt_test.h"

TT_TEST(as_pytorch)
{
	char golden[4096];
	snprintf(golden, sizeof(golden), "%s", tt_source_path("tests/nlp/model/golden/default.jsonl"));
	golden_check(tt_source_path("config/models/minilm-finance"), golden, 30, 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TT_RUN(as_pytorch)};
	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
