/* SPDX-License-Identifier: MIT */
/* The main of every unit test program: runs its suite, speaks TAP on standard output. */
#include "tests/unit/runner.h"

#include <stdlib.h>

int main(void)
{
    /* Of a case that sets none. Check's own 4 s are not much under sanitizers, where others are at
     * work. */
    setenv("CK_DEFAULT_TIMEOUT", "60", 0);
    SRunner *runner = srunner_create(test_suite());
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
