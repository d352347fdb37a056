/* torch_zip.h - the zip container of torch.save: stored entries, all in one folder of any name. What else a
 * zip can be is refused: compressed or encrypted entries, entries that overlap, are cut or are there twice,
 * names that lead out of the folder, several disks, bytes behind. zip64 is read. */
#ifndef TT_NLP_MODEL_TORCH_ZIP_H
#define TT_NLP_MODEL_TORCH_ZIP_H

#include "nlp/model/tensors.h"

struct tt_torch_entry {
	struct tt_str name; /* without the folder */
	struct tt_str data;
	uint32_t crc; /* as the container says; not checked */
	size_t at;    /* where its header is */
};

struct tt_torch_zip {
	struct tt_torch_entry *entries; /* by name; in the memory of the tensors */
	size_t n;
};

/* Reads set->bytes. TT_EPARSE, TT_ENOMEM. */
int tt_torch_zip_read(struct tt_torch_zip *ret, struct tt_tensors *set, struct tt_err *err);
const struct tt_torch_entry *tt_torch_zip_find(const struct tt_torch_zip *zip, struct tt_str name);

#endif
