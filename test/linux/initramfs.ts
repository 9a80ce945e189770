/** A file of an initial RAM disk. */
interface Entry {
  readonly name: string;
  /** File type and permissions, as in stat(2). */
  readonly mode: number;
  readonly contents?: Uint8Array;
  /** Of a character device. */
  readonly device?: { readonly major: number; readonly minor: number };
}

const DIRECTORY = 0o40755;
const EXECUTABLE = 0o100755;
const SYMBOLIC_LINK = 0o120777;
const CHARACTER_DEVICE = 0o20600;
const APPLETS = ['sh', 'mount', 'cat', 'uname', 'poweroff', 'ls', 'echo', 'md5sum', 'seq', 'taskset', 'insmod'];

const INIT = `#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
uname -a
exec sh -i
`;

/**
 * An initial RAM disk with busybox, whose /init gives a shell on the console (cpio's 'newc' format, as the kernel reads it).
 * @param files others in its root, by their names
 */
export function initramfs(busybox: Uint8Array, files: { readonly [name: string]: Uint8Array } = {}): Uint8Array {
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  const entries: Entry[] = [
    ...['bin', 'dev', 'proc', 'sys'].map((name) => ({ name, mode: DIRECTORY })),
    { name: 'dev/console', mode: CHARACTER_DEVICE, device: { major: 5, minor: 1 } },
    { name: 'bin/busybox', mode: EXECUTABLE, contents: busybox },
    ...APPLETS.map((name) => ({ name: `bin/${name}`, mode: SYMBOLIC_LINK, contents: text('busybox') })),
    { name: 'init', mode: EXECUTABLE, contents: text(INIT) },
    ...Object.entries(files).map(([name, contents]) => ({ name, mode: EXECUTABLE, contents })),
    { name: 'TRAILER!!!', mode: 0 },
  ];
  return Buffer.concat(entries.map(archived));
}

function archived({ name, mode, contents = new Uint8Array(), device }: Entry, index: number): Buffer {
  const path = Buffer.from(`${name}\0`);
  const { major = 0, minor = 0 } = device ?? {};
  const fields = [index + 1, mode, 0, 0, 1, 0, contents.length, 0, 0, major, minor, path.length, 0];
  const header = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`);
  return Buffer.concat([padded(Buffer.concat([header, path])), padded(Buffer.from(contents))]);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}
