import assert from 'node:assert/strict';
import { foreignArchitecture } from '../../extension/language-server/ide/foreign';
import { SourceText } from '../../simulator/project';
import { TestClient } from './client';

const of = (text: string, path = 'file:///w/start.S'): string | undefined =>
  foreignArchitecture(SourceText.parse(path, text))?.architecture;

const sources: Readonly<Record<string, string>> = {
  ARM: '.syntax unified\n.global start\nstart:\n  push {r4, lr}\n  ldr r0, =table\n  mov r1, #4\n  bl other\n  pop {r4, pc}\n',
  AArch64:
    'start:\n  stp x29, x30, [sp, #-16]!\n  mov x0, #1\n  adrp x1, table\n  mrs x2, currentel\n  ldp x29, x30, [sp], #16\n  ret\n',
  x86: 'main:\n  pushq %rbp\n  movq %rsp, %rbp\n  movl $1, %eax\n  popq %rbp\n  ret\n',
  MIPS: '.set noreorder\nmain:\n  addiu $sp, $sp, -32\n  sw $ra, 28($sp)\n  jr $ra\n  nop\n',
  PowerPC: 'f:\n  mflr 0\n  stdu 1, -32(1)\n  mtlr 0\n  blr\n',
  s390: 'f:\n  stmg %r6, %r15, 48(%r15)\n  larl %r1, table\n  lmg %r6, %r15, 48(%r15)\n  br %r14\n',
  'AMD GPU': 'start:\n  s_mov_b32 s0, 5\n  v_add_u32 v1, v2, s0\n  s_waitcnt lgkmcnt(0)\n  s_endpgm\n',
  m68k: 'start:\n  move.l #0x2700, %sp\n  move.b %d0, (%a1)\n  clr.l %d1\n  rts\n',
  SPARC: 'f:\n  save %sp, -96, %sp\n  sethi %hi(table), %o0\n  retl\n  restore\n',
};

describe('Sources of other architectures', () => {
  for (const [architecture, text] of Object.entries(sources)) {
    it(`tells ${architecture}`, () => assert.equal(of(text), architecture));
  }

  it('takes RISC-V for what it is, also where it is wrong, in comments of other habits, and in folders of other names', () => {
    const own = '_start:\n  la sp, stack\n  li a0, 10 # %rax, r0, $1\n  adi a0, a0, 1\n  csrw satp, t0\n  ret\n';
    assert.equal(of(own), undefined);
    assert.equal(of(own, 'file:///w/arch/arm/start.S'), undefined);
    assert.equal(of(Array.from({ length: 12 }, (_, i) => `  sd s${i}, ${8 * i}(sp)\t#,\n`).join('')), undefined);
    assert.equal(of('f:\n  mv s0, a0\n  vadd.vv v1, v2, v3\n  vle32.v v4, (s1)\n'), undefined);
    assert.equal(of('/* nothing */\n'), undefined);
    assert.equal(of('REG_L a0, 0(sp)\nmov a0, a1\n'), undefined);
  });

  it('asks the folder of a kernel tree where a file holds nothing else', () => {
    const blob = '.incbin "blob.bin"\n';
    assert.equal(of(blob, 'file:///linux/arch/arm/boot/piggy.S'), 'ARM');
    assert.equal(of(blob, 'file:///linux/arch/riscv/boot/piggy.S'), undefined);
    assert.equal(of(blob, 'file:///w/arch/mine/piggy.S'), undefined);
    const shared = '  li t0, 5\n  and t0, t0, t1\n  or t0, t0, t1\n  sw t0, 8(t1)\n  addi t0, t0, 1\n  mtc0 t0, CP0\n';
    assert.equal(of(shared, 'file:///linux/arch/mips/kernel/entry.S'), 'MIPS');
    assert.equal(of(shared, 'file:///w/mips/entry.S'), undefined);
    assert.equal(of('  trap_entry\n  other_macro\n  lw a0, 8(a1)\n', 'file:///linux/arch/hexagon/a.S'), 'hexagon');
  });

  it('leaves linker scripts for the preprocessor alone', () => {
    assert.equal(
      of('#include <asm/x.h>\nSECTIONS { . = 0; }\n', 'file:///w/arch/riscv/kernel/vmlinux.lds.S'),
      'Linker script',
    );
  });

  it('gives them no diagnostics and says why, until they are RISC-V', async () => {
    const client = await TestClient.start();
    const told: { architecture?: string; reason?: string }[] = [];
    client.connection.onNotification('hyperstep/foreign', (found: { architecture?: string }) => told.push(found));
    const { uri } = await client.open('a.S', sources['ARM']!);
    await client.request('textDocument/diagnostic', { textDocument: { uri } });
    assert.deepEqual(client.diagnostics.get(uri) ?? [], []);
    assert.equal(told[0]?.architecture, 'ARM');
    assert.match(told[0]?.reason ?? '', /line 1 .*syntax unified/);
    await client.change(uri, [{ text: 'adi a0, a0, 1\n' }]);
    await client.diagnosticsOf('a.S', (found) => found.length === 1);
    assert.equal(told[1]?.architecture, undefined);
    client.stop();
  });

  it('leaves them alone beside a project of other files', async () => {
    const client = await TestClient.start({ 'hyperstep.json': '{ "program": "b.s" }', 'b.s': 'nop\n' });
    const { uri } = await client.open('a.S', sources['ARM']!);
    const { items } = await client.request<{ items: object[] }>('textDocument/diagnostic', { textDocument: { uri } });
    assert.deepEqual(items, []);
    client.stop();
  });

  it('checks them all the same when a project file names them', async () => {
    const client = await TestClient.start({ 'hyperstep.json': '{ "program": "a.S" }', 'a.S': sources['ARM']! });
    await client.open('a.S', sources['ARM']!);
    await client.diagnosticsOf('a.S', (found) => found.length > 0);
    client.stop();
  });
});
