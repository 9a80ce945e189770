import { existsSync, readFileSync } from 'node:fs';
import type { TSchema } from '@sinclair/typebox';
import { launchOptions } from '../../debug-adapter/launch/launch';
import { settingTable } from '../../extension/language-server/setting-table';
import { type ViewDescription, viewTable } from '../../extension/views/table';
import { markdownTable } from '../../simulator/explain/markdown-table';
import type { EngineDescription } from '../../simulator/hypervisor/engines/description';
import { engineDescriptions } from '../../simulator/hypervisor/engines/registry';
import { projectSchema } from '../../simulator/project/project-description';
import { expectedOf } from '../../simulator/schema/expected';
import { wordsOf } from '../../simulator/schema/schema';
import { codeOf, keyTable } from '../document-tables';
import { executionTable } from '../privilege-document';
import type { Page } from './page';
import { shownAs, viewPicture } from './pictures';

/** What is described in tables of the sources: each table as a page, or several. */
export function referencePages(): Page[] {
  const reference = (name: string, title: string, text: string): Page => ({
    path: `reference/${name}/`,
    title,
    group: 'Reference',
    text: `# ${title}\n\n${text}\n`,
  });
  return [
    reference(
      'launch',
      'Launch attributes',
      `What a configuration of launch.json may say, with \`"type": "hyperstep"\` and \`"request": "launch"\`. All may be absent. ${eachPage(Object.keys(launchOptions))}\n\n${keyTable(launchOptions)}`,
    ),
    ...Object.entries<TSchema>(launchOptions).map(([name, schema]) =>
      detail('launch', name, `The launch attribute ${name}`, attributeText(name, schema)),
    ),
    reference(
      'project',
      'The project file',
      `\`hyperstep.json\` says which programs the sources of a folder make. The editor and a launch read it, and the command line.\n\n${keyTable(projectSchema.properties)}`,
    ),
    reference('settings', 'Settings', settings()),
    ...Object.entries(settingProperties()).map(([name, setting]) =>
      detail('settings', name, `The setting ${name}`, settingText(setting)),
    ),
    reference('commands', 'Commands', commands()),
    ...engineDescriptions.map((engine) =>
      reference(`engines/${engine.id}`, `The engine ${engine.id}`, engineText(engine)),
    ),
    ...Object.entries<ViewDescription>(viewTable).map(([name, view]) =>
      reference(`views/${slug(view.title)}`, `The view ${view.title}`, viewText(name, view)),
    ),
  ];
}

const slug = (title: string): string => title.toLowerCase().replaceAll(' ', '-');

function engineText({ id, description, exits }: EngineDescription): string {
  return [
    `${description} A launch chooses it by \`"virtualization": "${id}"\`, a virtual machine of a scenario by \`"engine": "${id}"\`.`,
    '## Who executes what',
    executionTable(id),
    '## Exits',
    'The reasons for which a guest leaves to the VMM, as reports, filters and tests call them.',
    markdownTable([['reason', 'why'], ...exits.map(({ id, text }) => [`\`${id}\``, text])]),
  ].join('\n\n');
}

/** With the picture that the UI tests have made of it last, where they have run. */
function viewText(name: string, { title, help }: ViewDescription): string {
  const picture = viewPicture(shownAs(name));
  return [
    help,
    `The command *HyperStep: Open ${title} in an Editor* opens it beside the source.`,
    ...(existsSync(picture) ? [`![The view ${title}, stopped in the sample](${picture})`] : []),
  ].join('\n\n');
}

/** Pictures of views that are not there: the UI tests have not run here. */
export function missingPictures(): string[] {
  return Object.keys(viewTable)
    .map((name) => viewPicture(shownAs(name)))
    .filter((picture) => !existsSync(picture));
}

/** A page of one entry of a table, which the table's page stands for in the contents. */
function detail(table: string, name: string, title: string, text: string): Page {
  const page = { path: `reference/${table}/${name}/`, under: `reference/${table}/`, group: 'Reference' } as const;
  return { ...page, title, text: `# ${title}\n\n${text}\n` };
}

const eachPage = (names: readonly string[]): string =>
  `Each has a page: ${names.map((name) => `<a href="${name}/index.html">${name}</a>`).join(', ')}.`;

/** What an attribute is, and how it stands in launch.json. */
function attributeText(name: string, schema: TSchema): string {
  const example: unknown = schema['default'] ?? schema['suggested'];
  const words = (wordsOf(schema) ?? []).map(({ const: word, description = '' }) => [`\`"${word}"\``, description]);
  const fields = fieldsOf(schema);
  return [
    schema.description ?? '',
    `It must be ${codeOf(expectedOf(schema))}.`,
    ...(words.length > 0 ? [markdownTable([['value', 'meaning'], ...words])] : []),
    ...(fields ? ['## What stands in it', keyTable(fields)] : []),
    ...(schema['default'] === undefined ? [] : [`When it is absent: \`${JSON.stringify(schema['default'])}\`.`]),
    ...(example === undefined
      ? []
      : [
          `\`\`\`json\n${JSON.stringify({ type: 'hyperstep', request: 'launch', name: 'Debug', [name]: example }, null, 2)}\n\`\`\``,
        ]),
  ].join('\n\n');
}

/** The options of an object, or of the objects in a list. */
function fieldsOf(schema: TSchema): Readonly<Record<string, TSchema>> | undefined {
  const variants: readonly TSchema[] = Array.isArray(schema['anyOf']) ? schema['anyOf'] : [schema];
  const [found] = variants.flatMap((each) => each['properties'] ?? each['items']?.['properties'] ?? []);
  return found && Object.keys(found).length > 0 ? found : undefined;
}

function settingText({ description, markdownDescription, default: otherwise, enum: words }: Setting): string {
  return [
    markdownDescription ?? description ?? '',
    ...(words ? [`It is one of ${words.map((word) => `\`${JSON.stringify(word)}\``).join(', ')}.`] : []),
    ...(otherwise === undefined ? [] : [`When nothing is said: \`${JSON.stringify(otherwise)}\`.`]),
  ].join('\n\n');
}

interface Setting {
  readonly description?: string;
  readonly markdownDescription?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
}

interface Manifest {
  contributes: {
    commands: readonly { category: string; title: string }[];
    configuration: { properties: Readonly<Record<string, Setting>> };
  };
}

const settingProperties = () => manifest().contributes.configuration.properties;

const manifest = (): Manifest => JSON.parse(readFileSync('package.json', 'utf8'));

function settings(): string {
  const known = Object.keys(settingTable).map((name) => `hyperstep.${name}`);
  const properties = settingProperties();
  const rows = Object.entries(properties).map(([name, { description, markdownDescription, default: otherwise }]) => [
    `\`${name}\``,
    otherwise === undefined ? '' : `\`${JSON.stringify(otherwise)}\``,
    markdownDescription ?? description ?? '',
    known.includes(name) ? 'language server' : 'editor',
  ]);
  return `${eachPage(Object.keys(properties))}\n\n${markdownTable([['setting', 'default', 'meaning', 'who follows it'], ...rows])}`;
}

function commands(): string {
  const titles = manifest().contributes.commands.map(({ category, title }) => [`${category}: ${title}`]);
  return `In the command palette (Ctrl+Shift+P).\n\n${markdownTable([['command'], ...titles.sort()])}`;
}
