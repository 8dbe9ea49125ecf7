/** How Tencent Cloud says no: a code and a sentence, with status 200. */
export class CloudRefusal extends Error {
  override readonly name = 'CloudRefusal';

  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}
