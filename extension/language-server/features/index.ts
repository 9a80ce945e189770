import type { ServerCapabilities } from 'vscode-languageserver';
import type { ServerContext } from '../context';
import { registerCallHierarchy } from './call-hierarchy';
import { registerCodeLens } from './code-lens';
import { registerCompletion } from './completion';
import { registerDeclaration } from './declaration';
import { registerDefinition } from './definition';
import { registerDocumentLinks } from './document-links';
import { registerDocumentSymbols } from './document-symbols';
import { registerFolding } from './folding';
import { registerFormatting } from './formatting';
import { registerGuestTests } from './guest-tests';
import { registerHighlights } from './highlights';
import { registerHover } from './hover';
import { registerImplementation } from './implementation';
import { registerInlayHints } from './inlay-hints';
import { registerProgramOf } from './program-of';
import { registerQuickFixes } from './quick-fixes';
import { registerReferences } from './references';
import { registerRename } from './rename';
import { registerSelectionRanges } from './selection-ranges';
import { registerSemanticTokens } from './semantic-tokens';
import { registerSignatureHelp } from './signature-help';
import { registerVirtualDocuments } from './virtual-documents';
import { registerWorkspaceSymbols } from './workspace-symbols';

/** Registers its handlers and says what the server can do with them. */
type Register = (context: ServerContext) => ServerCapabilities;

export const features: readonly Register[] = [
  registerCallHierarchy,
  registerCompletion,
  registerDeclaration,
  registerDefinition,
  registerDocumentLinks,
  registerDocumentSymbols,
  registerFolding,
  registerFormatting,
  registerHighlights,
  registerHover,
  registerImplementation,
  registerQuickFixes,
  registerReferences,
  registerRename,
  registerSelectionRanges,
  registerSemanticTokens,
  registerSignatureHelp,
  registerCodeLens,
  registerInlayHints,
  registerVirtualDocuments,
  registerProgramOf,
  registerGuestTests,
  registerWorkspaceSymbols,
];
