import type { ServerCapabilities } from 'vscode-languageserver';
import type { ServerContext } from '../server';
import { registerCompletion } from './completion';
import { registerDefinition } from './definition';
import { registerFolding } from './folding';
import { registerFormatting } from './formatting';
import { registerHighlights } from './highlights';
import { registerHover } from './hover';
import { registerQuickFixes } from './quick-fixes';
import { registerReferences } from './references';
import { registerRename } from './rename';
import { registerSemanticTokens } from './semantic-tokens';
import { registerSymbols } from './symbols';

/** Registers its handlers and says what the server can do with them. */
type Register = (context: ServerContext) => ServerCapabilities;

export const features: readonly Register[] = [
  registerCompletion,
  registerDefinition,
  registerFolding,
  registerFormatting,
  registerHighlights,
  registerHover,
  registerQuickFixes,
  registerReferences,
  registerRename,
  registerSemanticTokens,
  registerSymbols,
];
