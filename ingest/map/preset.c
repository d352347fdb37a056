/* preset.c - the maps that come with the program. The shapes are facts of the vendors' public documentation
 * of one news item; docs/KAFKA.md has an example of each, tests/ingest/map/test_map_preset.c another. */
#include "ingest/map/map.h"

static const struct tt_map_preset presets[] = {
	{"item", TT_TEXT_PLAIN,
		{[TT_MAP_ID] = "id",
			[TT_MAP_SOURCE] = "source",
			[TT_MAP_GUID] = "guid",
			[TT_MAP_URL] = "url",
			[TT_MAP_TITLE] = "title",
			[TT_MAP_SUMMARY] = "summary",
			[TT_MAP_CONTENT] = "content",
			[TT_MAP_AUTHOR] = "author",
			[TT_MAP_LANG] = "lang",
			[TT_MAP_PUBLISHED_AT] = "published_at",
			[TT_MAP_UPDATED_AT] = "updated_at",
			[TT_MAP_FETCHED_AT] = "fetched_at",
			[TT_MAP_CATEGORIES] = "categories"}},
	{"alpaca", TT_TEXT_GUESS,
		{[TT_MAP_SOURCE] = "source|=alpaca",
			[TT_MAP_GUID] = "id",
			[TT_MAP_URL] = "url",
			[TT_MAP_TITLE] = "headline",
			[TT_MAP_SUMMARY] = "summary",
			[TT_MAP_CONTENT] = "content",
			[TT_MAP_AUTHOR] = "author",
			[TT_MAP_PUBLISHED_AT] = "created_at",
			[TT_MAP_UPDATED_AT] = "updated_at",
			[TT_MAP_CATEGORIES] = "symbols"}},
	{"alphavantage", TT_TEXT_GUESS,
		{[TT_MAP_SOURCE] = "source|=alphavantage",
			[TT_MAP_GUID] = "url",
			[TT_MAP_URL] = "url",
			[TT_MAP_TITLE] = "title",
			[TT_MAP_SUMMARY] = "summary",
			[TT_MAP_AUTHOR] = "authors[]",
			[TT_MAP_PUBLISHED_AT] = "time_published",
			[TT_MAP_CATEGORIES] = "ticker_sentiment[].ticker"}},
	{"benzinga", TT_TEXT_GUESS, /* REST v2; TCP; and, in data.content, the stream */
		{[TT_MAP_SOURCE] = "=benzinga",
			[TT_MAP_GUID] = "data.content.id|id",
			[TT_MAP_URL] = "url|link|data.content.url",
			[TT_MAP_TITLE] = "title|data.content.title",
			[TT_MAP_SUMMARY] = "teaser|data.content.teaser",
			[TT_MAP_CONTENT] = "body|data.content.body",
			[TT_MAP_AUTHOR] = "author|authors[].name|data.content.authors[]",
			[TT_MAP_PUBLISHED_AT] = "created|published|data.content.created_at",
			[TT_MAP_UPDATED_AT] = "updated|data.content.updated_at",
			[TT_MAP_CATEGORIES] =
				"stocks[].name|tickers[].name|data.content.securities[].symbol"}},
	{"finnhub", TT_TEXT_GUESS,
		{[TT_MAP_SOURCE] = "source|=finnhub",
			[TT_MAP_GUID] = "id",
			[TT_MAP_URL] = "url",
			[TT_MAP_TITLE] = "headline",
			[TT_MAP_SUMMARY] = "summary",
			[TT_MAP_PUBLISHED_AT] = "datetime",
			[TT_MAP_CATEGORIES] = "related|category"}},
	{"marketaux", TT_TEXT_GUESS,
		{[TT_MAP_SOURCE] = "source|=marketaux",
			[TT_MAP_GUID] = "uuid",
			[TT_MAP_URL] = "url",
			[TT_MAP_TITLE] = "title",
			[TT_MAP_SUMMARY] = "description|snippet",
			[TT_MAP_LANG] = "language",
			[TT_MAP_PUBLISHED_AT] = "published_at",
			[TT_MAP_CATEGORIES] = "entities[].symbol"}},
	{"newsapi", TT_TEXT_GUESS,
		{[TT_MAP_SOURCE] = "source.name|source.id|=newsapi",
			[TT_MAP_GUID] = "url",
			[TT_MAP_URL] = "url",
			[TT_MAP_TITLE] = "title",
			[TT_MAP_SUMMARY] = "description",
			[TT_MAP_CONTENT] = "content",
			[TT_MAP_AUTHOR] = "author",
			[TT_MAP_PUBLISHED_AT] = "publishedAt"}},
	{"polygon", TT_TEXT_GUESS,
		{[TT_MAP_SOURCE] = "publisher.name|=polygon",
			[TT_MAP_GUID] = "id",
			[TT_MAP_URL] = "article_url",
			[TT_MAP_TITLE] = "title",
			[TT_MAP_SUMMARY] = "description",
			[TT_MAP_AUTHOR] = "author",
			[TT_MAP_PUBLISHED_AT] = "published_utc",
			[TT_MAP_CATEGORIES] = "tickers"}},
	{"tiingo", TT_TEXT_GUESS,
		{[TT_MAP_SOURCE] = "source|=tiingo",
			[TT_MAP_GUID] = "id",
			[TT_MAP_URL] = "url",
			[TT_MAP_TITLE] = "title",
			[TT_MAP_SUMMARY] = "description",
			[TT_MAP_PUBLISHED_AT] = "publishedDate",
			[TT_MAP_CATEGORIES] = "tickers"}},
};

const struct tt_map_preset *tt_map_preset_at(size_t i)
{
	return i < TT_LEN(presets) ? &presets[i] : NULL;
}

const struct tt_map_preset *tt_map_preset_find(struct tt_str name)
{
	for (size_t i = 0; i < TT_LEN(presets); i++)
		if (tt_str_eq(name, tt_str_c(presets[i].name)))
			return &presets[i];
	return NULL;
}
