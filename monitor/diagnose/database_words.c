/* SPDX-License-Identifier: MIT */
/*
 * What databases say when they are ill, as it shines through in the bodies of careless shops. A
 * body that names the database is the cheapest strong evidence there is. See diagnose.h.
 */
#include "monitor/diagnose/diagnose.h"
#include "monitor/diagnose/unreached.h"

#include "monitor/record/database.h"

#include <string.h>

/* Sentences of PostgreSQL, MySQL, MariaDB, SQLite and frameworks; of two in one body the first here
 * counts. Codes are in record/database.c. */
static const struct {
    const char *words;
    enum symptom symptom;
} database_words[] = {
    {"database disk image is malformed", SYMPTOM_DB_CORRUPT},
    {"file is not a database", SYMPTOM_DB_CORRUPT},
    {"invalid page in block", SYMPTOM_DB_CORRUPT},
    {"could not read block", SYMPTOM_DB_CORRUPT},
    {"missing chunk number", SYMPTOM_DB_CORRUPT},
    {"is marked as crashed", SYMPTOM_DB_CORRUPT},
    {"Incorrect key file for table", SYMPTOM_DB_CORRUPT},
    {"SQLSTATE[HY000] [2002]", SYMPTOM_DB_UNAVAILABLE},
    {"Error establishing a database connection", SYMPTOM_DB_UNAVAILABLE},
    {"Link to database cannot be established", SYMPTOM_DB_UNAVAILABLE},
    {"MySQL server has gone away", SYMPTOM_DB_UNAVAILABLE},
    {"the database system is starting up", SYMPTOM_DB_UNAVAILABLE},
    {"the database system is shutting down", SYMPTOM_DB_UNAVAILABLE},
    {"terminating connection due to administrator command", SYMPTOM_DB_UNAVAILABLE},
    {"SequelizeConnectionRefusedError", SYMPTOM_DB_UNAVAILABLE},
    {"Connection terminated unexpectedly", SYMPTOM_DB_UNAVAILABLE},
    {"is not permitted to log in", SYMPTOM_DB_UNAVAILABLE},
    {"password authentication failed for user", SYMPTOM_DB_UNAVAILABLE},
    {"Can't reach database server", SYMPTOM_DB_UNAVAILABLE},
    {"unable to open database file", SYMPTOM_DB_UNAVAILABLE},
    {"too many clients already", SYMPTOM_DB_EXHAUSTED},
    {"remaining connection slots are reserved", SYMPTOM_DB_EXHAUSTED},
    {"Too many connections", SYMPTOM_DB_EXHAUSTED},
    {"SequelizeConnectionAcquireTimeoutError", SYMPTOM_DB_EXHAUSTED},
    {"in a read-only transaction", SYMPTOM_DB_READ_ONLY},
    {"attempt to write a readonly database", SYMPTOM_DB_READ_ONLY},
    {"running with the --read-only option", SYMPTOM_DB_READ_ONLY},
    {"No space left on device", SYMPTOM_DB_FULL},
    {"database or disk is full", SYMPTOM_DB_FULL},
    {"could not extend file", SYMPTOM_DB_FULL},
    {"reached maximum value of sequence", SYMPTOM_DB_OUT_OF_NUMBERS},
    {"Failed to read auto-increment value from storage engine", SYMPTOM_DB_OUT_OF_NUMBERS},
    {"to avoid wraparound data loss", SYMPTOM_DB_READ_ONLY},
    {"could not translate host name", SYMPTOM_DB_UNAVAILABLE},
    {"connection to server on socket", SYMPTOM_DB_UNAVAILABLE},
    {"connection to server at \"", SYMPTOM_DB_UNAVAILABLE},
    {"connection to server at \\\"", SYMPTOM_DB_UNAVAILABLE},
    {"Can't connect to MySQL server", SYMPTOM_DB_UNAVAILABLE},
    {"Can't connect to local MySQL server", SYMPTOM_DB_UNAVAILABLE},
    {"database is locked", SYMPTOM_DB_LOCKED},
    {"canceling statement due to lock timeout", SYMPTOM_DB_LOCKED},
    {"canceling statement due to statement timeout", SYMPTOM_DB_LOCKED},
    {"Lock wait timeout exceeded", SYMPTOM_DB_LOCKED},
};

/* `connect ECONNREFUSED 10.0.0.5:5432`: refused at a port that databases have. Where a name stands
 * for several addresses, one of each follows the other. */
static bool names_refused_database(const char *body)
{
    static const unsigned ports[] = {5432, 3306, 1433, 1521, 27017};
    for (struct unreached found; (found = unreached_next(&body)).kind != UNREACHED_NONE;)
        for (size_t i = 0; i < COUNT_OF(ports); i++)
            if (found.kind == UNREACHED_REFUSED && found.port == ports[i])
                return true;
    return false;
}

enum symptom diagnose_database_words(const char *body)
{
    if (names_refused_database(body))
        return SYMPTOM_DB_UNAVAILABLE;
    for (size_t i = 0; i < COUNT_OF(database_words); i++)
        if (strstr(body, database_words[i].words) != NULL)
            return database_words[i].symptom;
    return database_symptom_in(body);
}
