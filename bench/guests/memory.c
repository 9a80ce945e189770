#include "bench.h"

/* Word by word: the library functions that gcc may call. */
void *memcpy(void *to, const void *from, u64 length)
{
  u64 *t = to;
  const u64 *f = from;
  for (; length >= 8; length -= 8) *t++ = *f++;
  u8 *tb = (u8 *)t;
  const u8 *fb = (const u8 *)f;
  while (length--) *tb++ = *fb++;
  return to;
}

void *memset(void *to, int value, u64 length)
{
  u8 *t = to;
  while (length--) *t++ = (u8)value;
  return to;
}
