const routine = (i: number, count: number): string => `routine${i}:
  addi sp, sp, -32
  sd ra, 24(sp)
  sd s0, 16(sp)
  mv s0, a0
  li t0, ${i * 977}
  la t1, table
  lw t2, ${(i % 500) * 4}(t1)   # from the table
  add a0, a0, t2
1: addi a1, a1, -1
  bnez a1, 1b
  beqz a0, routine${Math.max(0, i - 3)}
  call routine${(i + 7) % count}
  csrr t0, sstatus
  push s1
  ld ra, 24(sp)
  ld s0, 16(sp)
  addi sp, sp, 32
  ret
`;

const head = '.macro push reg\n addi sp, sp, -8\n sd \\reg, 0(sp)\n.endm\n.globl _start\n_start: call routine0\n';

/** A hand-written sort of program: labels, branches, calls, pseudo-instructions, comments and a macro, 19 lines a routine. */
export function routines(count: number): string {
  const text = Array.from({ length: count }, (_, i) => routine(i, count)).join('');
  return `${head}${text}.data\ntable: .skip 4096\n`;
}

/** A C program for a compiler to make assembly of: functions with loops, calls, switches, strings and global data. */
export function functionsInC(count: number): string {
  const parts = ['extern int printf(const char *, ...);\nstatic long table[256];\n'];
  for (let i = 0; i < count; i++) {
    const other = Math.max(0, i - 5);
    parts.push(`
long function${i}(long a, const char *text) {
  long sum = ${i};
  for (long j = 0; j < a; j++) sum += table[(sum + j) & 255] * ${i + 3} + text[j & 7];
  switch (sum & 7) {
    case 0: return sum + ${i * 12345};
    case 1: table[sum & 255] = a; break;
    case 2: printf("function %d: %ld\\n", ${i}, sum); break;
    case 3: sum ^= 0x${(i * 2654435761).toString(16).slice(-7)}; break;
    case 5: sum = sum * a / (a | 1); break;
  }
  return ${i === 0 ? 'sum' : `sum > 1000 ? function${other}(a >> 1, text) : sum`};
}
`);
  }
  return parts.join('');
}
