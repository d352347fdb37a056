/* address.h - which addresses we connect to where somebody else names the host: feeds and webhooks.
 * Asked for each address at the moment it is connected to, on every redirect hop: a name that resolves
 * differently the second time (DNS rebinding) finds no gap. Public is what the IANA special-purpose
 * registries leave: no loopback, private, shared (RFC 6598), link-local, documentation, benchmark, multicast
 * or reserved range, no cloud metadata service, and no IPv6 form that carries such an IPv4 address. Pure; any
 * thread. */
#ifndef TT_COMMON_ADDRESS_H
#define TT_COMMON_ADDRESS_H

#include <stddef.h>
#include <sys/socket.h>

/* NULL when the address is public; else why it is not, a constant: "loopback", "private network". Anything
 * but a complete AF_INET or AF_INET6 address of n bytes is not public. */
const char *tt_address_objection(const struct sockaddr *sa, size_t n);

/* "192.0.2.1" or "[2001:db8::1]", for messages; "?" when it is neither. */
void tt_address_format(const struct sockaddr *sa, size_t n, char out[64]);

#endif
