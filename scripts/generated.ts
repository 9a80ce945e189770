import { readFileSync } from 'node:fs';
import { HEADER_FILE, headerText } from '../simulator/hypercalls/header';
import { classroomManifest, classroomProfile, packManifest, studentProfile } from './classroom-pack';
import { codiconsFile, codiconsText } from './codicons';
import { textMateGrammar } from './grammar';
import { guestTestsDocument, guestTestsDocumentText } from './guest-tests-document';
import { hypercallDocument, hypercallDocumentText } from './hypercall-document';
import { labsDocument, labsDocumentText } from './labs-document';
import {
  debuggerContribution,
  guestTestsFileSchema,
  guestTestsSchemaFile,
  jsonValidation,
  labFileSchema,
  labSchemaFile,
  momentFileSchema,
  momentSchemaFile,
  projectFileSchema,
  projectSchemaFile,
  scenarioFileSchema,
  scenarioSchemaFile,
  settingProperties,
} from './manifest';
import { privilegeDocument, privilegeDocumentText } from './privilege-document';
import { scenarioDocument, scenarioDocumentText } from './scenario-document';
import { panelMenus, viewCommands, viewContainers, viewContributions, viewTitleMenu } from './view-manifest';

interface Manifest {
  contributes: {
    debuggers: object[];
    configuration: { properties: object };
    jsonValidation: object[];
    commands: { command: string }[];
    menus: Record<string, object[]>;
    views: object;
    viewsContainers: object;
  };
}

/** Every file that is made, in whole or in part, from tables in the sources: path and text. */
export function generatedFiles(): Map<string, string> {
  return new Map([
    [HEADER_FILE, headerText()],
    ['syntaxes/riscv-asm.tmLanguage.json', asJson(textMateGrammar())],
    [projectSchemaFile, asJson(projectFileSchema())],
    [scenarioSchemaFile, asJson(scenarioFileSchema())],
    [guestTestsSchemaFile, asJson(guestTestsFileSchema())],
    [momentSchemaFile, asJson(momentFileSchema())],
    [labSchemaFile, asJson(labFileSchema())],
    [scenarioDocument, scenarioDocumentText()],
    [guestTestsDocument, guestTestsDocumentText()],
    [labsDocument, labsDocumentText()],
    [privilegeDocument, privilegeDocumentText()],
    [hypercallDocument, hypercallDocumentText()],
    [codiconsFile, codiconsText()],
    ['package.json', asJson(manifest())],
    [packManifest, asJson(classroomManifest())],
    [studentProfile, asJson(classroomProfile())],
  ]);
}

/**
 * package.json with the contributions of the debugger and of the views, the settings of the language server and the schema of project
 * files, brought up to date; all else in it is written by hand.
 */
function manifest(): Manifest {
  const written: Manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  Object.assign(written.contributes.debuggers[0] ?? {}, debuggerContribution());
  Object.assign(written.contributes.configuration.properties, settingProperties());
  const opening = viewCommands();
  const { contributes } = written;
  const isOpening = ({ command }: { command: string }): boolean => command.startsWith('hyperstep.open.');
  contributes.commands = [...contributes.commands.filter((each) => !isOpening(each)), ...opening];
  contributes.menus['view/title'] = viewTitleMenu();
  Object.assign(contributes.menus, panelMenus());
  contributes.viewsContainers = viewContainers();
  contributes.views = viewContributions();
  contributes.jsonValidation = jsonValidation();
  return written;
}

function asJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
