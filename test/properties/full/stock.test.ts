import { expectTrueNumbers } from '../random-commands';

describe('stock, for longer', () => {
  expectTrueNumbers(100);
});
