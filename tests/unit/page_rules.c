/* SPDX-License-Identifier: MIT */
/* See page_rules.h. */
#include "tests/unit/page_rules.h"

#include "tests/unit/runner.h"

#include "monitor/base/result.h"

#include <libxml/HTMLparser.h>
#include <libxml/xpath.h>

/* HTML5's and SVG's elements are unknown to libxml2, which is all it may complain of. */
static int html_complaints;
#if LIBXML_VERSION >= 21200
static void count_complaint(void *data, const xmlError *complaint)
#else
static void count_complaint(void *data, xmlErrorPtr complaint)
#endif
{
    (void)data;
    if (complaint->code != XML_HTML_UNKNOWN_TAG)
        html_complaints++;
}

static double count_nodes(xmlDocPtr document, const char *xpath)
{
    xmlXPathContextPtr context = xmlXPathNewContext(document);
    xmlXPathObjectPtr object = xmlXPathEvalExpression(BAD_CAST xpath, context);
    ck_assert_ptr_nonnull(object);
    double count = object->floatval;
    xmlXPathFreeObject(object);
    xmlXPathFreeContext(context);
    return count;
}

static const struct {
    const char *xpath;
    double expected;
} page_rules[] = {
    {"count(//h1)", 1},
    {"count(//main)", 1},
    {"count(//html[@lang='en'])", 1},
    {"count(//meta[@name='viewport'])", 1},
    {"count(//th[not(@scope)])", 0},
    {"count(//iframe | //img | //object | //style | //@style | //@onclick)", 0},
    {"count(//script[not(starts-with(@src, '/page.js?v='))] | //script[text()])", 0},
    {"count(//a[starts-with(@href, 'javascript')])", 0},
    {"count(//link[starts-with(@href, 'http')])", 0},
    {"count(//time[not(@datetime)])", 0},
    {"count(//svg[not(ancestor::svg) and not(@role='img') and not(@aria-hidden)])", 0},
    {"count(//dd[@class='prose'][node()[1][self::code]])", 0}, /* code stays as written */
    {"count(//h3[not(preceding::h2)] | //h4[not(preceding::h3)])", 0},
};

double page_rules_count(const char *page, size_t length, const char *xpath)
{
    xmlDocPtr html =
        htmlReadMemory(page, (int)length, NULL, "utf-8", HTML_PARSE_NONET | HTML_PARSE_NOERROR);
    double count = count_nodes(html, xpath);
    xmlFreeDoc(html);
    return count;
}

void page_rules_check(const char *page, size_t length, const char *name)
{
    html_complaints = 0;
    xmlSetStructuredErrorFunc(NULL, count_complaint);
    xmlDocPtr html = htmlReadMemory(page, (int)length, NULL, "utf-8", HTML_PARSE_NONET);
    xmlSetStructuredErrorFunc(NULL, NULL);
    ck_assert_int_eq(html_complaints, 0);
    for (size_t i = 0; i < COUNT_OF(page_rules); i++)
        ck_assert_msg(count_nodes(html, page_rules[i].xpath) == page_rules[i].expected, "%s: %s",
                      name, page_rules[i].xpath);
    xmlFreeDoc(html);
    /* Stricter than any browser: nothing is left open. */
    xmlDocPtr xml = xmlReadMemory(page, (int)length, NULL, NULL, XML_PARSE_NONET);
    ck_assert_ptr_nonnull(xml);
    xmlFreeDoc(xml);
}
