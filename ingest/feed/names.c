/* names.c - see names.h. Namespace URIs differ in case and trailing slash in the wild, so they are compared
 * without. */
#include "ingest/feed/names.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "common/str.h"

enum ns {
	NS_NONE, /* an unknown namespace behind a prefix: nothing in it means anything to us */
	NS_CORE, /* RSS of all versions, Atom of all versions, CDF, and no namespace at all */
	NS_RDF,
	NS_DC,
	NS_DCTERMS,
	NS_CONTENT,
	NS_XHTML,
	NS_MEDIA,
	NS_ITUNES,
	NS_SY,
	NS_COUNT
};

static const struct {
	const char *uri; /* without trailing slash */
	enum ns ns;
} uris[] = {
	{"http://backend.userland.com/rss", NS_CORE},
	{"http://backend.userland.com/rss2", NS_CORE},
	{"http://backend.userland.com/rss091", NS_CORE},
	{"http://blogs.law.harvard.edu/tech/rss", NS_CORE},
	{"http://cyber.law.harvard.edu/rss", NS_CORE},
	{"http://cyber.law.harvard.edu/rss/rss.html", NS_CORE},
	{"http://purl.org/rss/1.0", NS_CORE},
	{"http://purl.org/rss/1.0/modules/rss091#", NS_CORE},
	{"http://my.netscape.com/rdf/simple/0.9", NS_CORE},
	{"http://channel.netscape.com/rdf/simple/0.9", NS_CORE},
	{"http://example.com/newformat#", NS_CORE},
	{"http://example.com/necho", NS_CORE},
	{"http://purl.org/echo", NS_CORE},
	{"uri/of/echo/namespace#", NS_CORE},
	{"http://purl.org/pie", NS_CORE},
	{"http://purl.org/atom/ns#", NS_CORE},
	{"http://www.w3.org/2005/atom", NS_CORE},
	{"https://www.w3.org/2005/atom", NS_CORE},
	{"http://www.w3.org/1999/02/22-rdf-syntax-ns#", NS_RDF},
	{"http://purl.org/dc/elements/1.0", NS_DC},
	{"http://purl.org/dc/elements/1.1", NS_DC},
	{"https://purl.org/dc/elements/1.1", NS_DC},
	{"http://purl.org/dc/terms", NS_DCTERMS},
	{"http://purl.org/rss/1.0/modules/content", NS_CONTENT},
	{"http://www.w3.org/1999/xhtml", NS_XHTML},
	{"http://search.yahoo.com/mrss", NS_MEDIA},
	{"https://search.yahoo.com/mrss", NS_MEDIA},
	{"http://video.search.yahoo.com/mrss", NS_MEDIA},
	{"http://www.itunes.com/dtds/podcast-1.0.dtd", NS_ITUNES},
	{"https://www.itunes.com/dtds/podcast-1.0.dtd", NS_ITUNES},
	{"http://example.com/dtds/podcast-1.0.dtd", NS_ITUNES},
	{"http://purl.org/rss/1.0/modules/syndication", NS_SY},
};

static const struct {
	const char *prefix;
	enum ns ns;
} prefixes[] = {
	{"atom", NS_CORE},
	{"rss", NS_CORE},
	{"rdf", NS_RDF},
	{"dc", NS_DC},
	{"dcterms", NS_DCTERMS},
	{"content", NS_CONTENT},
	{"xhtml", NS_XHTML},
	{"media", NS_MEDIA},
	{"itunes", NS_ITUNES},
	{"sy", NS_SY},
};

static const struct tt_name core[] = {
	{"rss", TT_EL_RSS, 0},
	{"rdf", TT_EL_RDF, 0}, /* of feeds that declare no namespaces */
	{"feed", TT_EL_FEED, 0},
	{"channel", TT_EL_CHANNEL, 0},
	{"item", TT_EL_ITEM, 0},
	{"entry", TT_EL_ITEM, 0},
	{"image", TT_EL_ASIDE, 0},
	{"textinput", TT_EL_ASIDE, 0},
	{"source", TT_EL_ASIDE, 0},
	{"contributor", TT_EL_ASIDE, 0},
	{"author", TT_EL_AUTHOR, 0},
	{"managingeditor", TT_EL_AUTHOR, 2},
	{"name", TT_EL_NAME, 0},
	{"email", TT_EL_EMAIL, 0},
	{"title", TT_EL_TITLE, 0},
	{"link", TT_EL_LINK, 0},
	{"guid", TT_EL_ID, 0},
	{"id", TT_EL_ID, 0},
	{"description", TT_EL_DESCRIPTION, 0},
	{"abstract", TT_EL_SUMMARY, 0}, /* CDF */
	{"summary", TT_EL_SUMMARY, 0},
	{"content", TT_EL_CONTENT, 0},
	{"content_encoded", TT_EL_ENCODED, 0},
	{"fullitem", TT_EL_ENCODED, 0},
	{"body", TT_EL_ENCODED, 0},
	{"pubdate", TT_EL_PUBLISHED, 0},
	{"published", TT_EL_PUBLISHED, 0},
	{"issued", TT_EL_PUBLISHED, 0},
	{"updated", TT_EL_UPDATED, 0},
	{"modified", TT_EL_UPDATED, 0},
	{"lastbuilddate", TT_EL_UPDATED, 0},
	{"created", TT_EL_CREATED, 0},
	{"date", TT_EL_DATE, 1},
	{"category", TT_EL_CATEGORY, 0},
	{"keywords", TT_EL_CATEGORY, 0},
	{"tags", TT_EL_KEYWORDS, 0},
	{"language", TT_EL_LANGUAGE, 0},
	{"ttl", TT_EL_TTL, 0},
	{"hour", TT_EL_HOUR, 0},
	{"day", TT_EL_DAY, 0},
	{NULL, 0, 0},
};

static const struct tt_name rdf[] = {{"rdf", TT_EL_RDF, 0}, {NULL, 0, 0}};

static const struct tt_name dc[] = {
	{"title", TT_EL_TITLE, 1},
	{"creator", TT_EL_AUTHOR, 0},
	{"author", TT_EL_AUTHOR, 0},
	{"contributor", TT_EL_ASIDE, 0},
	{"description", TT_EL_DESCRIPTION, 1},
	{"identifier", TT_EL_ID, 3},
	{"date", TT_EL_DATE, 0},
	{"subject", TT_EL_CATEGORY, 0},
	{"language", TT_EL_LANGUAGE, 0},
	{NULL, 0, 0},
};

static const struct tt_name dcterms[] = {
	{"issued", TT_EL_PUBLISHED, 0},
	{"modified", TT_EL_UPDATED, 0},
	{"created", TT_EL_CREATED, 0},
	{"abstract", TT_EL_SUMMARY, 1},
	{"creator", TT_EL_AUTHOR, 0},
	{"title", TT_EL_TITLE, 1},
	{"description", TT_EL_DESCRIPTION, 1},
	{"identifier", TT_EL_ID, 3},
	{"date", TT_EL_DATE, 0},
	{"subject", TT_EL_CATEGORY, 0},
	{"language", TT_EL_LANGUAGE, 0},
	{NULL, 0, 0},
};

static const struct tt_name content[] = {{"encoded", TT_EL_ENCODED, 0}, {NULL, 0, 0}};

static const struct tt_name xhtml[] = {{"body", TT_EL_BODY, 0}, {"div", TT_EL_BODY, 0}, {NULL, 0, 0}};

static const struct tt_name media[] = {
	{"title", TT_EL_TITLE, 2},
	{"description", TT_EL_DESCRIPTION, 2},
	{"category", TT_EL_CATEGORY, 0},
	{"keywords", TT_EL_KEYWORDS, 0},
	{NULL, 0, 0},
};

static const struct tt_name itunes[] = {
	{"author", TT_EL_AUTHOR, 1},
	{"owner", TT_EL_ASIDE, 0},
	{"name", TT_EL_NAME, 0},
	{"email", TT_EL_EMAIL, 0},
	{"summary", TT_EL_SUMMARY, 2},
	{"category", TT_EL_CATEGORY, 0},
	{"keywords", TT_EL_KEYWORDS, 0},
	{"title", TT_EL_TITLE, 3},
	{NULL, 0, 0},
};

static const struct tt_name sy[] = {
	{"updateperiod", TT_EL_PERIOD, 0},
	{"updatefrequency", TT_EL_FREQUENCY, 0},
	{NULL, 0, 0},
};

static const struct tt_name *const tables[NS_COUNT] = {
	[NS_CORE] = core,
	[NS_RDF] = rdf,
	[NS_DC] = dc,
	[NS_DCTERMS] = dcterms,
	[NS_CONTENT] = content,
	[NS_XHTML] = xhtml,
	[NS_MEDIA] = media,
	[NS_ITUNES] = itunes,
	[NS_SY] = sy,
};

static const struct tt_name other = {"", TT_EL_OTHER, 0};

static struct tt_str without_slash(const char *uri)
{
	struct tt_str s = tt_str_trim(tt_str_c(uri));
	while (s.n && s.p[s.n - 1] == '/')
		s.n--;
	return s;
}

static enum ns ns_find(const char *uri, const char *prefix)
{
	struct tt_str u = without_slash(uri);
	for (size_t i = 0; u.n && i < TT_LEN(uris); i++)
		if (tt_str_eq_ci(u, tt_str_c(uris[i].uri)))
			return uris[i].ns;
	if (!prefix || tt_str_starts_ci(u, TT_STR("http://purl.org/atom/ns#"))) /* drafts of Atom 1.0 */
		return NS_CORE;
	for (size_t i = 0; i < TT_LEN(prefixes); i++)
		if (strcasecmp(prefix, prefixes[i].prefix) == 0)
			return prefixes[i].ns;
	return NS_NONE;
}

const struct tt_name *tt_name_find(const char *uri, const char *prefix, const char *local)
{
	const struct tt_name *n = tables[ns_find(uri, prefix)];
	for (; n && n->name; n++)
		if (strcasecmp(n->name, local) == 0)
			return n;
	return &other;
}

bool tt_name_is_rss090(const char *uri)
{
	struct tt_str u = without_slash(uri);
	return tt_str_eq_ci(u, TT_STR("http://my.netscape.com/rdf/simple/0.9")) ||
	       tt_str_eq_ci(u, TT_STR("http://channel.netscape.com/rdf/simple/0.9"));
}

bool tt_name_is_atom(const char *uri)
{
	struct tt_str u = without_slash(uri);
	return tt_str_eq_ci(u, TT_STR("http://www.w3.org/2005/Atom")) ||
	       tt_str_eq_ci(u, TT_STR("https://www.w3.org/2005/Atom"));
}

bool tt_name_is_old_atom(const char *uri)
{
	return !tt_name_is_atom(uri) && without_slash(uri).n && ns_find(uri, "") == NS_CORE;
}
