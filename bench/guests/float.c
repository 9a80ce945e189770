/* Floating point: bodies that attract each other, a matrix product, the Mandelbrot set, an integral in single precision. */
#include "bench.h"

#define BODIES 5
#define SIDE 24

struct body { double x[3], v[3], mass; };

static double root(double value)
{
  double result;
  asm("fsqrt.d %0, %1" : "=f"(result) : "f"(value));
  return result;
}

static void advance(struct body *bodies, double step)
{
  for (int i = 0; i < BODIES; i++)
    for (int j = i + 1; j < BODIES; j++) {
      double d[3], square = 0;
      for (int k = 0; k < 3; k++) {
        d[k] = bodies[i].x[k] - bodies[j].x[k];
        square += d[k] * d[k];
      }
      double magnitude = step / (square * root(square));
      for (int k = 0; k < 3; k++) {
        bodies[i].v[k] -= d[k] * bodies[j].mass * magnitude;
        bodies[j].v[k] += d[k] * bodies[i].mass * magnitude;
      }
    }
  for (int i = 0; i < BODIES; i++)
    for (int k = 0; k < 3; k++) bodies[i].x[k] += step * bodies[i].v[k];
}

static double product(double seed)
{
  static double a[SIDE][SIDE], b[SIDE][SIDE], c[SIDE][SIDE];
  for (int i = 0; i < SIDE; i++)
    for (int j = 0; j < SIDE; j++) {
      a[i][j] = seed + i * 0.5 - j;
      b[i][j] = seed - i + j * 0.25;
    }
  for (int i = 0; i < SIDE; i++)
    for (int j = 0; j < SIDE; j++) {
      double sum = 0;
      for (int k = 0; k < SIDE; k++) sum += a[i][k] * b[k][j];
      c[i][j] = sum;
    }
  return c[SIDE / 2][SIDE / 3];
}

static u32 mandelbrot(void)
{
  u32 inside = 0;
  for (int py = 0; py < 24; py++)
    for (int px = 0; px < 32; px++) {
      double cx = px * (3.0 / 32) - 2, cy = py * (2.0 / 24) - 1, x = 0, y = 0;
      int n = 0;
      while (n < 60 && x * x + y * y < 4) {
        double t = x * x - y * y + cx;
        y = 2 * x * y + cy;
        x = t;
        n++;
      }
      inside += n == 60;
    }
  return inside;
}

static float integral(void)
{
  float sum = 0;
  for (int i = 0; i < 1000; i++) {
    float x = (float)i * 0.001f;
    sum += 4.0f / (1.0f + x * x) * 0.001f;
  }
  return sum;
}

int main(void)
{
  struct body bodies[BODIES];
  for (int i = 0; i < BODIES; i++) {
    bodies[i].mass = 1.0 / (i + 1);
    for (int k = 0; k < 3; k++) {
      bodies[i].x[k] = i * 1.7 + k * 0.3 * i;
      bodies[i].v[k] = 0.01 * (k - i);
    }
  }
  double sum = 0;
  for (u32 round = 0; round < ROUNDS; round++) {
    for (int i = 0; i < 200; i++) advance(bodies, 0.001);
    sum = sum * 0.5 + product(round * 0.125) + mandelbrot() + integral();
  }
  sum += bodies[0].x[0];
  u64 bits;
  asm("fmv.x.d %0, %1" : "=r"(bits) : "f"(sum));
  print_hex(bits);
  return 0;
}
