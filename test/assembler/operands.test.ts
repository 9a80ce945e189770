import assert from 'node:assert/strict';
import { requireTool } from '../support/tools';
import { assembleText, messages } from './assemble';
import { mnemonicSyntaxes, variants } from './operand-shapes';
import { disagreements } from './statements';

/** What binutils 2.40 has of the table. */
const march =
  'rv64gch_zicbom_zicbop_zicboz_zihintpause_zawrs_zfh_zba_zbb_zbc_zbs_zbkb_zbkc_zbkx_zknd_zkne_zknh_zksed_zksh_svinval';

/** Newer than that, or with a rounding mode that it does not take. */
const newer = /^(czero\.|lga|fcvt\.d\.(w|wu|s|h)|fcvt\.s\.h|c\.(lbu|lhu|lh|sb|sh|zext|sext|not|mul))/;

/**
 * What GNU as makes of nothing, or of less than was written: jumps and branches without a target or to the first symbol of a
 * difference. Where a distance stands for a number it depends on relaxation; and that a label is not thread-local is told of no line.
 */
const nonsense = /, ?$|^(call|tail|j|jal|c\.j) ?$|later-label|^la\.tls.*(label|later|\.$)/;
/** A symbol that has a register's name: GNU as looks for registers first in compressed forms, and takes the symbol in others. */
const registerAsShift = /s(ll|rl|ra)i .*s11$/;

describe('Operands against GNU as', function () {
  requireTool('riscv64-linux-gnu-as');
  this.timeout(120_000);

  it('of every shape, in each place of every instruction: the same is refused, and the same bytes and relocations come out', () => {
    const statements: string[] = [];
    for (const [name, syntaxes] of mnemonicSyntaxes()) {
      if (newer.test(name)) continue;
      statements.push(...new Set(syntaxes.flatMap((syntax) => variants(name, syntax))));
    }
    // The whole takes minutes: each run has another part of it.
    const step = 31;
    const seed = Number(process.env['SEED'] ?? Date.now()) % step;
    const chosen = statements.filter(
      (statement, i) => i % step === seed && !nonsense.test(statement) && !registerAsShift.test(statement),
    );
    assert.ok(chosen.length > 10_000);
    assert.deepEqual(disagreements(chosen, march), [], `SEED=${seed}`);
  });

  it('in places where few look', () => {
    const statements = [
      // Addresses without a base register.
      ...['lw s1, 4', 'sw s1, 4, ra', 'flw fa0, 4, t0', 'fsd fa0, 4, t0', 'lw a0, constant', 'ld a0, zero_constant'],
      ...['lw a0, label', 'sw a0, label+4, t0', 'jalr a0, 4', 'amoadd.w a0, a1, 4', 'lr.w a0, a1', 'c.lw a0, 4'],
      // Registers that are taken for symbols, and symbols for registers.
      ...[
        'jal a0, a1',
        'j a0',
        'jal a0',
        'lla a0, ra',
        'la a0, x5',
        'lw a0, a1',
        'sw a0, a1, a2',
        'call a0',
        'tail t0',
      ],
      ...['call a0, a1', 'jump a0, t0', 'beq a0, a1, a2', 'beqz a0, a1', 'c.j a0', 'c.beqz a0, a1', 'bgt a0, a1, sp'],
      ...['addi a0, a0, a1', 'li a0, a1', 'li a0, s11', 'lui a0, a1', 'slli a0, a0, a1', 'csrw a0, a1', 'jr a1, s11'],
      ...[
        'lw a0, s11(a0)',
        'csrr a0, s11',
        'csrwi mstatus, s11',
        'add a0, a1, label',
        'mv a0, label',
        'add f0, f1, f2',
      ],
      // Calls only may have @plt.
      ...[
        'call f@plt',
        'tail f@plt',
        'jump f@plt, t0',
        'call ra, f@plt',
        'lla a0, f@plt',
        'jal f@plt',
        'beqz a0, f@plt',
      ],
      // Hints of compressed instructions.
      ...['c.nop', 'c.nop 0', 'c.nop 1', 'c.nop -32', 'c.nop 32', 'c.addi x0, 3', 'c.addi x0, 0', 'c.addi a0, 0'],
      ...['c.li x0, 3', 'c.lui x0, 3', 'c.lui sp, 3', 'c.lui x0, 0', 'c.mv x0, a0', 'c.mv a0, x0', 'c.add x0, a0'],
      ...['c.slli x0, 3', 'c.slli a0, 0', 'c.srli a0, 0', 'c.srai a0, 0', 'c.slli64 a0', 'c.slli64 x0', 'c.srli64 a1'],
      ...['c.srai64 a1', 'c.srai64 t0', 'c.slli64 a0, 64', 'c.addiw x0, 1', 'c.addi4spn a0, sp, 0', 'c.addi16sp sp, 0'],
      ...['c.lwsp x0, 0(sp)', 'c.jr x0', 'c.jalr x0', 'c.ebreak', 'c.unimp'],
      // Base instructions that become hints are not picked.
      ...['addi x0, x0, 0', 'addi x0, x0, 5', 'slli a0, a0, 0', 'slli x0, x0, 3', 'srli a0, a0, 0', 'add x0, x0, a0'],
      ...['mv x0, a0', 'lui x0, 1', 'sext.w x0, x0', 'addi a0, a0, 0', 'addi sp, sp, 0', 'add a0, a0, x0', 'nop'],
      // Constants, by length.
      ...[
        'li zero, 0',
        'li zero, 1',
        'li zero, 31',
        'li zero, 2047',
        'li zero, 2048',
        'li zero, 4096',
        'li zero, 4097',
      ],
      ...['li zero, 0x12345678', 'li zero, 0x123456789', 'li zero, -1', 'li zero, 1 << 40', 'li sp, 4096', 'li sp, 31'],
      ...['li a0, 0', 'li a0, 31', 'li a0, 32', 'li a0, 0x1f000', 'li a0, %lo(undefined)', 'li zero, %lo(undefined)'],
      ...['la zero, 4096', 'lla zero, 0', 'lla a0, 4096', 'lla a0, 1 << 40'],
      // Of older specifications, and of debuggers.
      ...['uret', 'hret', 'dret', 'sfence.vm', 'sfence.vm a0', 'sfence.vm a0, a1', 'uret a0'],
      ...[
        'amoadd.w a0, a1, zero_constant(a2)',
        'lr.d a0, 1-1(a2)',
        'cbo.zero zero_constant(a0)',
        'hlv.w a0, constant(a1)',
      ],
      ...['prefetch.i 32(a0)', 'prefetch.r (a0)', 'prefetch.w -2048(a0)', 'prefetch.i 2016(a0)', 'prefetch.i 2048(a0)'],
      ...['prefetch.i 1(a0)', 'prefetch.r a0', 'prefetch.r label', 'prefetch.w 32', 'prefetch.i constant(a0)'],
    ];
    assert.deepEqual(disagreements(statements, march), []);
  });

  it('a symbol that is named like a register is warned of', () => {
    const result = assembleText('j a0\nlla a0, ra\nlw a0, 4\njal ra, main\nmain: nop\n', { undefinedSymbols: 'hint' });
    assert.deepEqual(
      messages(result).filter((message) => !message.includes('hint')),
      [
        "1: warning: 'a0' is taken for a symbol of this name here, not for the register",
        "2: warning: 'ra' is taken for a symbol of this name here, not for the register",
        "3: error: 'lw' needs a symbol or a base register here: '4(zero)' is the address 4",
      ],
    );
  });

  it('extensions: what each set of them has', () => {
    const instructions = [
      ...['mul a0, a1, a2', 'mulw a0, a1, a2', 'div a0, a1, a2', 'andn a0, a1, a2', 'clz a0, a1', 'rol a0, a1, a2'],
      ...['ror a0, a1, 3', 'rev8 a0, a1', 'zext.h a0, a1', 'sext.b a0, a1', 'zext.w a0, a1', 'clmul a0, a1, a2'],
      ...['clmulr a0, a1, a2', 'pack a0, a1, a2', 'xperm4 a0, a1, a2', 'aes64ks2 a0, a1, a2', 'aes64ds a0, a1, a2'],
      ...[
        'fadd.s fa0, fa1, fa2',
        'fadd.s a0, a1, a2',
        'fadd.d a0, a1, a2',
        'fld fa0, (a0)',
        'c.fld fa0, (a0)',
        'flh fa0, (a0)',
      ],
      ...['fmv.s a0, a1', 'fneg.d a0, a1', 'fmv.x.w a0, fa0', 'fmv.x.w a0, a1', 'fcvt.d.h a0, a1', 'fcvt.d.h fa0, fa1'],
      ...[
        'fcvt.w.s a0, a1',
        'fcvt.w.s a0, fa1, rtz',
        'frcsr a0',
        'fsrmi 3',
        'fadd.h a0, a1, a2',
        'fadd.h fa0, fa1, fa2',
      ],
      ...[
        'c.addi a0, 1',
        'addi a0, a0, 1',
        'lr.w a0, (a1)',
        'fence.i',
        'csrr a0, mstatus',
        'wrs.nto',
        'pause',
        'cbo.zero (a0)',
      ],
      ...[
        'prefetch.i (a0)',
        'hlv.w a0, (a1)',
        'sinval.vma a0, a1',
        'sha256sum0 a0, a1',
        'sm4ed a0, a1, a2, 3',
        'sm3p0 a0, a1',
      ],
    ];
    const sets = [
      ...[
        'rv64i',
        'rv64i2p1',
        'rv64im',
        'rv64i_zmmul',
        'rv64ic',
        'rv64ifc',
        'rv64idc',
        'rv64gc',
        'rv64i_zbb',
        'rv64i_zba',
      ],
      ...['rv64i_zbkb', 'rv64i_zbc', 'rv64i_zbkc', 'rv64i_zbkx', 'rv64i_zknd', 'rv64i_zkne', 'rv64i_zkn', 'rv64i_zks'],
      ...[
        'rv64i_zk',
        'rv64i_zfinx',
        'rv64i_zdinx',
        'rv64i_zhinx',
        'rv64i_zhinxmin_zdinx',
        'rv64if_zfh',
        'rv64id_zfhmin',
      ],
      ...['rv64ia_zawrs', 'rv64ih_svinval', 'rv64i_zicboz_zicbop_zicbom', 'rv64i_zihintpause'],
    ];
    for (const set of sets) assert.deepEqual(disagreements(instructions, set), [], set);
  });
});
