import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { RETURN } from '../../scripts/site-flow';
import { scanHandlers } from '../../scripts/site-table';

const handler = `// A handler.
import { step } from '../machine/narration'; import { findShadow, lookUp } from './shadow';

export function* writeSatp(vcpu: Vcpu, value: Csr) {
  yield step\`decode \${vcpu.instruction} at \${vcpu.pc}\`;
  const root = yield* findShadow(vcpu, value);
  yield step\`load shadow root
    \${root.frame}\`;
}

class Pager {
  *fill(gpa: Gpa) {
    yield* this.allocate(yield* lookUp(gpa));
    yield step\`done\`;
  }
}
`;

const shadow = `export function* findShadow() {}
export function* lookUp() {}
class Allocator { *allocate() {} }
`;

describe('site table', () => {
  const { sites, rewritten, errors } = scanHandlers(
    new Map([
      ['simulator/hypervisor/csr.ts', handler],
      ['simulator/hypervisor/shadow.ts', shadow],
    ]),
  );

  it('lists every step and every entered handler in the order of the source', () => {
    assert.deepEqual(errors, []);
    assert.deepEqual(
      sites.map(({ id, kind, line, column, endLine, function: name }) => [id, kind, line, column, endLine, name]),
      [
        [0, 'step', 5, 9, 5, 'writeSatp'],
        [1, 'call', 6, 23, 6, 'writeSatp'],
        [2, 'step', 7, 9, 8, 'writeSatp'],
        [3, 'call', 13, 12, 13, 'Pager.fill'],
        [4, 'call', 13, 33, 13, 'Pager.fill'],
        [5, 'step', 14, 11, 14, 'Pager.fill'],
      ],
    );
  });

  it('keeps the pieces of a template and the source of its interpolations', () => {
    assert.deepEqual(sites[0]?.text, ['decode ', ' at ', '']);
    assert.deepEqual(sites[0]?.expressions, ['vcpu.instruction', 'vcpu.pc']);
    assert.deepEqual(sites[1]?.expressions, ['findShadow']);
    assert.deepEqual(sites[5]?.text, ['done']);
  });

  it('calls the method of an object that says its name by that', () => {
    const source = "const calls = [{ name: 'get_spec_version', *handle() { yield step`answer`; } }];";
    const others = 'const other = { *handle() {} }; function* f(call) { yield* call.handle(); }';
    const scanned = scanHandlers(
      new Map([
        ['simulator/firmware/base.ts', source],
        ['simulator/firmware/call.ts', others],
      ]),
    );
    assert.equal(scanned.sites[0]?.function, 'get_spec_version');
    assert.equal(scanned.sites[1]?.first, undefined, 'either may be the one that is called');
  });

  it('writes the ids into the source', () => {
    const text = rewritten.get('simulator/hypervisor/csr.ts')?.plain ?? '';
    assert.ok(text.includes('yield step.at(0)`decode ${vcpu.instruction} at ${vcpu.pc}`;'), text);
    assert.ok(text.includes('const root = yield* inside(1, findShadow(vcpu, value));'), text);
    assert.ok(text.includes('yield* inside(3, this.allocate(yield* inside(4, lookUp(gpa))));'), text);
  });

  it('knows what may come next, by control flow', () => {
    const source = `
export function* handle(vm: Vm) {
  yield step\`0\`;
  if (vm.isFirst) yield step\`1\`;
  else if (vm.isSecond) return yield* enter(vm);
  for (const entry of vm.entries) {
    if (entry.skip) continue;
    yield step\`3\`;
    if (entry.last) break;
  }
  switch (vm.kind) {
    case 1:
      yield step\`4\`;
    case 2:
      yield step\`5\`;
      break;
    case 3:
      return;
  }
  const found = vm.wants && (yield* vm.other.look());
  do yield step\`7\`;
  while (found);
  for (;;) {
    try {
      yield step\`8\`;
    } catch {
      throw new Error(vm.why);
    }
  }
}
function* enter(vm: Vm) {
  if (vm.all.find((each) => each.isQuick)) return;
  yield step\`9\`;
}
`;
    const others = 'const one = { *look() {} }, other = { *look() {} };';
    const scanned = scanHandlers(
      new Map([
        ['simulator/hypervisor/x.ts', source],
        ['simulator/hypervisor/y.ts', others],
      ]),
    );
    const next = (id: number): number[] => [...(scanned.sites[id]?.next ?? [])].sort((a, b) => a - b);
    assert.deepEqual(
      next(0),
      [1, 2, 3, 4, 5, 6, 7, RETURN].sort((a, b) => a - b),
    );
    assert.deepEqual(next(1), [RETURN, 3, 4, 5, 6, 7]);
    assert.deepEqual(next(2), [RETURN]);
    assert.deepEqual(next(3), [RETURN, 3, 4, 5, 6, 7]);
    assert.deepEqual(next(4), [5]);
    assert.deepEqual(next(5), [6, 7]);
    assert.deepEqual(next(6), [7]);
    assert.deepEqual(next(7), [7, 8]);
    assert.deepEqual(next(8), [8]);
    assert.deepEqual(next(9), [RETURN]);
    // What a call enters, where its name says it.
    assert.deepEqual([...(scanned.sites[2]?.first ?? [])].sort(), [RETURN, 9]);
    assert.equal(scanned.sites[6]?.first, undefined);
  });

  it('knows which of several functions of a name a call enters, by the import', () => {
    const enter = (text: string): string => `export function* enter() { yield step\`${text}\`; }`;
    const scanned = scanHandlers(
      new Map([
        ['simulator/hypervisor/engines/full/enter.ts', enter('0')],
        ['simulator/hypervisor/engines/hardware/enter.ts', enter('1')],
        [
          'simulator/hypervisor/vm/a.ts',
          "import { enter } from '../engines/hardware/enter'; function* f() { yield* enter(); }",
        ],
        ['simulator/hypervisor/vm/b.ts', 'function* f() { yield* enter(); }'],
      ]),
    );
    assert.deepEqual(scanned.sites[2]?.first, [1]);
    assert.equal(scanned.sites[3]?.first, undefined);
  });

  it('knows that a call of another object’s method may enter that of each class, unless objects without one have it too', () => {
    const scanned = scanHandlers(
      new Map([
        ['simulator/hypervisor/a.ts', 'class A { *enter() { yield step`0`; } *leave() { yield step`1`; } }'],
        ['simulator/hypervisor/b.ts', 'class B { *enter() { yield step`2`; } }'],
        ['simulator/hypervisor/c.ts', 'const c = { *leave() { yield step`3`; } };'],
        ['simulator/hypervisor/d.ts', 'function* f(x) { yield* x.enter(); yield* x.leave(); }'],
        ['simulator/hypervisor/e.ts', 'class E { *go() { yield step`6`; } }'],
        ['simulator/hypervisor/f.ts', 'class F extends E { *go() { yield* super.go(); yield step`8`; } }'],
        ['simulator/hypervisor/g.ts', 'class G extends F { *go() { yield* super.go(); yield step`9`; } }'],
      ]),
    );
    assert.deepEqual(
      scanned.sites.slice(4, 6).map(({ first }) => first),
      [[0, 2], undefined],
    );
    assert.deepEqual(scanned.sites[7]?.first, [6], 'what a method says of super');
  });

  it('imports what it writes from folders below, and leaves files without handlers alone', () => {
    const scanned = scanHandlers(
      new Map([
        ['simulator/hypervisor/a/b/c.ts', "import { g } from '../g';\nfunction* f() { yield* g(); }"],
        ['simulator/hypervisor/a/g.ts', 'export function* g() {}'],
        ['simulator/hypervisor/plain.ts', 'export const x = 1;'],
      ]),
    );
    const lines = scanned.rewritten.get('simulator/hypervisor/a/b/c.ts')?.plain.split('\n').slice(2);
    assert.deepEqual(lines, [
      "import { inside } from '../../../machine/narration';",
      "import { g$straight } from '../g';",
    ]);
    assert.equal(scanned.rewritten.has('simulator/hypervisor/plain.ts'), false);
  });

  it('has a handler that is run through replaced by its twin', () => {
    const scanned = scanHandlers(
      new Map([
        ['simulator/hypervisor/x.ts', 'class A { *f() {} }'],
        ['simulator/machine/machine.ts', 'runThrough(this.software.f(1));'],
      ]),
    );
    assert.equal(scanned.rewritten.get('simulator/machine/machine.ts')?.plain, 'this.software.f$straight(1);');
  });

  const refused: { readonly [what: string]: { readonly source: string; readonly says: RegExp } } = {
    'a step that is not yielded': { source: 'function f() {\n  step`lost`;\n}', says: /must be yielded/ },
    'what a step is about, of no step': { source: 'function f() {\n  step.about(f);\n}', says: /where the step is/ },
    'another yield': { source: 'function* f() {\n  yield 1;\n}', says: /yields steps/ },
    'a narration that is entered by no call': { source: 'function* f(g) {\n  yield* g;\n}', says: /yields steps/ },
    'a narration of another world that no call enters': {
      source: 'function* f(world, g) {\n  yield* across(world, g);\n}',
      says: /yields steps/,
    },
    'a handler that is entered by no name': {
      source: 'function* f(all) {\n  yield* all[0]();\n}',
      says: /No handler is named all\[0\]/,
    },
    'a call of no handler': { source: 'function* f(g) {\n  yield* g();\n}', says: /No handler is named g:/ },
    'a handler that is a value': {
      source: 'const all = [\n  function* first() {},\n];',
      says: /a declared function or a method/,
    },
    'a function that passes a narration on': {
      source: 'function* f() {} class A { g(): Narration {\n  return f(); } }',
      says: /is a generator/,
    },
    'a narration that is run through later': {
      source: 'function* f() {} function g(narration) {\n  runThrough(narration);\n}',
      says: /the call of a handler/,
    },
  };
  for (const [what, { source, says }] of Object.entries(refused)) {
    it(`refuses ${what}, and says where`, () => {
      const { errors } = scanHandlers(new Map([['simulator/hypervisor/x.ts', source]]));
      assert.equal(errors.length, 1, JSON.stringify(errors));
      assert.match(errors[0]?.message ?? '', says);
      assert.ok(errors[0] && errors[0].line <= 2);
    });
  }
});
