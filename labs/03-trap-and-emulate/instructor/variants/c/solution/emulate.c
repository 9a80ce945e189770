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

int emulate(unsigned long registers[32], unsigned instruction, struct virtual_registers *virtual) {
  if (instruction == 0x10200073) {
    write_sepc(virtual->sepc);
    return 0;
  }
  unsigned long *csr = 0;
  switch (instruction >> 20) {
    case 0x140: csr = &virtual->sscratch; break;
    case 0x105: csr = &virtual->stvec; break;
    case 0x141: csr = &virtual->sepc; break;
    case 0x142: csr = &virtual->scause; break;
  }
  unsigned kind = instruction >> 12 & 7;
  if ((instruction & 0x7f) != 0x73 || !csr || (kind != 1 && kind != 2)) {
    virtual->scause = 2;
    virtual->sepc = read_sepc();
    write_sepc(virtual->stvec);
    return 0;
  }
  unsigned rd = instruction >> 7 & 31, rs1 = instruction >> 15 & 31;
  unsigned long old = *csr, given = registers[rs1];
  *csr = kind == 1 ? given : old | given;
  if (rd) registers[rd] = old;
  write_sepc(read_sepc() + 4);
  return 0;
}
