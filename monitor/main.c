/* SPDX-License-Identifier: MIT */
/* The program: a main of one call, so that tests and fuzzers link the same libraries without it. */
#include "monitor/cli.h"

int main(int argc, char **argv)
{
    return cli_main(argc, argv);
}
