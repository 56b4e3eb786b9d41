/*
 * src/core/hex.h
 *		Hexadecimal digits.
 */
#ifndef CIVIC_HEX_H
#define CIVIC_HEX_H

/* What the digit stands for, or -1 where it is none. */
static inline int
civic_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

#endif
