import assert from 'node:assert/strict';
import { assembleText } from './assemble';

/** 'file: first-last' of what was skipped, 1-based. */
function skipped(text: string, files: Readonly<Record<string, string>> = {}, name = 'main.S'): string[] {
  const [unit] = assembleText(text, { files, name }).units;
  return unit!.inactive.map(({ file, startLine, endLine }) => `${file}: ${startLine + 1}-${endLine + 1}`);
}

describe('Inactive lines', () => {
  it('of #if, each branch', () => {
    assert.deepEqual(skipped('#if 0\n nop\n\n nop\n#else\n nop\n#endif\n'), ['main.S: 2-4']);
    assert.deepEqual(skipped('#if 1\n nop\n#elif 1\n ret\n#else\n ret\n#endif\n'), ['main.S: 4-4', 'main.S: 6-6']);
  });

  it('with all that is nested in them', () => {
    assert.deepEqual(skipped('#ifdef A\n#if 1\n nop\n#endif\n nop\n#endif\n'), ['main.S: 2-5']);
    assert.deepEqual(skipped('.if 0\n.if 1\n nop\n.else\n.endif\n.endif\n', {}, 'main.s'), ['main.s: 2-5']);
  });

  it('of .if, in files but not in expansions', () => {
    const text = '.macro m x\n.if \\x\n nop\n.endif\n.endm\n m 0\n m 1\n.if 0\n nop\n.endif\n';
    assert.deepEqual(skipped(text, {}, 'main.s'), ['main.s: 9-9']);
  });

  it('of a file that is read several times: what no reading had', () => {
    const files = { 'x.h': '#ifdef A\n nop\n#else\n ret\n#endif\n#ifdef B\n nop\n#endif\n' };
    assert.deepEqual(skipped('#include "x.h"\n', files), ['x.h: 2-2', 'x.h: 7-7']);
    assert.deepEqual(skipped('#include "x.h"\n#define A\n#include "x.h"\n', files), ['x.h: 7-7']);
  });

  it('of an include guard are none', () => {
    const files = { 'x.h': '#ifndef X\n#define X\n nop\n#endif\n' };
    assert.deepEqual(skipped('#include "x.h"\n#include "x.h"\n', files), []);
  });
});
