import { relocationOperators } from '../simulator/assembler/syntax/expression';
import { csrs, floatRegisters, instructions, pseudoInstructions, registers, roundingModeNames } from '../simulator/isa';

const scope = 'source.riscv-asm';
const symbol = '[A-Za-z_.$][\\w.$]*';
/** In a macro, with parts that the call gives. */
const label = '(?:[A-Za-z_.$]|\\\\[\\w@])(?:[\\w.$]|\\\\(?:[\\w@]|\\(\\)))*';
/** Where a statement may begin: at the start of a line, after a label, a separator or a comment. */
const statementStart = '(?:^|(?<=[:;]|\\*/))\\s*';
/** Where it ends; a `#` begins a comment anywhere in a line. */
const statementEnd = '(?=[;#]|//|$)';

/** The TextMate grammar of RISC-V assembly, with its words from the instruction table. */
export function textMateGrammar(): object {
  const privileged = instructions.filter((instruction) => instruction.privilege !== 'u');
  const ordered = instructions.filter((instruction) => instruction.ordering);
  const plain = instructions.filter((instruction) => instruction.privilege === 'u' && !instruction.ordering);
  const registerNames = [...registers, ...floatRegisters].flatMap(({ name, abiName, aliases }) => [
    name,
    abiName,
    ...aliases,
  ]);
  return {
    comment: 'Generated from simulator/isa by `npm run generate`.',
    name: 'RISC-V assembly',
    scopeName: scope,
    patterns: [
      { include: '#preprocessor' },
      { include: '#comments' },
      { include: '#label' },
      { include: '#assignment' },
      { include: '#macro' },
      statement(words(names(privileged)), 'keyword.mnemonic.privileged'),
      statement(words(names(ordered), '(?:\\.(?:aqrl|aq|rl))?'), 'keyword.mnemonic'),
      statement(words(names(plain)), 'keyword.mnemonic'),
      statement(words(names(pseudoInstructions)), 'keyword.mnemonic.pseudo'),
      statement('\\.[A-Za-z_]\\w*', 'keyword.control.directive'),
      statement(symbol, 'entity.name.function.macro'),
      statement('\\\\[A-Za-z_]\\w*', 'variable.parameter'),
      { match: ';', name: named('punctuation.separator') },
    ],
    repository: {
      preprocessor: {
        comment: 'In .s files these lines are comments, which the language server marks as such.',
        begin:
          '^\\s*(#\\s*(?:define|undef|ifdef|ifndef|if|elifdef|elifndef|elif|else|endif|error|warning|pragma|line|include(?:_next)?(?=\\s*["<]|\\s+[A-Z_][A-Z0-9_]*\\s*$)))\\b',
        beginCaptures: { 1: { name: named('keyword.control.preprocessor') } },
        end: '(?<!\\\\)$',
        name: named('meta.preprocessor'),
        patterns: [
          { match: '<[^>]*>', name: named('string.quoted.other') },
          { include: '#block-comment' },
          { include: '#line-comment' },
          { match: words(['defined', '__has_include']), name: named('keyword.operator.defined') },
          { include: '#operands' },
        ],
      },
      comments: {
        patterns: [
          { include: '#block-comment' },
          { include: '#line-comment' },
          { match: '#.*$', name: named('comment.line.number-sign') },
        ],
      },
      'block-comment': { begin: '/\\*', end: '\\*/', name: named('comment.block') },
      'line-comment': { match: '//.*$', name: named('comment.line.double-slash') },
      label: {
        match: `${statementStart}(?:(${label})|(\\d+))\\s*(:)`,
        captures: {
          1: { name: named('entity.name.function.label') },
          2: { name: named('constant.numeric.label') },
          3: { name: named('punctuation.separator.label') },
        },
      },
      assignment: {
        begin: `${statementStart}(${symbol})\\s*(=)(?!=)`,
        beginCaptures: { 1: { name: named('variable.other.constant') }, 2: { name: named('keyword.operator') } },
        end: statementEnd,
        patterns: [{ include: '#operands' }],
      },
      macro: {
        begin: `${statementStart}(\\.macro)\\s+(${symbol})`,
        beginCaptures: {
          1: { name: named('keyword.control.directive') },
          2: { name: named('entity.name.function.macro') },
        },
        end: statementEnd,
        patterns: [
          {
            match: `(${symbol})(?::(req|vararg))?`,
            captures: { 1: { name: named('variable.parameter') }, 2: { name: named('storage.modifier') } },
          },
          { include: '#operands' },
        ],
      },
      operands: {
        patterns: [
          { include: '#block-comment' },
          {
            begin: '"',
            end: '"|$',
            name: named('string.quoted.double'),
            patterns: [{ match: '\\\\.', name: named('constant.character.escape') }],
          },
          { match: "'(?:\\\\.|[^\\\\])'?", name: named('string.quoted.single') },
          {
            match: `(?:${relocationOperators.map(({ name }) => name).join('|')})(?=\\s*\\()`,
            name: named('support.function.relocation'),
          },
          { match: '\\\\(?:[A-Za-z_]\\w*|@|\\(\\))', name: named('variable.parameter') },
          { match: words(registerNames), name: named('support.type.register') },
          { match: words(names(csrs)), name: named('support.constant.csr') },
          {
            match: '\\b(?:0[xX][0-9A-Fa-f]+|0[bB][01]+|\\d+(?:[eE][+-]?\\d+|\\.\\d+)?)\\b',
            name: named('constant.numeric'),
          },
          { match: '\\b\\d+[bf]\\b', name: named('constant.numeric.label') },
          { match: '[@%][a-z_]+\\b', name: named('storage.type') },
          {
            match: words(roundingModeNames.flatMap((name) => name ?? [])),
            name: named('constant.language.rounding-mode'),
          },
          { match: symbol, name: named('variable.other.symbol') },
          { match: '<<|>>|==|!=|<>|<=|>=|&&|\\|\\||[-+*/%&|^~!<>=]', name: named('keyword.operator') },
        ],
      },
    },
  };
}

/** A statement whose first word is `word`: the only place where that word is coloured. */
function statement(word: string, name: string): object {
  return {
    begin: `${statementStart}(${word})(?![\\w.$])`,
    beginCaptures: { 1: { name: named(name) } },
    end: statementEnd,
    patterns: [{ include: '#operands' }],
  };
}

function names(things: readonly { readonly name: string }[]): string[] {
  return things.map(({ name }) => name);
}

/** Matches any of the words, with a suffix, none of them as a part of another symbol. */
function words(list: readonly string[], suffix = ''): string {
  const longestFirst = [...new Set(list)].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  return `(?<![\\w.$%])(?:${longestFirst.map((word) => word.replaceAll('.', '\\.')).join('|')})${suffix}(?![\\w.$])`;
}

function named(name: string): string {
  return `${name}.riscv-asm`;
}
