/* Sorting, recursion, tables of functions: what compilers make of ordinary C. */
typedef unsigned long size_t;
static const char *const names[] = {"quick", "insertion", "heap"};
static int compare_up(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }
static int compare_down(const void *a, const void *b) { return *(const int *)b - *(const int *)a; }
int (*const compare[])(const void *, const void *) = {compare_up, compare_down};
static void swap(char *a, char *b, size_t size) {
  while (size--) { char t = *a; *a++ = *b; *b++ = t; }
}
void quick(void *base, size_t count, size_t size, int (*cmp)(const void *, const void *)) {
  char *b = base;
  size_t last = 0, i;
  if (count < 2) return;
  swap(b, b + (count / 2) * size, size);
  for (i = 1; i < count; i++)
    if (cmp(b + i * size, b) < 0) swap(b + ++last * size, b + i * size, size);
  swap(b, b + last * size, size);
  quick(b, last, size, cmp);
  quick(b + (last + 1) * size, count - last - 1, size, cmp);
}
unsigned long long hash(const char *text) {
  unsigned long long h = 14695981039346656037ULL;
  for (; *text; text++) h = (h ^ (unsigned char)*text) * 1099511628211ULL;
  return h;
}
int classify(int c) {
  switch (c) {
    case 'a': return 1; case 'b': return 4; case 'c': return 9; case 'd': return 16;
    case 'e': return 25; case 'f': return 36; case 'g': return 49; case 'h': return 64;
    case 'z': return -1; default: return 0;
  }
}
static int numbers[64] = {5, 3, 9, -1, 1000000, -2147483647};
long long counters[16];
char buffer[4096] __attribute__((aligned(64)));
struct node { struct node *next; int value; short tag; char kind; } nodes[4] = {{nodes + 1, 1, 2, 'x'}, {nodes + 2, 3, 4, 'y'}, {nodes, 5, 6, 'z'}};
int sum_list(const struct node *n, int limit) { int s = 0; while (n && limit--) { s += n->value + n->tag + n->kind; n = n->next; } return s; }
int atomics(int *p) { return __atomic_fetch_add(p, 3, __ATOMIC_SEQ_CST) + __atomic_exchange_n(p, 1, __ATOMIC_ACQUIRE); }
unsigned divide(unsigned a, unsigned b, long c, long d) { return a / (b | 1) + (unsigned)(c % (d | 1)); }
const char *name_of(unsigned i) { return names[i % 3]; }
void _start(void) {
  int i;
  quick(numbers, 64, sizeof *numbers, compare[hash(names[1]) & 1]);
  for (i = 0; i < 16; i++) counters[i] = classify(numbers[i]) + sum_list(nodes, i) + divide(i, 3, i * 7, 5);
  __asm__ volatile("csrw stvec, %0" ::"r"(buffer));
  for (i = 0; i < 4096; i++) buffer[i] = (char)(name_of(i)[0] + atomics(&numbers[i & 63]));
  for (;;) __asm__ volatile("wfi");
}
