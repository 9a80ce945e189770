import { ExpressionError } from '../expression/expression-error';
import { parseExpression } from '../expression/parse';
import type { Expression } from '../expression/syntax';
import { definesOf } from '../project/program-options';
import { numberOf } from '../schema/address';
import { type Path, quotedPath } from '../schema/problems';
import { ANY_GUEST_VIRTUALIZATIONS, type Virtualization } from '../system/configuration';
import { type MachineDescription, machineProblems, machineSettings } from '../system/machine-options';
import { scriptOf } from './console-script';
import type { Described } from './described';
import { assigns } from './expression-names';
import type {
  ArrivalExpectation,
  Bound,
  ConsoleExpectation,
  ExitExpectation,
  Expectations,
  GuestTest,
  MemoryExpectation,
  Operator,
  Place,
  StateExpectation,
  TestFile,
  TestProblem,
  TypedText,
} from './guest-test';
import { readPlace } from './place';
import {
  boundForm,
  DEFAULT_LIMIT,
  type ExpectDescription,
  fileOptions,
  type MemoryDescription,
  type TestDescription,
  type TestFileDescription,
  UNITS,
  type Unit,
} from './test-options';

const NANOSECONDS: Readonly<Record<string, bigint>> = { ns: 1n, us: 1000n, ms: 1_000_000n, s: 1_000_000_000n };

/** What is said to be expected, of all tests or of one. */
type SaidExpectations = Omit<Expectations, 'exit'> & { readonly exit: ExitExpectation | undefined };

/** A description of tests with all that it leaves open, and what is wrong with it beyond its form. */
export class Resolution {
  readonly problems: TestProblem[] = [];

  /** @param name of the file */
  constructor(
    private readonly described: Described,
    private readonly name: string,
  ) {}

  fileOf(file: TestFileDescription): TestFile {
    const { program, includePaths = [], linkerScript, linkOptions, march, mabi, relax, defines, tests } = file;
    const names = this.described.namesAt(['tests']);
    const common = without(file, fileOptions);
    const expected = this.expectationsOf(file.expect ?? {}, ['expect']);
    const isOne = tests === undefined || names.length === 0;
    const found = isOne
      ? [this.testOf(this.name.replace(/(\.test\.json|\.\w+)$/, ''), [], common, {}, expected)]
      : names.map((name) => {
          const own = tests[name] ?? {};
          const path = ['tests', name];
          const added = this.expectationsOf(own.expect ?? {}, [...path, 'expect']);
          return this.testOf(name, path, common, own, together(expected, added));
        });
    return {
      program: {
        ...{ includePaths, linkerScript, linkOptions, march, mabi, relax },
        program: program === undefined ? undefined : [program].flat(),
        defines: definesOf(defines ?? {}),
      },
      tests: found,
    };
  }

  /** @param own what the test says itself, before what the file says of all */
  private testOf(
    name: string,
    path: Path,
    common: TestDescription,
    own: TestDescription,
    { exit, ...expected }: SaidExpectations,
  ): GuestTest {
    const { engines, limit = DEFAULT_LIMIT, input = [], expect: _, ...rest } = { ...common, ...own };
    const pathOf = (key: keyof TestDescription): Path => (Object.hasOwn(own, key) ? [...path, key] : [key]);
    // What is no option of a test is one of the machine.
    const machine: MachineDescription = rest;
    for (const { path: inside, text } of machineProblems(machine))
      this.problem([...pathOf('machineOptions'), ...inside.slice(1)], text);
    for (const [index, { write }] of (machine.disks ?? []).entries())
      if (write === 'inPlace')
        this.problem([...pathOf('disks'), index, 'write'], 'must be "copy": a test leaves its disks as they are');
    const isFromReset = machine.firmware === 'none';
    const all: readonly Virtualization[] = isFromReset ? ['none'] : ANY_GUEST_VIRTUALIZATIONS;
    if (isFromReset && engines?.some((engine) => engine !== 'none'))
      this.problem(pathOf('engines'), 'must be ["none"] with firmware "none": a VMM has firmware of its own');
    const resolved = engines ?? all;
    const range = this.rangeOf(path, 'name');
    const expectations: Expectations = { ...expected, exit: exit ?? { ending: { code: 0 }, range } };
    const [counted] = expectations.exits;
    if (counted && resolved.every((engine) => engine === 'none'))
      this.problems.push({
        range: counted.range,
        message: 'exits are counted where there is a VMM, and the test runs on "none" alone',
      });
    return {
      name,
      range,
      engines: resolved,
      limit,
      machine: machineSettings(machine),
      described: machine,
      input: scriptOf(input).map(
        (typed, index): TypedText => ({
          ...typed,
          range: this.rangeOf([...pathOf('input'), ...(typeof input === 'string' ? [] : [index])]),
        }),
      ),
      expectations,
    };
  }

  private expectationsOf(expect: ExpectDescription, path: Path): SaidExpectations {
    const { exit, exits = {}, never = [], state = [], memory = [], instructions, time } = expect;
    const pathOf = (key: keyof ExpectDescription): Path => [...path, key];
    const ending = typeof exit === 'number' ? { code: exit } : exit;
    return {
      console: this.consoleOf(expect.console, pathOf('console')),
      exit: ending === undefined ? undefined : { ending, range: this.rangeOf(pathOf('exit')) },
      exits: Object.entries<unknown>(exits).flatMap(([reason, said]) => {
        const bound = this.boundOf(said, [...pathOf('exits'), reason]);
        return bound ? [{ ...bound, reason }] : [];
      }),
      arrivals: (expect.at ?? []).flatMap((entry, index) => this.arrivalOf(entry, [...pathOf('at'), index])),
      never: this.listed(never, pathOf('never')).flatMap(({ text, path }) => {
        const place = this.placeOf(text, path);
        return place ? [{ place, range: this.rangeOf(path) }] : [];
      }),
      state: this.stateOf(state, pathOf('state')),
      memory: memory.flatMap((entry, index) => this.memoryOf(entry, [...pathOf('memory'), index])),
      instructions: instructions === undefined ? undefined : this.boundOf(instructions, pathOf('instructions')),
      time: time === undefined ? undefined : this.boundOf(time, pathOf('time')),
    };
  }

  private consoleOf(said: ExpectDescription['console'], path: Path): ConsoleExpectation[] {
    if (said === undefined) return [];
    if (typeof said === 'string') return [{ kind: 'is', text: said, range: this.rangeOf(path) }];
    if (Object.keys(said).length === 0)
      this.problem(path, 'must have "is", "contains", "lacks" or "matches": nothing is expected so');
    const kinds = ['is', 'contains', 'lacks', 'matches'] as const;
    return kinds.flatMap((kind) =>
      this.listed(said[kind] ?? [], [...path, kind]).map(({ text, path: at }): ConsoleExpectation => {
        if (kind === 'matches') this.checkPattern(text, at);
        return { kind, text, range: this.rangeOf(at) };
      }),
    );
  }

  private checkPattern(text: string, path: Path): void {
    try {
      new RegExp(text, 'mu');
    } catch (error) {
      this.problem(path, `must be a regular expression: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private arrivalOf(entry: NonNullable<ExpectDescription['at']>[number], path: Path): ArrivalExpectation[] {
    const { arrival = 'first', state = [], memory = [], within } = entry;
    const place = this.placeOf(entry.place, [...path, 'place']);
    if (!place) return [];
    if (arrival === 'every' && within !== undefined)
      this.problem([...path, 'within'], 'is about one arrival: "first" or a number');
    return [
      {
        place,
        arrival: arrival === 'first' ? 1 : arrival,
        state: this.stateOf(state, [...path, 'state']),
        memory: memory.flatMap((each, index) => this.memoryOf(each, [...path, 'memory', index])),
        within: within === undefined ? undefined : { instructions: within, range: this.rangeOf([...path, 'within']) },
        range: this.rangeOf(path),
      },
    ];
  }

  private placeOf(text: string, path: Path): Place | undefined {
    const place = readPlace(text);
    if (!place)
      this.problem(
        path,
        `must be a label such as "done" or "loop+4", or a line such as "guest.s:12", not ${JSON.stringify(text)}`,
      );
    return place;
  }

  private stateOf(said: string | readonly string[], path: Path): StateExpectation[] {
    return this.listed(said, path).flatMap(({ text, path: at }) => {
      const expression = this.expressionOf(text, at);
      return expression ? [{ text: text.trim(), expression, range: this.rangeOf(at) }] : [];
    });
  }

  private expressionOf(text: string, path: Path): Expression | undefined {
    try {
      const expression = parseExpression(text);
      if (!assigns(expression)) return expression;
      this.problem(path, 'changes something, and a test only looks: == compares');
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      this.problem(path, `is no expression: ${error.message}`);
    }
    return undefined;
  }

  private memoryOf(entry: MemoryDescription, path: Path): MemoryExpectation[] {
    const units = [...(Object.keys(UNITS) as Unit[]), 'text'] as const;
    const said = units.filter((unit) => entry[unit] !== undefined);
    const [unit] = said;
    if (unit === undefined || said.length > 1) {
      this.problem(path, `must have one of ${units.map((each) => JSON.stringify(each)).join(', ')}`);
      return [];
    }
    const address = this.expressionOf(String(entry.address), [...path, 'address']);
    const bytes = unit === 'text' ? new TextEncoder().encode(entry.text ?? '') : this.bytesOf(entry, unit, path);
    if (!address || !bytes) return [];
    return [
      { text: String(entry.address), address, space: entry.space ?? 'gva', unit, bytes, range: this.rangeOf(path) },
    ];
  }

  private bytesOf(entry: MemoryDescription, unit: Unit, path: Path): Uint8Array | undefined {
    const size = UNITS[unit];
    const values = (entry[unit] ?? []).map((value) => (typeof value === 'number' ? BigInt(value) : numberOf(value)));
    const limit = 1n << BigInt(8 * size);
    const wide = values.findIndex((value) => value >= limit || value < -(limit / 2n));
    if (wide >= 0) {
      this.problem(
        [...path, unit],
        `has ${values[wide]}, which does not fit into ${size} ${size === 1 ? 'byte' : 'bytes'}`,
      );
      return undefined;
    }
    return Uint8Array.from(
      values.flatMap((value) =>
        Array.from({ length: size }, (_, index) => Number((BigInt.asUintN(64, value) >> BigInt(8 * index)) & 0xffn)),
      ),
    );
  }

  private boundOf(said: unknown, path: Path): Bound | undefined {
    const [, operator = '==', digits = '', unit = 'ns'] = boundForm.exec(String(said)) ?? [];
    // The schema has seen its form.
    const written = typeof said === 'string' ? said.trim().replace(/\s+/g, ' ') : String(said);
    const text = /^\d/.test(written) ? `== ${written}` : written;
    const value = BigInt(digits) * (NANOSECONDS[unit] ?? 1n);
    return { operator: operator as Operator, value, text, range: this.rangeOf(path) };
  }

  /** One text, or several, each with its place. */
  private listed(said: string | readonly string[], path: Path): { text: string; path: Path }[] {
    if (typeof said === 'string') return [{ text: said, path }];
    return said.map((text, index) => ({ text, path: [...path, index] }));
  }

  private rangeOf(path: Path, what: 'value' | 'name' = 'value') {
    return this.described.rangeOf(path, what);
  }

  private problem(path: Path, text: string): void {
    this.problems.push({ range: this.rangeOf(path), message: `${quotedPath(path, 'the test file')} ${text}` });
  }
}

/** What is expected of all tests and what is expected of one: lists go on; of what there can be one of, the test's own counts. */
function together(all: SaidExpectations, own: SaidExpectations): SaidExpectations {
  const reasons = new Set(own.exits.map(({ reason }) => reason));
  return {
    console: own.console.length > 0 ? own.console : all.console,
    exit: own.exit ?? all.exit,
    exits: [...all.exits.filter(({ reason }) => !reasons.has(reason)), ...own.exits],
    arrivals: [...all.arrivals, ...own.arrivals],
    never: [...all.never, ...own.never],
    state: [...all.state, ...own.state],
    memory: [...all.memory, ...own.memory],
    instructions: own.instructions ?? all.instructions,
    time: own.time ?? all.time,
  };
}

function without(file: TestFileDescription, names: object): TestDescription {
  return Object.fromEntries(Object.entries(file).filter(([name]) => !Object.hasOwn(names, name)));
}
