/* torch_state.h - what torch.save's pickles say: the tensors of a state dict, each a piece of a storage. */
#ifndef TT_NLP_MODEL_TORCH_STATE_H
#define TT_NLP_MODEL_TORCH_STATE_H

#include "nlp/model/tensors.h"

struct tt_torch_tensor {
	struct tt_tensor tensor; /* without data and bytes */
	struct tt_str storage;   /* its key */
	size_t storage_count;    /* elements in it */
	size_t first;            /* of them; first + tensor.count fit */
	size_t element_bytes;
};

/* A dict of contiguous tensors, of any names. *rest begins with the pickle and then is what follows it; *ret
 * is in the memory of set. Errors as those of torch_pickle.h. */
int tt_torch_state_tensors(struct tt_torch_tensor **ret, size_t *ret_n, struct tt_str *rest,
	struct tt_tensors *set, struct tt_err *err);
/* Likewise, a list of texts: the keys of storages. */
int tt_torch_state_keys(
	struct tt_str **ret, size_t *ret_n, struct tt_str *rest, struct tt_tensors *set, struct tt_err *err);

#endif
