/* Calls and branches that are hard to foresee: quicksort, a hash table, a bytecode machine, recursion, function pointers, division. */
#include "bench.h"

#define COUNT 4096
#define BUCKETS 8192

static u32 numbers[COUNT];
static u64 keys[BUCKETS];
static u32 values[BUCKETS];

static u32 random_state;

static u32 random_u32(void)
{
  random_state ^= random_state << 13;
  random_state ^= random_state >> 17;
  random_state ^= random_state << 5;
  return random_state;
}

static void quicksort(u32 *from, u32 *to)
{
  while (from < to) {
    u32 pivot = from[(to - from) / 2];
    u32 *left = from, *right = to;
    while (left <= right) {
      while (*left < pivot) left++;
      while (*right > pivot) right--;
      if (left <= right) {
        u32 swap = *left;
        *left++ = *right;
        *right-- = swap;
      }
    }
    quicksort(from, right);
    from = left;
  }
}

static u32 *find(u64 key)
{
  u64 hash = key * 0x9e3779b97f4a7c15ul;
  u32 at = hash >> 51;
  while (keys[at] && keys[at] != key) at = (at + 1) % BUCKETS;
  keys[at] = key;
  return &values[at];
}

enum { PUSH, ADD, MUL, SUB, DUP, SWAP, LESS, JUMP_IF, DROP, HALT };

static u64 bytecode(u64 limit)
{
  /* acc = 1; i = 0; do { acc = acc * 3 + i; i = i + 1; } while (i < limit) */
  u64 program[] = { PUSH, 1, PUSH, 0, SWAP, PUSH, 3, MUL, SWAP, DUP, PUSH, 0, ADD, SWAP, DROP, PUSH, 1, ADD,
                    DUP, PUSH, limit, LESS, JUMP_IF, 4, DROP, HALT };
  u64 stack[32], *top = stack, *pc = program;
  for (;;) {
    switch (*pc++) {
    case PUSH: *++top = *pc++; break;
    case ADD: top[-1] += top[0]; top--; break;
    case MUL: top[-1] *= top[0]; top--; break;
    case SUB: top[-1] -= top[0]; top--; break;
    case DUP: top[1] = top[0]; top++; break;
    case SWAP: { u64 t = top[0]; top[0] = top[-1]; top[-1] = t; break; }
    case LESS: top[-1] = top[-1] < top[0]; top--; break;
    case JUMP_IF: if (*top--) pc = program + *pc; else pc++; break;
    case DROP: top--; break;
    case HALT: return *top;
    }
  }
}

static u64 fibonacci(u64 n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

static u64 twice(u64 x) { return 2 * x; }
static u64 rotate(u64 x) { return x << 7 | x >> 57; }
static u64 divide(u64 x) { return x / 10 + x % 7; }
static u64 (*volatile const functions[])(u64) = { twice, rotate, divide };

int main(void)
{
  u64 sum = 0;
  random_state = 2463534242u;
  for (u32 round = 0; round < ROUNDS; round++) {
    for (u32 i = 0; i < COUNT; i++) numbers[i] = random_u32();
    quicksort(numbers, numbers + COUNT - 1);
    sum = sum * 31 + numbers[COUNT / 3];
    for (u32 i = 0; i < COUNT; i++) *find(1 + random_u32() % 5000) += i;
    sum += *find(77);
    sum += bytecode(3000);
    sum += fibonacci(16);
    u64 x = sum;
    for (u32 i = 0; i < 3000; i++) x = functions[i % 3](x) + i;
    sum ^= x;
  }
  print_hex(sum);
  return 0;
}
