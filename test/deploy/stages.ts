import { bookWeathers } from './book-stages';
import { moneyWeathers, returns } from './money-stages';
import { orderStages } from './order-stages';
import type { Stage, Weather } from './stage';

/** One after the other: what goes wrong outside goes on until the workflows have been changed. */
export const weathers: readonly Weather[] = [
  { faults: [], stages: [...orderStages, ...returns] },
  ...moneyWeathers,
  ...bookWeathers,
];

export const stages: readonly Stage[] = weathers.flatMap((weather) => weather.stages);
