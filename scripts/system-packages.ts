import { spawnSync } from 'node:child_process';

/** What the tests use of Debian: a program, and the package that brings it. */
const packages: readonly { program: string; package: string }[] = [
  { program: 'qemu-system-riscv64', package: 'qemu-system-misc' },
  { program: 'qemu-img', package: 'qemu-utils' },
  { program: 'riscv64-linux-gnu-as', package: 'binutils-riscv64-linux-gnu' },
  { program: 'llvm-mc-19', package: 'llvm-19' },
  { program: 'riscv64-linux-gnu-gcc', package: 'gcc-riscv64-linux-gnu' },
  { program: 'riscv64-linux-gnu-g++', package: 'g++-riscv64-linux-gnu' },
  { program: 'gdb-multiarch', package: 'gdb-multiarch' },
  { program: 'dtc', package: 'device-tree-compiler' },
  { program: 'chromium', package: 'chromium' },
];
/** Comes with no program of its own: the firmware that QEMU loads. */
const firmware = 'opensbi';

/**
 * Installs what is missing, naming it first, on Debian and Ubuntu as root or with a sudo that asks for no password.
 * Elsewhere it says what is missing: the tests that need it are skipped, and say so.
 */
export function provideSystemPackages(wanted: readonly string[] = packages.map((each) => each.package)): void {
  const missing = packages
    .filter((each) => wanted.includes(each.package) && !runs(each.program))
    .map((each) => each.package);
  if (missing.length === 0) return;
  if (missing.includes('qemu-system-misc')) missing.push(firmware);
  const names = missing.join(' ');
  const prefix = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  if (!runs('apt-get') || (prefix.length > 0 && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status !== 0)) {
    console.log(`HyperStep: not installed, and not installable from here: ${names} (names of Debian's packages).`);
    return;
  }
  console.log(`HyperStep: installing Debian packages: ${names}`);
  aptGet(prefix, 'update', '-q');
  aptGet(prefix, 'install', '-y', '-q', '--no-install-recommends', ...missing);
}

function aptGet(prefix: readonly string[], ...args: string[]): void {
  const command = [
    ...prefix,
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    '-o',
    'DPkg::Lock::Timeout=300',
    ...args,
  ];
  const { status } = spawnSync(command[0] ?? '', command.slice(1), { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) console.error(`HyperStep: apt-get ${args[0]} failed; tests that need these packages are skipped.`);
}

function runs(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
}
