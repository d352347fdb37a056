/* test_tensors.c - which file of a folder is opened, and under which names its tensors are found. */
#include "tests/tt_test.h"

#include <sys/stat.h>

#include "nlp/model/safetensors.h"

static char folder[] = "/tmp/tt_tensors_XXXXXX";

static const char *in_folder(const char *file)
{
	static char path[128];
	snprintf(path, sizeof(path), "%s/%s", folder, file);
	return path;
}

static void refused(int code, const char *file, const char *what)
{
	struct tt_tensors *t = NULL;
	struct tt_err err = {0};
	char want[256];
	TT_EQ(tt_tensors_open(&t, folder, &err), code);
	snprintf(want, sizeof(want), "'%s': %s", in_folder(file), what);
	TT_STR_EQ(tt_str_c(err.msg), tt_str_c(want));
}

TT_TEST(files)
{
	struct tt_tensors *t = NULL;
	TT_TRUE(mkdtemp(folder) != NULL);
	refused(TT_EIO, "model.safetensors", "No such file or directory; nor is there pytorch_model.bin");
	mkdir(in_folder("pytorch_model.bin"), 0700);
	refused(TT_EIO, "pytorch_model.bin", "not a regular file");
	rmdir(in_folder("pytorch_model.bin"));
	FILE *f = fopen(in_folder("pytorch_model.bin"), "w");
	refused(TT_EPARSE, "pytorch_model.bin",
		"does not end as a file of torch.save: it is cut, or something else");
	TT_EQ(symlink("/dev/null", in_folder("model.safetensors")), 0);
	refused(TT_EIO, "model.safetensors", "not a regular file"); /* though the other is one */
	unlink(in_folder("model.safetensors"));
	TT_EQ(symlink("model.safetensors", in_folder("model.safetensors")), 0);
	refused(TT_EIO, "model.safetensors", "Too many levels of symbolic links");
	unlink(in_folder("model.safetensors"));
	fclose(f);
	f = fopen(in_folder("model.safetensors"), "w");
	refused(TT_EPARSE, "model.safetensors", "0 bytes, too short for a safetensors file");
	fwrite("\2\0\0\0\0\0\0\0{}", 1, 10, f);
	fclose(f);
	TT_EQ(tt_tensors_open(&t, folder, NULL), TT_OK);
	TT_EQ(t->n, 0);
	TT_TRUE(tt_tensors_find(t, "x") == NULL);
	TT_STR_EQ(tt_str_c(t->file), tt_str_c(in_folder("model.safetensors")));
	tt_tensors_free(t);
	unlink(in_folder("model.safetensors"));
	unlink(in_folder("pytorch_model.bin"));
	rmdir(folder);
}

TT_TEST(names)
{
#define T(name) "\"" name "\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}"
	/* clang-format off */
	static const char header[] = "{" T("bert.a") "," T("b") "," T("bert.b") ","
		T("bert.x.LayerNorm.gamma") "," T("x.LayerNorm.bias") "," T("y.LayerNorm.weight") ","
		T("y.LayerNorm.gamma") "," T("z.LayerNorm.beta") "}";
	/* clang-format on */
	static const struct {
		const char *name, *found;
	} rows[] = {
		{"a", "bert.a"},
		{"bert.a", "bert.a"},
		{"b", "b"},
		{"bert.b", "bert.b"},
		{"x.LayerNorm.weight", "bert.x.LayerNorm.gamma"},
		{"x.LayerNorm.bias", "x.LayerNorm.bias"},
		{"y.LayerNorm.weight", "y.LayerNorm.weight"},
		{"z.LayerNorm.bias", "z.LayerNorm.beta"},
		{"y.LayerNorm.bias", NULL},
		{"bert.x", NULL},
		{"", NULL},
	};
	static char file[1024];
	struct tt_tensors *t;
	char longest[600];
	file[0] = (char)(strlen(header) & 255), file[1] = (char)(strlen(header) >> 8);
	memcpy(file + 8, header, strlen(header));
	TT_EQ(tt_tensors_parse(&t, tt_safetensors_read, (struct tt_str){file, 8 + strlen(header)}, "m", NULL),
		TT_OK);
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		const struct tt_tensor *found = tt_tensors_find(t, rows[i].name);
		TT_STR_EQ_ROW((long)i, tt_str_c(found ? found->name : NULL), tt_str_c(rows[i].found));
	}
	memset(longest, 'x', sizeof(longest));
	memcpy(longest + sizeof(longest) - 17, "LayerNorm.weight", 17);
	TT_TRUE(tt_tensors_find(t, longest) == NULL);
	tt_tensors_free(t);
}

TT_MAIN(TT_RUN(files), TT_RUN(names))
