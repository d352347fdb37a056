/* torch_bin.h - reads a pytorch_model.bin: a state dict as torch.save writes it. Two forms: since PyTorch 1.6
 * a zip of a pickle and one file a storage (torch_zip.h), before that pickles and storages in a row, which is
 * what many a model on Hugging Face still is. Nothing in the pickles is run (torch_pickle.h). */
#ifndef TT_NLP_MODEL_TORCH_BIN_H
#define TT_NLP_MODEL_TORCH_BIN_H

#include "nlp/model/tensors.h"

/* TT_EPARSE, TT_ENOMEM. */
int tt_torch_bin_read(struct tt_tensors *set, struct tt_err *err);

#endif
