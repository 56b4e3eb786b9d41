/*
 * test/unit/tap.h
 *		Just enough of the Test Anything Protocol: counts and numbers are shared by all files.
 */
#ifndef TAP_H
#define TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

extern int tap_tests;
extern int tap_failures;

extern void test_ed25519(void);
extern void test_leaf(void);
extern void test_log_tiles(void);
extern void test_merkle(void);
extern void test_note(void);
extern void test_proofs(void);
extern void test_routes(void);
extern void test_runs(void);
extern void test_sha256(void);
extern void test_tiles(void);
extern void test_address(void);
extern void test_form(void);
extern void test_grid(void);
extern void test_likeness(void);
extern void test_presence(void);
extern void test_template(void);
extern void test_transitions(void);
extern void test_trigrams(void);
extern void test_uuid7(void);
extern void test_words(void);
extern void test_worktime(void);
extern void test_xml(void);

__attribute__((format(printf, 4, 5))) static inline bool
tap_ok(bool passed, const char *file, int line, const char *format, ...)
{
	va_list arguments;

	printf("%sok %d - ", passed ? "" : "not ", ++tap_tests);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	if (!passed)
	{
		tap_failures++;
		printf("# failed at %s:%d\n", file, line);
	}
	fflush(stdout);
	return passed;
}

#define ok(passed, ...) tap_ok((passed), __FILE__, __LINE__, __VA_ARGS__)

#endif
