/* feed.c - see feed.h. */
#include "demo/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <zlib.h>

#include "common/id.h"

static const struct {
	const char *suffix, *content_type;
	enum tt_demo_dates dates;
} dialects[] = {
	{".rss", "application/rss+xml; charset=utf-8", TT_DEMO_RFC822},
	{".rdf", "application/rdf+xml", TT_DEMO_RFC3339},
	{".atom", "application/atom+xml", TT_DEMO_RFC3339},
	{".json", "application/feed+json", TT_DEMO_RFC3339},
};

static int file_read(const char *path, struct tt_buf *out, struct tt_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc = TT_OK;
	char part[16384];
	ssize_t n = 0;

	if (fd < 0)
		return tt_err_set(err, errno == ENOENT ? TT_ENOENT : TT_EIO, "%s: %s", path, strerror(errno));
	while (rc == TT_OK && (n = read(fd, part, sizeof(part))) > 0)
		rc = tt_buf_add(out, part, (size_t)n);
	if (n < 0)
		rc = tt_err_set(err, TT_EIO, "%s: %s", path, strerror(errno));
	else if (rc != TT_OK)
		tt_err_set(err, rc, "%s: %s", path, tt_err_text(rc));
	close(fd);
	return rc;
}

int tt_demo_feed_load(const char *dir, const char *name, int64_t start_ms, int64_t now_ms,
	struct tt_demo_feed *ret, struct tt_err *err)
{
	const char *suffix = strrchr(name, '.');
	struct tt_demo_time time = {.start_ms = start_ms, .now_ms = now_ms};
	struct tt_demo_feed feed = {0};
	struct tt_buf file;
	int64_t changed_ms;
	char path[4096];
	int rc;

	for (size_t i = 0; suffix && suffix != name && !strchr(name, '/') && i < TT_LEN(dialects); i++) {
		if (strcmp(suffix, dialects[i].suffix) == 0) {
			feed.content_type = dialects[i].content_type;
			time.dates = dialects[i].dates;
		}
	}
	if (!feed.content_type)
		return tt_err_set(err, TT_ENOENT, "'%s' is not a feed", name);

	tt_buf_init(&file, TT_DEMO_FILE_MAX);
	tt_buf_init(&feed.body, 2 * TT_DEMO_FILE_MAX);
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	rc = file_read(path, &file, err);
	if (rc == TT_OK) {
		rc = tt_demo_render(tt_buf_view(&file), &time, &feed.body, &changed_ms, err);
		if (rc != TT_OK)
			tt_err_prefix(err, rc, "%s", path);
	}
	tt_buf_done(&file);
	if (rc != TT_OK) {
		tt_buf_done(&feed.body);
		return rc;
	}
	char id[37];
	tt_id_format(TT_ID(tt_buf_view(&feed.body)), id);
	snprintf(feed.etag, sizeof(feed.etag), "\"%s\"", id);
	tt_demo_rfc822(changed_ms, feed.modified);
	*ret = feed;
	return TT_OK;
}

bool tt_demo_feed_known(
	const struct tt_demo_feed *feed, const char *if_none_match, const char *if_modified_since)
{
	if (if_none_match)
		return strcmp(if_none_match, "*") == 0 || strstr(if_none_match, feed->etag);
	return if_modified_since && strcmp(if_modified_since, feed->modified) == 0;
}

int tt_demo_gzip(struct tt_str body, struct tt_buf *out, struct tt_err *err)
{
	enum { GZIP_WINDOW = 15 + 16 }; /* 16: gzip header and trailer, not zlib's */
	z_stream z = {0};
	int rc, status;

	if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return tt_err_set(err, TT_ENOMEM, "gzip: %s", tt_err_text(TT_ENOMEM));
	size_t bound = deflateBound(&z, (uLong)body.n);
	rc = tt_buf_reserve(out, bound);
	if (rc == TT_OK) {
		z.next_in = (Bytef *)(uintptr_t)body.p;
		z.avail_in = (uInt)body.n;
		z.next_out = (Bytef *)out->p + out->n;
		z.avail_out = (uInt)bound;
		status = deflate(&z, Z_FINISH);
		if (status == Z_STREAM_END)
			out->n += z.total_out;
		else
			rc = tt_err_set(err, TT_EIO, "gzip: zlib says %d", status);
	}
	deflateEnd(&z);
	return rc;
}
