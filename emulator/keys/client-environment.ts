import { rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Identity } from './identity';
import type { Secrets } from './secrets';

/** The variables with which a client reaches this emulator, as KEY=VALUE lines in `client.env`. */
export async function writeClientEnvironment(
  stateDir: string,
  identity: Identity,
  secrets: Secrets,
  url: string,
): Promise<void> {
  const { files } = identity;
  const keys = [
    `${identity.publicKeyMode.serial}=${resolve(files.platformPublicKey)}`,
    `${identity.certificateMode.serial}=${resolve(files.platformCertificate)}`,
  ];
  const lines = [
    `MALLFLOW_WECHAT_PAY_MCHID=${identity.mchid}`,
    `MALLFLOW_WECHAT_PAY_APPID=${identity.appid}`,
    `MALLFLOW_WECHAT_PAY_MERCHANT_SERIAL=${identity.merchantSerial}`,
    `MALLFLOW_WECHAT_PAY_MERCHANT_KEY_FILE=${resolve(files.merchantKey)}`,
    `MALLFLOW_WECHAT_PAY_API_V3_KEY_FILE=${resolve(files.apiV3Key)}`,
    `MALLFLOW_WECHAT_PAY_PLATFORM_KEYS=${keys.join(',')}`,
    `MALLFLOW_WECHAT_PAY_BASE_URL=${url}`,
    `MALLFLOW_REGISTRY_SECRET_ID=${secrets.registrySecretId.value}`,
    `MALLFLOW_REGISTRY_SECRET_KEY_FILE=${secrets.registrySecretKey.file}`,
    `MALLFLOW_REGISTRY_BASE_URL=${url}`,
    `MALLFLOW_TRANSFERS_SECRET_FILE=${secrets.transfersSecret.file}`,
    `MALLFLOW_TRANSFERS_BASE_URL=${url}`,
    `MALLFLOW_IDENTITY_SECRET_FILE=${secrets.identitySecret.file}`,
    `MALLFLOW_IDENTITY_BASE_URL=${url}`,
    `MALLFLOW_MESSAGES_SECRET_FILE=${secrets.messagesSecret.file}`,
    `MALLFLOW_MESSAGES_BASE_URL=${url}`,
    `MALLFLOW_TENPAY_SECRET_ID=${secrets.tenpaySecretId.value}`,
    `MALLFLOW_TENPAY_SECRET_KEY_FILE=${secrets.tenpaySecretKey.file}`,
    `MALLFLOW_TENPAY_MERCHANT_ID=${secrets.tenpayMerchantId.value}`,
    `MALLFLOW_TENPAY_BASE_URL=${url}`,
    // Nobody who plays the channels' staff waits for hours to see what comes of it.
    'MALLFLOW_MERCHANT_POLL_SECONDS=2',
    'MALLFLOW_MERCHANT_REST_SECONDS=5',
  ];
  const file = join(stateDir, 'client.env');
  await writeFile(`${file}.new`, `${lines.join('\n')}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
