/** Instructions that have a name, and that are not known here: what they belong to, by the shape of the name. */

const foreign: readonly (readonly [names: RegExp, what: string])[] = [
  [/^vset(i?vli|vl)$|^v[a-z0-9]+(\.[a-z0-9]+)+$/, 'the vector extension (V)'],
  [/^(fl|fs)q$|^f\w+\.q$|^fcvt\.(q\.\w+|\w+\.q)$/, 'quadruple precision (Q)'],
  [/^th\.\w/, "T-Head's extensions"],
  [/^(aes32(ds|es)m?i|sha512(sig[01][hl]|sum[01]r)|zip|unzip)$/, 'RV32'],
  [/^(c\.jal|c\.f[ls]w(sp)?|rd(cycle|time|instret)h)$/, 'RV32'],
  [/^amo(cas\.[wdqbh]|\w+\.[bh])(\.(aq|rl|aqrl))?$/, 'Zacas and Zabha'],
  [/^(c\.)?mop\.(r\.|rr\.)?\d+$/, 'Zimop and Zcmop'],
  [/^cm\.(push|pop|popretz?|mvsa01|mva01s|jt|jalt)$/, 'Zcmp and Zcmt'],
  [/^(c\.)?ntl\.(p1|pall|s1|all)$/, 'Zihintntl'],
  [/^(fli|fminm|fmaxm|fround|froundnx|fleq|fltq)\.[shdq]$|^fcvtmod\.w\.d$/, 'Zfa'],
  [/^(sspush|sspopchk|ssrdp|ssamoswap\.[wd]|lpad)$/, 'Zicfiss and Zicfilp'],
];

/** What an instruction is of that is not known here yet; undefined for what is no instruction. */
export function foreignInstruction(name: string): string | undefined {
  return foreign.find(([names]) => names.test(name))?.[1];
}
