/* golden.h - a model's logits against PyTorch's, from text, within 1e-4. Rows longer than the model's window
 * are cut there, as the files were made. */
#ifndef TESTS_NLP_MODEL_GOLDEN_H
#define TESTS_NLP_MODEL_GOLDEN_H

#include <stddef.h>

/* golden: a row {"text", "item_logits", "entities": [{"start", "end", "logits"}]?} a line; at least so many
 * rows and mentions. Fails the test that it is called in. */
void golden_check(const char *model, const char *golden, size_t rows_min, size_t mentions_min);

#endif
