declare module 'virtual:promises' {
  /** Days until a selfie that was drawn from is deleted. */
  export const selfieDays: number;
  /** Days until a selfie that the check refused is deleted. */
  export const refusedDays: number;
  /** Days until a selfie that nothing was drawn from is deleted. */
  export const unusedDays: number;
  /** Days until a message to the operator is deleted. */
  export const feedbackDays: number;
  /** Days until everything of an erasure is gone, backups included. */
  export const erasureDays: number;
  /** Hours in which an erasure may be taken back. */
  export const regretHours: number;
}

declare module 'libheif-js/libheif-wasm/libheif.js' {
  export default function load(options: { wasmBinary: ArrayBuffer }): unknown;
}
