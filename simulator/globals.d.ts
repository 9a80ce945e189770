/**
 * The globals that the simulator may use: what exists in Node, in a browser and in a worker alike.
 * Everything else of those hosts is absent from this folder's type library on purpose (see tsconfig.json here).
 */
declare namespace WebAssembly {
  type ImportValue = Memory | Table | Global | ((...values: never[]) => unknown);
  type Imports = Record<string, Record<string, ImportValue>>;

  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(module: Module, imports?: Imports);
    readonly exports: Record<string, unknown>;
  }
  class Memory {
    constructor(descriptor: { initial: number; maximum?: number; shared?: boolean });
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  class Table {
    constructor(descriptor: { element: 'anyfunc' | 'externref'; initial: number; maximum?: number });
    readonly length: number;
    grow(entries: number): number;
    get(index: number): unknown;
    set(index: number, value: unknown): void;
  }
  class Global<T = number> {
    constructor(descriptor: { value: 'i32' | 'i64' | 'f32' | 'f64'; mutable?: boolean }, value?: T);
    value: T;
  }
  function validate(bytes: Uint8Array): boolean;
}

declare function btoa(text: string): string;
declare function atob(base64: string): string;

declare class TextEncoder {
  encode(text: string): Uint8Array;
}

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes: Uint8Array): string;
}
