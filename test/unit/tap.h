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
extern void test_sha256(void);
extern void test_tiles(void);
extern void test_address(void);
extern void test_grid(void);
extern void test_likeness(void);
extern void test_presence(void);
extern void test_template(void);
