/* What embedded benchmarks do: a linked list that is searched and sorted, small matrices, a state machine over text, a CRC. */
#include "bench.h"

#define NODES 256
#define SIDE 16

struct node {
  struct node *next;
  i32 value;
  u16 tag;
};

static struct node nodes[NODES];
static i32 a[SIDE][SIDE], b[SIDE][SIDE], c[SIDE][SIDE];

static u16 crc16(u16 crc, u32 value)
{
  for (int i = 0; i < 32; i++) {
    u32 bit = (crc ^ value) & 1;
    crc >>= 1;
    value >>= 1;
    if (bit) crc ^= 0xa001;
  }
  return crc;
}

static struct node *merge_sort(struct node *list)
{
  if (!list || !list->next) return list;
  struct node *slow = list, *fast = list->next;
  while (fast && fast->next) {
    slow = slow->next;
    fast = fast->next->next;
  }
  struct node *right = slow->next;
  slow->next = 0;
  struct node *left = merge_sort(list);
  right = merge_sort(right);
  struct node head, *tail = &head;
  while (left && right) {
    struct node **smaller = left->value <= right->value ? &left : &right;
    tail->next = *smaller;
    tail = *smaller;
    *smaller = tail->next;
  }
  tail->next = left ? left : right;
  return head.next;
}

static u16 lists(u32 seed)
{
  for (u32 i = 0; i < NODES; i++) {
    seed = seed * 1664525 + 1013904223;
    nodes[i].next = i + 1 < NODES ? &nodes[i + 1] : 0;
    nodes[i].value = (i32)(seed >> 8) & 0xffff;
    nodes[i].tag = (u16)i;
  }
  struct node *list = merge_sort(nodes);
  u16 crc = 0;
  for (u32 i = 0; i < 32; i++) {
    struct node *n = list;
    while (n && n->tag != i * 8) n = n->next;
    crc = crc16(crc, n ? (u32)n->value : 0);
  }
  return crc;
}

static u16 matrices(i32 seed)
{
  for (int i = 0; i < SIDE; i++)
    for (int j = 0; j < SIDE; j++) {
      a[i][j] = (i * 7 + j * 3 + seed) & 0xff;
      b[i][j] = (i * 5 - j * 11 + seed) & 0xff;
    }
  for (int i = 0; i < SIDE; i++)
    for (int j = 0; j < SIDE; j++) {
      i32 sum = 0;
      for (int k = 0; k < SIDE; k++) sum += a[i][k] * b[k][j];
      c[i][j] = sum;
    }
  u16 crc = 0;
  for (int i = 0; i < SIDE; i++) crc = crc16(crc, (u32)c[i][SIDE - 1 - i]);
  return crc;
}

enum state { START, SIGN, INTEGER, FRACTION, EXPONENT, WORD, ERROR };

static u32 scan(const char *text, u32 counts[7])
{
  u32 tokens = 0;
  enum state state = START;
  for (; *text; text++) {
    char ch = *text;
    switch (state) {
    case START:
      if (ch >= '0' && ch <= '9') state = INTEGER;
      else if (ch == '+' || ch == '-') state = SIGN;
      else if (ch >= 'a' && ch <= 'z') state = WORD;
      else if (ch != ',') state = ERROR;
      break;
    case SIGN:
      state = ch >= '0' && ch <= '9' ? INTEGER : ERROR;
      break;
    case INTEGER:
      if (ch == '.') state = FRACTION;
      else if (ch < '0' || ch > '9') state = ERROR;
      break;
    case FRACTION:
      if (ch == 'e') state = EXPONENT;
      else if (ch < '0' || ch > '9') state = ERROR;
      break;
    case EXPONENT:
      if ((ch < '0' || ch > '9') && ch != '-') state = ERROR;
      break;
    case WORD:
      if (ch < 'a' || ch > 'z') state = ERROR;
      break;
    case ERROR:
      break;
    }
    if (ch == ',') {
      tokens++;
      state = START;
    }
    counts[state]++;
  }
  return tokens;
}

int main(void)
{
  static const char text[] = "12,-7,3.14,hello,1.5e-9,x9,+,99.9e,word,0,-12.25,abc,1e5,+42,7.7,end,";
  u64 sum = 0;
  for (u32 round = 0; round < ROUNDS; round++) {
    u32 counts[7] = { 0 };
    sum = sum * 31 + lists(round + 1);
    sum = sum * 31 + matrices((i32)round);
    for (int i = 0; i < 10; i++) sum += scan(text, counts);
    for (int i = 0; i < 7; i++) sum = sum * 31 + counts[i];
  }
  print_hex(sum);
  return 0;
}
