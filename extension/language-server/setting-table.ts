/** The settings of the user that the server follows: package.json's contribution is made of this table. */
export const settingTable = {
  'inlayHints.expansions': {
    default: true,
    description:
      'Show behind each pseudo-instruction of several instructions, and each macro call, what it stands for.',
  },
  'inlayHints.values': {
    default: true,
    description: 'Show the values of symbols, `#define` names and expressions where they are used as numbers.',
  },
  'inlayHints.encodings': {
    default: false,
    description: 'Show the address and the bytes of each statement behind it.',
  },
  'codeLens.references': {
    default: true,
    description: 'Show above each function, macro and global symbol how often it is used.',
  },
  'codeLens.debug': {
    default: true,
    description: 'Offer above each global function of code to debug the guest up to there.',
  },
  'lint.controlFlow': {
    default: true,
    description: 'Note code that nothing leads to, and functions that run into data or off the end of their section.',
  },
  'lint.callingConvention': {
    default: false,
    description:
      'Warn where a function breaks the calling convention: saved registers or ra changed and not saved, sp not put back.',
  },
} as const;
