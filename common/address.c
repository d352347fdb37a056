/* address.c - see address.h. Ranges: IANA IPv4 and IPv6 Special-Purpose Address Registries, as of 2024. */
#include "common/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/str.h"

#define V4(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

static const struct {
	uint32_t prefix;
	int bits;
	const char *why;
} v4_ranges[] = {
	{V4(0, 0, 0, 0), 8, "this host"},
	{V4(10, 0, 0, 0), 8, "private network"},
	{V4(100, 64, 0, 0), 10, "carrier-grade NAT"},
	{V4(127, 0, 0, 0), 8, "loopback"},
	{V4(168, 63, 129, 16), 32, "cloud metadata"},
	{V4(169, 254, 0, 0), 16, "link-local"},
	{V4(172, 16, 0, 0), 12, "private network"},
	{V4(192, 0, 0, 0), 24, "reserved"},
	{V4(192, 0, 2, 0), 24, "documentation"},
	{V4(192, 88, 99, 0), 24, "6to4 relay"},
	{V4(192, 168, 0, 0), 16, "private network"},
	{V4(198, 18, 0, 0), 15, "benchmarking"},
	{V4(198, 51, 100, 0), 24, "documentation"},
	{V4(203, 0, 113, 0), 24, "documentation"},
	{V4(224, 0, 0, 0), 4, "multicast"},
	{V4(240, 0, 0, 0), 4, "reserved"},
};

static const char *v4_objection(uint32_t a)
{
	for (size_t i = 0; i < TT_LEN(v4_ranges); i++)
		if ((a ^ v4_ranges[i].prefix) >> (32 - v4_ranges[i].bits) == 0)
			return v4_ranges[i].why;
	return NULL;
}

static bool v6_in(const uint8_t a[16], const uint8_t *prefix, int bits)
{
	int whole = bits / 8, rest = bits % 8;
	return memcmp(a, prefix, (size_t)whole) == 0 &&
	       (!rest || (a[whole] ^ prefix[whole]) >> (8 - rest) == 0);
}

/* Global unicast is 2000::/3; what is taken out of it, and what is named outside of it for a better message.
 */
static const struct {
	uint8_t prefix[16];
	int bits;
	const char *why;
} v6_ranges[] = {
	{{[15] = 1}, 128, "loopback"},
	{{0}, 128, "this host"},
	{{0xfc}, 7, "private network"}, /* holds AWS's fd00:ec2::254 */
	{{0xfe, 0x80}, 10, "link-local"},
	{{0xff}, 8, "multicast"},
	{{0x20, 0x01, 0x0d, 0xb8}, 32, "documentation"},
	{{0x20, 0x01, 0x00}, 23, "reserved"}, /* Teredo, ORCHID, benchmarking */
	{{0x20, 0x02}, 16, "6to4"},
	{{0x3f, 0xff}, 20, "documentation"},
};

static const char *v6_objection(const uint8_t a[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff}, nat64[12] = {0x00, 0x64, 0xff, 0x9b};
	if (v6_in(a, mapped, 96) || v6_in(a, nat64, 96))
		return v4_objection(V4(a[12], a[13], a[14], a[15]));
	for (size_t i = 0; i < TT_LEN(v6_ranges); i++)
		if (v6_in(a, v6_ranges[i].prefix, v6_ranges[i].bits))
			return v6_ranges[i].why;
	return a[0] >> 5 == 1 ? NULL : "reserved";
}

const char *tt_address_objection(const struct sockaddr *sa, size_t n)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	if (n >= sizeof(v4) && sa->sa_family == AF_INET) {
		memcpy(&v4, sa, sizeof(v4)); /* sa may not be aligned for it */
		return v4_objection(ntohl(v4.sin_addr.s_addr));
	}
	if (n >= sizeof(v6) && sa->sa_family == AF_INET6) {
		memcpy(&v6, sa, sizeof(v6));
		return v6_objection(v6.sin6_addr.s6_addr);
	}
	return "not an internet address";
}

void tt_address_format(const struct sockaddr *sa, size_t n, char out[64])
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	char text[INET6_ADDRSTRLEN];
	snprintf(out, 64, "?");
	if (n >= sizeof(v4) && sa->sa_family == AF_INET) {
		memcpy(&v4, sa, sizeof(v4));
		if (inet_ntop(AF_INET, &v4.sin_addr, text, sizeof(text)))
			snprintf(out, 64, "%s", text);
	} else if (n >= sizeof(v6) && sa->sa_family == AF_INET6) {
		memcpy(&v6, sa, sizeof(v6));
		if (inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof(text)))
			snprintf(out, 64, "[%s]", text);
	}
}
