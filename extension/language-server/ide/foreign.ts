import { isMnemonic, Lexer, type SourceText, type Statement, TokenKind } from './assembly';

/** Another architecture's assembly language: what tells it from RISC-V's. */
interface Language {
  readonly name: string;
  /** Instructions that RISC-V has not. */
  readonly mnemonics: RegExp;
  /** Operands, with space and comments taken out. */
  readonly operands: RegExp;
  /** Directives with their operands that only its assembler takes. */
  readonly directives: RegExp;
  /** Folders and file names that say it. */
  readonly path: RegExp;
}

const never = /(?!)/;

/** Of two that fit equally the first is meant. */
const languages: readonly Language[] = [
  {
    name: 'AArch64',
    mnemonics:
      /^(stp|ldp|ldr[bhs]?\w?|str[bh]?|adrp|adr|mrs|msr|eret|cbn?z|tbn?z|b\.\w+|bl|blr|br|isb|dsb|dmb|mov[zkn]?|cmp|svc|hvc|smc|ldax?r\w?|stl?xr\w?|csel|cset|ubfx|bfi|orr|eor|tlbi|ccmp|madd|msub|ldnp|stnp|ld1|st1|hint|bti)$/i,
    operands: /(^|,)[wxv](\d|[12]\d|3[01])\b.*(\[|,#)|\[(x\d+|sp)|:lo12:|(^|,)(xzr|wzr|lr)\b|_el[0123]\b/i,
    directives: /^\.(arch\s+armv[89]|arch_extension|cpu\s+(generic|cortex-a|neoverse)|inst\b|ltorg\b|req\b)/i,
    path: /(^|[/_.-])(aarch64|arm64|armv8)([/_.-]|$)/i,
  },
  {
    name: 'ARM',
    mnemonics:
      /^(ldr[bhsd]?\w{0,4}|str[bhd]?\w{0,4}|(ldm|stm)(ia|ib|da|db|fd|fa|ed|ea)?|push|pop|blx?|bx|mov[swt]?\w{0,2}|cmp\w{0,2}|tst|teq|mvn|rsb|orr\w?|eor\w?|bic\w?|mrc|mcr|mrs|msr|cps(id|ie)?|swi|svc|adr|vldr|vstr|vpush|vpop|vmov|it[te]*|subs|adds|dsb|isb|dmb|wfe|umull|smull)$/i,
    operands: /\{[rsdq]\d|(^|,|\[)(r1[0-5]|r\d|lr|pc)\b|,#-?\w|\[(r\d+|sp|pc)/i,
    directives:
      /^\.(syntax\s+(unified|divided)|thumb(_func)?\b|arm\b|code\s+(16|32)\b|fpu\b|eabi_attribute|arch\s+armv|cpu\s+|fnstart|fnend|cantunwind|pool\b|ltorg\b)/i,
    path: /(^|[/_.-])(arm|armv[4-7]\w*|thumb)([/_.-]|$)/i,
  },
  {
    name: 'x86',
    mnemonics:
      /^(mov|push|pop|lea|add|sub|xor|and|or|cmp|test|inc|dec|imul|sh[lr]|sa[lr]|not|neg|xchg|cmpxchg|adc|sbb)[bwlq]$|^(mov|push|pop|lea|jmp\w?|callq|retq?|leave|j(n?[abegloszcp]|n?[abgl]e|pe|po)|int|iret[dq]?|sysret[lq]?|swapgs|lgdt|lidt|ltr|cli|sti|hlt|cld|std|rdmsr|wrmsr|rep|movs[bwlq]|stos[bwlq]|lods[bwlq]|movz\w+|mov[ad]qa|endbr(32|64)|cpuid|outb?|inb?|ljmp\w?|lret\w?|pusha|popa|ud2|bt[rsc]?)$/i,
    operands:
      /%(r[a-ds]?[xip]|r[sd]i|e[a-d]x|e[sd]i|e[sb]p|r[bs]p|r([89]|1[0-5])[bdw]?|[a-d][lhx]|[c-gs]s|cr\d|xmm\d+|ymm\d+)\b|\$-?(0x)?[\da-f]+|(^|,)(r[a-d]x|e[a-d]x|r[sd]i|e[sd]i|[re][sb]p)\b|\[(r|e)[a-z]{2}/i,
    directives: /^\.(code(16|32|64)(gcc)?\b|intel_syntax|att_syntax|intel_mnemonic|arch\s+(i\d86|generic))/i,
    path: /(^|[/_.-])(x86(_64)?|i[3-6]86|amd64|ia32)([/_.-]|$)/i,
  },
  {
    name: 'MIPS',
    mnemonics:
      /^(d?addiu|d?addu|d?subu|m[tf]c0|dm[tf]c0|m[tf](hi|lo)|syscall|bal|bgezal|jalx|l[wd][lr]|s[wd][lr]|cache|ehb|d?multu?|b(n?e)l|deret|tlbwi|pref)$/i,
    operands: /\$(\d+|[atsk]\d|zero|at|sp|fp|ra|gp|v[01])\b/i,
    directives:
      /^\.(set\s+(no)?(reorder|macro|at|mips\w*|push|pop)\b|ent\b|frame\b|r?mask\b|cpload|cprestore|cpsetup|module\b)/i,
    path: /(^|[/_.-])(mips(64)?(el)?|octeon)([/_.-]|$)/i,
  },
  {
    name: 'PowerPC',
    mnemonics:
      /^(mf(lr|ctr|spr|msr|cr)|mt(lr|ctr|spr|msr|crf?|msrd)|st[dw]u|l[wb]zx?|lis|addis|ori|b(ctrl?|lrl?)|cmp[lwd]+i?|rlwinm|rldi?cl|std|lhz|stw|stb|rfid?|isync|dcb\w+|icbi|tlbie\w*|subfc?|bdnz|mr|lvx|stvx)$/i,
    operands: /^(cr[0-7]|r([12]?\d|3[01]))\b|@(ha|l|toc)\b/i,
    directives: /^\.(machine\b|abiversion\b|localentry\b)/i,
    path: /(^|[/_.-])(powerpc(64)?(le)?|ppc(64)?(le)?)([/_.-]|$)/i,
  },
  {
    name: 's390',
    mnemonics:
      /^(l[agt]*rl?|stmg?|lmg?|larl|lg[hf]i|bras?l?|basr?|br|stg|lg|lgr|lpswe?|mvc|xc|stctg|lctlg|j(n?[ehloz]|n?[hl]e|g\w*)?|clg\w*|agr|aghi|la|svc)$/i,
    operands: /%[rfac](\d|1[0-5])\b/i,
    directives: /^\.machine(mode)?\b/i,
    path: /(^|[/_.-])s390x?([/_.-]|$)/i,
  },
  {
    name: 'SPARC',
    mnemonics:
      /^(save|restore|sethi|retl|ld[xd]u?[bhw]?|st[xbhw]|flushw|wrpr|rdpr|membar|b[a-z]{1,3}(,a)?|cmp|clr|stxa|ldxa)$/i,
    operands: /%([goli][0-7]|sp|fp|asi|ps?tate|tl|y)\b/i,
    directives: /^\.(register|proc)\b/i,
    path: /(^|[/_.-])sparc(64|v9)?([/_.-]|$)/i,
  },
  {
    name: 'LoongArch',
    mnemonics:
      /^(ld|st|addi?|sub|bstr\w+|slli|srli|srai|ll|sc|mul|div)\.[bhwd]u?$|^(csrrd|csrwr|csrxchg|pcaddi|lu12i\.w|ori|jirl|bl|ertn|invtlb)$/i,
    operands: /\$([atrsf]\d+|zero|sp|ra|tp|fp|u0)\b/i,
    directives: never,
    path: /(^|[/_.-])loongarch(64|32)?([/_.-]|$)/i,
  },
  {
    name: 'Xtensa',
    mnemonics:
      /^([ls](32|16s?|8)u?i|call[048x]\w*|[wrx]sr(\.\w+)?|entry|retw?(\.n)?|rfe|rfi|bbs?ci|movi(\.n)?|l32r|_?entry|s32i\.n|l32i\.n|mov\.n)$/i,
    operands: never,
    directives: /^\.literal(_position)?\b/i,
    path: /(^|[/_.-])xtensa([/_.-]|$)/i,
  },
  {
    name: 'm68k',
    mnemonics:
      /^(mov(e|ea|eq|em)[bwl]?|jbsr|jsr|rts|rte|lea|bsr[sw]?|clr[bwl]|tst[bwl]|add[qa]?[bwl]|sub[qa]?[bwl]|(move[aq]?|add[aqi]?|sub[aqi]?|clr|tst|cmp[i]?|or|and)\.[bwl])$/i,
    operands: /%(d[0-7]|a[0-7]|sp|sr|ccr)\b|sp@/i,
    directives: never,
    path: /(^|[/_.-])(m68k|coldfire)([/_.-]|$)/i,
  },
  {
    name: 'AMD GPU',
    mnemonics:
      /^([sv]|ds|buffer|flat|global)_\w+_((b|u|i|f)(8|16|32|64)|dword\w*|b?cnt0?|vcc\w*|scc\d)$|^s_(waitcnt|endpgm|nop|sendmsg|branch|barrier)$/i,
    operands: /(^|,)([sv]\[\d+(:\d+)?\]|(vcc|exec|ttmp\d+)(_lo|_hi)?\b)/i,
    directives: /^\.amd\w+\b/i,
    path: /(^|[/_.-])(amdgpu|amdkfd|gfx\d+)([/_.-]|$)/i,
  },
];

/** Architectures of the Linux kernel whose languages are not told apart. */
const otherFolders = new Set([
  'alpha',
  'arc',
  'csky',
  'hexagon',
  'ia64',
  'microblaze',
  'nios2',
  'openrisc',
  'parisc',
  'sh',
  'sh64',
  'hppa',
  'or1k',
]);

/** What a source is when it is plainly not RISC-V, and how that shows. */
export interface Foreign {
  readonly architecture: string;
  readonly reason: string;
}

/** What the names of the file and of folders near it count. */
const mostByName = 4;
/** Statements that are looked at: what a source is shows early. */
const enough = 600;
const known = new WeakMap<SourceText, Foreign | false>();

/** The other architecture whose assembly a source plainly is; undefined for RISC-V's, and where nothing tells. */
export function foreignArchitecture(source: SourceText): Foreign | undefined {
  let foreign = known.get(source);
  if (foreign === undefined) {
    foreign = judge(source) ?? false;
    known.set(source, foreign);
  }
  return foreign || undefined;
}

function judge(source: SourceText): Foreign | undefined {
  if (/\.lds\.S$/i.test(source.path))
    return { architecture: 'Linker script', reason: 'it is a linker script that the preprocessor makes' };
  const evidence = languages.map(() => ({ score: 0, line: -1, what: '' }));
  let ours = 0;
  let seen = 0;
  for (const [number, { statements }] of source.lines.entries()) {
    for (const statement of statements) {
      if (statement.kind !== 'command') continue;
      const operands = plainOperands(statement);
      if (isRiscv(statement, operands)) ours++;
      languages.forEach((language, i) => {
        const weight = weightOf(language, statement, operands);
        const own = evidence[i]!;
        if (weight > 0 && own.line < 0) {
          own.line = number;
          own.what = statement.text.slice(statement.start, statement.end);
        }
        own.score += weight;
      });
      seen++;
    }
    if (seen > enough) break;
  }
  // The file's own name and the folders near it count, but only with evidence: anything may be a folder's name.
  const place = source.path.split('/').slice(-5).join('/');
  const named = /risc-?v/i.test(place) ? [] : languages.map(({ path }) => path.test(place));
  languages.forEach((_, i) => {
    if (named[i] && evidence[i]!.score > 0) evidence[i]!.score += mostByName;
  });
  const best = evidence.reduce((a, b) => (b.score > a.score ? b : a));
  const plain = best.line >= 0 && best.score >= 4 && best.score > 2 * ours;
  // In a tree that keeps a folder for each architecture little evidence is enough: many instructions have one name everywhere.
  const shown = evidence.some(({ score }, i) => named[i] && score > mostByName);
  const folder = plain || shown || 2 * ours < seen ? byFolder(source.path) : undefined;
  if (folder || !plain) return folder;
  const { name } = languages[evidence.indexOf(best)]!;
  const quoted = best.what.length > 40 ? `${best.what.slice(0, 40)}...` : best.what;
  return { architecture: name, reason: `line ${best.line + 1} ('${quoted.replace(/\s+/g, ' ')}') is ${name} assembly` };
}

/** In a kernel's or C library's tree the folder says it, where the file holds nothing that is RISC-V. */
function byFolder(path: string): Foreign | undefined {
  const folder = /\/(?:arch|sysdeps)\/([\w-]+)\//.exec(path)?.[1];
  if (folder === undefined || /risc-?v/i.test(path)) return undefined;
  const language = languages.find(({ path: names }) => names.test(folder));
  const architecture = language?.name ?? (otherFolders.has(folder) ? folder : undefined);
  return architecture === undefined ? undefined : { architecture, reason: `it is in the folder '${folder}'` };
}

/** Operands without space and comments; tokens are separated by nothing. */
function plainOperands({ text, operandsStart, end }: Statement): string {
  const lexer = new Lexer(text, operandsStart, end);
  let plain = '';
  // A `#` opens a comment here, and an immediate in other languages.
  const hash = text.indexOf('#', operandsStart);
  while (lexer.next() !== TokenKind.End && plain.length < 80) plain += lexer.value;
  return hash >= 0 ? `${plain}${text.slice(hash, hash + 12)}` : plain;
}

/** An instruction that RISC-V has, with operands that look like it. */
function isRiscv({ key }: Statement, written: string): boolean {
  // Behind a whole operand a `#` begins a comment in every language in which it may be RISC-V.
  const operands = written.replace(/(?<=[\w)])#.*$/, '');
  return (
    isMnemonic(key) &&
    /^$|\b(zero|ra|sp|gp|tp|f?[ats]\d{1,2}|fp|x\d{1,2})\b|^[\w.$]+$/.test(operands) &&
    !/[$%#[{]/.test(operands.replace(/%(pc|hi|lo|t|got)\w*\(/g, ''))
  );
}

function weightOf(
  { mnemonics, operands: pattern, directives }: Language,
  statement: Statement,
  operands: string,
): number {
  const { key, text, start, end } = statement;
  if (key.startsWith('.')) return directives.test(text.slice(start, end)) ? 6 : 0;
  const named = mnemonics.test(key) && !isMnemonic(key);
  const written = pattern.test(operands);
  return named && written ? 3 : named || (written && (mnemonics.test(key) || isMnemonic(key))) ? 1 : 0;
}
