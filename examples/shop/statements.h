/* SPDX-License-Identifier: MIT */
/*
 * Every SQL statement of the shop, once: the enumeration, the texts and the names in the log are
 * made from this list, in words that SQLite and PostgreSQL both know; what only one of them knows
 * has its other form in database_postgresql.c. The comment above each group says which tables its
 * callers may touch: a damaged table must take down those pages only that need it.
 *
 * There is no index on orders.email and none on orders.customer, on purpose: a lookup by either
 * reads the table itself.
 */
#ifndef SHOP_STATEMENTS_H
#define SHOP_STATEMENTS_H

/* clang-format off */
#define STATEMENTS(X) \
    X(BEGIN_WRITE, "BEGIN IMMEDIATE") \
    X(COMMIT_WRITE, "COMMIT") \
    X(ROLLBACK_WRITE, "ROLLBACK") \
    X(COLUMN_FIND, "SELECT 1 FROM pragma_table_info(?1) WHERE name = ?2") \
    /* session, cart_line */ \
    X(SESSION_FIND, \
      "SELECT csrf, seen, (SELECT coalesce(sum(quantity), 0) FROM cart_line WHERE session = s.id)," \
      " coalesce(customer, 0) FROM session AS s WHERE s.id = ?1 AND s.seen >= ?2") \
    X(SESSION_ADD, "INSERT INTO session (id, csrf, seen) VALUES (?1, ?2, ?3)") \
    X(SESSION_TOUCH, "UPDATE session SET seen = ?2 WHERE id = ?1") \
    X(SESSION_ENTER, "UPDATE session SET customer = ?2 WHERE id = ?1") \
    X(SESSION_REMOVE, "DELETE FROM session WHERE id = ?1") \
    X(SESSION_REMOVE_CUSTOMERS, "DELETE FROM session WHERE customer = ?1") \
    X(SESSION_SWEEP, "DELETE FROM session WHERE seen < ?1") \
    X(CART_MOVE, "UPDATE cart_line SET session = ?2 WHERE session = ?1") \
    /* customer */ \
    X(CUSTOMER_ANY, "SELECT id FROM customer LIMIT 1") \
    X(CUSTOMER_ADD, \
      "INSERT INTO customer (email, name, address, password) VALUES (?1, ?2, ?3, ?4)" \
      " ON CONFLICT (email) DO NOTHING") \
    X(CUSTOMER_READ, "SELECT id, email, name, address, password FROM customer WHERE id = ?1") \
    X(CUSTOMER_BY_EMAIL, "SELECT id, email, name, address, password FROM customer WHERE email = ?1") \
    X(CUSTOMER_REMOVE, "DELETE FROM customer WHERE id = ?1") \
    /* product */ \
    X(PRODUCT_LIST, \
      "SELECT id, slug, name, category, description, price, stock FROM product" \
      " WHERE ?1 = '' OR category = ?1 ORDER BY id LIMIT ?2") \
    X(PRODUCT_BY_ID, \
      "SELECT id, slug, name, category, description, price, stock FROM product WHERE id = ?1") \
    X(PRODUCT_BY_SLUG, \
      "SELECT id, slug, name, category, description, price, stock FROM product WHERE slug = ?1") \
    /* ?1 is a JSON list of words: each must stand somewhere, and first come those in the name */ \
    X(PRODUCT_SEARCH, \
      "SELECT id, slug, name, category, description, price, stock FROM product AS p" \
      " WHERE NOT EXISTS (SELECT 1 FROM json_each(?1) AS w WHERE" \
      "  instr(lower(p.name || ' ' || p.category || ' ' || p.description), lower(w.value)) = 0)" \
      " ORDER BY EXISTS (SELECT 1 FROM json_each(?1) AS w" \
      "  WHERE instr(lower(p.name), lower(w.value)) = 0), id LIMIT ?2") \
    X(PRODUCT_SEED, \
      "INSERT INTO product (slug, name, category, description, price, stock)" \
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6)") \
    /* cart_line, product */ \
    X(CART_LINES, \
      "SELECT p.id, p.slug, p.name, p.category, p.price, c.quantity FROM cart_line AS c" \
      " JOIN product AS p ON p.id = c.product WHERE c.session = ?1 ORDER BY p.id") \
    X(CART_ROOM, \
      "SELECT p.name, p.stock, coalesce(c.quantity, 0) FROM product AS p" \
      " LEFT JOIN cart_line AS c ON c.product = p.id AND c.session = ?1 WHERE p.id = ?2") \
    X(CART_ADD, \
      "INSERT INTO cart_line (session, product, quantity) VALUES (?1, ?2, ?3)" \
      " ON CONFLICT (session, product) DO UPDATE SET quantity = cart_line.quantity + excluded.quantity") \
    X(CART_REMOVE, "DELETE FROM cart_line WHERE session = ?1 AND product = ?2") \
    X(CART_EMPTY, "DELETE FROM cart_line WHERE session = ?1") \
    X(CART_SHORTAGE, \
      "SELECT p.name, p.stock FROM cart_line AS c JOIN product AS p ON p.id = c.product" \
      " WHERE c.session = ?1 AND c.quantity > p.stock LIMIT 1") \
    /* all but session: buying */ \
    X(ORDER_ADD, \
      "INSERT INTO orders (state, email, name, address, method, total, placed, customer)" \
      " SELECT 'pending', ?2, ?3, ?4, ?5, sum(c.quantity * p.price), CAST(?6 AS BIGINT)," \
      " nullif(CAST(?7 AS BIGINT), 0)" \
      " FROM cart_line AS c JOIN product AS p ON p.id = c.product" \
      " WHERE c.session = ?1 GROUP BY c.session") \
    X(ORDER_LINES_ADD, \
      "INSERT INTO order_line (order_id, product, name, price, quantity)" \
      " SELECT CAST(?2 AS BIGINT), p.id, p.name, p.price, c.quantity" \
      " FROM cart_line AS c JOIN product AS p ON p.id = c.product WHERE c.session = ?1") \
    X(STOCK_TAKE, \
      "UPDATE product SET stock = stock - l.quantity FROM order_line AS l" \
      " WHERE l.order_id = ?1 AND l.product = product.id") \
    X(STOCK_RETURN, \
      "UPDATE product SET stock = stock + l.quantity FROM order_line AS l" \
      " WHERE l.order_id = ?1 AND l.product = product.id") \
    X(CART_RESTORE, \
      "INSERT INTO cart_line (session, product, quantity)" \
      " SELECT ?2, product, quantity FROM order_line WHERE order_id = ?1" \
      " AND EXISTS (SELECT 1 FROM session WHERE id = ?2)" \
      " ON CONFLICT (session, product) DO UPDATE SET quantity = cart_line.quantity + excluded.quantity") \
    /* orders, order_line */ \
    X(ORDER_MOVE, "UPDATE orders SET state = ?3 WHERE id = ?1 AND state = ?2") \
    X(ORDER_ABANDONED, "SELECT id FROM orders WHERE state = 'pending' AND placed < ?1 LIMIT 1") \
    X(ORDER_READ, \
      "SELECT id, state, email, name, address, method, total, placed, coalesce(customer, 0)" \
      " FROM orders WHERE id = ?1") \
    X(ORDER_LIST, \
      "SELECT id, state, email, name, address, method, total, placed, 0" \
      " FROM orders WHERE email = ?1 AND customer IS NULL ORDER BY id DESC LIMIT ?2") \
    X(ORDER_HISTORY, \
      "SELECT id, state, email, name, address, method, total, placed, customer" \
      " FROM orders WHERE customer = ?1 ORDER BY id DESC LIMIT ?2") \
    X(ORDER_LINES, \
      "SELECT product, name, price, quantity FROM order_line WHERE order_id = ?1 ORDER BY product")
/* clang-format on */

enum statement {
#define X(name, sql) name,
    STATEMENTS(X)
#undef X
        STATEMENT_COUNT
};

#endif
