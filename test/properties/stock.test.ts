import { expectTrueNumbers } from './random-commands';

describe('stock, quickly', () => {
  expectTrueNumbers(4);
});
