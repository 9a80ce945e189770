/* A supervisor's pages: Sv39 with more pages in use than any TLB has entries, two address spaces in turn, fences, tables rewritten. */
#include "bench.h"

#define PAGES 512
#define WINDOW 0x40000000ul
#define POOL 0x81000000ul

static u64 root[2][512] __attribute__((aligned(4096)));
static u64 middle[2][512] __attribute__((aligned(4096)));
static u64 leaves[2][PAGES] __attribute__((aligned(4096)));

#define POINTER(table) ((u64)(table) >> 12 << 10 | 1)
#define LEAF(address) ((u64)(address) >> 12 << 10 | 0xc7)

static void build_tables(void)
{
  for (int space = 0; space < 2; space++) {
    /* By identity in pages of 1 GiB: devices, and all else. */
    root[space][0] = LEAF(0);
    root[space][2] = LEAF(0x80000000ul) | 8;
    root[space][1] = POINTER(middle[space]);
    for (u32 i = 0; i < PAGES / 512; i++) middle[space][i] = POINTER(&leaves[space][i * 512]);
    /* Each space has the pool in an order of its own. */
    for (u32 i = 0; i < PAGES; i++) leaves[space][i] = LEAF(POOL + (u64)(i * (space ? 1229u : 773u) % PAGES) * 4096);
  }
}

static void enter_space(u64 space)
{
  u64 satp = 8ul << 60 | (space + 1) << 44 | (u64)root[space] >> 12;
  asm volatile("csrw satp, %0" ::"r"(satp) : "memory");
}

static u64 sweep(u64 stride)
{
  u64 sum = 0;
  for (u64 at = 0; at < PAGES * 4096ul; at += stride) {
    u64 *word = (u64 *)(WINDOW + at);
    sum += *word;
    *word = sum + at;
  }
  return sum;
}

static u64 wander(u64 seed, u32 steps)
{
  u64 sum = 0;
  for (u32 i = 0; i < steps; i++) {
    seed = seed * 6364136223846793005ul + 1442695040888963407ul;
    sum += *(u64 *)(WINDOW + ((seed >> 33) % (PAGES * 512)) * 8);
  }
  return sum;
}

static u64 local(u64 page, u32 times)
{
  volatile u32 *words = (volatile u32 *)(WINDOW + page * 4096);
  u64 sum = 0;
  for (u32 t = 0; t < times; t++)
    for (u32 i = 0; i < 1024; i++) sum += words[i] ^ i;
  return sum;
}

static void supervisor(void)
{
  u64 sum = 0;
  for (u32 round = 0; round < ROUNDS; round++) {
    enter_space(round & 1);
    sum = sum * 31 + sweep(256);
    sum = sum * 31 + wander(round, 20000);
    for (u32 i = 0; i < 64; i++) {
      enter_space(i & 1);
      sum = sum * 31 + local(i * 61 % PAGES, 2);
    }
    /* A page moves. */
    u64 *leaf = &leaves[0][round % PAGES];
    *leaf = LEAF(POOL + (u64)(round * 17 % PAGES) * 4096);
    asm volatile("sfence.vma %0, zero" ::"r"(WINDOW + round % PAGES * 4096) : "memory");
  }
  print_hex(sum);
  *(volatile u32 *)0x100000 = 0x5555;
  for (;;) {}
}

int main(void)
{
  build_tables();
  asm volatile("csrw pmpaddr0, %0\n csrw pmpcfg0, %1" ::"r"(-1ul), "r"(0x1ful));
  asm volatile("csrc mstatus, %0\n csrs mstatus, %1" ::"r"(3ul << 11), "r"(1ul << 11));
  asm volatile("csrw mepc, %0\n mret" ::"r"(supervisor));
  return 0;
}
