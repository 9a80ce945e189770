/* Sieve of Eratosthenes and block copies: tight loops of loads and stores. */
#include "bench.h"

#define SIZE 200000
#define BLOCK 32768

static u8 composite[SIZE];
static u64 from[BLOCK / 8], to[BLOCK / 8];

static u32 sieve(void)
{
  u32 primes = 0;
  memset(composite, 0, SIZE);
  for (u32 i = 2; i < SIZE; i++) {
    if (composite[i]) continue;
    primes++;
    for (u32 j = 2 * i; j < SIZE; j += i) composite[j] = 1;
  }
  return primes;
}

int main(void)
{
  u64 sum = 0;
  for (u32 round = 0; round < ROUNDS; round++) {
    sum += sieve();
    for (u32 i = 0; i < BLOCK / 8; i++) from[i] = i * 0x9e3779b97f4a7c15ul + round;
    for (u32 i = 0; i < 20; i++) {
      memcpy(to, from, BLOCK);
      memcpy(from, to, BLOCK);
    }
    for (u32 i = 0; i < BLOCK / 8; i++) sum = sum * 31 + from[i];
  }
  print_hex(sum);
  return 0;
}
