/** Somebody who delivers mail and SMS for us. Delivery itself is theirs: a message that was taken counts as sent. */
export interface Messages {
  /**
   * Hands a message over. The same id is one message, however often it is handed over, in whatever words.
   * @throws ProviderError; after `refused` (a number that does not exist, say) the same message will not be taken
   */
  send(message: OutgoingMessage): Promise<void>;
}

export const messageChannels = ['mail', 'sms'] as const;
export type MessageChannel = (typeof messageChannels)[number];

export interface OutgoingMessage {
  /** Ours, stored before the first call: 1 to 64 characters of `0-9 a-z A-Z _ -`. */
  readonly id: string;
  readonly channel: MessageChannel;
  /** Personal: a mail address, or a mainland mobile number of 11 digits. */
  readonly to: string;
  /** 1 to 120 characters, without line breaks; an SMS puts it before the text in 【】. */
  readonly subject: string;
  /** Plain text, 1 to 2,000 characters; holds nothing personal. */
  readonly text: string;
}
