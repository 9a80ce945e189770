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

enum { OPCODE = 0x7f, SYSTEM = 0x73, SRET = 0x10200073 };

static void trap(struct virtual_registers *virtual) {
  virtual->scause = 2;
  virtual->sepc = read_sepc();
  write_sepc(virtual->stvec);
}

/* The registers by their numbers, as they lie in memory. */
static const unsigned short numbers[] = {0x140, 0x105, 0x141, 0x142};

static int execute(unsigned long registers[32], unsigned instruction, unsigned long *csr) {
  unsigned long old = *csr;
  unsigned long given = registers[(instruction >> 15) % 32];
  switch ((instruction >> 12) % 8) {
    case 1: *csr = given; break;
    case 2: *csr |= given; break;
    default: return 0;
  }
  registers[(instruction >> 7) % 32] = old;
  registers[0] = 0;
  return 1;
}

int emulate(unsigned long registers[32], unsigned instruction, struct virtual_registers *virtual) {
  if (instruction == SRET) {
    write_sepc(virtual->sepc);
    return 0;
  }
  for (int index = 0; (instruction & OPCODE) == SYSTEM && index < 4; index++)
    if (numbers[index] == instruction >> 20 && execute(registers, instruction, (unsigned long *)virtual + index)) {
      write_sepc(read_sepc() + 4);
      return 0;
    }
  trap(virtual);
  return 0;
}
