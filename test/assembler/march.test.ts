import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Architecture,
  architectureChanges,
  architectureOf,
  changeArchitecture,
} from '../../simulator/assembler/encode/architecture';
import { predefined } from '../../simulator/assembler/preprocess/predefined';
import { extensions } from '../../simulator/isa';
import { requireTool } from '../support/tools';
import { assembleText, messages } from './assemble';
import { withFolder } from './gnu';

const REFUSED = 'refused';

/** The name of the architecture that GNU as has at the end of a source. */
function gnuArchitecture(folder: string, march: string, source: string): string {
  const [input, object] = [join(folder, 'in.s'), join(folder, 'out.o')];
  writeFileSync(input, source);
  const options = [`-march=${march}`, '-march-attr', '-o', object, input];
  if (spawnSync('riscv64-linux-gnu-as', options).status !== 0) return REFUSED;
  const { stdout } = spawnSync('riscv64-linux-gnu-readelf', ['-A', object], { encoding: 'latin1' });
  return /arch: "(.*)"/.exec(stdout)?.[1] ?? stdout;
}

const nameOf = (result: Architecture | string): string => (typeof result === 'string' ? REFUSED : result.name);

describe('-march and .option arch', function () {
  requireTool('riscv64-linux-gnu-as');
  this.timeout(120_000);

  it('give the names that GNU as notes, and refuse what it refuses', () => {
    const marches = [
      ...['rv64i', 'rv64g', 'rv64gc', 'rv64ima', 'rv64imac', 'rv64imafdc', 'rv64g2', 'rv64g2p0', 'rv64i2', 'rv64i2p0'],
      ...['rv64i2p1', 'rv64i2p1m2_a2f2', 'rv64i1p9', 'rv64i0p0', 'rv64gcv', 'rv64iv', 'rv64gq', 'rv64e', 'rv64gch'],
      ...['rv64gc_zba_zbb', 'rv64gczba_zbb', 'rv64gc__zba', 'rv64gc_', 'rv64gc_zba_', 'rv64gczbazbb', 'rv64gc_zicsr'],
      ...['rv64i2p1_zicsr', 'rv64i2p1_zicsr2p0_zifencei', 'rv64gc_zfinx', 'rv64i_zfinx', 'rv64i_zdinx', 'rv64i_zhinx'],
      ...['rv64i_zqinx', 'rv64i_zk', 'rv64i_zkn', 'rv64i_zks', 'rv64gc_zfh', 'rv64gc_zfhmin', 'rv64i_zve32x'],
      ...['rv64i_zve64d', 'rv64i_zve32f_zvl128b', 'rv64i_zvl128b', 'rv64gc_smaia', 'rv64gc_ssaia', 'rv64gc_smstateen'],
      ...['rv64gc_sstc', 'rv64gc_smepmp', 'rv64gc_svinval_svnapot_svpbmt', 'rv64gc_ztso', 'rv64i_zmmul'],
      ...['rv64gc_zicbom_zicbop_zicboz', 'rv64gc_zawrs', 'RV64I', 'rv64gC', 'rv64gc_ZBA', 'rv64', 'rv', 'rv64m'],
      ...['rv64gc_xfoo', 'rv64gc_xfoo1', 'rv64gc_xfoo1p2', 'rv64gc_xfoo1p2_xbar3p0', 'rv64gc_xtheadba', 'rv64iy'],
      ...['rv64il', 'rv64il2p0', 'rv64in1p0', 'rv64iz', 'rv64is', 'rv64ix', 'rv64izxm', 'rv64izfoo2p0', 'rv64isfoo'],
      ...['rv64i_zicsr2p', 'rv64i_zicsr2p4p0', 'rv64gc-zba', 'rv64gc,zba', 'rv64gc_zba1', 'rv64gc_zba2p5', 'rv128i'],
      ...['rv64imc_zba_a', 'rv64izba_m_c', 'rv64ica', 'rv64hi', 'rv64ihc', 'rv64ifd3p0c', 'rv64gcc', 'rv64gc_zba_zba'],
    ];
    withFolder((folder) => {
      for (const march of marches) {
        const { architecture, problem } = architectureOf(march);
        assert.equal(problem ? REFUSED : architecture.name, gnuArchitecture(folder, march, 'nop\n'), march);
      }
    });
  });

  it('change the name as in GNU as, in every spelling', () => {
    const changes = [
      ...[
        '+c',
        '-c',
        '+zba, +zbb',
        '+zba,+zbb',
        '+zba ,+zbb',
        '+ zba',
        '+zba , + zbb',
        '- c',
        '-c,+c',
        '+m2p0',
        '+m3p0',
      ],
      ...['+zba1p0', '+zba2p0', '+xfoo', '+xfoo1p0', '+xfoo32x3p0', '-xfoo', '-zbb', '-zfoo', '+zfoo', '-zicsr', '+i'],
      ...['-i', '+e', '+g', 'rv64gc', 'rv64i', 'rv64imac_zba', 'rv64gc, +zba', 'rv64foo', 'rv64i _zba', 'rv64i_ zba'],
      ...['+zba +zbb', '+', '+,', ',', '+zba,,+zbb', 'zba', '+ZBA', '+d', '-f', '-d', '-m', '-zmmul', '+q', '+v'],
      ...['+zfinx', '-f, -d, +zfinx', '+zfh', '+h', '+zk', '+s', '+z', '+y', '+l', '-l', '+zvl128b', '+zve32x'],
      ...['+zicsr2p', '+sstc', '+svinval,-svinval', '+ztso', '+a+m', 'rv64gc_xfoo1p0', '+1', '+zb a', '\t+zba\t,\t-c '],
    ];
    const { architecture } = architectureOf('rv64gc');
    withFolder((folder) => {
      for (const change of changes) {
        const ours = changeArchitecture(architecture, architectureChanges(`arch, ${change}`) ?? '');
        assert.equal(nameOf(ours), gnuArchitecture(folder, 'rv64gc', `.option arch, ${change}\n`), change);
      }
    });
    assert.equal(architectureChanges('arch'), undefined);
    assert.equal(architectureChanges('rvc'), undefined);
  });

  it('knows every extension by name, and says which has no instructions here', () => {
    for (const { march, name } of extensions) {
      if (['', 'e', 'zfinx', 'zdinx', 'zqinx', 'zhinx', 'zhinxmin'].includes(march) || march.startsWith('zvl'))
        continue;
      const { problem } = architectureOf(`rv64g_${march}`);
      assert.equal(problem, undefined, march);
      assert.notEqual(name, '');
    }
    assert.deepEqual(messages(assembleText('nop\n', { march: 'rv64gcv' })), [
      "1: warning: -march: 'v' (Vector operations) is known by name only: its instructions are not assembled here, and the machine does not run them",
    ]);
    assert.deepEqual(messages(assembleText('nop\n', { march: 'rv32imac' })), [
      "1: error: 'rv32imac': RV32 is not known here yet, only RV64",
    ]);
    assert.deepEqual(messages(assembleText('nop\n', { march: 'rv64gc_zbd' })).slice(0, 1), [
      "1: error: -march 'rv64gc_zbd': there is no extension 'zbd'; did you mean 'zba'?",
    ]);
    assert.deepEqual(messages(assembleText('.option arch, +zbd\n')).length, 1);
  });

  it('says once of each extension that the machine lacks it, and of what an unknown instruction is', () => {
    const source =
      'sha256sum0 a0, a1\nsha256sum1 a0, a1\nflh fa0, (a0)\nflh fa0, main, a0\nvadd.vv v0, v1, v2\nmain: fence wr, rw\n';
    assert.deepEqual(messages(assembleText(source, { march: 'rv64gc_zknh_zfh' })), [
      "1: information: the machine does not run 'sha256sum0' (zknh: SHA-256 and SHA-512 hashes)",
      "3: information: the machine does not run 'flh' (zfhmin: Loads, stores and conversions of half precision)",
      "5: error: 'vadd.vv' is of the vector extension (V), which is not known here yet",
      "6: error: the letters of a set stand in the order i, o, r, w, each once: 'rw'",
    ]);
    assert.deepEqual(messages(assembleText('fadd.s a0, a1, a2\n', { march: 'rv64i_zfinx' })), [
      "1: information: the machine does not run 'fadd.s' (zfinx: Single precision in integer registers)",
    ]);
  });

  it('takes Zcb in any source for the machine, and picks its forms where it is named', () => {
    const size = (source: string, march?: string): number | undefined =>
      assembleText(source, march === undefined ? {} : { march }).units[0]?.object.sections.find(
        ({ name }) => name === '.text',
      )?.size;
    assert.equal(size('c.lbu a0, 1(a1)\n'), 2);
    assert.equal(size('lbu a0, 1(a1)\n'), 4);
    assert.equal(size('.option arch, +zbb\nlbu a0, 1(a1)\n'), 4);
    assert.equal(size('.option arch, +zcb\nlbu a0, 1(a1)\n'), 2);
    assert.equal(size('lbu a0, 1(a1)\n', 'rv64gc_zcb'), 2);
    assert.equal(size('addi a0, a0, 1\n', 'rv64i_zca'), 2);
    assert.match(messages(assembleText('c.lbu a0, 1(a1)\n', { march: 'rv64gc' })).join(), /'zcb'/);
    // Without compression every instruction has 4 bytes; with it again, what was there before.
    assert.equal(size('.option norvc\nlbu a0, 1(a1)\naddi a0, a0, 1\n', 'rv64gc_zcb'), 8);
    assert.equal(size('.option norvc\n.option rvc\nlbu a0, 1(a1)\n', 'rv64gc_zcb'), 2);
    assert.equal(size('.option push\n.option norvc\n.option pop\nlbu a0, 1(a1)\n', 'rv64gc_zcb'), 2);
  });
});

describe('predefined macros of the instruction set', function () {
  requireTool('riscv64-linux-gnu-gcc');
  this.timeout(60_000);

  it("are gcc's", () => {
    const sets = [
      ...['rv64i', 'rv64ima', 'rv64imac', 'rv64g', 'rv64gc', 'rv64gc_zba_zbb_zbc_zbs', 'rv64imac_zicsr_zifencei'],
      ...['rv64gc_zbkb_zbkc_zbkx', 'rv64gc_zkn', 'rv64gc_zks', 'rv64gc_zk', 'rv64if', 'rv64gc_zkr'],
    ];
    for (const march of sets) {
      const abi = architectureOf(march).architecture.has('d') ? 'lp64d' : 'lp64';
      const options = [`-march=${march}`, `-mabi=${abi}`, '-dM', '-E', '-x', 'assembler-with-cpp', '/dev/null'];
      const { stdout } = spawnSync('riscv64-linux-gnu-gcc', options, { encoding: 'utf8' });
      const theirs = [...stdout.matchAll(/^#define (__riscv\w*) (.*)$/gm)]
        .filter(([, name]) => name !== '__riscv_cmodel_pic')
        .map(([, name, value]) => `${name} ${value}`);
      const ours = Object.entries(predefined(architectureOf(march).architecture))
        .filter(([name]) => name.startsWith('__riscv'))
        .map(([name, value]) => `${name} ${value}`);
      assert.deepEqual(ours.sort(), theirs.sort(), march);
    }
  });
});
