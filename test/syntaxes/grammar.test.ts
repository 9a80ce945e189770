import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import type { IGrammar } from 'vscode-textmate';
import { instructions, pseudoInstructions } from '../../simulator/isa';
import { loadGrammar, tokensOf } from './tokenizer';

describe('TextMate grammar', () => {
  let grammar: IGrammar;

  before(async () => {
    grammar = await loadGrammar();
  });

  /** The words of a text that have a scope, as `word:scope`; of nested scopes the innermost. */
  function scopes(text: string): string[] {
    const lines = text.split('\n');
    return tokensOf(grammar, text).flatMap((tokens, i) =>
      tokens.flatMap(({ start, end, scopes: own }) => {
        const word = lines[i]!.slice(start, end).trim();
        return word !== '' && own.length > 0 ? [`${word}:${own.at(-1)}`] : [];
      }),
    );
  }

  it('colours a mnemonic where a statement begins, and nowhere else', () => {
    assert.deepEqual(scopes('add: add add, add'), [
      'add:entity.name.function.label',
      '::punctuation.separator.label',
      'add:keyword.mnemonic',
      'add:variable.other.symbol',
      'add:variable.other.symbol',
    ]);
    assert.deepEqual(scopes('\tj add'), ['j:keyword.mnemonic.pseudo', 'add:variable.other.symbol']);
    assert.deepEqual(scopes('nop; ret'), [
      'nop:keyword.mnemonic.pseudo',
      ';:punctuation.separator',
      'ret:keyword.mnemonic.pseudo',
    ]);
    assert.deepEqual(scopes('1: wfi'), [
      '1:constant.numeric.label',
      '::punctuation.separator.label',
      'wfi:keyword.mnemonic.privileged',
    ]);
  });

  it('takes every mnemonic of the tables whole', () => {
    for (const { name, ordering } of instructions) {
      const written = ordering ? `${name}.aq` : name;
      assert.match(
        scopes(`\t${written} x`)[0] ?? '',
        new RegExp(`^${written.replaceAll('.', '\\.')}:keyword\\.mnemonic`),
      );
    }
    for (const { name } of pseudoInstructions) {
      assert.match(scopes(`\t${name} x`)[0] ?? '', new RegExp(`^${name.replaceAll('.', '\\.')}:keyword\\.mnemonic`));
    }
  });

  it('knows registers, CSRs, relocations, numbers, strings and local labels as operands', () => {
    assert.deepEqual(scopes('csrrw a0, satp, x5'), [
      'csrrw:keyword.mnemonic',
      'a0:support.type.register',
      'satp:support.constant.csr',
      'x5:support.type.register',
    ]);
    assert.deepEqual(scopes('lw fp, %pcrel_lo(1b)(t0)').slice(1), [
      'fp:support.type.register',
      '%pcrel_lo:support.function.relocation',
      '1b:constant.numeric.label',
      't0:support.type.register',
    ]);
    assert.deepEqual(scopes('.dword 0x80200000, -1'), [
      '.dword:keyword.control.directive',
      '0x80200000:constant.numeric',
      '-:keyword.operator',
      '1:constant.numeric',
    ]);
    assert.deepEqual(scopes('.asciz "a#b\\n"').slice(1), [
      '":string.quoted.double',
      'a#b:string.quoted.double',
      '\\n:constant.character.escape',
      '":string.quoted.double',
    ]);
  });

  it('takes # for the preprocessor at the start of a line only', () => {
    assert.equal(scopes('#define A 1')[0], '#define:keyword.control.preprocessor');
    assert.equal(scopes('# include "x.h"')[0], '# include:keyword.control.preprocessor');
    assert.equal(scopes('nop #define A 1').at(-1), '#define A 1:comment.line.number-sign');
    assert.equal(scopes('# a comment')[0], '# a comment:comment.line.number-sign');
    assert.equal(scopes('# include the page tables')[0], '# include the page tables:comment.line.number-sign');
  });

  it('keeps a block comment over lines and goes on after it', () => {
    const comment = scopes('nop\n/* add\nsub */').slice(1);
    assert.ok(comment.every((each) => each.endsWith(':comment.block')));
    assert.deepEqual(scopes('/* c */ ret').at(-1), 'ret:keyword.mnemonic.pseudo');
  });

  it('knows macro definitions, their parameters and calls', () => {
    assert.deepEqual(scopes('.macro save reg, offset=0'), [
      '.macro:keyword.control.directive',
      'save:entity.name.function.macro',
      'reg:variable.parameter',
      'offset:variable.parameter',
      '=:keyword.operator',
      '0:constant.numeric',
    ]);
    assert.deepEqual(scopes('\tsave a0'), ['save:entity.name.function.macro', 'a0:support.type.register']);
    assert.deepEqual(scopes('\tsd \\reg, 0(sp)').slice(0, 2), ['sd:keyword.mnemonic', '\\reg:variable.parameter']);
  });

  it('knows assignments', () => {
    assert.deepEqual(scopes('SATP_SV39 = 8 << 60'), [
      'SATP_SV39:variable.other.constant',
      '=:keyword.operator',
      '8:constant.numeric',
      '<<:keyword.operator',
      '60:constant.numeric',
    ]);
  });
});
