/* SPDX-License-Identifier: MIT */
/*
 * net/: how far a way answers. The way is four network namespaces in a row: the vantage point, two
 * routers, the shop's host.
 */
#include "tests/unit/runner.h"

#include "monitor/base/buffer.h"
#include "monitor/net/net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* `@` is the number of the process that begins the tests: two may test at once. */
static const char lay[] =
    "exec 2>/dev/null; set -e\n"
    "for name in a b c d; do ip netns add sw@$name; ip -n sw@$name link set lo up;\n"
    "ip netns exec sw@$name sysctl -qw net.ipv6.conf.all.accept_dad=0 "
    "net.ipv6.conf.default.accept_dad=0; done\n"
    "wire() { ip -n sw@$1 link add to$2 type veth peer name to$1 netns sw@$2\n"
    "  end $1 to$2 1 $3; end $2 to$1 2 $3; }\n"
    "end() { ip -n sw@$1 addr add 198.18.$4.$3/24 dev $2\n"
    "  ip -n sw@$1 addr add fd00:0:0:$4::$3/64 dev $2 nodad; ip -n sw@$1 link set $2 up; }\n"
    "wire a b 1; wire b c 2; wire c d 3\n"
    "way() { ip -n sw@$1 route add $2 via 198.18.$3; ip -n sw@$1 -6 route add $4 via fd00:0:0:$5; "
    "}\n"
    "way a default 1.2 default 1::2; way b 198.18.3.0/24 2.2 fd00:0:0:3::/64 2::2\n"
    "way c 198.18.1.0/24 2.1 fd00:0:0:1::/64 2::1; way d default 3.1 default 3::1\n"
    "for name in b c; do ip netns exec sw@$name sysctl -qw net.ipv4.ip_forward=1 "
    "net.ipv6.conf.all.forwarding=1; done\n"
    /* IPv6 takes a moment. */
    "n=0; until ip netns exec sw@a timeout 0.3 bash -c ': </dev/tcp/fd00:0:0:3::2/80' 2>&1 |\n"
    "  grep -q refused; do n=$((n + 1)); [ $n -lt 20 ]; done\n";

static const char take[] = "for name in a b c d; do ip netns del sw@$name 2>/dev/null; done";

/* What a firewall at the second router does with packets to the host. */
static const char drop[] =
    "ip netns exec sw@c nft -f - <<END\n"
    "table inet wall { chain forward { type filter hook forward priority 0; policy drop; }; }\n"
    "END\n";

static bool is_laid;
static int id; /* of the process that begins the tests */

static bool run_script(const char *pattern)
{
    struct buffer script;
    buffer_init(&script, 8192);
    for (; *pattern != '\0'; pattern++)
        if (*pattern == '@')
            buffer_print(&script, "%d", id);
        else
            buffer_append(&script, pattern, 1);
    int status = system(script.data);
    buffer_free(&script);
    return status == 0;
}

static void begin(void)
{
    id = getpid();
}

/* Also what a test has left that failed. */
static void take_way(void)
{
    if (geteuid() == 0)
        run_script(take);
}

static void lay_way(void)
{
    take_way();
    is_laid = geteuid() == 0 && run_script(lay);
}

static struct {
    struct loop *loop;
    bool arrived;
    unsigned hops;
    char farthest[64];
    unsigned times;
} told;

static void traced(void *data, const struct net_traced *found)
{
    (void)data;
    told.arrived = found->arrived;
    told.hops = found->hops;
    snprintf(told.farthest, sizeof told.farthest, "%s",
             found->farthest != NULL ? found->farthest : "");
    told.times++;
    loop_stop(told.loop);
}

/* Resets that the host has sent: each is an answer to a packet that came to it. */
static unsigned long packets_that_arrived(void)
{
    char command[160];
    snprintf(command, sizeof command,
             "ip netns exec sw%dd awk '/^Tcp: [0-9]/ { print $15 }' /proc/net/snmp", id);
    FILE *pipe = popen(command, "r");
    unsigned long count = 0;
    ck_assert_int_eq(fscanf(pipe, "%lu", &count), 1);
    pclose(pipe);
    return count;
}

static const struct {
    const char *script, *address;
    bool arrived;
    unsigned hops;
    const char *farthest;
} cases[] = {
    {"true", "198.18.3.2", true, 2, "198.18.2.2"},
    {"true", "fd00:0:0:3::2", true, 2, "fd00:0:0:2::2"},
    {drop, "198.18.3.2", false, 2, "198.18.2.2"},
    {drop, "fd00:0:0:3::2", false, 2, "fd00:0:0:2::2"},
    {"ip -n sw@b link set toc down", "198.18.3.2", false, 1, "198.18.1.2"},
    {"ip -n sw@a link set tob down", "198.18.3.2", false, 0, ""},
    {"true", "no address", false, 0, ""},
};

START_TEST(a_trace_tells_how_far_the_way_answers)
{
    char name[16];
    struct error error = {0};
    if (!is_laid) {
        fprintf(stderr, "# skipped: no network namespace can be made here\n");
        return;
    }
    ck_assert(run_script(cases[_i].script));
    snprintf(name, sizeof name, "sw%da", id);
    told.loop = loop_create();
    struct net *net = net_create(told.loop, &error);
    struct net_vantage *vantage =
        net_vantage_open(net, &(struct net_vantage_settings){.netns = name}, &error);
    ck_assert_msg(vantage != NULL, "%s", error.text);
    struct instant begin = clock_instant();
    unsigned long before = packets_that_arrived();
    net_trace_cancel(net_trace(vantage, "198.18.1.9", 80, traced, NULL));
    net_trace(vantage, cases[_i].address, 80, traced, NULL);
    ck_assert_uint_eq(told.times, 0);
    loop_run(told.loop);
    ck_assert_uint_eq(told.times, 1);
    ck_assert_int_eq(told.arrived, cases[_i].arrived);
    ck_assert_str_eq(told.farthest, cases[_i].farthest);
    ck_assert_uint_eq(told.hops, cases[_i].hops);
    ck_assert_int_lt(instant_between(begin, clock_instant()), 2500 * DURATION_MILLISECOND);
    if (cases[_i].arrived)
        ck_assert_uint_le(packets_that_arrived() - before, 4);
    net_vantage_close(vantage);
    net_free(net);
    loop_free(told.loop);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("trace");
    TCase *tests = tcase_create("trace");
    tcase_add_unchecked_fixture(tests, begin, take_way);
    tcase_add_checked_fixture(tests, lay_way, take_way);
    tcase_set_timeout(tests, 30);
    tcase_add_loop_test(tests, a_trace_tells_how_far_the_way_answers, 0, COUNT_OF(cases));
    suite_add_tcase(suite, tests);
    return suite;
}
