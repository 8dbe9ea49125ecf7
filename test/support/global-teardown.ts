import type { Servers } from './servers';

export default async function globalTeardown(): Promise<void> {
  await (globalThis as { servers?: Servers }).servers?.stop();
}
