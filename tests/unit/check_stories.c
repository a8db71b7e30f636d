/* SPDX-License-Identifier: MIT */
/* diagnose/: what fails together, and how: stories of many runs. See story.h. */
#include "tests/unit/runner.h"
#include "tests/unit/story.h"

#include "monitor/base/result.h"

static const struct story stories[] = {
    {"all hang behind a step, and one of them is the first to hang at it",
     "? - ~ without vantage.one_of_many",
     "1 here browse: list, cart\n"
     "1 there browse: list, cart\n"
     "1 yonder browse: list, cart\n"
     "4 here browse: list, cart hangs\n"
     "4 there browse: list, cart hangs\n"
     "4 yonder browse: list, cart hangs\n"
     "7 here browse: list, cart hangs\n"
     "7 there browse: list, cart hangs\n"
     "7 yonder browse: list, cart hangs\n"
     "10 here browse: list hangs\n"},
    {"the same, where the others get past it since", "network - with vantage.one_of_many",
     "1 here browse: list, cart\n"
     "1 there browse: list, cart\n"
     "1 yonder browse: list, cart\n"
     "4 here browse: list, cart 500\n"
     "4 there browse: list, cart 500\n"
     "4 yonder browse: list, cart 500\n"
     "7 here browse: list hangs\n"
     "10 there browse: list, cart 500\n"
     "10 yonder browse: list, cart 500\n"
     "10 here browse: list hangs\n"},
    {"a name that is gone is the network's, whoever agrees", "network edge",
     "1 here browse: picture nameless\n"
     "1 there browse: picture nameless\n"
     "2 there buy: alive nameless\n"
     "2 here buy: alive nameless\n"},
    {"a certificate that has expired is the front door's", "network edge",
     "1 here browse: picture\n"
     "1 there browse: picture\n"
     "4 there browse: picture expired\n"
     "4 here browse: picture expired\n"},
    {"packets that vanish on the way", "network edge",
     "1 here browse: picture, alive, list\n"
     "1 there browse: picture, alive, list\n"
     "4 there buy: alive silence\n"
     "4 here browse: picture silence\n"},
    {"one vantage point of many, whatever it sees", "network -",
     "1 here browse: alive, list\n"
     "1 there browse: alive, list\n"
     "1 yonder browse: alive, list\n"
     "4 there browse: alive, list\n"
     "4 yonder browse: alive, list\n"
     "4 here browse: alive silence\n"},
    {"what breaks before a word was said is no application's, nor what breaks beside it",
     "network edge with transport.cut_off_anywhere",
     "1 here browse: alive\n"
     "1 there browse: alive\n"
     "1 here look: alive, list\n"
     "4 here look: alive, list reset\n"
     "5 there browse: alive early\n"
     "6 here browse: alive\n"
     "7 here look: alive, list reset\n"},
    {"an application that breaks one thing off, and passes others",
     "application web without transport.cut_off_anywhere",
     "1 here browse: alive\n"
     "1 there browse: alive\n"
     "1 here look: alive, list\n"
     "4 here look: alive, list reset\n"
     "5 there browse: alive reset\n"
     "6 here browse: alive\n"
     "7 here look: alive, list reset\n"},
    {"connections that break anywhere are the path's", "network edge",
     "1 here browse: picture, alive, list\n"
     "1 there browse: picture, alive, list\n"
     "4 here browse: picture, alive reset\n"
     "4 there browse: picture, alive, list\n"
     "4 here assets: picture reset\n"
     "7 there browse: picture, alive reset\n"
     "8 here browse: picture, alive, list reset\n"
     "9 there browse: picture, alive, list reset\n"},
    {"errors at all that needs the database: a bad release looks the same", "database db ~",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive, order 500\n"
     "4 here browse: alive, list 500\n"},
    {"all that needs the database hangs", "database db !",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive, order hangs\n"
     "4 here browse: alive, list hangs\n"},
    {"errors at all that needs a table: a bad release looks the same", "database db.orders ~",
     "1 here browse: alive, order\n"
     "1 here look: list, history\n"
     "4 here browse: alive, order 500\n"
     "4 here look: list, history 500\n"},
    {"the same, where the table was asked", "database db.orders !",
     "1 here browse: alive, order\n"
     "1 here look: list, history\n"
     "4 here browse: alive, order 500; ill read db.orders\n"
     "4 here look: list, history 500; ill read db.orders; well read db.catalogue\n"},
    {"the same, where the table is well", "undetermined - ?",
     "1 here browse: alive, order\n"
     "1 here look: list, history\n"
     "4 here browse: alive, order 500; well connect db; well read db.orders\n"
     "4 here look: list, history 500; well connect db; well read db.orders\n"},
    {"an answer that tells where it was refused, which is the database", "database db !",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive, order unreached\n"},
    {"the same at another step, of what hangs here",
     "database db ! with body.database_words_elsewhere",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive, order unreached\n"
     "4 here browse: alive, list hangs\n"},
    {"the same, where it tells two addresses, and the shop file knows the second",
     "database db ! with body.database_words_elsewhere",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive, order twice\n"
     "4 here browse: alive, list hangs\n"},
    {"an answer that tells a provider's name, and that nobody finds it", "third-party payment !",
     "1 here buy: list, pay\n"
     "4 here buy: list, pay unpaid\n"},
    {"a provider that is not found tells nothing of what fails beside it",
     "? - without body.database_words_elsewhere",
     "1 here buy: list, pay\n"
     "1 here look: alive, order\n"
     "4 here buy: list, pay unpaid\n"
     "4 here look: alive, order 500\n"},
    {"an answer that tells an address that is nobody's: settings may be wrong",
     "? - without body.database_words",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here browse: alive, list astray\n"
     "4 here look: alive, order astray\n"},
    {"two tables that hang, one of which is ill", "database db.catalogue !",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive, order hangs; well read db.orders; ill read db.catalogue\n"
     "4 here browse: alive, list hangs; well read db.orders; ill read db.catalogue\n"},
    {"a database that answers nobody", "database db !",
     "1 here look: alive, order\n"
     "4 here look: alive, order 500; ill connect db; ill read db.orders\n"},
    {"one that was locked for a moment, and whose table is damaged", "database db.orders !",
     "1 here look: alive, order\n"
     "4 here look: alive, order 500; locked connect db; corrupt read db.orders\n"},
    {"one that is locked", "database db !",
     "1 here look: alive, order\n"
     "4 here look: alive, order 500; locked connect db; locked read db.orders\n"},
    {"one that is locked, and a server that waits for it, or holds it, and answers nobody",
     "undetermined - ?",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive hangs; locked connect db; locked read db.orders\n"
     "4 here browse: alive hangs; locked connect db; locked read db.orders\n"},
    {"one whose lock is held by a server that is stopped", "application web !",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive hangs; stopped connect db; stopped read db.orders\n"
     "4 here browse: alive hangs; stopped connect db; locked read db.orders\n"},
    {"one whose lock is held by somebody else", "database db !",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive hangs; outside connect db; outside read db.orders\n"
     "4 here browse: alive hangs; outside connect db; locked read db.orders\n"},
    {"one that a stopped server holds, at a step that needs it", "application web !",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here browse: alive hangs; stopped connect db; stopped read db.orders\n"
     "4 here look: order hangs; locked connect db; stopped read db.orders\n"},
    {"one that is stopped, where only what needs the database hangs", "database - ~",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here browse: alive, list hangs; stopped connect db\n"
     "4 here look: alive, order hangs; stopped connect db; stopped read db.orders\n"},
    {"one that the shop may hold, and another that somebody else does", "undetermined - ?",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive hangs; locked connect db; locked read db.orders; outside connect stock\n"
     "4 here browse: alive hangs; locked connect db; outside connect stock\n"},
    {"one that is locked, and another that a stopped server holds", "database db !",
     "1 here look: alive, order\n"
     "4 here look: alive, order 500; stopped connect stock; locked connect db; "
     "locked read db.orders\n"},
    {"the same, asked in another order", "database db !",
     "1 here look: alive, order\n"
     "4 here look: alive, order 500; locked connect db; locked read db.orders; "
     "stopped connect stock\n"},
    {"one that is stopped, and a table that is damaged", "database db.orders !",
     "1 here look: alive, order\n"
     "4 here look: alive, order 500; stopped connect db; corrupt read db.orders\n"},
    {"one that refuses, and an application that does not live without it", "database db",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive 502; ill connect db\n"
     "4 here browse: alive 502; ill connect db\n"},
    {"the same, when not even a connection is made any more", "database db.orders exposed !",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive hangs; ill read db.orders\n"
     "4 here browse: alive hangs; ill read db.orders\n"
     "5 here shop: list hangs; ill read db.orders\n"
     "7 here browse: alive silence; ill read db.orders\n"},
    {"all that needs a database hangs, which is well, and in which nobody waits",
     "undetermined - ?",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive, order hangs; well connect db; well sessions db; well write db; well read "
     "db.orders\n"
     "4 here browse: alive, list hangs; well connect db; well sessions db; well write db; well "
     "read db.catalogue\n"},
    {"one that cannot be written", "database db !",
     "1 here look: list, cart\n"
     "4 here look: list, cart 500; ill write db; well read db.carts\n"},
    {"sessions that wait tell of no table", "database db.carts !",
     "1 here look: list, cart\n"
     "4 here look: list, cart hangs; ill sessions db; well read db.carts\n"},
    {"a database that another answer names", "database -",
     "1 here browse: alive, list\n"
     "1 here buy: list, cart\n"
     "4 here buy: list, cart words\n"
     "4 here browse: alive, list 500\n"},
    {"a content network that is refused at the door", "network edge",
     "1 here browse: alive, list\n"
     "4 here browse: alive 521\n"},
    {"a content network that finds no way", "network edge",
     "1 here browse: alive, list\n"
     "4 here browse: alive, list 522\n"},
    {"a shop that limits who watches it", "monitor -",
     "1 here browse: alive, list\n"
     "4 here browse: alive 429\n"},
    {"a provider that the shop blames", "third-party payment",
     "1 here buy: list, pay\n"
     "4 here browse: alive, list\n"
     "4 here buy: list, pay provider\n"},
    {"an application that fails without its database as well", "application web !",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive 500\n"
     "4 here browse: alive, list 500\n"},
    {"a step that fails with an error", "undetermined -",
     "1 here browse: alive, list\n"
     "1 here buy: alive, pay\n"
     "4 here browse: alive, list 500\n"},
    {"the same, where databases fail often", "database db.catalogue prone",
     "1 here browse: alive, list\n"
     "1 here buy: alive, pay\n"
     "4 here browse: alive, list 500\n"},
    {"the same, soon after a release", "application web",
     "1 here browse: alive, list\n"
     "2 did release 41\n"
     "4 here browse: alive, list 500\n"},
    {"the same, long after it", "undetermined -",
     "2 did release 41\n"
     "4001 here browse: alive, list\n"
     "4004 here browse: alive, list 500\n"},
    {"errors at all that needs the database, where the last release was days ago",
     "database db ! with onset.no_deploy",
     "-266400 did release 41\n"
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive, order 500\n"
     "4 here browse: alive, list 500\n"},
    {"the same, told of much since", "database db ! with onset.no_deploy",
     "-266400 did release 41\n"
     "-200 did note 1\n-199 did note 2\n-198 did note 3\n-197 did note 4\n-196 did note 5\n"
     "-195 did note 6\n-194 did note 7\n-193 did note 8\n-192 did note 9\n-191 did note 10\n"
     "-190 did note 11\n-189 did note 12\n-188 did note 13\n-187 did note 14\n-186 did note 15\n"
     "-185 did note 16\n-184 did note 17\n"
     "4001 here browse: alive, list\n"
     "4001 here look: alive, order\n"
     "4004 here look: alive, order 500\n"
     "4004 here browse: alive, list 500\n"},
    {"the same, told of the release that repairs it as well", "database db ! with onset.no_deploy",
     "-266400 did release 41\n"
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive, order 500\n"
     "4 here browse: alive, list 500\n"
     "30 did release 42\n"
     "34 here look: alive, order 500\n"},
    {"a release of this morning may show only now", "database db ~ without onset.no_deploy",
     "-266400 did release 41\n"
     "-18000 did release 42\n"
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive, order 500\n"
     "4 here browse: alive, list 500\n"},
    {"a release that was told of months ago: who knows what was not",
     "database db ~ without onset.no_deploy",
     "-2600000 did release 41\n"
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive, order 500\n"
     "4 here browse: alive, list 500\n"},
    {"who was told of other things only", "database db ~ without onset.no_deploy",
     "-266400 did note of a campaign\n"
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive, order 500\n"
     "4 here browse: alive, list 500\n"},
    {"what hangs needs no release for it", "? - without onset.no_deploy",
     "-266400 did release 41\n"
     "1 here browse: alive, list\n"
     "4 here browse: alive hangs\n"},
    {"a database and a provider at once, as the database's steps see it", "database db !",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "1 here buy: alive, pay\n"
     "4 here buy: alive, pay provider\n"
     "4 here look: alive, order hangs\n"
     "4 here browse: alive, list hangs\n"},
    {"a database and a provider at once, as the provider's step sees it", "third-party payment",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "1 here buy: alive, pay\n"
     "4 here look: alive, order hangs\n"
     "4 here browse: alive, list hangs\n"
     "4 here buy: alive, pay provider\n"},
    {"an application that fails explains all that fails with it", "application web",
     "1 here browse: alive, list\n"
     "1 here buy: alive, pay\n"
     "4 here look: alive hangs\n"
     "4 here buy: pay provider\n"
     "4 here browse: list hangs\n"},
    {"a provider that the shop blames, soon after a release", "third-party payment",
     "1 here buy: list, pay\n"
     "2 did release 41\n"
     "4 here browse: alive, list\n"
     "4 here buy: list, pay provider\n"},
    {"a database that the shop names, soon after a release", "database - !",
     "1 here browse: alive, list\n"
     "2 did release 41\n"
     "4 here browse: alive, list words\n"},
    {"a release of another component", "undetermined -",
     "1 here browse: alive, list\n"
     "2 did new keys for the payment provider\n"
     "4 here browse: alive, list 500\n"},
    {"a change of the database, by its title", "database -",
     "1 here browse: alive, list\n"
     "2 did Shop database: new indexes\n"
     "4 here browse: alive, list 500\n"},
    {"answers of the front door that break off, as small ones pass", "network edge !",
     "1 here assets: picture\n"
     "1 here browse: alive, list, product\n"
     "4 here browse: alive, list breaks\n"
     "4 here search: product breaks\n"
     "5 here assets: picture breaks\n"
     "7 here browse: alive, list breaks\n"},
    {"a step of the database, asked over a path that breaks", "network edge !",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here browse: alive, list breaks\n"
     "5 here look: alive, order\n"
     "7 here browse: alive, list breaks\n"},
    {"a path that takes the request and gives nothing back", "network - ! exposed",
     "1 here browse: alive, list\n"
     "4 here look: alive\n"
     "4 here browse: list lifeless\n"
     "5 here look: alive\n"
     "7 here browse: list lifeless\n"},
    {"answers that are lost on the way to one alone, at a step of the database first",
     "network - exposed",
     "1 here browse: list\n"
     "1 there browse: list\n"
     "1 yonder browse: list\n"
     "4 here browse: list hangs\n"
     "6 there browse: list\n"
     "6 yonder browse: list\n"
     "6 there look: alive\n"
     "7 here browse: list hangs\n"},
    {"packets that are lost, when a request is on its way yet", "network edge",
     "1 here browse: alive, list\n"
     "1 here assets: picture\n"
     "4 here assets: picture silence\n"
     "4 here browse: alive unheard\n"},
    {"a front door that does not let in, as its other port would", "network edge",
     "1 here browse: alive, list\n"
     "4 here browse: alive silence\n"},
    {"a connection that is ended before the request", "network edge",
     "1 here browse: alive, list\n"
     "4 here browse: alive early\n"},
    {"refused here, before others have looked", "application web ~ exposed",
     "1 here browse: alive, list\n"
     "1 there browse: alive, list\n"
     "4 here browse: alive refused\n"},
    {"refused here, while others come in", "network - exposed",
     "1 here browse: alive, list\n"
     "1 there browse: alive, list\n"
     "1 yonder browse: alive, list\n"
     "1 here look: order\n"
     "4 here browse: alive refused\n"
     "5 there look: order\n"
     "5 yonder look: order\n"
     "6 here look: order refused\n"},
    {"a front door that has nobody behind it, or looks wrongly", "application - ~",
     "1 here browse: alive, list\n"
     "1 there browse: alive, list\n"
     "4 here browse: alive 502\n"
     "4 there browse: alive 502\n"},
    {"an application that gives its door nothing for one request", "application web !",
     "1 here browse: alive, list\n"
     "4 here browse: alive, list 502\n"
     "5 there look: alive\n"
     "7 here browse: alive, list 502\n"},
    {"a proxy whose application dies at one step", "application -",
     "1 here buy: list, pay\n"
     "4 here browse: alive, list\n"
     "4 here buy: list, pay 502\n"},
    {"the same, while others are answered", "application web !",
     "1 here buy: list, pay\n"
     "4 here buy: list, pay 502\n"
     "5 here browse: alive, list\n"
     "7 here buy: list, pay 502\n"},
    {"an apology in place of every page", "application web !",
     "1 here browse: alive, list\n"
     "1 here buy: list, cart\n"
     "4 here browse: alive wrong\n"
     "4 here buy: list wrong\n"},
    /* Goods are sold out, and shops are made anew. */
    {"another word on one page", "undetermined - ?",
     "1 here browse: alive, list\n"
     "1 here buy: list, cart\n"
     "4 here browse: alive wrong\n"},
    {"a page that leads back to itself", "application web !",
     "1 here browse: alive, list\n"
     "1 here buy: list, cart\n"
     "4 here browse: alive, list circle\n"},
};

START_TEST(the_last_run_is_called_what_it_is)
{
    story_is_called_what_it_is(&stories[_i]);
}
END_TEST

START_TEST(errors_under_a_good_status_are_called_the_same)
{
    story_is_the_same_under_a_good_status(&stories[_i]);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("stories");
    TCase *tests = tcase_create("stories");
    tcase_add_loop_test(tests, the_last_run_is_called_what_it_is, 0, COUNT_OF(stories));
    tcase_add_loop_test(tests, errors_under_a_good_status_are_called_the_same, 0,
                        COUNT_OF(stories));
    suite_add_tcase(suite, tests);
    return suite;
}
