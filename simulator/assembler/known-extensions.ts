/**
 * The extensions that -march and `.option arch` know, with the version that stands in the object file. The versions of
 * the base are those of the specification 2.2, by which Debian's binutils are configured: there `i` brings the CSR
 * instructions and `fence.i` along. `undefined` is for extensions that have no version there.
 */
const versions: Readonly<Record<string, string | undefined>> = {
  e: '1p9',
  i: '2p0',
  m: '2p0',
  a: '2p0',
  f: '2p0',
  d: '2p0',
  q: '2p0',
  c: '2p0',
  v: '1p0',
  h: '1p0',
  zicsr: undefined,
  zifencei: undefined,
  zihintpause: '2p0',
  ztso: '0p1',
  ...Object.fromEntries(
    [
      'zicbom zicbop zicboz zicond zmmul zawrs zfh zfhmin zfinx zdinx zqinx zhinx zhinxmin',
      'zbb zba zbc zbs zbkb zbkc zbkx zk zkn zknd zkne zknh zkr zks zksed zksh zkt',
      'zve32x zve32f zve32d zve64x zve64f zve64d',
      'zvl32b zvl64b zvl128b zvl256b zvl512b zvl1024b zvl2048b zvl4096b zvl8192b zvl16384b zvl32768b zvl65536b',
      'smaia smepmp smstateen ssaia sscofpmf ssstateen sstc svinval svnapot svpbmt',
      'xtheadba xtheadbb xtheadbs xtheadcmo xtheadcondmov xtheadfmemidx xtheadfmv xtheadint xtheadmac xtheadmemidx',
      'xtheadmempair xtheadsync',
    ]
      .join(' ')
      .split(' ')
      .map((name) => [name, '1p0']),
  ),
};

/** The version of an extension; '' for one without, undefined for one that is not known. */
export function versionOf(name: string): string | undefined {
  return Object.hasOwn(versions, name) ? (versions[name] ?? '') : undefined;
}

/** What an extension brings with it. */
export const implied: Readonly<Record<string, readonly string[]>> = {
  e: ['i'],
  g: ['i', 'm', 'a', 'f', 'd', 'zicsr', 'zifencei'],
  b: ['zba', 'zbb', 'zbs'],
  m: ['zmmul'],
  h: ['zicsr'],
  q: ['d'],
  v: ['d', 'zve64d', 'zvl128b'],
  zve64d: ['d', 'zve64f'],
  zve64f: ['zve32f', 'zve64x', 'zvl64b'],
  zve32f: ['f', 'zvl32b', 'zve32x'],
  zve64x: ['zve32x', 'zvl64b'],
  zve32x: ['zvl32b'],
  ...Object.fromEntries(
    [65536, 32768, 16384, 8192, 4096, 2048, 1024, 512, 256, 128, 64].map((bits) => [
      `zvl${bits}b`,
      [`zvl${bits / 2}b`],
    ]),
  ),
  d: ['f'],
  zfh: ['zfhmin'],
  zfhmin: ['f'],
  f: ['zicsr'],
  zqinx: ['zdinx'],
  zdinx: ['zfinx'],
  zhinx: ['zhinxmin'],
  zhinxmin: ['zfinx'],
  zfinx: ['zicsr'],
  zk: ['zkn', 'zkr', 'zkt'],
  zkn: ['zbkb', 'zbkc', 'zbkx', 'zkne', 'zknd', 'zknh'],
  zks: ['zbkb', 'zbkc', 'zbkx', 'zksed', 'zksh'],
  smaia: ['ssaia'],
  smstateen: ['ssstateen'],
  smepmp: ['zicsr'],
  ssaia: ['zicsr'],
  sscofpmf: ['zicsr'],
  ssstateen: ['zicsr'],
  sstc: ['zicsr'],
};

const letterOrder = 'eigmafdqlcbkjtpvnh';
const prefixOrder = ['zxm', 'z', 's', 'x'];

/** Orders extensions as an architecture's name lists them: letters, then those that begin with z, s and x. */
export function compareExtensions(a: string, b: string): number {
  const classes = prefixClass(a) - prefixClass(b);
  if (classes !== 0) return classes;
  if (prefixClass(a) === 0) return letterOrder.indexOf(a) - letterOrder.indexOf(b);
  if (a[0] === 'z' && a[1] !== b[1]) return letterOrder.indexOf(a[1]!) - letterOrder.indexOf(b[1]!);
  return a < b ? -1 : a > b ? 1 : 0;
}

/** 0 for a letter, then the place of the prefix. */
export function prefixClass(name: string): number {
  if (name.length === 1 && !'zsx'.includes(name)) return 0;
  return prefixOrder.findIndex((prefix) => name.startsWith(prefix)) + 1;
}
