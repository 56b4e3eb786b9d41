/*
 * test/unit/main.c
 *		Runs the tests of src/core and prints one TAP document.
 */
#include "tap.h"

int tap_tests = 0;
int tap_failures = 0;

int
main(void)
{
	test_ed25519();
	test_leaf();
	test_log_tiles();
	test_merkle();
	test_note();
	test_proofs();
	test_routes();
	test_runs();
	test_sha256();
	test_tiles();
	test_address();
	test_form();
	test_grid();
	test_likeness();
	test_presence();
	test_template();
	test_transitions();
	test_trigrams();
	test_uuid7();
	test_words();
	test_worktime();
	test_xml();
	printf("1..%d\n", tap_tests);
	return tap_failures == 0 ? 0 : 1;
}
