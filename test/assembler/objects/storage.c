/* What storage and symbols there are: thread-local, weak, hidden, common, aliases, tables of code addresses. */
__thread int zeroed;
__thread int initialised = 5;
extern __thread int elsewhere;
static __thread long several[4];
extern int maybe __attribute__((weak));
int shared[100];
const double table[] = {1.5, 2.5, 3e10};

int *address_of_thread_local(void) { return &zeroed; }
int sum(void) { return initialised + elsewhere + several[2]; }
int *address_of_weak(void) { return &maybe; }

int choose(int x) {
  switch (x) {
  case 0: return 5;
  case 1: return 99;
  case 2: return sum();
  case 3: return 17;
  case 4: return 3;
  case 5: return *address_of_thread_local();
  case 7: return 8;
  default: return -1;
  }
}

__attribute__((constructor)) static void prepare(void) { zeroed = 1; }
__attribute__((section(".elsewhere"))) int placed;
__attribute__((visibility("hidden"))) int hidden(void) { return placed; }
int target(void) { return 3; }
int other(void) __attribute__((alias("target")));
static int counter;
int count(void) { return ++counter; }

const char *texts[] = {"hello", "world\n\t\"x\"", "\001\xff"};

void *jump(int x) {
  static void *labels[] = {&&first, &&second};
  goto *labels[x];
first:
  return labels;
second:
  return 0;
}

long wide(long a, long b) { return a / b + (a % b) * (long)table[a & 1]; }
void _start(void) { choose(count() + wide(1, 2)); }
