/* System calls: a user program that computes little and calls its kernel often, which saves registers, counts, and returns. */
#include "bench.h"

static u64 stack[64];
u64 calls;

asm(".balign 4\n"
    "kernel:\n"
    "  csrrw sp, mscratch, sp\n"
    "  sd t0, 0(sp); sd t1, 8(sp); sd t2, 16(sp); sd ra, 24(sp)\n"
    "  csrr t0, mcause\n"
    "  li t1, 8\n"
    "  bne t0, t1, 1f\n"
    "  ld t2, calls\n"
    "  addi t2, t2, 1\n"
    "  sd t2, calls, t1\n"
    "  add a0, a0, t2\n"
    "1:csrr t0, mepc\n"
    "  addi t0, t0, 4\n"
    "  csrw mepc, t0\n"
    "  ld t0, 0(sp); ld t1, 8(sp); ld t2, 16(sp); ld ra, 24(sp)\n"
    "  csrrw sp, mscratch, sp\n"
    "  mret\n");
extern char kernel[];

__attribute__((aligned(4096))) static void user(void)
{
  register u64 sum asm("a0") = 1;
  for (u32 round = 0; round < ROUNDS; round++) {
    asm volatile("ecall" : "+r"(sum)::"memory");
    sum ^= sum << 3;
    sum += round;
  }
  print_hex(sum + calls);
  *(volatile u32 *)0x100000 = 0x5555;
  for (;;) {}
}

int main(void)
{
  asm volatile("csrw mtvec, %0\n csrw mscratch, %1" ::"r"(kernel), "r"(stack));
  asm volatile("csrw pmpaddr0, %0\n csrw pmpcfg0, %1" ::"r"(-1ul), "r"(0x1ful));
  asm volatile("csrc mstatus, %0" ::"r"(3ul << 11));
  asm volatile("csrw mepc, %0\n mret" ::"r"(user));
  return 0;
}
