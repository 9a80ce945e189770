import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { describe, it } from 'mocha';
import { RETURN } from '../../scripts/site-flow';
import { scanHandlers, siteTable } from '../../scripts/site-table';

const handler = `// A handler.
import { step } from './narration';

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

describe('site table', () => {
  const { sites, rewritten, errors } = scanHandlers(new Map([['simulator/hypervisor/csr.ts', handler]]));

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

  it('writes the ids into the source without moving a line', () => {
    const lines = rewritten.get('simulator/hypervisor/csr.ts')?.split('\n') ?? [];
    assert.equal(lines.length, handler.split('\n').length);
    assert.equal(lines[0], "import { inside, observation } from '../machine/narration'; // A handler.");
    assert.equal(lines[4], '  observation.on && (yield step.at(0)`decode ${vcpu.instruction} at ${vcpu.pc}`);');
    assert.equal(lines[5], '  const root = yield* inside(1, findShadow(vcpu, value));');
    assert.equal(lines[12], '    yield* inside(3, this.allocate(yield* inside(4, lookUp(gpa))));');
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
    const scanned = scanHandlers(new Map([['simulator/hypervisor/x.ts', source]]));
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
        ['simulator/hypervisor/d.ts', 'function* f(x) { yield* x.enter(); yield* x.leave(); yield* x.unknown(); }'],
        ['simulator/hypervisor/e.ts', 'class E { *go() { yield step`7`; } }'],
        ['simulator/hypervisor/f.ts', 'class F extends E { *go() { yield* super.go(); yield step`9`; } }'],
      ]),
    );
    assert.deepEqual(
      scanned.sites.slice(4, 7).map(({ first }) => first),
      [[0, 2], undefined, undefined],
    );
    assert.deepEqual(scanned.sites[8]?.first, [7], 'what a method says of super');
  });

  it('imports the narration from folders below, and leaves files without sites alone', () => {
    const scanned = scanHandlers(
      new Map([
        ['simulator/hypervisor/a/b/c.ts', 'function* f() { yield* g(); }'],
        ['simulator/hypervisor/plain.ts', 'export const x = 1;'],
      ]),
    );
    assert.equal(
      scanned.rewritten.get('simulator/hypervisor/a/b/c.ts'),
      "import { inside } from '../../../machine/narration'; function* f() { yield* inside(0, g()); }",
    );
    assert.equal(scanned.rewritten.has('simulator/hypervisor/plain.ts'), false);
  });

  it('refuses a step that is not yielded', () => {
    const scanned = scanHandlers(new Map([['simulator/hypervisor/x.ts', 'function f() {\n  step`lost`;\n}']]));
    assert.equal(scanned.errors.length, 1);
    assert.equal(scanned.errors[0]?.line, 2);
  });

  it('serves the table and the rewritten handlers to esbuild', async () => {
    const root = mkdtempSync(path.join(tmpdir(), 'site-table-'));
    try {
      const folder = path.join(root, 'simulator/hypervisor');
      mkdirSync(folder, { recursive: true });
      mkdirSync(path.join(root, 'simulator/machine'));
      writeFileSync(
        path.join(root, 'simulator/machine/narration.ts'),
        `export const observation = { on: true };
         export const step = { at: (id) => (text, ...values) => [id, text.join('_'), ...values] };
         export function* inside(id, handler) { yield ['enter', id]; return yield* handler; }`,
      );
      writeFileSync(
        path.join(folder, 'handler.ts'),
        `import { step } from '../machine/narration';
         import { sites } from 'hyperstep:sites';
         function* inner(x) { yield step\`see \${x}\`; return x + 1; }
         function* outer() { const y = yield* inner(41); yield step\`got \${y}\`; }
         export const steps = [...outer()];
         export const names = sites.map((site) => site.function);`,
      );
      const built = await esbuild.build({
        absWorkingDir: root,
        entryPoints: [path.join(folder, 'handler.ts')],
        bundle: true,
        write: false,
        format: 'cjs',
        plugins: [siteTable(root)],
      });
      const module = { exports: {} as { steps: unknown; names: unknown } };
      new Function('module', built.outputFiles[0]?.text ?? '')(module);
      assert.deepEqual(module.exports.steps, [
        ['enter', 1],
        [0, 'see _', 41],
        [2, 'got _', 42],
      ]);
      assert.deepEqual(module.exports.names, ['inner', 'outer', 'outer']);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});
