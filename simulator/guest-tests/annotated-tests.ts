import type { Range } from '../assembler/source/diagnostic';
import { nearest } from '../assembler/source/diagnostic';
import { fromText } from '../schema/from-text';
import type { Path } from '../schema/problems';
import { isRecord } from '../schema/record';
import { readExpectation } from './annotated-expectation';
import { type Annotation, attempt } from './annotation';
import type { Described } from './described';
import type { TestProblem } from './guest-test';
import { fileOptions, testOptions } from './test-options';

/** The statements of annotations: how each goes on, and what it means. */
export const statements = {
  test: {
    form: '"NAME"',
    meaning: 'A test begins, to which what follows belongs. What stands before the first holds for all.',
  },
  engines: { form: 'NAME ...', meaning: 'On which engines it is run.' },
  with: {
    form: 'OPTION VALUE',
    meaning:
      'An option of the machine, by the name that a launch has for it; before the first test also one of the program.',
  },
  limit: { form: 'N', meaning: 'After how many instructions a guest that still runs is ended.' },
  type: {
    form: '"TEXT" [after "TEXT"]',
    meaning: 'What is typed at the console: at the start, or once the guest has printed the second text.',
  },
  expect: { form: '...', meaning: 'What is expected: see below.' },
} as const;

const options = { ...fileOptions, ...testOptions };

/** The tests that the annotations of a source describe. */
export class AnnotatedTests implements Described {
  readonly value: Record<string, unknown>;
  private readonly places = new Map<string, Range>();
  private names: string[] = [];
  /** The first annotation. */
  private first: Range | undefined;
  /** The test that is being described. */
  private current: string[] = [];

  constructor(private readonly source: string) {
    this.value = { program: source };
  }

  /** Takes what an annotation says. @returns what is wrong with it */
  add(annotation: Annotation): TestProblem | undefined {
    this.first ??= annotation.range;
    return attempt(() => {
      this.statement(annotation);
      annotation.finish();
    });
  }

  rangeOf(path: Path): Range {
    for (let length = path.length; length > 0; length--) {
      const found = this.places.get(JSON.stringify(path.slice(0, length)));
      if (found) return found;
    }
    return this.first ?? { start: { line: 0, column: 0 }, end: { line: 0, column: 0 } };
  }

  namesAt(path: Path): readonly string[] {
    if (path.length === 1 && path[0] === 'tests') return this.names;
    const at = path.reduce<unknown>((inside, part) => (isRecord(inside) ? inside[part] : undefined), this.value);
    return isRecord(at) ? Object.keys(at) : [];
  }

  private statement(annotation: Annotation): void {
    const word = annotation.word('test, engines, with, limit, type or expect');
    switch (word.text) {
      case 'test':
        this.begin(annotation);
        break;
      case 'engines':
        this.engines(annotation);
        break;
      case 'with':
        this.option(annotation);
        break;
      case 'limit': {
        const given = annotation.word('a number of instructions').text;
        this.set(['limit'], fromText(testOptions.limit, given), annotation);
        break;
      }
      case 'type': {
        const type = annotation.quoted('what is typed');
        const after = annotation.take('after') ? { after: annotation.quoted('what is waited for') } : {};
        this.append(['input'], { type, ...after }, annotation);
        break;
      }
      case 'expect':
        for (const { path, value, isOneOfMany } of readExpectation(annotation, this.source)) {
          if (isOneOfMany) this.append(['expect', ...path], value, annotation);
          else this.set(['expect', ...path], value, annotation);
        }
        break;
      default: {
        const [meant] = nearest(word.text, Object.keys(statements));
        const hint = meant === undefined ? `there are ${Object.keys(statements).join(', ')}` : `is '${meant}' meant?`;
        annotation.fail(`'${word.text}' begins no annotation: ${hint}`, word);
      }
    }
  }

  private begin(annotation: Annotation): void {
    const name = annotation.quoted('the name of a test');
    if (this.names.includes(name)) {
      const first = this.rangeOf(['tests', name]).start.line + 1;
      annotation.failWhole(`there are two tests ${JSON.stringify(name)}, the first in line ${first}`);
    }
    this.names.push(name);
    this.current = ['tests', name];
    put(this.value, this.current, {});
    this.places.set(JSON.stringify(this.current), annotation.range);
  }

  private engines(annotation: Annotation): void {
    const engines: string[] = [];
    while (annotation.next) engines.push(annotation.word('an engine').text.replace(/,$/, ''));
    if (engines.length === 0) annotation.fail('an engine is expected here');
    this.set(['engines'], engines, annotation);
  }

  private option(annotation: Annotation): void {
    const name = annotation.word('the name of an option');
    const schema = Object.entries(options).find(([each]) => each === name.text)?.[1];
    const text = annotation.upTo(0, 'a value');
    const structured = /^["[{]/.test(text) ? parsed(text) : undefined;
    if (/^["[{]/.test(text) && structured === undefined) annotation.fail(`'${text}' is no value, as JSON has it`);
    this.set([name.text], structured ?? (schema ? fromText(schema, text) : text), annotation);
  }

  private set(path: readonly string[], value: unknown, annotation: Annotation): void {
    const whole = [...this.current, ...path];
    const key = JSON.stringify(whole);
    const first = this.places.get(key);
    if (first) annotation.failWhole(`this is said twice of one test, the first time in line ${first.start.line + 1}`);
    put(this.value, whole, value);
    this.places.set(key, annotation.range);
  }

  private append(path: readonly string[], value: unknown, annotation: Annotation): void {
    const whole = [...this.current, ...path];
    const before = get(this.value, whole);
    const list: readonly unknown[] = Array.isArray(before) ? before : [];
    put(this.value, whole, [...list, value]);
    this.places.set(JSON.stringify([...whole, list.length]), annotation.range);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function get(whole: Readonly<Record<string, unknown>>, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inside, part) => (isRecord(inside) && Object.hasOwn(inside, part) ? inside[part] : undefined),
    whole,
  );
}

/** Sets a part of a value, with the objects in which it is. Names are whatever somebody writes: also `__proto__`. */
function put(whole: Record<string, unknown>, [first = '', ...rest]: readonly string[], value: unknown): void {
  const own = (entry: unknown): void => {
    Object.defineProperty(whole, first, { value: entry, writable: true, enumerable: true, configurable: true });
  };
  if (rest.length === 0) {
    own(value);
    return;
  }
  const found = Object.hasOwn(whole, first) ? whole[first] : undefined;
  const inside = isRecord(found) ? found : {};
  own(inside);
  put(inside, rest, value);
}
