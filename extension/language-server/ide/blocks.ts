import type { Line, SourceText } from './assembly';

export type BlockKind = 'macro' | 'repeat' | 'condition' | 'preprocessor';

/** What a statement does to the blocks around it. */
export interface BlockStep {
  readonly kind: BlockKind;
  /** `middle` ends one part of a condition and begins the next. */
  readonly step: 'open' | 'middle' | 'close';
}

const directives: ReadonlyMap<string, BlockStep> = new Map([
  ['.macro', { kind: 'macro', step: 'open' }],
  ['.endm', { kind: 'macro', step: 'close' }],
  ['.endmacro', { kind: 'macro', step: 'close' }],
  ...['.rept', '.rep', '.irp', '.irep', '.irpc', '.irepc'].map((name): [string, BlockStep] => [
    name,
    { kind: 'repeat', step: 'open' },
  ]),
  ['.endr', { kind: 'repeat', step: 'close' }],
  ['.else', { kind: 'condition', step: 'middle' }],
  ['.elseif', { kind: 'condition', step: 'middle' }],
  ['.endif', { kind: 'condition', step: 'close' }],
]);

/** What closes a block of directives. */
const closers = { macro: '.endm', repeat: '.endr', condition: '.endif' } as const;

/** The directive that closes the block which a directive opens; undefined when it opens none. */
export function closerOf(directive: string): string | undefined {
  const opened = stepOfDirective(directive);
  return opened?.step === 'open' && opened.kind !== 'preprocessor' ? closers[opened.kind] : undefined;
}

function stepOfDirective(key: string): BlockStep | undefined {
  return directives.get(key) ?? (/^\.if\w*$/.test(key) ? openCondition : undefined);
}

const openCondition: BlockStep = { kind: 'condition', step: 'open' };

const preprocessor: ReadonlyMap<string, BlockStep> = new Map([
  ...['if', 'ifdef', 'ifndef'].map((name): [string, BlockStep] => [name, { kind: 'preprocessor', step: 'open' }]),
  ...['else', 'elif'].map((name): [string, BlockStep] => [name, { kind: 'preprocessor', step: 'middle' }]),
  ['endif', { kind: 'preprocessor', step: 'close' }],
]);

const Dot = 0x2e;

/** The steps of a line's statements, in order. */
export function blockSteps({ statements }: Line): readonly BlockStep[] {
  let steps: BlockStep[] | undefined;
  for (const { kind, name, key } of statements) {
    const step =
      kind === 'preprocessor'
        ? preprocessor.get(name)
        : kind === 'command' && name.charCodeAt(0) === Dot
          ? stepOfDirective(key)
          : undefined;
    if (!step) continue;
    steps ??= [];
    steps.push(step);
  }
  return steps ?? none;
}

const none: readonly BlockStep[] = [];

/** Lines from the one that opens a block to the one that closes it. */
export interface Block {
  readonly kind: BlockKind;
  readonly first: number;
  readonly last: number;
}

const known = new WeakMap<readonly Line[], readonly Block[]>();

/** The closed blocks of a source, the parts of a condition each by itself (without the line that begins the next part). */
export function blocksOf({ lines }: SourceText): readonly Block[] {
  let blocks = known.get(lines);
  if (!blocks) {
    blocks = findBlocks(lines);
    known.set(lines, blocks);
  }
  return blocks;
}

function findBlocks(lines: readonly Line[]): Block[] {
  const blocks: Block[] = [];
  const open: { kind: BlockKind; first: number }[] = [];
  lines.forEach((line, number) => {
    for (const { kind, step } of blockSteps(line)) {
      if (step !== 'open') {
        // What was left open inside ends with the block around it; the preprocessor's blocks cross all others.
        const at = open.map((block) => block.kind).lastIndexOf(kind);
        if (at < 0) continue;
        const [{ first } = { first: number }] = open.splice(at, 1);
        blocks.push({ kind, first, last: step === 'middle' ? Math.max(first, number - 1) : number });
      }
      if (step !== 'close') open.push({ kind, first: number });
    }
  });
  return blocks;
}

/** The innermost macro definition that a line stands in, its first and last line included. */
export function macroAround(source: SourceText, line: number): Block | undefined {
  let innermost: Block | undefined;
  for (const block of blocksOf(source)) {
    if (block.kind !== 'macro' || line < block.first || line > block.last) continue;
    if (!innermost || block.first > innermost.first) innermost = block;
  }
  return innermost;
}
