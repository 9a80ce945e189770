/* Control and status registers in a loop: scratch registers, interrupts off and on, counters. */
#include "bench.h"

int main(void)
{
  u64 sum = 0;
  for (u32 round = 0; round < ROUNDS; round++) {
    u64 old, status, scratch;
    asm volatile("csrrci %0, mstatus, 8" : "=r"(status)::"memory");
    asm volatile("csrrw %0, mscratch, %1" : "=r"(old) : "r"(sum));
    asm volatile("csrr %0, sscratch" : "=r"(scratch));
    asm volatile("csrw sscratch, %0" ::"r"(scratch + round));
    asm volatile("csrs mstatus, %0" ::"r"(status & 8) : "memory");
    sum += old ^ scratch;
  }
  print_hex(sum);
  return 0;
}
