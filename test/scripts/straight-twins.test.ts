import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { after, before, describe, it } from 'mocha';
import { siteTable } from '../../scripts/site-table';
import type { Narration } from '../../simulator/machine/narration';

const NARRATION = 'simulator/machine/narration.ts';

/** Handlers of every form that there is, and what enters them. */
const sources: { readonly [file: string]: string } = {
  'simulator/firmware/port.ts': `
    import { type Narration, step } from '../machine/narration';
    export interface Port { answer(x: number): Narration<number>; silent?(): Narration<number>; }
    export const port: Port = {
      *answer(x) { yield step\`answer \${x}\`; return x + 1; },
    };
    export const silentPort: Port = {
      *answer(x) { return x; },
      *silent() { return 100; },
    };
    export class Refusal { constructor(readonly why: string) { made.push(why); } }
    /** What was refused, as far as steps have said so. */
    export const made: string[] = [];
    export function* refuse(why: string): Narration<never> {
      yield step.about(new Refusal(why))\`refuse: \${why}\`;
      throw new Error(why);
    }`,
  'simulator/hypervisor/vcpu.ts': `
    import { type Port, port, refuse, silentPort } from '../firmware/port';
    import { across, type Narration, runThrough, step, type World } from '../machine/narration';
    export abstract class Vcpu {
      readonly done: string[] = [];
      constructor(readonly port: Port) {}
      abstract handle(x: number): Narration<number>;
      protected *serve(): Narration {
        yield step\`serve\`;
        this.done.push('served');
      }
      start(): number {
        return runThrough(this.handle(0));
      }
    }
    export class FullVcpu extends Vcpu {
      // A comment with a quotation mark: doesn't.
      *handle(x: number): Narration<number> {
        if (x > 2) yield step\`only said
          of \${x}, which is more than two\`;
        for (const each of [1, 2]) yield* this.serve();
        const first = yield* this.port.answer(yield* this.#twice(x));
        const second = this.port.silent && (yield* this.port.silent?.());
        return x === 7 ? yield* refuse('seven') : first + (second ?? 0);
      }
      *#twice(x: number): Narration<number> {
        return 2 * x;
      }
      protected override *serve(): Narration {
        yield* super.serve();
        this.done.push('served by the full one');
      }
    }
    /** Tells when it is asked for. */
    export const asked: string[] = [];
    const world = (name: string): World => { asked.push(name); return { name }; };
    export function* inOthers(vcpu: FullVcpu, x: number): Narration<number> {
      yield* across(world('kernel'), fill());
      return yield* across(world('other'), vcpu.handle(x));
    }
    export function* fill(): Narration {
      yield step\`fill\`;
      yield* across(world('device'), port.answer(1));
    }
    export const narrateOthers = (vcpu: FullVcpu, x: number) => inOthers(vcpu, x);
    export const straightOthers = (vcpu: FullVcpu, x: number) => runThrough(inOthers(vcpu, x));
    export const makeVcpu = (isSilent = false) => new FullVcpu(isSilent ? silentPort : port);
    export const narrate = (vcpu: Vcpu, x: number) => vcpu.handle(x);
    export const straight = (vcpu: Vcpu, x: number) => runThrough(vcpu.handle(x)); // straight`,
};

interface Built {
  makeVcpu(isSilent?: boolean): { readonly done: string[]; start(): number };
  narrate(vcpu: object, x: number): Narration<number>;
  straight(vcpu: object, x: number): number;
  narrateOthers(vcpu: object, x: number): Narration<number>;
  straightOthers(vcpu: object, x: number): number;
  readonly asked: string[];
  readonly functions: string[];
  readonly made: string[];
  readonly Refusal: new (why: string) => { readonly why: string };
}

describe('straight twins', () => {
  let root: string;
  let built: Built;

  /** Builds files as the bundles are built. */
  function build(files: { readonly [file: string]: string }, entry: string): Promise<unknown> {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
      writeFileSync(path.join(root, file), text);
    }
    return esbuild.build({
      absWorkingDir: root,
      entryPoints: [entry],
      outfile: 'out/handlers.js',
      bundle: true,
      format: 'cjs',
      sourcemap: true,
      sourcesContent: false,
      logLevel: 'silent',
      plugins: [siteTable(root)],
    });
  }

  before(async () => {
    root = mkdtempSync(path.join(tmpdir(), 'straight-twins-'));
    const entry = 'simulator/hypervisor/entry.ts';
    mkdirSync(path.join(root, path.dirname(NARRATION)), { recursive: true });
    copyFileSync(NARRATION, path.join(root, NARRATION));
    const exported = `export * from './vcpu'; export { made, Refusal } from '../firmware/port'; import { sites } from 'hyperstep:sites';
      export const functions = sites.map((site) => site.function);`;
    await build({ ...sources, [entry]: exported }, entry);
    built = createRequire(path.join(root, 'out/'))('./handlers.js');
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  function narrate(x: number, isSilent?: boolean): { steps: unknown[]; result: number; done: string[] } {
    const vcpu = built.makeVcpu(isSilent);
    const narration = built.narrate(vcpu, x);
    const steps: unknown[] = [];
    for (;;) {
      const next = narration.next();
      if (next.done) return { steps, result: next.value, done: vcpu.done };
      steps.push([next.value.site, ...next.value.callers.map((site) => built.functions[site]), ...next.value.values]);
    }
  }

  it('leave the generators as they narrate', () => {
    assert.deepEqual(narrate(3).steps, [
      [3, 3],
      [2, 'FullVcpu.serve', 'FullVcpu.handle'],
      [2, 'FullVcpu.serve', 'FullVcpu.handle'],
      [0, 'FullVcpu.handle', 6],
    ]);
  });

  it('do what the generators do, and yield nothing', () => {
    for (const isSilent of [false, true]) {
      for (const x of [0, 3]) {
        const vcpu = built.makeVcpu(isSilent);
        const { result, done } = narrate(x, isSilent);
        assert.equal(built.straight(vcpu, x), result);
        assert.deepEqual(vcpu.done, done);
      }
    }
    assert.equal(built.makeVcpu(true).start(), 100);
  });

  it('do not make what steps are about, which the generators tell', () => {
    built.made.length = 0;
    assert.throws(() => built.straight(built.makeVcpu(), 7));
    assert.deepEqual(built.made, []);
    const abouts: unknown[] = [];
    assert.throws(() => {
      for (const { about } of built.narrate(built.makeVcpu(), 7)) if (about) abouts.push(about);
    });
    assert.deepEqual(built.made, ['seven']);
    assert.ok(abouts.length === 1 && abouts[0] instanceof built.Refusal && abouts[0].why === 'seven');
  });

  it('cross into no world, as the generators do at each call that says so', () => {
    const paths: string[] = [];
    for (const { site, callers, crossings } of built.narrateOthers(built.makeVcpu(), 0)) {
      const path = [site, ...callers].map((each) => built.functions[each] ?? '');
      for (const { into, sites } of [...crossings].reverse()) path.splice(sites, 0, `[${into.name}]`);
      paths.push(path.join(' '));
    }
    assert.deepEqual(
      [paths[0], paths[1], paths[2]],
      [
        'fill [kernel] inOthers',
        'answer [device] fill [kernel] inOthers',
        'Vcpu.serve FullVcpu.serve FullVcpu.handle [other] inOthers',
      ],
    );
    built.asked.length = 0;
    assert.equal(built.straightOthers(built.makeVcpu(), 0), narrate(0).result);
    assert.deepEqual(built.asked, []);
  });

  it('stand in a stack trace where their source has them, as the generators do', () => {
    const [port, vcpu] = ['simulator/firmware/port.ts', 'simulator/hypervisor/vcpu.ts'] as const;
    const thrown = placeOf(port, 'new Error(why)');
    const refused = placeOf(vcpu, "refuse('seven')");
    const entered = placeOf(vcpu, 'handle(x)); // straight');
    assert.deepEqual(
      stackOf(() => built.straight(built.makeVcpu(), 7)),
      [thrown, refused, entered],
    );
    const narrated = stackOf(() => [...built.narrate(built.makeVcpu(), 7)]);
    assert.deepEqual(narrated.slice(0, 1), [thrown]);
  });

  it('are refused with one error, at the place of what cannot have one', async () => {
    const file = 'simulator/hypervisor/wrong.ts';
    const source = 'export const all = [\n  function* first() {},\n];';
    await assert.rejects(build({ [file]: source }, file), ({ errors }: esbuild.BuildFailure) => {
      assert.equal(errors.length, 1);
      assert.match(errors[0]?.text ?? '', /a declared function or a method/);
      const { line, column } = errors[0]?.location ?? {};
      assert.deepEqual([line, column], [2, 2]);
      return true;
    });
  });
});

/** `file:line:column` of a text in a source. */
function placeOf(file: string, text: string): string {
  const lines = (sources[file] ?? '').split('\n');
  const line = lines.findIndex((each) => each.includes(text));
  return `${path.basename(file)}:${line + 1}:${(lines[line]?.indexOf(text) ?? 0) + 1}`;
}

/** The places in the sources that the stack trace of what is thrown names. */
function stackOf(run: () => unknown): string[] {
  try {
    run();
  } catch (error) {
    return [...String((error as Error).stack).matchAll(/(?:port|vcpu)\.ts:\d+:\d+/g)].map(([place]) => place);
  }
  return [];
}
