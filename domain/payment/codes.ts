/** What the code of an attempt is sealed about. */
export function codeAbout(channelNumber: string): string {
  return `payment_attempts/${channelNumber}`;
}
