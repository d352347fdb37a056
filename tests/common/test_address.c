/* test_fetch_address.c - each range of the registries at its edges, and IPv4 inside IPv6. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "common/address.h"
#include "tests/tt_test.h"

static const struct {
	const char *address;
	const char *want; /* NULL: public */
} rows[] = {
	{"0.0.0.0", "this host"},
	{"0.255.255.255", "this host"},
	{"1.1.1.1", NULL},
	{"9.255.255.255", NULL},
	{"10.0.0.0", "private network"},
	{"10.255.255.255", "private network"},
	{"11.0.0.0", NULL},
	{"100.63.255.255", NULL},
	{"100.64.0.0", "carrier-grade NAT"},
	{"100.100.100.200", "carrier-grade NAT"}, /* metadata of one cloud */
	{"100.127.255.255", "carrier-grade NAT"},
	{"100.128.0.0", NULL},
	{"127.0.0.1", "loopback"},
	{"127.255.255.254", "loopback"},
	{"128.0.0.1", NULL},
	{"168.63.129.16", "cloud metadata"},
	{"168.63.129.17", NULL},
	{"169.254.169.254", "link-local"}, /* metadata of the others */
	{"169.255.0.0", NULL},
	{"172.15.255.255", NULL},
	{"172.16.0.0", "private network"},
	{"172.31.255.255", "private network"},
	{"172.32.0.0", NULL},
	{"192.0.0.8", "reserved"},
	{"192.0.2.1", "documentation"},
	{"192.0.3.1", NULL},
	{"192.88.99.1", "6to4 relay"},
	{"192.168.255.255", "private network"},
	{"192.169.0.0", NULL},
	{"198.17.255.255", NULL},
	{"198.18.0.0", "benchmarking"},
	{"198.19.255.255", "benchmarking"},
	{"198.20.0.0", NULL},
	{"198.51.100.7", "documentation"},
	{"203.0.113.7", "documentation"},
	{"223.255.255.255", NULL},
	{"224.0.0.1", "multicast"},
	{"239.255.255.255", "multicast"},
	{"240.0.0.1", "reserved"},
	{"255.255.255.255", "reserved"},
	{"::", "this host"},
	{"::1", "loopback"},
	{"::2", "reserved"},
	{"::127.0.0.1", "reserved"},
	{"::ffff:127.0.0.1", "loopback"},
	{"::ffff:10.1.2.3", "private network"},
	{"::ffff:169.254.169.254", "link-local"},
	{"::ffff:8.8.8.8", NULL},
	{"::fffe:8.8.8.8", "reserved"},
	{"64:ff9b::10.0.0.1", "private network"},
	{"64:ff9b::8.8.8.8", NULL},
	{"64:ff9b:1::8.8.8.8", "reserved"},
	{"100::1", "reserved"},
	{"1fff:ffff::1", "reserved"},
	{"2001::1", "reserved"}, /* Teredo */
	{"2001:1ff::1", "reserved"},
	{"2001:200::1", NULL},
	{"2001:db8::1", "documentation"},
	{"2001:db9::1", NULL},
	{"2002:7f00:1::", "6to4"},
	{"2003::1", NULL},
	{"2606:4700:4700::1111", NULL},
	{"3fff:fff::1", "documentation"},
	{"3fff:1000::1", NULL},
	{"4000::1", "reserved"},
	{"fbff::1", "reserved"},
	{"fc00::1", "private network"},
	{"fd00:ec2::254", "private network"},
	{"fe80::1", "link-local"},
	{"febf::1", "link-local"},
	{"fec0::1", "reserved"},
	{"ff02::1", "multicast"},
};

static size_t make(const char *text, struct sockaddr_storage *ret)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	memset(ret, 0, sizeof(*ret));
	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
		memcpy(ret, &v4, sizeof(v4));
		return sizeof(v4);
	}
	assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
	memcpy(ret, &v6, sizeof(v6));
	return sizeof(v6);
}

TT_TEST(ranges)
{
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct sockaddr_storage sa;
		size_t n = make(rows[i].address, &sa);
		TT_STR_EQ_ROW(
			i, tt_str_c(tt_address_objection((struct sockaddr *)&sa, n)), tt_str_c(rows[i].want));
	}
}

TT_TEST(what_is_no_internet_address)
{
	struct sockaddr_storage sa;
	size_t n = make("8.8.8.8", &sa);
	TT_TRUE(tt_address_objection((struct sockaddr *)&sa, n - 1)); /* cut short */
	sa.ss_family = AF_INET6;
	TT_TRUE(tt_address_objection((struct sockaddr *)&sa, n));
	sa.ss_family = AF_UNIX;
	TT_TRUE(tt_address_objection((struct sockaddr *)&sa, sizeof(struct sockaddr_un)));
}

TT_TEST(format)
{
	struct sockaddr_storage sa;
	char text[64];
	size_t n = make("192.168.1.2", &sa);
	tt_address_format((struct sockaddr *)&sa, n, text);
	TT_STR_EQ(tt_str_c(text), TT_STR("192.168.1.2"));
	n = make("::ffff:10.0.0.1", &sa);
	tt_address_format((struct sockaddr *)&sa, n, text);
	TT_STR_EQ(tt_str_c(text), TT_STR("[::ffff:10.0.0.1]"));
	sa.ss_family = AF_UNIX;
	tt_address_format((struct sockaddr *)&sa, n, text);
	TT_STR_EQ(tt_str_c(text), TT_STR("?"));
}

TT_MAIN(TT_RUN(ranges), TT_RUN(what_is_no_internet_address), TT_RUN(format))
