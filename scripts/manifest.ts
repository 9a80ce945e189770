import { Object as ObjectOf, Unsafe } from '@sinclair/typebox';
import { type LaunchArguments, launchOptions } from '../debug-adapter/launch/launch';
import { momentSchema } from '../debug-adapter/moment/moment';
import { settingTable } from '../extension/language-server/setting-table';
import { momentSuffix } from '../extension/moments/saved-moment';
import { testFileSuffix } from '../simulator/guest-tests/marks';
import { testFileSchema } from '../simulator/guest-tests/test-options';
import { labSchema } from '../simulator/labs/lab-options';
import { projectFileName, projectSchema } from '../simulator/project';
import { scenarioSuffix } from '../simulator/scenario/scenario-path';
import { scenarioSchema } from '../simulator/scenario/scenario-schema';
import { editorSchema, propertiesOf } from './editor-schema';

/** Where the schemas of project files and of scenarios are, beside the extension's manifest. */
export const projectSchemaFile = 'syntaxes/hyperstep.schema.json';
export const scenarioSchemaFile = 'syntaxes/hyperstep-scenario.schema.json';
export const guestTestsSchemaFile = 'syntaxes/hyperstep-test.schema.json';
export const momentSchemaFile = 'syntaxes/hyperstep-moment.schema.json';
export const labSchemaFile = 'syntaxes/hyperstep-lab.schema.json';

const momentLaunch = Unsafe<LaunchArguments>({
  type: 'object',
  description:
    'The guest and its machine: launch attributes. Paths are seen from the workspace folder, and lead to files in it; disks are written as copies.',
});

// In a snippet's body, text in ^"..." is inserted as it is, so that a variable of launch.json can be written with a backslash.
const activeFile = '^"\\${file}"';
const inWorkspace = (file: string) => `^"\\\${workspaceFolder}/${file}"`;

/** Of package.json what the table of launch attributes says: the schema of launch.json, its first contents, its snippets. */
export function debuggerContribution(): object {
  return {
    configurationAttributes: { launch: { properties: propertiesOf(launchOptions) } },
    initialConfigurations: [configuration('Debug the guest', { program: '${file}' })],
    configurationSnippets: [
      {
        label: 'HyperStep: Debug a guest under the VMM',
        description: 'Full virtualization: step from the guest into the VMM and back.',
        body: configuration('Debug the guest', { program: activeFile, virtualization: 'full' }),
      },
      {
        label: 'HyperStep: Debug a guest on the bare machine',
        description: 'No VMM: the guest itself runs in S-mode.',
        body: configuration('Debug without VMM', { program: activeFile, virtualization: 'none' }),
      },
      {
        label: 'HyperStep: Debug a guest with a disk',
        description: 'A raw disk image as virtio-blk device; writes go to a copy.',
        body: configuration('Debug with a disk', {
          program: activeFile,
          virtualization: 'full',
          disks: [{ file: inWorkspace('${1:disk.img}'), write: 'copy' }],
        }),
      },
      {
        label: 'HyperStep: Debug a kernel from several files',
        description: 'Assembly, object files and ELF executables, linked together.',
        body: configuration('Debug the kernel', {
          program: [inWorkspace('${1:boot.S}'), inWorkspace('${2:trap.S}')],
          virtualization: 'full',
          stopOnEntry: true,
        }),
      },
    ],
  };
}

function configuration(name: string, attributes: LaunchArguments): object {
  return { type: 'hyperstep', request: 'launch', name, ...attributes };
}

/** Of package.json what the table of the language server's settings says. */
export function settingProperties(): object {
  const entries = Object.entries(settingTable).map(([name, schema]) => [
    `hyperstep.${name}`,
    { scope: 'window', ...editorSchema(schema) },
  ]);
  return Object.fromEntries(entries);
}

/** Which files of an editor have which schema. */
export function jsonValidation(): object[] {
  return [
    { fileMatch: projectFileName, url: `./${projectSchemaFile}` },
    { fileMatch: `*${scenarioSuffix}`, url: `./${scenarioSchemaFile}` },
    { fileMatch: `*${testFileSuffix}`, url: `./${guestTestsSchemaFile}` },
    { fileMatch: `*${momentSuffix}`, url: `./${momentSchemaFile}` },
    { fileMatch: '**/labs/*/lab.json', url: `./${labSchemaFile}` },
  ];
}

/** The schema of `hyperstep.json`. */
export function projectFileSchema(): object {
  return { ...DRAFT, title: projectFileName, ...editorSchema(projectSchema) };
}

/** The schema of scenarios. */
export function scenarioFileSchema(): object {
  return { ...DRAFT, title: `*${scenarioSuffix}`, ...asInEditor, ...editorSchema(scenarioSchema) };
}

/** The schema of saved moments. */
export function momentFileSchema(): object {
  const fields = { launch: momentLaunch, moment: momentSchema };
  return { ...DRAFT, title: `*${momentSuffix}`, ...asInEditor, ...editorSchema(ObjectOf(fields)) };
}

/** The schema of tests of guests. */
export function guestTestsFileSchema(): object {
  return { ...DRAFT, title: `*${testFileSuffix}`, ...asInEditor, ...editorSchema(testFileSchema) };
}

/** The schema of labs. */
export function labFileSchema(): object {
  return { ...DRAFT, title: 'lab.json', ...asInEditor, ...editorSchema(labSchema) };
}

// As VS Code's own configuration files: comments and trailing commas are no mistakes in them.
const asInEditor = { allowComments: true, allowTrailingCommas: true };

const DRAFT = { $schema: 'http://json-schema.org/draft-07/schema#' };
