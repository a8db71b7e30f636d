/* SPDX-License-Identifier: MIT */
/*
 * The tables and, in a new file, the products and a customer. Called once when the database is
 * opened.
 */
#include "examples/shop/customers.h"
#include "examples/shop/database.h"

enum { SEED_STOCK = 100000 };

/* No foreign key leads from orders to the other tables or back: checking one reads the other table,
 * and a damaged orders table must leave catalogue, sessions and carts alone. */
static const char tables[] =
    "CREATE TABLE IF NOT EXISTS product ("
    " id INTEGER PRIMARY KEY, slug TEXT NOT NULL UNIQUE, name TEXT NOT NULL,"
    " category TEXT NOT NULL, description TEXT NOT NULL,"
    " price INTEGER NOT NULL CHECK (price >= 0)," /* cents */
    " stock INTEGER NOT NULL CHECK (stock >= 0));"
    "CREATE TABLE IF NOT EXISTS session ("
    " id TEXT PRIMARY KEY, csrf TEXT NOT NULL, seen INTEGER NOT NULL, customer INTEGER)"
    " WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS session_by_seen ON session (seen);"
    "CREATE TABLE IF NOT EXISTS cart_line ("
    " session TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,"
    " product INTEGER NOT NULL, quantity INTEGER NOT NULL CHECK (quantity > 0),"
    " PRIMARY KEY (session, product)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS orders ("
    " id INTEGER PRIMARY KEY,"
    " state TEXT NOT NULL"
    "  CHECK (state IN ('pending', 'confirmed', 'declined', 'failed', 'cancelled')),"
    " email TEXT NOT NULL, name TEXT NOT NULL, address TEXT NOT NULL, method TEXT NOT NULL,"
    " total INTEGER NOT NULL, placed INTEGER NOT NULL, customer INTEGER);"
    "CREATE TABLE IF NOT EXISTS order_line ("
    " order_id INTEGER NOT NULL, product INTEGER NOT NULL, name TEXT NOT NULL,"
    " price INTEGER NOT NULL, quantity INTEGER NOT NULL,"
    " PRIMARY KEY (order_id, product)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS customer ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT," /* nobody inherits the orders of who has left */
    " email TEXT NOT NULL UNIQUE COLLATE NOCASE, name TEXT NOT NULL, address TEXT NOT NULL,"
    " password TEXT NOT NULL);"; /* as password.c writes it */

static const struct {
    const char *slug, *name, *category;
    long long price;
    const char *description;
} seeds[] = {
    {"harbour-runner", "Harbour Runner", "shoes", 8990,
     "A light road shoe with a springy sole, for the first five kilometres and the next five."},
    {"meadow-walker", "Meadow Walker", "shoes", 7450,
     "Soft leather, flat sole, no fuss: made for a long Sunday on gravel paths."},
    {"court-classic", "Court Classic", "shoes", 6490,
     "The white tennis shoe that goes with everything, with a sole that can be replaced."},
    {"city-loafer", "City Loafer", "shoes", 9900,
     "Slips on in a second, looks like you took ten minutes."},
    {"night-express", "Night Express", "shoes", 11900,
     "Reflective seams from heel to toe, so that the bus driver sees you too."},
    {"canvas-low", "Canvas Low", "shoes", 3990,
     "Washable cotton canvas on natural rubber. Buy two, lose one, still happy."},
    {"ridge-boot", "Ridge Boot", "boots", 15900,
     "Ankle support and a deep profile for wet rock and steep descents."},
    {"rain-boot", "Rain Boot", "boots", 4990,
     "Waterproof up to the knee. Puddles were made for these."},
    {"chelsea-boot", "Chelsea Boot", "boots", 13900,
     "Oiled suede with elastic sides, from the office to the concert."},
    {"winter-lined", "Winter Lined Boot", "boots", 14950,
     "Wool inside, rubber outside, warm down to minus twenty."},
    {"work-boot", "Workshop Boot", "boots", 12490,
     "Steel toe, oil-proof sole, and still comfortable at four in the afternoon."},
    {"merino-crew", "Merino Crew Sock", "socks", 1490,
     "Fine merino wool that stays fresh for days, reinforced at heel and toe."},
    {"sport-ankle", "Sport Ankle Sock", "socks", 890,
     "Short, padded and quick to dry. Three gyms out of three agree."},
    {"hiking-long", "Long Hiking Sock", "socks", 1890,
     "Knee-high with flat seams: no blisters between here and the summit."},
    {"bamboo-day", "Bamboo Day Sock", "socks", 790,
     "Soft bamboo yarn for shoes that you wear all day."},
    {"stripes", "Striped Sock", "socks", 990,
     "Seven stripes, no two pairs alike. The washing machine takes only one of them."},
};

/* A password that is written down is for an example only; README.md says it, too. */
static const struct {
    const char *email, *name, *address, *password;
} customers[] = {
    {"ada@shop.example", "Ada Example", "1 Returning Row, Testville", "a mile in her shoes"},
};

static bool seed_customers(struct database *database)
{
    for (size_t i = 0; i < sizeof customers / sizeof customers[0]; i++) {
        struct customer customer;
        if (customers_fill(&customer, customers[i].email, customers[i].name, customers[i].address,
                           customers[i].password) != NULL ||
            customers_add(database, &customer, customers[i].password) != ROW_READ)
            return false;
    }
    return true;
}

static bool seed_products(struct database *database)
{
    for (size_t i = 0; i < sizeof seeds / sizeof seeds[0]; i++) {
        if (!database_run(database, PRODUCT_SEED, "ttttii", seeds[i].slug, seeds[i].name,
                          seeds[i].category, seeds[i].description, seeds[i].price,
                          (long long)SEED_STOCK))
            return false;
    }
    return true;
}

/* Files of before there were customers have neither of the two columns. */
static bool add_column(struct database *database, const char *table, const char *sql)
{
    struct sqlite3_stmt *query = database_query(database, COLUMN_FIND, "tt", table, "customer");
    enum row row = database_next(database, query);

    database_end(query);
    return row == ROW_READ || (row == ROW_NONE && database_execute(database, sql));
}

/* Runs `seed` if the query finds nothing. */
static bool fill(struct database *database, struct sqlite3_stmt *query,
                 bool (*seed)(struct database *database))
{
    enum row row = database_next(database, query);

    database_end(query);
    return row == ROW_READ || (row == ROW_NONE && seed(database));
}

bool schema_create(struct database *database)
{
    if (!database_begin(database))
        return false;
    if (database_execute(database, tables) &&
        add_column(database, "session", "ALTER TABLE session ADD COLUMN customer INTEGER") &&
        add_column(database, "orders", "ALTER TABLE orders ADD COLUMN customer INTEGER") &&
        fill(database, database_query(database, PRODUCT_LIST, "ti", "", 1LL), seed_products) &&
        fill(database, database_query(database, CUSTOMER_ANY, ""), seed_customers))
        return database_commit(database);
    database_rollback(database);
    return false;
}
