/* SPDX-License-Identifier: MIT */
/*
 * The facts that a verdict is made of, and what each says for or against each suspect, in decibels
 * (10 = ten times likelier). The only place with numbers in it: read it, argue with it, fit it
 * again. Facts of a group depend on each other: their sum is clipped. {} is what one is about.
 */
#ifndef DIAGNOSE_WEIGHTS_H
#define DIAGNOSE_WEIGHTS_H

#define WEIGHT_GROUP_MAX 20.0 /* per suspect, and below zero */

/* X(SUSPECT, per cent): how often it is to blame, where the shop file does not say it. */
#define PRIOR_TABLE(X)                                                                             \
    X(NETWORK, 9)                                                                                  \
    X(APPLICATION, 42) X(DATABASE, 20) X(THIRD_PARTY, 13) X(MONITOR, 6) X(SCENARIO, 10)

#define FACT_GROUP_TABLE(X)                                                                        \
    X(TRANSPORT) X(ANSWER) X(BODY) X(PATTERN) X(VANTAGE) X(DATABASE) X(ONSET)

/* X(NAME, group, code, network, application, database, third-party, monitor, scenario, text) */
#define FACT_TABLE(X)                                                                              \
    X(DNS, TRANSPORT, "transport.dns", 18, -12, -14, 0, 2, -6, "The shop's name is not resolved.") \
    X(TCP_TIMEOUT, TRANSPORT, "transport.tcp_timeout", 16, -4, -8, 0, 0, -10,                      \
      "The connection was not answered at all.")                                                   \
    X(TCP_TIMEOUT_FRONT_DOOR, TRANSPORT, "transport.tcp_timeout_front_door", 18, -8, -12, 0, 0,    \
      -10, "The declared front door, {}, does not answer a connection at all.")                    \
    X(TCP_TIMEOUT_LATER, TRANSPORT, "transport.tcp_timeout_later", -12, 8, 8, 0, 0, -8,            \
      "Connections time out only now; it began with “{}”, unanswered: the server has filled up.")  \
    X(UNREACHABLE, TRANSPORT, "transport.unreachable", 12, -4, -8, 0, 3, -10,                      \
      "There is no route to the shop's address.")                                                  \
    X(REFUSED, TRANSPORT, "transport.refused", -6, 10, -4, 0, -6, -8,                              \
      "The host answered and refused the connection: the path works, and nothing listens.")        \
    X(REFUSED_FRONT_DOOR, TRANSPORT, "transport.refused_front_door", 14, -8, -6, 0, -6, -8,        \
      "The declared front door, {}, refused the connection.")                                      \
    X(REFUSED_HERE, TRANSPORT, "transport.refused_here", 10, -4, -8, 0, -2, -8,                    \
      "The connection is refused from here alone; others are let in.")                             \
    X(TLS, TRANSPORT, "transport.tls", 12, -3, -8, 2, 3, -3, "The TLS handshake failed.")          \
    X(CERTIFICATE, TRANSPORT, "transport.certificate", 16, -8, -14, 0, 3, -6,                      \
      "The front door shows a certificate that is no good: {}")                                    \
    X(PATH_BROKEN, TRANSPORT, "transport.path_broken", 18, -8, -14, 0, 2, -8,                      \
      "What was sent is not acknowledged and is being sent again: the path is cut.")               \
    X(PATH_LATE, TRANSPORT, "transport.path_late", 16, -6, -10, 0, 2, -8,                          \
      "The connection alone took {} to be made, many times longer than when all was well.")        \
    X(PATH_LOSES, TRANSPORT, "transport.path_loses", 10, -4, -8, 0, 2, -8,                         \
      "Packets of this connection were lost and sent again.")                                      \
    X(SERVER_SILENT, TRANSPORT, "transport.server_silent", -12, 5, 5, 2, -4, -6,                   \
      "The server's kernel acknowledged the request, and nobody answered it.")                     \
    X(SILENT_HERE, TRANSPORT, "transport.silent_here", 8, -6, -6, 0, 0, -6,                        \
      "The server's kernel acknowledged the request, and no answer came here; elsewhere it does.") \
    X(CUT_OFF_ANYWHERE, TRANSPORT, "transport.cut_off_anywhere", 14, -6, -8, 0, 2, -8,             \
      "Connections break at steps that share nothing, and the same steps pass in between.")        \
    X(CUT_OFF_FRONT_DOOR, TRANSPORT, "transport.cut_off_front_door", 16, -8, -12, 0, 0, -6,        \
      "{}, or somebody before it, ended the connection before the request was sent.")              \
    X(CUT_OFF_EARLY, TRANSPORT, "transport.cut_off_early", 4, 4, -6, 0, 0, -4,                     \
      "The connection was ended before the request was sent.")                                     \
    X(CUT_OFF, TRANSPORT, "transport.cut_off", -8, 10, -6, 0, -4, 0,                               \
      "The connection was ended from the other side before the answer was complete.")              \
    X(NOT_HTTP, TRANSPORT, "transport.not_http", -8, 8, 0, 0, -4, -2, "What came is no HTTP.")     \
    X(SERVER_ERROR, ANSWER, "answer.server_error", -15, 5, 5, 1, -8, -6,                           \
      "The shop itself answered, with status {}.")                                                 \
    X(GATEWAY_AT_ONCE, ANSWER, "answer.gateway_at_once", -12, 9, -2, 2, -6, -8,                    \
      "A proxy answered {} at once: it has no application behind it.")                             \
    X(GATEWAY_AT_DOOR, ANSWER, "answer.gateway_at_door", 9, 8, -8, 0, -6, -8,                      \
      "The front door itself answered {} at once: it has nobody behind it, or looks wrongly.")     \
    X(APPLICATION_BREAKS_OFF, ANSWER, "answer.application_breaks_off", -12, 14, -4, 0, -6, -6,     \
      "A proxy got no answer to this request ({}), while the application answers others.")         \
    X(GATEWAY_TIMEOUT, ANSWER, "answer.gateway_timeout", -8, 4, 5, 3, -6, -8,                      \
      "A proxy gave up waiting for what is behind it (status {}).")                                \
    X(UPSTREAM_SILENT, ANSWER, "answer.upstream_silent", -12, -2, -6, 18, -6, -6,                  \
      "The shop says that what is behind it gave no answer, and this step needs {}.")              \
    X(APPLICATION_SILENT, ANSWER, "answer.application_silent", -12, 9, 2, 4, -6, -8,               \
      "A proxy before the application wrote the page: it got no answer, and this step needs {}.")  \
    X(EDGE_GOT_NOTHING, ANSWER, "answer.edge_got_nothing", -4, 9, 0, 0, -6, -8,                    \
      "Who answers in the shop's place got nothing usable from it ({}).")                          \
    X(EDGE_REFUSED, ANSWER, "answer.edge_refused", 10, 4, -10, -4, -8, -8,                         \
      "Who answers in the shop's place is refused at the shop's own door ({}).")                   \
    X(EDGE_REFUSED_DOOR, ANSWER, "answer.edge_refused_door", 16, -2, -10, -4, -8, -8,              \
      "Who answers in the shop's place is refused at the shop's front door ({}).")                 \
    X(EDGE_NO_WAY, ANSWER, "answer.edge_no_way", 16, -4, -10, -2, -8, -8,                          \
      "Who answers in the shop's place finds no way to it ({}).")                                  \
    X(EDGE_WAITED, ANSWER, "answer.edge_waited", -10, 5, 5, -2, -6, -8,                            \
      "Who answers in the shop's place is connected to it, and waited in vain ({}).")              \
    X(EDGE_TLS, ANSWER, "answer.edge_tls", 18, -6, -12, -2, -8, -8,                                \
      "Who answers in the shop's place finds its TLS no good ({}).")                               \
    X(PROXY_REFUSED, ANSWER, "answer.proxy_refused", 2, 9, -4, -2, -8, -8,                         \
      "Who answers in the shop's place is refused by what is behind him ({}).")                    \
    X(PROXY_DENIED, ANSWER, "answer.proxy_denied", -2, -8, -10, 2, 16, 6,                          \
      "Who answers in the shop's place does not let this request through ({}).")                   \
    X(PROXY_ITSELF, ANSWER, "answer.proxy_itself", 18, -6, -10, 2, -8, -8,                         \
      "Who answers in the shop's place has a trouble of his own ({}).")                            \
    X(LIMITED, ANSWER, "answer.limited", -12, -6, -8, 3, 19, 4,                                    \
      "The shop says that it is asked too often ({}): it limits who watches it.")                  \
    X(CLOSED, ANSWER, "answer.closed", -15, 12, -6, -4, -6, -4,                                    \
      "The shop says that it is closed for a while (503, Retry-After {}).")                        \
    X(TIME_IN_DATABASE, ANSWER, "answer.time_in_database", -8, -2, 12, -4, -4, -2,                 \
      "The shop says itself that it waited for its database (Server-Timing: {}).")                 \
    X(TIME_IN_APPLICATION, ANSWER, "answer.time_in_application", -8, 8, -8, -2, -4, -2,            \
      "The shop says itself that its database took little of the time (Server-Timing: {}).")       \
    X(PATIENCE_OF_PROXY, ANSWER, "patience.of_proxy", -8, 3, 5, 3, -6, -8,                         \
      "It ended just when {} gives up on what is behind it.")                                      \
    X(PATIENCE_OF_APPLICATION, ANSWER, "patience.of_application", -10, 4, 5, 3, -6, -6,            \
      "It ended just when {} gives up waiting: it runs, and waits for something.")                 \
    X(PATIENCE_WITH_DATABASE, ANSWER, "patience.with_database", -8, 2, 11, -3, -6, -8,             \
      "It ended just when the shop gives up on {}.")                                               \
    X(PATIENCE_WITH_PROVIDER, ANSWER, "patience.with_provider", -8, 0, -4, 14, -6, -8,             \
      "It ended just when the shop gives up on {}.")                                               \
    X(FROM_CACHE, ANSWER, "answer.from_cache", 3, -2, -3, 3, -2, 0,                                \
      "A cache gave this answer, and the shop itself was not asked.")                              \
    X(CLIENT_ERROR, ANSWER, "answer.client_error", -12, 3, -2, 0, -4, 9,                           \
      "The shop refused the request as wrong (status {}).")                                        \
    X(REDIRECT_LOOP, ANSWER, "answer.redirect_loop", -2, 6, -6, -4, -4, 3,                         \
      "The shop sends its visitor from page to page, and never answers.")                          \
    X(CONTENT, ANSWER, "answer.content", -12, 3, 2, 0, -4, 11,                                     \
      "The shop answered normally, but not what the scenario expects.")                            \
    X(SLOW, ANSWER, "answer.slow", -2, 4, 3, 1, 0, -4, "The answers came too slowly.")             \
    X(DATABASE_WORDS_ELSEWHERE, BODY, "body.database_words_elsewhere", -12, -4, 14, -6, -8, -8,    \
      "The answer to another step that fails names the database ({}).")                            \
    X(STATIC_ANSWERS, TRANSPORT, "probe.static_answers", -14, 3, 3, 0, -6, 0,                      \
      "A file of {} that needs no application is answered, asked at the same moment.")             \
    X(LARGE_IS_LOST, TRANSPORT, "probe.large_is_lost", 18, -8, -14, -4, 0, -10,                    \
      "A small answer of the server arrives at the same moment, and a large file does not.")       \
    X(LARGE_ARRIVES, TRANSPORT, "probe.large_arrives", -8, 2, 2, 0, -4, 0,                         \
      "A large file of {} arrives whole, asked at the same moment.")                               \
    X(AGAIN_ANSWERS, TRANSPORT, "probe.again_answers", 6, -4, -4, 0, 0, -2,                        \
      "Asked again over a new connection, the same page comes whole: it breaks off by chance.")    \
    X(AGAIN_BREAKS, TRANSPORT, "probe.again_breaks", -6, 4, 1, 0, -2, 0,                           \
      "Asked again over a new connection, the same page breaks off again.")                        \
    X(ADDRESS_LOST, TRANSPORT, "probe.address_lost", 12, -3, -8, 0, 0, -8,                         \
      "Of the addresses of the shop's name, {} is not reached, and another one answers.")          \
    X(ADDRESS_FAILS, TRANSPORT, "probe.address_fails", -2, 10, -8, 0, -2, -8,                      \
      "Of the addresses of the shop's name, {} fails, and another one answers well.")              \
    X(FAMILY_LOST, TRANSPORT, "probe.family_lost", 14, -6, -10, 0, 3, -8,                          \
      "By {} the shop's name leads nowhere; by the other family of addresses it answers.")         \
    X(RESOLVER_SILENT_HERE, VANTAGE, "probe.resolver_silent_here", -12, -4, -4, -2, 14, -4,        \
      "Another DNS server, {}, knows the shop's name: only the own one gives no answer.")          \
    X(RESOLVER_KNOWS, VANTAGE, "probe.resolver_knows", 4, -4, -4, 0, 2, -2,                        \
      "Another DNS server, {}, knows the shop's name: they do not agree.")                         \
    X(RESOLVER_AGREES, VANTAGE, "probe.resolver_agrees", 6, -4, -4, 0, -10, -2,                    \
      "Another DNS server, {}, does not find the shop's name either.")                             \
    X(PATH_ENDS, VANTAGE, "probe.path_ends", 3, -1, -1, 0, -4, -2,                                 \
      "The way to the shop answers as far as {}, and not beyond.")                                 \
    X(PATH_SILENT, VANTAGE, "probe.path_silent", 1, -2, -2, 0, 3, -2,                              \
      "Nobody on the way to the shop answers a trace, not even the first router.")                 \
    X(PATH_ARRIVES, VANTAGE, "probe.path_arrives", -4, 2, 2, 0, -3, 0,                             \
      "A trace of the way arrives at the shop's host ({}).")                                       \
    X(PORT_ANSWERS, TRANSPORT, "probe.port_answers", -12, 4, 3, 0, -4, 0,                          \
      "The same host is reached at another port ({}).")                                            \
    X(PORT_SILENT, TRANSPORT, "probe.port_silent", 8, -4, -6, 0, 2, -4,                            \
      "No other port of the host is reached either.")                                              \
    X(PORT_REFUSED, TRANSPORT, "probe.port_refused", 8, -4, -4, 0, 0, -2,                          \
      "The other ports of the host refuse as well: somebody before it may be the one who does.")   \
    X(ORIGIN_PAST_DOOR, TRANSPORT, "probe.origin_past_door", 30, -14, -12, 0, -4, -6,              \
      "Past {}, the shop's own server answers what fails through it.")                             \
    X(ORIGIN_PAST_OTHERS, TRANSPORT, "probe.origin_past_others", 0, -14, -12, 26, -4, -6,          \
      "Past {}, the shop's own server answers what fails through it.")                             \
    X(ORIGIN_REFUSED, TRANSPORT, "probe.origin_refused", -10, 12, -6, -10, -4, -6,                 \
      "Past {}, the shop's own server refuses a connection: nothing listens there.")               \
    X(ORIGIN_SILENT, TRANSPORT, "probe.origin_silent", -2, 5, 3, -8, 0, -4,                        \
      "Past {}, no connection to the shop's own server is made either.")                           \
    X(ORIGIN_UNREACHED, TRANSPORT, "probe.origin_unreached", 12, -2, -4, -10, 0, -6,               \
      "Past {}, not even a connection to the shop's own door is made.")                            \
    X(ORIGIN_HAS_WAY, TRANSPORT, "probe.origin_has_way", 14, -14, -12, 4, -4, -6,                  \
      "Past {}, the shop's own server answers: what is cut is the way between the two.")           \
    X(ORIGIN_FAILS, TRANSPORT, "probe.origin_fails", -4, 6, 3, -10, -4, -4,                        \
      "Past {}, the shop's own server fails as well.")                                             \
    X(DATABASE_WORDS, BODY, "body.database_words", -15, -4, 18, -8, -10, -10,                      \
      "The answer itself names the database ({}).")                                                \
    X(NAMES_THIRD_PARTY, BODY, "body.names_third_party", -12, -2, -8, 18, -8, -8,                  \
      "The answer itself names a third party ({}).")                                               \
    X(DATABASE_ILL, DATABASE, "probe.database_ill", -10, -6, 20, -8, -8, -8,                       \
      "Asked directly, the database is not well: {}")                                              \
    X(DATABASE_ILL_NEAR, DATABASE, "probe.database_ill_near", -6, 0, 5, -3, -4, -3,                \
      "Asked directly, another part of the database is not well: {}")                              \
    X(DATABASE_ILL_BEHIND, DATABASE, "probe.database_ill_behind", -10, -6, 20, -8, -8, -8,         \
      "Asked directly, the database is not well, and who waits for it leaves no worker: {}")       \
    X(DATABASE_LOCKED_BEHIND, DATABASE, "probe.database_locked_behind", -8, 0, 3, -6, -4, -6,      \
      "Asked directly, the database is locked: who hangs waits for it, or holds it: {}")           \
    X(DATABASE_HOLDER_STOPPED, DATABASE, "probe.database_holder_stopped", -8, 8, -4, -6, -4, -6,   \
      "Asked directly, the database waits for a stopped process that may serve the shop: {}")      \
    X(DATABASE_ALL_WELL, DATABASE, "probe.database_all_well", 2, 2, -12, 3, 1, 1,                  \
      "Asked directly, {} takes connections, reads and writes, and nobody waits in it.")           \
    X(DATABASE_WELL, DATABASE, "probe.database_well", 0, 1, -4, 1, 0, 1,                           \
      "Asked directly, what the step needs of {} answers, so far as was asked.")                   \
    X(NEEDS_NO_DATABASE, PATTERN, "pattern.needs_no_database", 0, 10, -8, -3, -2, -4,              \
      "The step that fails, “{}”, needs no database.")                                             \
    X(NEEDS_DOOR_ONLY, PATTERN, "pattern.needs_door_only", 12, -10, -14, -6, -2, -4,               \
      "The step that fails, “{}”, needs nothing behind the front door.")                           \
    X(DOOR_FAILS_TOO, PATTERN, "pattern.door_fails_too", 12, -8, -12, -4, 0, -6,                   \
      "What the front door answers by itself gets no answer either: {}")                           \
    X(ALL_DATABASE_STEPS, PATTERN, "pattern.all_database_steps", -14, -3, 12, -4, -6, -6,          \
      "Every step that needs the database hangs, while “{}”, which needs none, passes.")           \
    X(ALL_DATABASE_ERRORS, PATTERN, "pattern.all_database_errors", -14, 0, 10, -4, -6, -6,         \
      "Every step that needs the database gets an error; “{}”, which needs none, passes.")         \
    X(ONE_PART_TWO_ROUTES, PATTERN, "pattern.one_part_two_routes", -12, -2, 12, -6, -6, -4,        \
      "Different steps that need {} hang; no step that needs it passes.")                          \
    X(ONE_PART_ERRORS, PATTERN, "pattern.one_part_errors", -12, 0, 10, -6, -6, -4,                 \
      "Different steps that need {} are answered with an error; no step that needs it passes.")    \
    X(APPLICATION_FAILS_TOO, PATTERN, "pattern.application_fails_too", -8, 10, -6, -3, -4, -8,     \
      "A step that needs no database, “{}”, fails as well.")                                       \
    X(APPLICATION_FAILS_LATER, PATTERN, "pattern.application_fails_later", -6, 3, 0, -2, -4, -6,   \
      "It began with steps that need a database; “{}”, which needs none, failed soon after.")      \
    X(WRONG_EVERYWHERE, PATTERN, "pattern.wrong_everywhere", -6, 10, -8, -4, -4, -8,               \
      "Several steps get wrong answers, and one of them, “{}”, needs no database.")                \
    X(BEGAN_WITH_DATABASE, PATTERN, "pattern.began_with_database", -14, -6, 14, -4, -6, -6,        \
      "It began with steps that need {}; what needs no database passed for a while yet.")          \
    X(BEGAN_WITH_APPLICATION, PATTERN, "pattern.began_with_application", -8, 10, -8, -4, -4, -6,   \
      "It began with “{}” among others, which needs no database.")                                 \
    X(BEGAN_BEHIND_APPLICATION, PATTERN, "pattern.began_behind_application", -6, -4, 4, -2, -4,    \
      -4, "It began behind “{}”, which needs no database and had just passed.")                    \
    X(OTHERS_WAIT, PATTERN, "waiting.others", -2, 0, 0, 0, -2, 0, "Meanwhile {}.")                 \
    X(HEALTH_WITHOUT_DATABASE, PATTERN, "probe.health_without_database", -12, -4, 8, 2, -4, -2,    \
      "The health page of {}, which needs no database, answers at the same moment.")               \
    X(HEALTH_ANSWERS, PATTERN, "probe.health_answers", -12, 0, 0, 2, -4, 2,                        \
      "The health page of {} answers at the same moment.")                                         \
    X(HEALTH_FAILS, PATTERN, "probe.health_fails", -6, 10, -3, -3, -4, -8,                         \
      "The health page of {} does not answer as it should either.")                                \
    X(HEALTH_FAILS_LATER, PATTERN, "probe.health_fails_later", -6, 4, 3, -3, -4, -8,               \
      "The health page of {} does not answer as it should now, either.")                           \
    X(ONE_ROUTE, PATTERN, "pattern.one_route", -8, 3, 3, 0, -3, 2, "Only the step “{}” fails.")    \
    X(ONLY_WRITES, PATTERN, "pattern.only_writes", -10, 2, 8, 0, -2, 2,                            \
      "Reading {} works, writing it fails.")                                                       \
    X(WAY_FAILS_TOO, PATTERN, "pattern.way_fails_too", 10, -2, -4, -10, 0, -4,                     \
      "Just before, packets were lost on the way to the shop itself: those to {} may be, too.")    \
    X(ONLY_THIRD_PARTY, PATTERN, "pattern.only_third_party", -8, 0, -3, 12, -2, 0,                 \
      "Of what the step needs, only {} is not seen working elsewhere.")                            \
    X(ALL_VANTAGES, VANTAGE, "vantage.all", -3, 3, 3, 3, -12, 1, "All vantage points agree ({}).") \
    X(ALL_VANTAGES_DOOR, VANTAGE, "vantage.all_door", 3, -1, -2, 0, -12, 0,                        \
      "All vantage points agree ({}).")                                                            \
    X(ONE_VANTAGE_OF_MANY, VANTAGE, "vantage.one_of_many", 8, -18, -20, -10, 10, -14,              \
      "It fails from {} only; from all others the same step passes.")                              \
    X(ONE_VANTAGE, VANTAGE, "vantage.one", 6, -10, -12, -6, 12, -8,                                \
      "It fails from {} only; elsewhere the same step passes.")                                    \
    X(SOME_VANTAGES, VANTAGE, "vantage.some", 8, -6, -8, 2, 0, -6,                                 \
      "It fails from some vantage points and not from others ({}).")                               \
    X(REFERENCES_ANSWER, VANTAGE, "probe.references_answer", 1, 1, 1, 1, -8, -3,                   \
      "Other sites answer the same vantage point.")                                                \
    X(CHANGED_BEFORE, ONSET, "onset.changed_before", -2, 5, 0, -2, 0, 5,                           \
      "Less than 15 minutes before it began: {}")                                                  \
    X(NO_DEPLOY, ONSET, "onset.no_deploy", 1, -2, 1, 1, 1, -1,                                     \
      "Deploys are reported here, and the last was {} before it began.")                           \
    X(CHANGED_NETWORK, ONSET, "onset.changed_network", 8, -2, -2, -2, 0, 0,                        \
      "Less than 15 minutes before it began, and about it: {}")                                    \
    X(CHANGED_APPLICATION, ONSET, "onset.changed_application", -2, 8, -2, -2, 0, 3,                \
      "Less than 15 minutes before it began, and about it: {}")                                    \
    X(CHANGED_DATABASE, ONSET, "onset.changed_database", -2, -2, 8, -2, 0, 0,                      \
      "Less than 15 minutes before it began, and about it: {}")                                    \
    X(CHANGED_THIRD_PARTY, ONSET, "onset.changed_third_party", -2, -1, -2, 8, 0, 0,                \
      "Less than 15 minutes before it began, and about it: {}")                                    \
    X(PASSED_BEFORE, ONSET, "onset.passed_before", 3, 3, 2, 1, 0, -10,                             \
      "The same step of the same scenario passed before.")                                         \
    X(ANSWERED_OTHERWISE, ONSET, "onset.answered_otherwise", 3, 3, 3, 1, 0, -1,                    \
      "The same step passed before: the shop has changed, or what the scenario relies on.")

#endif
