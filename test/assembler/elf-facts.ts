/** What stands in an ELF file, as lines of text that can be compared: header, segments, sections with their bytes, symbols. */
export function elfFacts(file: Uint8Array): string[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const half = (at: number): number => view.getUint16(at, true);
  const word = (at: number): number => view.getUint32(at, true);
  const long = (at: number): bigint => view.getBigUint64(at, true);
  const hex = (value: bigint | number): string => value.toString(16);
  const text = (at: number): string => {
    const end = file.indexOf(0, at);
    return Buffer.from(file.subarray(at, end)).toString('latin1');
  };

  const facts = [`header type ${half(16)} entry ${hex(long(24))} flags ${hex(word(48))}`];
  const segments = Number(long(32));
  for (let i = 0; i < half(56); i++) {
    const at = segments + i * half(54);
    const rest = [8, 16, 24, 32, 40, 48].map((field) => hex(long(at + field)));
    facts.push(`segment ${i} type ${hex(word(at))} flags ${word(at + 4)} ${rest.join(' ')}`);
  }

  const headers = Array.from({ length: half(60) }, (_, i) => Number(long(40)) + i * half(58));
  const offsetOf = (index: number): number => Number(long(headers[index]! + 24));
  const names = offsetOf(half(62));
  const nameOf = (index: number): string => text(names + word(headers[index]!));
  const bytesOf = (index: number): Uint8Array =>
    file.subarray(offsetOf(index), offsetOf(index) + Number(long(headers[index]! + 32)));
  const own = /^(\.symtab|\.strtab|\.shstrtab)$/;
  let symbols: number | undefined;
  headers.forEach((at, index) => {
    const name = nameOf(index);
    if (name === '.symtab') symbols = index;
    if (index === 0 || own.test(name)) return;
    const type = word(at + 4);
    const fields = [8, 16, 24, 32, 48, 56].map((field) => hex(long(at + field)));
    const [link, info] = [word(at + 40), word(at + 44)];
    facts.push(`section ${index} ${name} type ${hex(type)} ${fields.join(' ')} link ${link} info ${info}`);
    if (type !== 8) facts.push(`bytes of ${index} ${name} ${Buffer.from(bytesOf(index)).toString('hex')}`);
  });
  if (symbols === undefined) return facts;

  const strings = offsetOf(word(headers[symbols]! + 40));
  const table = bytesOf(symbols);
  const first = offsetOf(symbols);
  const lines: string[] = [];
  for (let at = first; at < first + table.length; at += 24) {
    const name = text(strings + word(at));
    const section = half(at + 6);
    const place = section < headers.length ? nameOf(section) : hex(section);
    const facts = `${hex(long(at + 8))} size ${hex(long(at + 16))} info ${file[at + 4]} other ${file[at + 5]} in ${place}`;
    lines.push(`symbol ${name} ${facts}`);
  }
  return [...facts, ...lines.sort()];
}
