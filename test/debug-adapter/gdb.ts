import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** What to do: a step of some kind, or to run to a line (from 1) of the source. */
export type Move = 'next' | 'step' | 'finish' | { readonly to: number };

/** Says where each move has led: `main.c:12 in f`. At `done` it is over. */
const script = `
import gdb, json, os, sys
moves = json.loads(os.environ['MOVES'])
gdb.execute('set pagination off')
def where():
    frame = gdb.selected_frame()
    sal = frame.find_sal()
    file = os.path.basename(sal.symtab.filename) if sal.symtab else '?'
    return '%s:%d at 0x%x in %s' % (file, sal.line, frame.pc(), frame.name())
result = []
gdb.execute('break *&done', to_string=True)
gdb.execute('tbreak main', to_string=True)
gdb.execute('continue', to_string=True)
result.append(where())
for move in moves:
    if result[-1].endswith(' in done'): break
    if move == 'finish' and result[-1].split(' ')[-1] in ('main', '_start'): move = 'next'
    if isinstance(move, dict):
        gdb.execute('delete', to_string=True)
        gdb.execute('break *&done', to_string=True)
        try:
            gdb.execute('break main.c:%d' % move['to'], to_string=True)
        except gdb.error:
            pass
        gdb.execute('continue', to_string=True)
        gdb.execute('delete', to_string=True)
        gdb.execute('break *&done', to_string=True)
    else:
        gdb.execute(move, to_string=True)
    result.append(where())
print('RESULT ' + json.dumps(result))
gdb.execute('kill')
`;

/** Where gdb stops on QEMU's machine. @throws Error when they do not end */
export async function stopsOfGdb(image: string, moves: readonly Move[]): Promise<string[]> {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'hyperstep-gdb-')), 'moves.py');
  writeFileSync(file, script);
  const port = await freePort();
  const machine = ['-M', 'virt', '-bios', 'none', '-display', 'none', '-serial', 'null', '-monitor', 'none', '-S'];
  const qemu = spawn('qemu-system-riscv64', [...machine, '-kernel', image, '-gdb', `tcp:127.0.0.1:${port}`]);
  try {
    await new Promise((resolve) => setTimeout(resolve, 300));
    const commands = ['set architecture riscv:rv64', 'set confirm off', 'set tcp connect-timeout 10'];
    const connect = [...commands, `target remote 127.0.0.1:${port}`].flatMap((each) => ['-ex', each]);
    const result = spawnSync('gdb-multiarch', ['-nx', '-batch', image, ...connect, '-x', file], {
      encoding: 'latin1',
      timeout: 60_000,
      env: { ...process.env, MOVES: JSON.stringify(moves) },
    });
    const found = /^RESULT (.*)$/m.exec(result.stdout);
    if (!found) throw new Error(`gdb ended with ${result.status ?? result.signal}: ${result.stdout}${result.stderr}`);
    return JSON.parse(found[1] ?? '[]');
  } finally {
    qemu.kill('SIGKILL');
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
