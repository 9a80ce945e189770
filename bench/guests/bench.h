/* What the benchmarks share: fixed-size integers, and a checksum printed to the UART so that two machines can be compared. */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;
typedef int i32;
typedef long i64;

static void print_hex(u64 value)
{
  volatile u8 *uart = (volatile u8 *)0x10000000;
  for (int shift = 60; shift >= 0; shift -= 4) {
    u8 digit = (value >> shift) & 15;
    *uart = digit < 10 ? '0' + digit : 'a' + digit - 10;
  }
  *uart = '\n';
}

void *memcpy(void *to, const void *from, u64 length);
void *memset(void *to, int value, u64 length);
