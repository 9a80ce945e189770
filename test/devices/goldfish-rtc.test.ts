import assert from 'node:assert/strict';
import { GoldfishRtc } from '../../simulator/devices/goldfish-rtc';

const START = 1_700_000_000;

function makeRtc() {
  const clock = { time: 0, deadline: Number.POSITIVE_INFINITY };
  let level = false;
  const rtc = new GoldfishRtc(
    'rtc',
    0,
    {
      setLevel: (now) => {
        level = now;
      },
    },
    {
      now: () => clock.time,
      schedule: (_, deadline) => {
        clock.deadline = deadline;
      },
      cancel: () => {
        clock.deadline = Number.POSITIVE_INFINITY;
      },
    },
    START,
  );
  const time = (): bigint => BigInt(rtc.read(0) ?? 0) | (BigInt(rtc.read(4) ?? 0) << 32n);
  const setAlarm = (at: bigint): void => {
    rtc.write(0x0c, 4, Number(at >> 32n));
    rtc.write(0x08, 4, Number(at & 0xffffffffn));
  };
  return { rtc, clock, time, setAlarm, level: () => level };
}

describe('the goldfish RTC', () => {
  it('counts nanoseconds from the date at reset, by the machine clock', () => {
    const { clock, time } = makeRtc();
    const start = BigInt(START) * 1_000_000_000n;
    assert.equal(time(), start);
    clock.time = 5_000_000_123;
    assert.equal(time(), start + 5_000_000_123n);
  });

  it('gives the high word that belongs to the low one read before', () => {
    const { rtc, clock } = makeRtc();
    const toWrap = 2 ** 32 - (rtc.read(0) ?? 0);
    clock.time = toWrap - 1;
    const low = rtc.read(0) ?? 0;
    clock.time = toWrap + 1;
    assert.equal(low, 0xffffffff);
    assert.equal(BigInt(rtc.read(4) ?? 0), (BigInt(START) * 1_000_000_000n + BigInt(toWrap) - 1n) >> 32n);
  });

  it('rings at the alarm, where its interrupt is enabled', () => {
    const { rtc, clock, time, setAlarm, level } = makeRtc();
    rtc.write(0x10, 4, 1);
    setAlarm(time() + 1000n);
    assert.equal(rtc.read(0x18), 1);
    assert.equal(clock.deadline, 1000);
    assert.equal(level(), false);
    clock.time = 1000;
    rtc.wake();
    assert.equal(level(), true);
    assert.equal(rtc.read(0x18), 0);
    rtc.write(0x1c, 4, 1);
    assert.equal(level(), false);
  });

  it('forgets an alarm that is cleared, and rings at once for one that has passed', () => {
    const { rtc, clock, time, setAlarm, level } = makeRtc();
    rtc.write(0x10, 4, 1);
    setAlarm(time() + 1000n);
    rtc.write(0x14, 4, 1);
    assert.equal(clock.deadline, Number.POSITIVE_INFINITY);
    clock.time = 5000;
    setAlarm(time() - 1n);
    assert.equal(level(), true);
  });

  it('takes another date', () => {
    const { rtc, time } = makeRtc();
    rtc.write(0x04, 4, 2);
    rtc.write(0x00, 4, 7);
    assert.equal(time(), (2n << 32n) + 7n);
  });
});
