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
} as const;
