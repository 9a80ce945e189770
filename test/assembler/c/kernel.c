/* What a small kernel is made of: page tables, a console, strings, bit fields, inline assembly, weak and static symbols. */
typedef unsigned long u64;
typedef unsigned int u32;
typedef unsigned char u8;
#define PAGE 4096UL
static u64 root[512] __attribute__((aligned(4096)));
static u8 pool[16][PAGE] __attribute__((aligned(4096)));
static u32 used;
extern char _end[], __bss_start[];
__attribute__((weak)) void board_init(void) {}
extern void optional(void) __attribute__((weak));
struct __attribute__((packed)) header { u8 kind; u32 length; u64 address; };
union word { u64 whole; struct { u32 v : 1, r : 1, w : 1, x : 1, u : 1, g : 1, a : 1, d : 1; } bits; };
static long sbi(long ext, long fid, long a, long b) {
  register long a0 __asm__("a0") = a; register long a1 __asm__("a1") = b;
  register long a6 __asm__("a6") = fid; register long a7 __asm__("a7") = ext;
  __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a6), "r"(a7) : "memory");
  return a0;
}
static void put(char c) { sbi(1, 0, c, 0); }
static void print(const char *s) { while (*s) { if (*s == '\n') put('\r'); put(*s++); } }
static void hex(u64 v) { int i; for (i = 60; i >= 0; i -= 4) put("0123456789abcdef"[(v >> i) & 15]); }
u64 *walk(u64 *table, u64 va, int make) {
  int level;
  for (level = 2; level > 0; level--) {
    u64 *pte = &table[(va >> (12 + 9 * level)) & 511];
    if (!(*pte & 1)) {
      u8 *page; u32 i;
      if (!make || used >= 16) return 0;
      page = pool[used++];
      for (i = 0; i < PAGE; i++) page[i] = 0;
      *pte = ((u64)page >> 12 << 10) | 1;
    }
    table = (u64 *)(*pte >> 10 << 12);
  }
  return &table[(va >> 12) & 511];
}
int map(u64 va, u64 pa, u64 size, u64 flags) {
  u64 at;
  for (at = 0; at < size; at += PAGE) {
    u64 *pte = walk(root, va + at, 1);
    union word w;
    if (!pte) return -1;
    w.whole = (pa + at) >> 12 << 10 | flags;
    w.bits.v = 1;
    *pte = w.whole;
  }
  return 0;
}
u64 unpack(const struct header *h) { return h->kind + h->length + h->address; }
long large_frame(int n) { volatile char big[10000]; big[n] = 1; return big[n / 2] + n; }
long switcher(long op, long a, long b) {
  static const void *const table[] = {&&add, &&sub, &&mul, &&shift};
  goto *table[op & 3];
add: return a + b;
sub: return a - b;
mul: return a * b;
shift: return a << (b & 63);
}
__attribute__((naked, aligned(4), section(".text.vector"))) void trap(void) {
  __asm__ volatile("csrrw sp, sscratch, sp\n sd ra, 0(sp)\n call handle\n ld ra, 0(sp)\n csrrw sp, sscratch, sp\n sret");
}
void handle(void) {
  u64 cause, value;
  __asm__ volatile("csrr %0, scause\n csrr %1, stval" : "=r"(cause), "=r"(value));
  print("trap "); hex(cause); print(" at "); hex(value); put('\n');
}
void _start(void) {
  char *p;
  for (p = __bss_start; p < _end; p++) *p = 0;
  board_init();
  if (optional) optional();
  map(0x80200000UL, 0x80200000UL, 0x100000, 0xcf);
  __asm__ volatile("csrw stvec, %0\n csrw satp, %1\n sfence.vma" ::"r"(trap), "r"((8UL << 60) | ((u64)root >> 12)));
  print("paging on\n");
  hex(large_frame(5000) + switcher(2, 6, 7) + unpack((struct header *)pool));
  for (;;) __asm__ volatile("wfi");
}
