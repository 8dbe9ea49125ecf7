/** How the channel says no: a status, its code, a sentence, and where it applies the place of the fault. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly detail?: Readonly<Record<string, unknown>>,
  ) {
    super(message);
  }

  get body(): Readonly<Record<string, unknown>> {
    const { code, message, detail } = this;
    return detail === undefined ? { code, message } : { code, message, detail };
  }
}

export const paramError = (field: string, issue: string, location: 'body' | 'query' | 'path' | 'header'): Refusal =>
  new Refusal(400, 'PARAM_ERROR', `参数错误：${field} ${issue}`, { location, field, issue });
