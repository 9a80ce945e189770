import { existsSync, readFileSync } from 'node:fs';
import { launchOptions } from '../../debug-adapter/launch/launch';
import { settingTable } from '../../extension/language-server/setting-table';
import { type ViewDescription, viewTable } from '../../extension/views/table';
import type { EngineDescription } from '../../simulator/hypervisor/engines/description';
import { engineDescriptions } from '../../simulator/hypervisor/engines/registry';
import { projectSchema } from '../../simulator/project/project-description';
import { keyTable, markdown } from '../document-tables';
import { executionTable } from '../privilege-document';
import type { Page } from './page';

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
      `What a configuration of launch.json may say, with \`"type": "hyperstep"\` and \`"request": "launch"\`. All may be absent.\n\n${keyTable(launchOptions)}`,
    ),
    reference(
      'project',
      'The project file',
      `\`hyperstep.json\` says which programs the sources of a folder make. The editor and a launch read it, and the command line.\n\n${keyTable(projectSchema.properties)}`,
    ),
    reference('settings', 'Settings', settings()),
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
    markdown([['reason', 'why'], ...exits.map(({ id, text }) => [`\`${id}\``, text])]),
  ].join('\n\n');
}

/** With the picture that the UI tests have made of it last, where they have run. */
function viewText(name: string, { title, help }: ViewDescription): string {
  const picture = `out/screenshots/view-${name}-light-100.png`;
  return [
    help,
    `The command *HyperStep: Open ${title} in an Editor* opens it beside the source.`,
    ...(existsSync(picture) ? [`![The view ${title}, stopped in the sample](${picture})`] : []),
  ].join('\n\n');
}

interface Manifest {
  contributes: {
    commands: readonly { category: string; title: string }[];
    configuration: {
      properties: Readonly<Record<string, { description?: string; markdownDescription?: string; default?: unknown }>>;
    };
  };
}

const manifest = (): Manifest => JSON.parse(readFileSync('package.json', 'utf8'));

function settings(): string {
  const known = Object.keys(settingTable).map((name) => `hyperstep.${name}`);
  const { properties } = manifest().contributes.configuration;
  const rows = Object.entries(properties).map(([name, { description, markdownDescription, default: otherwise }]) => [
    `\`${name}\``,
    otherwise === undefined ? '' : `\`${JSON.stringify(otherwise)}\``,
    markdownDescription ?? description ?? '',
    known.includes(name) ? 'language server' : 'editor',
  ]);
  return markdown([['setting', 'default', 'meaning', 'who follows it'], ...rows]);
}

function commands(): string {
  const titles = manifest().contributes.commands.map(({ category, title }) => [`${category}: ${title}`]);
  return `In the command palette (Ctrl+Shift+P).\n\n${markdown([['command'], ...titles.sort()])}`;
}
