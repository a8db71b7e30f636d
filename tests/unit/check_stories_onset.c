/* SPDX-License-Identifier: MIT */
/* diagnose/: how it began, and what came of it: stories of many runs. See story.h. */
#include "tests/unit/runner.h"
#include "tests/unit/story.h"

#include "monitor/base/result.h"

static const struct story stories[] = {
    {"a run in the middle of a request, acknowledged, when the path broke", "network edge",
     "1 here browse: alive, list\n"
     "1 there browse: picture, alive, list\n"
     "4 here browse: alive, list hangs\n"
     "5 there buy: alive silence\n"
     "7 here browse: alive silence\n"},
    {"the first incident, seen from one vantage point before others", "database db.orders",
     "1 here browse: alive, order\n"
     "1 there browse: alive, order\n"
     "1 yonder browse: alive, order\n"
     "4 here browse: alive, order hangs\n"
     "4 there browse: alive, order hangs\n"
     "4 yonder browse: alive, order hangs\n"
     "7 here browse: alive, order hangs\n"
     "7 there browse: alive, order hangs\n"
     "7 yonder browse: alive hangs\n"},
    {"the first incident, seen by a journey that has passed all the time", "database db.orders",
     "1 here browse: alive, order\n"
     "1 here assets: alive\n"
     "4 here browse: alive, order hangs\n"
     "5 here look: alive, list\n"
     "7 here assets: alive hangs\n"},
    {"a run in the middle of a request when the path broke tells nothing of a server",
     "network edge",
     "1 here browse: alive, list\n"
     "4 here browse: alive, list cut\n"
     "5 there buy: alive silence\n"
     "7 here browse: alive silence\n"},
    {"what was received, and heard of no more, when the path broke", "network edge",
     "1 here browse: alive, list\n"
     "4 here browse: alive, list lifeless\n"
     "4 here look: alive, order lifeless\n"
     "5 there buy: alive silence\n"},
    {"a provider that gives no answer, and then a table that hangs until no worker is left",
     "? - without pattern.application_fails_too",
     "1 here browse: alive, list\n"
     "1 here fill: list, cart\n"
     "1 here buy: list, purchase\n"
     "4 here buy: list, purchase provider\n"
     "7 here fill: list, cart hangs\n"
     "10 here browse: alive hangs\n"
     "11 here fill: list hangs\n"},
    {"an application that hangs, seen by a step of the database", "application web",
     "1 here browse: alive, list\n"
     "1 here buy: list, cart\n"
     "4 here browse: alive hangs\n"
     "4 here look: order hangs\n"
     "4 here buy: list hangs\n"},
    {"the first incident, as seen by what needs no database", "database db.orders",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive, order hangs\n"
     "6 here browse: alive, list\n"
     "7 here look: alive, order hangs\n"
     "9 here browse: alive, list\n"
     "10 here look: alive, order hangs\n"
     "12 here browse: alive hangs\n"},
    {"the first incident, as seen by another table", "database db.orders",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive, order hangs\n"
     "6 here browse: alive, list\n"
     "7 here look: alive, order hangs\n"
     "9 here browse: alive, list hangs\n"},
    {"the first incident, when not even a connection is made", "database db.orders",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive, order hangs\n"
     "6 here browse: alive, list\n"
     "7 here look: alive, order hangs\n"
     "12 here browse: alive silence\n"},
    {"the first incident, when the step that hangs is not sent any more", "database db.orders",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive, order hangs\n"
     "6 here browse: alive, list\n"
     "7 here look: overlap\n"
     "8 here look: held\n"
     "9 here browse: alive hangs\n"},
    {"packets that are lost here and there are not the database", "network edge",
     "1 here browse: picture, alive, list\n"
     "1 there browse: picture, alive, list\n"
     "4 here browse: picture, alive, list hangs\n"
     "4 there browse: picture silence\n"
     "5 there assets: alive\n"
     "7 there browse: picture, alive, list\n"
     "7 here browse: picture silence\n"},
    {"one of two nodes that answers everything with an error is not the database", "application -",
     "1 here browse: alive, list\n"
     "1 there browse: alive, list\n"
     "4 here browse: alive, list 500\n"
     "5 there assets: alive\n"
     "7 there browse: alive 500\n"},
    {"a database that answers wrongly at first, and then not at all", "database db.catalogue",
     "1 here browse: alive, list\n"
     "1 here assets: alive\n"
     "4 here browse: alive, list 500\n"
     "7 here browse: alive, list hangs\n"
     "8 here assets: alive\n"
     "11 here assets: alive hangs\n"},
    {"a step of the database that hung from here alone began nothing", "application web",
     "1 here look: alive, order\n"
     "4 here look: alive, order hangs\n"
     "6 there look: alive, order\n"
     "6 yonder look: alive, order\n"
     "9 there browse: alive hangs\n"
     "9 yonder browse: alive hangs\n"
     "9 here browse: alive hangs\n"},
    {"what fills up from here alone is not the shop", "network -",
     "1 here look: alive, order\n"
     "4 there look: alive, order\n"
     "4 yonder look: alive, order\n"
     "4 here look: alive, order hangs\n"
     "5 here assets: alive\n"
     "8 here assets: alive hangs\n"
     "10 there assets: alive\n"
     "10 yonder assets: alive\n"
     "11 here assets: alive hangs\n"},
    {"an application that stuttered, and answered before a database's step hung", "application web",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here browse: alive hangs\n"
     "5 here browse: alive, list\n"
     "6 here look: order hangs\n"
     "7 here assets: alive\n"
     "9 here assets: alive hangs\n"},
    {"an application that stutters, and answers in between", "application web",
     "1 here browse: alive, list\n"
     "1 here buy: alive, list\n"
     "4 here browse: alive hangs\n"
     "5 here look: list hangs\n"
     "6 here buy: alive, list\n"
     "7 here browse: alive hangs\n"},
    {"one that stutters, seen by a step of the database first", "undetermined - ~",
     "1 here browse: alive, list\n"
     "1 here buy: alive, list\n"
     "4 here look: list hangs\n"
     "6 here buy: alive, list\n"
     "7 here browse: alive hangs\n"},
    {"one that stutters, seen by two steps of one table", "undetermined - ?",
     "1 here browse: alive, list\n"
     "1 here look: product\n"
     "4 here look: product hangs\n"
     "6 here browse: alive, list\n"
     "7 here look: product hangs\n"
     "8 here buy: list hangs\n"},
    {"a table that is only read since, when others hang with its writers", "database db.carts",
     "1 here browse: alive, list\n"
     "1 here buy: cart\n"
     "4 here buy: cart hangs\n"
     "6 here look: basket\n"
     "7 here browse: alive, list\n"
     "7 here buy: cart hangs\n"
     "10 here browse: alive hangs\n"},
    {"an old failure of a table is not what a dead application began with", "application web",
     "1 here look: alive, order wrong\n"
     "4000 here browse: alive, list\n"
     "4003 here browse: alive hangs\n"},
    {"workers that are all held at once, then a full queue", "application web exposed",
     "1 here browse: alive, list\n"
     "1 there browse: alive, list\n"
     "1 here look: order\n"
     "1 there look: order\n"
     "4 here browse: alive hangs\n"
     "4 there browse: alive hangs\n"
     "4 here look: order hangs\n"
     "4 there look: order silence\n"
     "7 here browse: alive silence\n"},
    {"the same, of a shop that is watched from one place", "application web exposed",
     "1 here browse: alive, list\n"
     "1 here look: order\n"
     "4 here browse: alive hangs\n"
     "4 here look: order hangs\n"
     "7 here browse: alive silence\n"},
    {"a request that is on its way yet is not held by a server",
     "? - without pattern.began_with_database",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive, order unheard\n"
     "6 here browse: alive, list\n"
     "9 here browse: alive hangs\n"},
    {"a table that has hung for an hour is not what a dead application began with",
     "application web without pattern.began_with_database",
     "1 here look: alive, order\n"
     "4 here look: alive, order hangs\n"
     "4000 here browse: alive, list\n"
     "4003 here browse: alive hangs\n"},
    {"what was lost on the way before is not the application's failure",
     "? - with pattern.began_behind_application",
     "1 here look: alive, order\n"
     "3 there browse: alive silence\n"
     "4 here look: alive, order hangs\n"},
    {"what hangs behind the application's own step", "? - with pattern.began_behind_application",
     "1 here look: alive, order\n"
     "4 here look: alive, order hangs\n"},
    {"what the application did a second before tells nothing of it",
     "? - without pattern.began_behind_application",
     "1 here look: alive, order\n"
     "4 here look: alive, wait, order hangs\n"},
    {"an error, while others hang behind the application's own step",
     "? - without pattern.began_behind_application",
     "1 here look: alive, order\n"
     "1 here browse: list\n"
     "4 here look: alive, order hangs\n"
     "5 here browse: list 500\n"},
    {"a request that nobody received, while others hang behind it",
     "? - without pattern.began_behind_application",
     "1 here look: alive, order\n"
     "1 here browse: list\n"
     "4 here look: alive, order hangs\n"
     "5 here browse: list cut\n"},
    {"what the application did alone passed for a while yet: that says more",
     "database db.orders without pattern.began_behind_application",
     "1 here look: alive, order\n"
     "1 here browse: alive, list\n"
     "4 here look: alive, order hangs\n"
     "6 here browse: alive, list\n"
     "9 here browse: alive, list hangs\n"},
    {"an application that cuts off while others are held did not begin it",
     "? - exposed without pattern.began_with_application",
     "1 here look: order\n"
     "1 here shop: list\n"
     "4 here look: order hangs\n"
     "4 here shop: list hangs\n"
     "5 here browse: alive reset\n"
     "7 there buy: alive silence\n"},
    {"few that were held, and more that found nobody: a path that is cut",
     "? - exposed without transport.tcp_timeout_later",
     "1 here look: order\n"
     "1 here shop: list\n"
     "4 here look: order hangs\n"
     "4 here shop: list hangs\n"
     "5 here browse: alive silence\n"
     "5 there browse: alive silence\n"},
    {"more that were held: a queue that is full", "? - exposed with transport.tcp_timeout_later",
     "1 here look: order\n"
     "1 here shop: list\n"
     "4 here look: order hangs\n"
     "4 here shop: list hangs\n"
     "5 there browse: alive silence\n"},
    {"what was lost on the way before is not what the shop began with",
     "? - exposed with transport.tcp_timeout_later",
     "1 here look: order\n"
     "1 here shop: list\n"
     "3 yonder browse: alive silence\n"
     "4 here look: order hangs\n"
     "4 here shop: list hangs\n"
     "4 there shop: list hangs\n"
     "5 there browse: alive silence\n"},
    {"one worker that waits: of three that begin together one passed the health page before it",
     "? - with pattern.began_behind_application",
     "1 here browse: alive, list\n"
     "1 there browse: alive, list\n"
     "1 yonder browse: alive, list\n"
     "1 here look: order\n"
     "1 there look: order\n"
     "4 there browse: alive hangs\n"
     "4 yonder browse: alive hangs\n"
     "4 here browse: alive, list hangs\n"
     "5 there look: order hangs\n"
     "5 here look: order hangs\n"},
    {"one that waits for another table than those before it",
     "? - with pattern.began_behind_application",
     "1 here look: alive, list, order\n"
     "4 here look: alive, list, order hangs\n"},
    {"a table's step hangs before the health page does: a freeze, or a lock behind one worker",
     "application web ~",
     "1 here browse: alive, list\n"
     "1 here look: order\n"
     "4 here look: order hangs\n"
     "5 here browse: alive hangs\n"},
    {"the same, seen by the table's step", "application web ~",
     "1 here browse: alive, list\n"
     "1 here look: order\n"
     "4 here look: order hangs\n"
     "5 here browse: alive hangs\n"
     "7 here look: order hangs\n"},
    {"the health page hung first", "application web ! with pattern.application_fails_too",
     "1 here browse: alive, list\n"
     "1 here look: order\n"
     "4 here browse: alive hangs\n"
     "5 here look: order hangs\n"},
    {"whose name is not known has not come to the door", "? - without pattern.needs_door_only",
     "1 here assets: picture\n"
     "4 here assets: picture nameless\n"},
    {"what passes in the moment of a door's first error does not tell of who is behind it",
     "? - without answer.application_breaks_off",
     "1 here browse: alive\n"
     "1 there browse: alive, list\n"
     "4 here browse: alive 502\n"
     "4 there browse: alive, list\n"
     "7 here browse: alive 502\n"},
    {"what passes a second later does", "application web with answer.application_breaks_off",
     "1 here browse: alive\n"
     "1 there browse: alive, list\n"
     "4 here browse: alive 502\n"
     "5 there browse: alive, list\n"
     "7 here browse: alive 502\n"},
    {"what passes by another door does not", "? - without answer.application_breaks_off",
     "1 here browse: alive\n"
     "1 afar browse: alive, list\n"
     "4 here browse: alive 502\n"
     "5 afar browse: alive, list\n"
     "7 here browse: alive 502\n"},
    {"it began with a database that is well: the way to it may fail",
     "application web ~ with probe.database_all_well doubting way",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here browse: list hangs\n"
     "5 here look: alive hangs\n"
     "7 here browse: list hangs; well connect db; well sessions db; well write db; well read "
     "db.catalogue\n"},
    {"the same, where somebody was served in between: what is between them may come and go",
     "application web ~ with probe.database_all_well doubting way",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here browse: list hangs\n"
     "5 here look: alive hangs\n"
     "6 there look: order\n"
     "7 here browse: list hangs; well connect db; well sessions db; well write db; well read "
     "db.catalogue\n"},
    {"a provider that the shop blames, while packets to the shop are lost",
     "undetermined - ? with pattern.way_fails_too",
     "1 here buy: list, pay\n"
     "4 here assets: picture silence\n"
     "4 there browse: alive silence\n"
     "5 here browse: alive, list\n"
     "6 there browse: alive, list\n"
     "7 here buy: list, pay provider\n"},
    {"the same, where they are long past", "third-party payment ! without pattern.way_fails_too",
     "1 here buy: list, pay\n"
     "4 here assets: picture silence\n"
     "4 there browse: alive silence\n"
     "905 here browse: alive, list\n"
     "906 there browse: alive, list\n"
     "907 here buy: list, pay provider\n"},
    {"the same, where only one lost any", "third-party payment ! without pattern.way_fails_too",
     "1 here buy: list, pay\n"
     "4 there browse: alive silence\n"
     "5 here browse: alive, list\n"
     "5 here buy: list, pay provider\n"},
    {"the same, where the shop lets in nobody any more since",
     "third-party payment ! without pattern.way_fails_too",
     "1 here buy: list, pay\n"
     "4 here buy: list, pay provider\n"
     "5 here assets: picture silence\n"
     "5 there browse: alive silence\n"
     "6 here browse: alive, list\n"
     "7 here buy: list, pay provider\n"},
    {"a step of the database that waits since before the application's own step hung",
     "? - ~ with pattern.application_fails_later",
     "1 here look: order\n"
     "1 here browse: alive, list\n"
     "4 here look: order waits\n"
     "5 here browse: alive hangs\n"},
    {"one that waits behind the application's own step",
     "? - ~ with pattern.began_behind_application",
     "1 here look: alive, order\n"
     "1 here browse: alive, list\n"
     "4 here look: alive, order waits\n"
     "5 here browse: alive hangs\n"},
    {"two steps of one table, of which one waits yet", "database db.orders ! with waiting.others",
     "1 here look: order\n"
     "1 here browse: history\n"
     "4 here look: order waits\n"
     "5 here browse: history hangs\n"},
    {"all that need the database, of which one waits yet", "database - with waiting.others",
     "1 here look: order\n"
     "1 here browse: alive, list\n"
     "4 here look: order waits\n"
     "5 here browse: alive, list hangs\n"},
    {"the application's own step waits yet, since before", "application web with waiting.others",
     "1 here look: alive\n"
     "1 there browse: alive, list\n"
     "4 here look: alive waits\n"
     "5 there browse: list hangs\n"},
    {"the application's own step waits since before a step of the database does",
     "application web without pattern.application_fails_later",
     "1 here look: alive\n"
     "1 here buy: order\n"
     "1 there browse: alive, list\n"
     "4 here look: alive waits\n"
     "5 here buy: order waits\n"
     "6 there browse: alive hangs\n"},
    {"what waits from here alone, and passes elsewhere", "? - without waiting.others",
     "1 here look: order\n"
     "1 there look: order\n"
     "1 here browse: alive, list\n"
     "4 here look: order waits\n"
     "5 there look: order\n"
     "6 here browse: alive, list hangs\n"},
    {"what waited, and has ended since", "? - without waiting.others",
     "1 here look: order\n"
     "1 here browse: alive, list\n"
     "4 here look: order waits\n"
     "4 here look: order\n"
     "4 here browse: alive, list hangs\n"},
    {"what waited, and has ended with an error since", "? - without waiting.others",
     "1 here look: order\n"
     "1 here browse: alive, list\n"
     "4 here look: order waits\n"
     "4 here look: order 500\n"
     "4 here browse: alive, list hangs\n"},
    {"an application that waits yet since before the database did is not what the database led to",
     "? - without pattern.began_with_database",
     "1 here look: order\n"
     "1 here assets: alive\n"
     "1 here browse: alive, list\n"
     "3 here assets: alive waits\n"
     "4 here look: order hangs\n"
     "6 there browse: alive, list\n"
     "7 here browse: list hangs\n"},
    {"the same, where it does not wait", "database db.orders",
     "1 here look: order\n"
     "1 here assets: alive\n"
     "1 here browse: alive, list\n"
     "4 here look: order hangs\n"
     "6 there browse: alive, list\n"
     "7 here browse: list hangs\n"},
    {"what has not waited longer than usual", "? - without waiting.others",
     "1 here look: order late\n"
     "1 here browse: alive, list\n"
     "5 here look: order waits\n"
     "5 here browse: alive, list hangs\n"},
    {"the same step from elsewhere waits for the same", "? - without waiting.others",
     "1 here browse: alive, list\n"
     "1 there browse: alive, list\n"
     "4 there browse: alive, list waits\n"
     "5 here browse: alive, list hangs\n"},
    {"a step of the database that gave up late, with an error, and its worker was missing "
     "meanwhile",
     "undetermined - ~ with pattern.began_behind_application",
     "1 here look: alive, order\n"
     "1 here browse: alive, list\n"
     "4 here look: alive, order late\n"
     "5 here browse: alive hangs\n"},
    {"one that gave up late, and then found no worker itself",
     "undetermined - ~ with pattern.began_behind_application",
     "1 here look: alive, order\n"
     "1 here browse: alive, list\n"
     "4 here look: alive, order late\n"
     "5 here browse: alive hangs\n"
     "7 here look: alive hangs\n"},
    /* As of an application that lends its sessions out, and gets none back. */
    {"one that gave up late, and then another one", "? - ~ without pattern.began_with_database",
     "1 here look: alive, order\n"
     "1 here browse: alive, list\n"
     "4 here look: alive, order late\n"
     "5 there look: alive, order late\n"
     "6 here browse: alive, list late\n"},
    {"an error that came at once began nothing", "application web",
     "1 here look: alive, order\n"
     "1 here browse: alive, list\n"
     "4 here look: alive, order 500\n"
     "5 here browse: alive hangs\n"},
};

START_TEST(the_last_run_is_called_what_it_is)
{
    story_is_called_what_it_is(&stories[_i]);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("stories of beginnings");
    TCase *tests = tcase_create("stories of beginnings");
    tcase_add_loop_test(tests, the_last_run_is_called_what_it_is, 0, COUNT_OF(stories));
    suite_add_tcase(suite, tests);
    return suite;
}
