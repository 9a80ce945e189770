/* The interpreter routines: what a privileged instruction of the guest does to its virtual registers. */

/* The guest's virtual registers. */
struct virtual_registers {
  unsigned long sscratch, stvec, sepc, scause;
};

/* The hart's sepc: where the instruction is, and where the guest goes on. */
static inline unsigned long read_sepc(void) {
  unsigned long value;
  asm volatile("csrr %0, sepc" : "=r"(value));
  return value;
}

static inline void write_sepc(unsigned long value) { asm volatile("csrw sepc, %0" : : "r"(value)); }

/*
 * registers: the guest's, x0 to x31. Returns 0; 1: this is not finished.
 */
int emulate(unsigned long registers[32], unsigned instruction, struct virtual_registers *virtual) {
  /* Yours. */
  return 1;
}
