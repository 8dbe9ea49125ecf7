/** What somebody at the controls cannot do now. */
export class NotPossible extends Error {
  override readonly name = 'NotPossible';

  constructor(
    readonly status: 404 | 409,
    message: string,
  ) {
    super(message);
  }
}
