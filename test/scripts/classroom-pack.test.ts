import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { globSync } from 'glob';
import { describe, it } from 'mocha';
import { viewNames, viewTable } from '../../extension/views/table';
import { packFolder, studentProfile } from '../../scripts/classroom-pack';

interface Manifest {
  publisher: string;
  name: string;
  version: string;
  engines: { vscode: string };
  extensionPack: readonly string[];
  contributes: {
    commands: readonly { category?: string; title: string }[];
    configuration: { properties: Readonly<Record<string, { enum?: readonly string[] }>> };
    configurationDefaults: Readonly<Record<string, unknown>>;
  };
}

const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest;

describe('the pack for courses', () => {
  const own = manifestOf('.');
  const pack = manifestOf(packFolder);
  const documents = readdirSync(packFolder).filter((name) => name.endsWith('.md'));
  const textOf = (document: string): string => readFileSync(path.join(packFolder, document), 'utf8');

  it('is a pack of this extension, of the same version', () => {
    assert.deepEqual(pack.extensionPack, [`${own.publisher}.${own.name}`]);
    assert.deepEqual([pack.version, pack.engines.vscode], [own.version, own.engines.vscode]);
  });

  it('sets settings of the extension to what they may be', () => {
    const { properties } = own.contributes.configuration;
    const settings = Object.entries(pack.contributes.configurationDefaults).filter(([name]) =>
      name.startsWith('hyperstep.'),
    );
    assert.ok(settings.length > 0);
    for (const [name, value] of settings) assert.ok(properties[name]?.enum?.includes(String(value)), name);
  });

  it('has the same settings as a profile', () => {
    const profile = JSON.parse(readFileSync(studentProfile, 'utf8')) as { settings: string };
    const { settings } = JSON.parse(profile.settings) as { settings: string };
    assert.deepEqual(JSON.parse(settings), pack.contributes.configurationDefaults);
  });

  for (const document of documents) {
    it(`names commands, views and files that there are: ${document}`, () => {
      const text = textOf(document);
      const titles = own.contributes.commands.map(({ category, title }) => `${category}: ${title}`);
      for (const [, command = ''] of text.matchAll(/\*(HyperStep: [^*]+)\*/g))
        assert.ok(titles.includes(command), command);
      for (const [, file = ''] of text.matchAll(/\]\(([^)]+)\)/g))
        assert.ok(existsSync(path.join(packFolder, file)), file);
      for (const [, file = ''] of text.matchAll(/`((?:hosts\/)?[\w-]+\.(?:S|hyperstep\.json))`/g))
        assert.ok(file.startsWith('NAME') || existsSync(path.join('extension/sample', file)), file);
    });

    it(`has tables whose rows are whole: ${document}`, () => {
      const rows = textOf(document)
        .split('\n')
        .map((line) => (line.startsWith('|') ? line.split('|').length : 0));
      for (const [index, cells] of rows.entries())
        if (cells > 0 && (rows[index - 1] ?? 0) > 0) assert.equal(cells, rows[index - 1], `line ${index + 1}`);
    });
  }

  it('names the labs as they are called, and all of them', () => {
    const titles = globSync('labs/*/lab.json', { posix: true })
      .sort()
      .map((file) => (JSON.parse(readFileSync(file, 'utf8')) as { title: string }).title);
    const listed = /\| lab \| goes with \|\n.*\n((?:\|.*\n)+)/.exec(textOf('instructor-guide.md'))?.[1] ?? '';
    assert.deepEqual(
      [...listed.matchAll(/^\| ([^|]+) \|/gm)].map(([, title]) => title),
      titles,
    );
    for (const [, title = ''] of textOf('lecture-companion.md').matchAll(/\blab \*([^*]+)\*/g))
      assert.ok(titles.includes(title), title);
  });

  it('tells of every view', () => {
    const text = documents.map(textOf).join('\n');
    for (const name of viewNames) assert.ok(text.includes(viewTable[name].title), viewTable[name].title);
  });

  it('has a glossary in order', () => {
    const words = [...textOf('glossary.md').matchAll(/^\| ([^|]+?) \|/gm)]
      .map(([, word = '']) => word)
      .filter((word) => word !== 'word' && !word.startsWith('---'));
    assert.deepEqual(
      words,
      [...words].sort((a, b) => a.localeCompare(b, 'en')),
    );
  });
});
