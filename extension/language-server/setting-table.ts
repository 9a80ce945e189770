import { Boolean as Switch } from '@sinclair/typebox';
import { withDefault } from '../../simulator/schema/defaults';

/** The settings of the user that the server follows: package.json's contribution is made of this table. */
export const settingTable = {
  'inlayHints.expansions': withDefault(
    true,
    Switch({
      description:
        'Show behind each pseudo-instruction of several instructions, and each macro call, what it stands for.',
    }),
  ),
  'inlayHints.values': withDefault(
    true,
    Switch({
      description: 'Show the values of symbols, `#define` names and expressions where they are used as numbers.',
    }),
  ),
  'inlayHints.encodings': withDefault(
    false,
    Switch({ description: 'Show the address and the bytes of each statement behind it.' }),
  ),
  'codeLens.references': withDefault(
    true,
    Switch({ description: 'Show above each function, macro and global symbol how often it is used.' }),
  ),
  'codeLens.debug': withDefault(
    true,
    Switch({ description: 'Offer above each global function of code to debug the guest up to there.' }),
  ),
  'lint.controlFlow': withDefault(
    true,
    Switch({
      description: 'Note code that nothing leads to, and functions that run into data or off the end of their section.',
    }),
  ),
  'lint.callingConvention': withDefault(
    false,
    Switch({
      description:
        'Warn where a function breaks the calling convention: saved registers or ra changed and not saved, sp not put back.',
    }),
  ),
};
