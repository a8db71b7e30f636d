/* SPDX-License-Identifier: MIT */
/* The main of every unit test program: runs its suite, speaks TAP on standard output. */
#include "tests/unit/runner.h"

int main(void)
{
    SRunner *runner = srunner_create(test_suite());
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
