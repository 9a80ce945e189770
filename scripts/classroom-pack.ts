import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

/** The extension pack for courses: where it is kept, and what of it comes from elsewhere. */
export const packFolder = 'extension-pack';
export const packManifest = `${packFolder}/package.json`;
export const studentProfile = `${packFolder}/student.code-profile`;

interface PackManifest {
  name: string;
  version: string;
  engines: object;
  contributes: { configurationDefaults: Readonly<Record<string, unknown>> };
}

interface ExtensionManifest {
  version: string;
  engines: { vscode: string };
}

/** The pack's package.json, with version and VS Code of the extension's. */
export function classroomManifest(): PackManifest {
  const { version, engines } = read<ExtensionManifest>('package.json');
  return { ...read<PackManifest>(packManifest), version, engines: { vscode: engines.vscode } };
}

/** The pack's settings as a profile that VS Code imports; as it exports one, settings are a text in a text. */
export function classroomProfile(): object {
  const { configurationDefaults } = classroomManifest().contributes;
  const settings = JSON.stringify(configurationDefaults, null, 2);
  return { name: 'HyperStep Student', icon: 'mortar-board', settings: JSON.stringify({ settings }) };
}

/** Builds hyperstep-classroom-VERSION.vsix, and says where it is. */
export function buildClassroomVsix(): string {
  const { name, version } = classroomManifest();
  const folder = path.resolve('out', 'classroom-pack');
  rmSync(folder, { recursive: true, force: true });
  cpSync(packFolder, folder, { recursive: true });
  copyFileSync('LICENSE', path.join(folder, 'LICENSE'));
  copyFileSync('media/icon.png', path.join(folder, 'icon.png'));
  const file = `${name}-${version}.vsix`;
  const options = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links'];
  const vsce = spawnSync(
    process.execPath,
    [path.resolve('node_modules/@vscode/vsce/vsce'), 'package', ...options, '--out', path.resolve(file)],
    { cwd: folder, encoding: 'utf8' },
  );
  if (vsce.status !== 0) throw new Error(`vsce package failed:\n${vsce.stdout}${vsce.stderr}`);
  return file;
}

function read<Manifest>(file: string): Manifest {
  return JSON.parse(readFileSync(file, 'utf8'));
}
