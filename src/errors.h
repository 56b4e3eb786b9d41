/*
 * src/errors.h
 *		SQLSTATEs of civic's own class ZC.
 *
 * docs/errors.md explains each one to users; SQL code uses the same values in USING ERRCODE.
 */
#ifndef CIVIC_ERRORS_H
#define CIVIC_ERRORS_H

#define ERRCODE_CIVIC_TRANSITION_NOT_ALLOWED MAKE_SQLSTATE('Z', 'C', '0', '0', '1')
#define ERRCODE_CIVIC_TRANSITION_INCOMPLETE MAKE_SQLSTATE('Z', 'C', '0', '0', '2')
#define ERRCODE_CIVIC_ACTOR_NOT_ALLOWED MAKE_SQLSTATE('Z', 'C', '0', '0', '3')
#define ERRCODE_CIVIC_COLUMN_PROTECTED MAKE_SQLSTATE('Z', 'C', '0', '0', '4')
#define ERRCODE_CIVIC_IDENTITY_EXPIRED MAKE_SQLSTATE('Z', 'C', '0', '0', '5')
#define ERRCODE_CIVIC_ASSIGNEE_NOT_ELIGIBLE MAKE_SQLSTATE('Z', 'C', '0', '0', '6')
#define ERRCODE_CIVIC_ROLE_CHANGE_NOT_ALLOWED MAKE_SQLSTATE('Z', 'C', '0', '0', '7')
#define ERRCODE_CIVIC_DUPLICATE_CYCLE MAKE_SQLSTATE('Z', 'C', '0', '1', '0')
#define ERRCODE_CIVIC_TOO_MANY_REPORTS MAKE_SQLSTATE('Z', 'C', '0', '1', '1')
#define ERRCODE_CIVIC_DATA_MODEL_MISSING MAKE_SQLSTATE('Z', 'C', '0', '4', '1')

#endif
