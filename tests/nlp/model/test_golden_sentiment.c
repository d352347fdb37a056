/* test_golden_sentiment.c - the reference model's logits against PyTorch's: ../shared/golden/sentiment.jsonl.
 */
#include "tests/nlp/model/golden.h"
#include "tests/tt_test.h"

TT_TEST(as_pytorch)
{
	char golden[4096];
	snprintf(golden, sizeof(golden), "%s", tt_shared_path("golden/sentiment.jsonl"));
	golden_check(tt_shared_path("models/minilm-finance-ref"), golden, 500, 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TT_RUN(as_pytorch)};
	if (access(tt_shared_path("golden/sentiment.jsonl"), R_OK) != 0)
		tt_skip_all("../shared/golden/sentiment.jsonl is not there");
	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
